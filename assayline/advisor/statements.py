"""Sentences held to the evidence: templates whose numbers and names are filled by code, and the checks that refuse the rest.

A slot is `{id:format}` for a value (`{qc.cells.kept:d}`, `{qc.cells.kept_share:.1%}`, `{clusters.c0.top:s}`),
`{id?yes|no}` for the words a truth value stands for, `{id@sample}` for the name of what a fact is about and `{id@unit}` for its
unit. Nothing outside slots may state a number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.errors import AssaylineError
from assayline.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOT = re.compile(r"\{([^{}]*)\}")
INSIDE = re.compile(
    r"(?P<id>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)(?:@(?P<about>[a-z_]+)|\?(?P<yes>[^|{}]+)\|(?P<no>[^|{}]+)|:(?P<format>\S+))?"
)
FORMAT = re.compile(r"\+?,?(?:\.[0-9])?[dfge%s]")
LONGEST, HIDDEN = 700, 0.05
NUMBER_WORDS = re.compile(
    r"\b(zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|halves|thirds?|"
    r"quarters?|once|twice|thrice|doubled?|tripled?|percent|\w*fold)\b",
    re.IGNORECASE,
)
QUANTIFIERS = re.compile(
    r"\b(most|majority|minority|none|(?:nearly|almost|virtually|practically|essentially) (?:all|every|no)|"
    r"all (?:of )?the|all cells|every cell|no cells?|hardly any|few|many|several)\b",
    re.IGNORECASE,
)
UP = re.compile(
    r"\b(higher|more|greater|larger|bigger|increas\w*|r[io]se[ns]?|rising|exceed\w*|gain\w*|elevated|enriched|upregulated|above)\b",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\b(lower|fewer|less|smaller|decreas\w*|drop\w*|f[ae]ll(?:s|en|ing)?|declin\w*|reduc\w*|depleted|downregulated|below)\b",
    re.IGNORECASE,
)
SUPERLATIVES = re.compile(
    r"\b(highest|lowest|largest|smallest|strongest|weakest|best|worst|fewest|greatest|deepest)\b", re.IGNORECASE
)
CAPITALS = re.compile(r"\b[A-Z][A-Z-]{2,}\b")
FOLLOWING = re.compile(r"\s*([%‰°µμA-Za-z][%‰°µμA-Za-z/·-]*)")
ACRONYMS = frozenset(["QC", "UMI", "UMIS", "RNA", "DNA", "PCA", "MAD", "MADS", "UMAP", "ELBO", "ASM", "ARI"])


class Unsupported(AssaylineError):
    """A sentence says something that the evidence does not; facts: reason."""

    code = "unsupported"
    title = "Sentence not supported"
    template = "{reason}."
    hint = ""
    status = 9


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence: its template, the text that code filled, and every evidence id it cites or shows."""

    template: str
    text: str
    evidence: tuple[str, ...]


def check(
    template: str,
    cited: tuple[str, ...],
    facts: Mapping[str, Evidence],
    choice: Mapping[str, Any] | None = None,
    *,
    must_cite: bool = True,
) -> Sentence:
    """Fill a template, or raise `Unsupported` with the first thing that the evidence does not support.

    `choice` makes `{choice.field:format}` a slot, so that a reason can state what was chosen.
    """
    if not isinstance(template, str) or not template.strip() or len(template) > LONGEST:
        raise Unsupported(reason=f"a sentence has 1 to {LONGEST} characters")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for letter in template):
        raise Unsupported(reason="control characters in a sentence")
    slots = [_slot(body) for body in SLOT.findall(template)]
    known = dict(facts) | _chosen(choice or {})
    named = [slot["id"] for slot in slots]
    for name in (*cited, *named):
        if name not in known:
            raise Unsupported(reason=f"no evidence '{name}'")
    used = tuple(dict.fromkeys(name for name in (*cited, *named) if name in facts))
    if must_cite and not used:
        raise Unsupported(reason="cites no evidence")
    evidence = [known[name] for name in dict.fromkeys((*cited, *named))]
    _prose(template, evidence, facts, {slot["id"] for slot in slots if slot["yes"]})
    _units(template, known)
    return Sentence(template, _fill(template, known), used)


def _slot(body: str) -> dict[str, str | Any]:
    match = INSIDE.fullmatch(body)
    if not match:
        raise Unsupported(reason=f"'{{{body}}}' is not a slot")
    return match.groupdict()


def _chosen(choice: Mapping[str, Any]) -> dict[str, Evidence]:
    """The fields of a choice as if they were evidence; shares may be shown as percentages."""
    return {
        f"choice.{name}": Evidence(
            f"choice.{name}", name.replace("_", " "), value, "fraction" if isinstance(value, float) else None, "", ""
        )
        for name, value in choice.items()
    }


def _prose(template: str, evidence: list[Evidence], facts: Mapping[str, Evidence], answered: set[str]) -> None:
    """Refuse numbers, quantities, directions, superlatives and names in the prose that the cited evidence does not carry."""
    prose = SLOT.sub(" ", template)
    alternatives = " ".join(word for body in SLOT.findall(template) if "?" in body for word in body.partition("?")[2].split("|"))
    plain = unicodedata.normalize("NFKC", f"{prose} {alternatives}")
    if "{" in prose or "}" in prose:
        raise Unsupported(reason="braces that are not slots")
    if found := next((letter for letter in plain if letter.isnumeric()), None):
        raise Unsupported(reason=f"the digit '{found}' outside a slot")
    for pattern, what in ((NUMBER_WORDS, "number word"), (QUANTIFIERS, "quantity")):
        if match := pattern.search(plain):
            raise Unsupported(reason=f"the {what} '{match[0]}' outside a slot")
    _directions(plain, evidence)
    words = " ".join(fact.what for fact in evidence).casefold()
    for match in SUPERLATIVES.finditer(plain):
        if match[0].casefold() not in words:
            raise Unsupported(reason=f"'{match[0]}' is not said by the evidence it cites")
    said = _vocabulary(evidence)
    for match in CAPITALS.finditer(plain):
        if match[0] not in ACRONYMS and match[0] not in said:
            raise Unsupported(reason=f"the name '{match[0]}' is not in the evidence it cites")
    for fact in facts.values():
        stem = fact.id.rpartition(".")[2].removesuffix("ed")
        if (
            isinstance(fact.value, bool)
            and fact.id not in answered
            and re.search(rf"\b(?:un|non-?)?{stem}", prose, re.IGNORECASE)
        ):
            raise Unsupported(reason=f"says '{stem}…' without the slot of '{fact.id}'")


