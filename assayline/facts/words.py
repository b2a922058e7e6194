"""Words that tables of samples use, by what they stand for; only these leave the machine as they are."""

from __future__ import annotations

import re

MEANINGS: dict[str, tuple[str, ...]] = {
    "tumour": ("tumor", "tumour", "t", "tu", "tum", "primary", "metastasis", "met", "cancer", "carcinoma", "lesion", "malignant"),
    "normal": ("normal", "n", "norm", "germline", "blood", "pbmc", "adjacent", "healthy", "nat", "constitutional"),
    "female": ("female", "f", "w", "xx", "woman", "weiblich"),
    "male": ("male", "m", "xy", "man", "maennlich", "männlich"),
    "reverse": ("reverse", "rf", "dutp", "firststrand", "fr-firststrand", "truseq stranded", "isr", "sr"),
    "forward": ("forward", "fr", "secondstrand", "fr-secondstrand", "isf", "sf"),
    "unstranded": ("unstranded", "non-stranded", "nonstranded", "iu", "u"),
    "auto": ("auto", "unknown"),
    "control": (
        "control",
        "ctrl",
        "ctl",
        "vehicle",
        "untreated",
        "dmso",
        "mock",
        "wt",
        "wildtype",
        "scramble",
        "placebo",
        "blank",
    ),
    "treated": ("treated", "treatment", "drug", "stim", "stimulated", "ko", "knockout", "kd", "mutant", "case", "disease"),
    "input": ("input", "igg"),
    "yes": ("yes", "true", "y"),
    "no": ("no", "false"),
}
"""Meaning → the words that people write for it, folded."""
SPLIT = re.compile(r"[\s_.,;/|:-]+")
_KNOWN = {word: meaning for meaning, words in reversed(MEANINGS.items()) for word in words}
ALONE = frozenset({"met", "f", "m", "w", "n", "t", "u", "y", "fr", "rf", "sf", "sr", "no", "man", "nat"})
"""Words too short to be told from initials inside a longer name, unless they stand at its end."""


def meaning(text: str) -> str:
    """What a whole value stands for; empty when it is none of the known words."""
    return _KNOWN.get(text.strip().casefold(), "")


def tokens(text: str) -> list[tuple[str, str]]:
    """The known words inside a name with their meaning: `P001_tumor_S1` has `tumor`; `AM_3` has none."""
    words = [word for word in SPLIT.split(text) if word]
    found = []
    for place, word in enumerate(words):
        folded = word.casefold().rstrip("0123456789")
        short = folded in ALONE and not (place == len(words) - 1 and len(words) > 1 and folded in ("t", "n"))
        if folded in _KNOWN and not short:
            found.append((word.rstrip("0123456789"), _KNOWN[folded]))
    return found


def shape(text: str) -> str:
    """The build of a name without the name: letters as A, digits as 9, known words as they are."""
    parts = re.split(r"([\s_.,;/|:-]+)", text)
    return "".join(part if not part or SPLIT.fullmatch(part) or part.casefold() in _KNOWN else _built(part) for part in parts)


def _built(part: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "A", part))
