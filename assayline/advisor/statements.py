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

from assayline.advisor.caveats import check_verdicts
from assayline.advisor.prose import SLOT, check_prose, check_shares, words_outside
from assayline.advisor.subjects import check_subjects
from assayline.advisor.unsupported import Unsupported
from assayline.evidence import Evidence, slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assayline.advisor.pseudonym import Pseudonyms

INSIDE = re.compile(
    r"(?P<id>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)(?:@(?P<about>[a-z_]+)|\?(?P<yes>[^|{}]+)\|(?P<no>[^|{}]+)|:(?P<format>\S+))?"
)
FORMAT = re.compile(r"\+?,?(?:\.[0-9])?[dfge%s]")
LONGEST, HIDDEN = 700, 0.05
FOLLOWING = re.compile(r"\s*([%‰°µμA-Za-z][%‰°µμA-Za-z/·-]*)")


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
    names: Pseudonyms | None = None,
) -> Sentence:
    """Fill a template, or raise `Unsupported` with the first thing that the evidence does not support.

    `choice` makes `{choice.field:format}` a slot, so that a reason can state what was chosen; `names` are those that a sentence
    may only use of facts that it cites.
    """
    if not isinstance(template, str) or not template.strip() or len(template) > LONGEST:
        raise Unsupported(reason=f"a sentence has 1 to {LONGEST} characters")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for letter in template):
        raise Unsupported(reason="control characters in a sentence")
    slots = [_slot(body) for body in SLOT.findall(template)]
    places = [match.start() for match in SLOT.finditer(template)]
    known = dict(facts) | _chosen(choice or {})
    named = [slot["id"] for slot in slots]
    for name in (*cited, *named):
        if name not in known:
            raise Unsupported(reason=f"no evidence '{name}'")
    used = tuple(dict.fromkeys(name for name in (*cited, *named) if name in facts))
    if must_cite and not used:
        raise Unsupported(reason="cites no evidence")
    evidence = [known[name] for name in dict.fromkeys((*cited, *named))]
    plain = words_outside(template)
    check_verdicts(plain, evidence)
    check_prose(plain, SLOT.sub(" ", template), evidence, facts, {slot["id"] for slot in slots if slot["yes"]})
    check_shares(template, known, {match[1]: _slot(match[1])["id"] for match in SLOT.finditer(template)})
    shown_at = [(place, slot["id"], slot["about"]) for place, slot in zip(places, slots, strict=True)]
    check_subjects(shown_at, template, known, names, set(used))
    _units(template, known)
    return Sentence(template, _fill(template, known), used)


def _slot(body: str) -> dict[str, str | Any]:
    match = INSIDE.fullmatch(body)
    if not match:
        raise Unsupported(reason=f"'{{{body}}}' is not a slot")
    return match.groupdict()


def _chosen(choice: Mapping[str, Any]) -> dict[str, Evidence]:
    """The fields of a choice as if they were evidence; shares may be shown as percentages.

    Of a list of objects each is shown under the word of its first field: `{choice.parameters.aligner:s}`.
    """
    plain: dict[str, Any] = {}
    for name, value in choice.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            plain |= {f"{name}.{slug(str(first))}": rest[0] for first, *rest in (item.values() for item in value) if rest}
        else:
            plain[name] = value
    return {
        f"choice.{name}": Evidence(
            f"choice.{name}", name.replace("_", " "), value, "fraction" if isinstance(value, float) else None, "", ""
        )
        for name, value in plain.items()
    }


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