def _directions(prose: str, evidence: list[Evidence]) -> None:
    """Direction words need one cited difference, and must agree with its sign."""
    up, down = UP.search(prose), DOWN.search(prose)
    if not up and not down:
        return
    differences = [fact for fact in evidence if fact.difference and isinstance(fact.value, int | float)]
    word = (up or down or [""])[0]
    if len(differences) != 1:
        raise Unsupported(reason=f"the direction '{word}' needs exactly one cited difference, found {len(differences)}")
    value = differences[0].value
    assert isinstance(value, int | float)
    if (up and value <= 0) or (down and value >= 0):
        wrong = up[0] if up and value <= 0 else down[0] if down else word
        raise Unsupported(reason=f"the direction '{wrong}' is against '{differences[0].id}'")


def _vocabulary(evidence: list[Evidence]) -> set[str]:
    """The words of texts and lists that the cited evidence holds."""
    texts = [" ".join(fact.value) if isinstance(fact.value, list) else str(fact.value or "") for fact in evidence]
    return set(re.findall(r"[A-Za-z0-9.-]+", " ".join([*texts, *(fact.what for fact in evidence)])))


def _units(template: str, known: Mapping[str, Evidence]) -> None:
    """Refuse a unit behind a slot that is another fact's unit and not this one's."""
    units = {_folded(fact.unit) for fact in known.values() if fact.unit} | {"%", "‰"}
    for match in SLOT.finditer(template):
        fact, after = known[_slot(match[1])["id"]], FOLLOWING.match(template, match.end())
        if isinstance(fact.value, int | float) and not isinstance(fact.value, bool) and after and "@" not in match[1]:
            word = _folded(after[1])
            if (word in units or f"{word}s" in units) and _folded(fact.unit or "").rstrip("s") != word.rstrip("s"):
                raise Unsupported(reason=f"the unit '{after[1]}' behind '{fact.id}', which is in {fact.unit or 'no unit'}")


def _folded(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).casefold()


def _fill(template: str, known: Mapping[str, Evidence]) -> str:
    """The template with every slot filled; a unit behind the value 1 loses its plural s."""
    parts, place = [], 0
    for match in SLOT.finditer(template):
        slot = _slot(match[1])
        fact = known[slot["id"]]
        parts += [template[place : match.start()], shown(fact, slot)]
        place = match.end()
        unit = f" {fact.unit}"
        if fact.value == 1 and unit.endswith("s") and template[place:].startswith(unit):
            parts.append(unit[:-1])
            place += len(unit)
    return "".join([*parts, template[place:]])


def shown(fact: Evidence, slot: Mapping[str, Any]) -> str:
    """What stands in the place of a slot; raises `Unsupported` for a form that the value does not have or that would hide it."""
    if slot["about"] == "unit":
        return _printable("" if fact.unit in (None, "(unitless)", "#") else str(fact.unit).replace("10^6", "10⁶"))
    if slot["about"]:
        if slot["about"] not in fact.about:
            raise Unsupported(reason=f"'{fact.id}' is not about a {slot['about']}")
        return _printable(fact.about[slot["about"]])
    if slot["yes"]:
        if not isinstance(fact.value, bool):
            raise Unsupported(reason=f"'{fact.id}' is not a truth value")
        return str(slot["yes"] if fact.value else slot["no"])
    form = slot["format"] or ("s" if isinstance(fact.value, str | list) else "g")
    if not FORMAT.fullmatch(form):
        raise Unsupported(
            reason=f"the format '{form}' of '{fact.id}' is not one of d f g e % s with sign, comma and one digit of precision"
        )
    if isinstance(fact.value, str | list):
        if form != "s" or not fact.value:
            raise Unsupported(reason=f"'{fact.id}' is {'text' if fact.value else 'empty'} and cannot be shown as '{form}'")
        return _printable(fact.value if isinstance(fact.value, str) else ", ".join(fact.value))
    if fact.value is None or isinstance(fact.value, bool) or form == "s":
        raise Unsupported(reason=f"'{fact.id}' cannot be shown as '{form}'")
    return _number(fact, fact.value, form)


def _number(fact: Evidence, value: float, form: str) -> str:
    if form.endswith("d") and (value != int(value) or "." in form):
        raise Unsupported(reason=f"'{fact.id}' is not a whole number")
    if form.endswith("%") and fact.unit != "fraction":
        raise Unsupported(reason=f"'{fact.id}' is in {fact.unit or 'no unit'} and cannot be shown as a percentage")
    text = format(int(value) if form.endswith("d") else value, form)
    back = float(text.replace(",", "").rstrip("%")) / (100 if form.endswith("%") else 1)
    if abs(back - value) > HIDDEN * abs(value):
        raise Unsupported(reason=f"the format '{form}' would show '{fact.id}' as {text}, too far from its value")
    return text


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)
