"""What words outside slots may say: numbers, quantities, directions, ranks, statistics and names as far as evidence goes."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from assayline.advisor.unsupported import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assayline.evidence import Evidence

SLOT = re.compile(r"\{([^{}]*)\}")
NUMBER_WORDS = re.compile(
    r"\b(zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|dozens?|"
    r"half|halves|halved|thirds?|quarters?|once|twice|thrice|doubl(?:ed?|es|ing)|tripl(?:ed?|es|ing)|percent|\w*fold|"
    r"couple of|pair of|orders? of magnitude)\b",
    re.IGNORECASE,
)
QUANTIFIERS = re.compile(
    r"\b(most|majority|minority|none|(?:nearly|almost|virtually|practically|essentially) (?:all|every|no)|"
    r"all (?:of )?the|all (?:cells|genes|samples|clusters|wells)|every (?:cell|gene|sample|cluster|well)|"
    r"no (?:cells?|genes?|samples?|clusters?|wells?)|hardly any|few|many|several|numerous)\b",
    re.IGNORECASE,
)
UP = re.compile(
    r"\b(higher|more|greater|larger|bigger|increas\w*|rises?|rose|risen|rising|exceed\w*|gain(?:s|ed|ing)?|elevat\w*|enriched|"
    r"up-?regulat\w*|above|better|improv\w*|stronger|gr[eo]w(?:s|n|ing)?|climb\w*|boost\w*|surplus|excess|outnumber\w*|"
    r"over-?represented|up (?:by|to|from)|(?:went|goes|is|are|was|were) up)\b",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\b(lower(?:s|ed|ing)?|fewer|less|smaller|decreas\w*|drop(?:s|ped|ping)?|falls?|fell|fallen|falling|declin\w*|reduc\w*|"
    r"depleted|down-?regulat\w*|below|worse\w*|weaker|shr[aiu]nk\w*|diminish\w*|deficit|under-?represented|down (?:by|to|from)|"
    r"(?:went|goes|is|are|was|were) down)\b",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|hardly|fail(?:s|ed)? to|instead of|rather than)\b[^.;:]{0,40}$|"
    r"n[’']t\b[^.;:]{0,40}$",
    re.IGNORECASE,
)
UNKNOWN = re.compile(
    r"(?:It )?cannot (?:be told|tell) from these data (?:whether|which|if|what|why|how)\b[^.;:]*\.?", re.IGNORECASE
)
ASSERTS = re.compile(r"\b(?:but|however|although|though|yet|while|whereas|because|since|as)\b", re.IGNORECASE)
SUPERLATIVES = re.compile(
    r"\b(highest|lowest|largest|smallest|strongest|weakest|best|worst|fewest|greatest|deepest)\b", re.IGNORECASE
)
STATISTICS = re.compile(r"\b(median|mean|average|maximum|minimum|percentile|quartile|significan\w*|correlat\w*)\b", re.IGNORECASE)
SAME_STATISTIC = {"average": "mean", "maximum": "highest", "minimum": "lowest", "signif": "p-value", "correl": "correlation"}
CELL_TYPES = re.compile(
    r"\b([TB][- ](?:cells?|lymphocytes?)|NK cells?|natural killer|(?:lympho|mono|thymo|hepato|adipo|astro|keratino|melano|"
    r"erythro|leuko|granulo|peri|podo|cardiomyo|oligodendro|entero|chondro|osteo)(?:cyte|blast|clast)s?|macrophages?|microglia|"
    r"neutrophils?|eosinophils?|basophils?|mast cells?|plasma cells?|dendritic|myeloid|fibroblasts?|epitheli\w+|endotheli\w+|"
    r"neurons?|platelets?|megakaryocytes?|stem cells?|progenitors?|tumou?r cells?|cancer cells?|stromal)\b",
    re.IGNORECASE,
)
CAPITALS = re.compile(r"\b[A-Z][A-Z-]{2,}\b")
ACRONYMS = frozenset(
    [
        "QC",
        "UMI",
        "UMIS",
        "RNA",
        "DNA",
        "CDNA",
        "MRNA",
        "PCA",
        "MAD",
        "MADS",
        "UMAP",
        "ELBO",
        "ASM",
        "ARI",
        "PCR",
        "QPCR",
        "ATAC",
        "PBMC",
        "FASTQ",
        "CRAM",
        "BAM",
    ]
)
KEPT = re.compile(r"\b(kept|keeps?|retain\w*|remain\w*|pass(?:ed|es)?|surviv\w*)\b", re.IGNORECASE)
REMOVED = re.compile(r"\b(remov\w*|discard\w*|filtered out|exclud\w*|lost|thrown away|rejected)\b", re.IGNORECASE)


def words_outside(template: str) -> str:
    """The prose of a template, with the words of truth values, in one form of its letters; raises for braces and digits."""
    prose = SLOT.sub(" ", template)
    choices = " ".join(word for body in SLOT.findall(template) if "?" in body for word in body.partition("?")[2].split("|"))
    plain = unicodedata.normalize("NFKC", f"{prose} {choices}")
    if "{" in prose or "}" in prose:
        raise Unsupported(reason="braces that are not slots")
    if found := next((letter for letter in plain if letter.isnumeric()), None):
        raise Unsupported(reason=f"the digit '{found}' outside a slot")
    for pattern, what in ((NUMBER_WORDS, "number word"), (QUANTIFIERS, "quantity")):
        if match := pattern.search(plain):
            raise Unsupported(reason=f"the {what} '{match[0]}' outside a slot")
    return plain


def check_prose(plain: str, bare: str, evidence: list[Evidence], facts: Mapping[str, Evidence], answered: set[str]) -> None:
    """Refuse what the words outside slots say beyond the cited evidence.

    `plain` holds the words that slots choose among, `bare` does not; `answered` are the truth values that slots show.
    """
    said = _vocabulary(evidence)
    words = " ".join(fact.what for fact in evidence).casefold()
    if not (UNKNOWN.fullmatch(plain.strip()) and not ASSERTS.search(plain)):
        _directions(plain, evidence)
    for match in SUPERLATIVES.finditer(plain):
        if match[0].casefold() not in words:
            raise Unsupported(reason=f"'{match[0]}' is not said by the evidence it cites")
    _statistics(plain, words)
    texts = f"{words} {' '.join(said)}".casefold()
    for match in CELL_TYPES.finditer(plain):
        kind = re.sub(r"[- ]+", " ", match[0].casefold()).rstrip("s")
        if not re.search(rf"\b{re.escape(kind)}", re.sub(r"[- ]+", " ", texts)):
            raise Unsupported(reason=f"the cell type '{match[0]}' is not in the evidence it cites")
    for match in CAPITALS.finditer(plain):
        if match[0] not in ACRONYMS and match[0] not in said:
            raise Unsupported(reason=f"the name '{match[0]}' is not in the evidence it cites")
    for word in re.findall(r"[A-Za-z][A-Za-z-]{2,}", plain):
        if word in _listed(facts.values()) and word not in said:
            raise Unsupported(reason=f"the name '{word}' is of evidence that it does not cite")
    _truths(plain, bare, facts, answered)


def _directions(plain: str, evidence: list[Evidence]) -> None:
    """Direction words need one cited difference, agree with its sign, and are not negated."""
    found = [(match, sign) for pattern, sign in ((UP, 1), (DOWN, -1)) for match in pattern.finditer(plain)]
    if not found:
        return
    differences = [fact for fact in evidence if fact.difference and isinstance(fact.value, int | float)]
    if len(differences) != 1:
        words = f"the direction '{found[0][0][0]}' needs exactly one cited difference, found {len(differences)}"
        raise Unsupported(reason=words)
    value = differences[0].value
    assert isinstance(value, int | float)
    for match, sign in found:
        if NEGATION.search(plain[: match.start()]):
            raise Unsupported(reason=f"the direction '{match[0]}' is negated")
        if value * sign <= 0:
            raise Unsupported(reason=f"the direction '{match[0]}' is against '{differences[0].id}'")


def _statistics(plain: str, words: str) -> None:
    """A statistic is named only where the cited evidence is one."""
    for match in STATISTICS.finditer(plain):
        word = match[0].casefold()
        same = next((other for start, other in SAME_STATISTIC.items() if word.startswith(start)), word)
        if word not in words and same not in words and not (word[:4] == "mean" and "average" in words):
            raise Unsupported(reason=f"'{match[0]}' is not said by the evidence it cites")


def _truths(plain: str, bare: str, facts: Mapping[str, Evidence], answered: set[str]) -> None:
    """A truth value (converged, accepted) is spoken of only through the slot that picks the words by it."""
    for fact in facts.values():
        if isinstance(fact.value, bool) and fact.id.count(".") == 1:
            stem = fact.id.rpartition(".")[2].removesuffix("ed")
            if re.search(rf"\b(?:un|non-?)?{stem}", bare if fact.id in answered else plain, re.IGNORECASE):
                raise Unsupported(reason=f"says '{stem}…' without the slot of '{fact.id}'")


def check_shares(template: str, known: Mapping[str, Evidence], slots: Mapping[str, str]) -> None:
    """`{a} of {b}` needs a ≤ b; what was removed is not shown as kept, nor the other way round."""
    for match in re.finditer(r"\{([^{}]*)\}\s+(?:\w+\s+)?(?:of|out of)\s+(?:the\s+|its\s+)?\{([^{}]*)\}", template):
        part, whole = (known[slots[body]] for body in match.groups())
        if _number(part) and _number(whole) and part.unit == whole.unit and part.value > whole.value:  # type: ignore[operator]
            raise Unsupported(reason=f"shows '{part.id}' as a part of '{whole.id}', which is smaller")
    for clause in re.split(r"[;,.]\s", template):
        kept, removed = KEPT.search(SLOT.sub(" ", clause)), REMOVED.search(SLOT.sub(" ", clause))
        for body in SLOT.findall(clause):
            fact = known[slots[body]]
            if not _number(fact) or bool(kept) == bool(removed) or body.endswith(("@sample", "@unit")):
                continue
            if (kept and "removed" in fact.id and "kept" not in fact.what) or (removed and re.search(r"\bkept\b", fact.what)):
                raise Unsupported(reason=f"says '{(kept or removed)[0]}' of '{fact.id}'")  # type: ignore[index]


def _number(fact: Evidence) -> bool:
    return isinstance(fact.value, int | float) and not isinstance(fact.value, bool)


def _vocabulary(evidence: Iterable[Evidence]) -> set[str]:
    """The words of texts and lists that evidence holds."""
    texts = [" ".join(fact.value) if isinstance(fact.value, list) else str(fact.value or "") for fact in evidence]
    return set(re.findall(r"[A-Za-z0-9.-]+", " ".join([*texts, *(fact.what for fact in evidence)])))


def _listed(evidence: Iterable[Evidence]) -> set[str]:
    """The marker genes of any cluster."""
    return {word for fact in evidence if fact.id.endswith(".top") and isinstance(fact.value, list) for word in fact.value}
