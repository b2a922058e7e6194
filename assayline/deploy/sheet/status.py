"""Tumour or normal, and whose: from the words of a sample's name, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

TUMOUR = "tumou?r|tum|t|primary|prim|metastas[ie]s|mets?|relapse|recurrence|cancer|carcinoma"
NORMAL = "normal|norm|n|germ(?:line)?|gl|blood|pbmcs?|buffy|saliva|buccal|nat|nl"
WORD = re.compile(rf"(?P<tumour>(?:{TUMOUR})\d*)|(?P<normal>(?:{NORMAL})\d*)", re.IGNORECASE)
ATTACHED = re.compile(r"(?P<patient>.*\d)(?:(?P<tumour>T)|(?P<normal>N))\d?")
CAMEL = re.compile(r"(?P<patient>.*[a-z0-9])(?:(?P<tumour>Tumou?r|TUMOU?R)|(?P<normal>Normal|NORMAL|Blood|Germline))\d*")
TCGA = re.compile(r"(?P<patient>TCGA-\w{2}-\w{4})-(?P<type>\d{2})[A-Z]?.*", re.IGNORECASE)
VALUES = {
    **dict.fromkeys(("1", "tumor", "tumour", "t", "cancer", "metastasis", "primary", "relapse", "case"), 1),
    **dict.fromkeys(("0", "normal", "n", "germline", "blood", "pbmc"), 0),
}
"""What a table may say, in lower case, and the number of it."""


@dataclass(frozen=True, slots=True)
class Status:
    """0 normal, 1 tumour, None not told by the name; the patient is what is left of the name."""

    value: int | None
    patient: str


def status_of(sample: str) -> Status:
    """What a name says; a name with words of both kinds says nothing."""
    if barcode := TCGA.fullmatch(sample):
        kind = int(barcode["type"])
        return Status(1 if 1 <= kind <= 9 else 0 if 10 <= kind <= 19 else None, barcode["patient"])
    tokens = re.split(r"([_.\-\s])", sample)
    hits = [(index, match) for index in range(0, len(tokens), 2) if (match := WORD.fullmatch(tokens[index]))]
    kinds = {bool(match["tumour"]) for _, match in hits}
    if len(kinds) > 1:
        return Status(None, sample)
    if hits:
        gone = {index for index, _ in hits}
        kept = [tokens[index] for index in range(0, len(tokens), 2) if index not in gone]
        signs = tokens[1::2]
        return Status(int(kinds.pop()), (signs[0] if signs else "_").join(word for word in kept if word))
    for form in (ATTACHED, CAMEL):
        if match := form.fullmatch(sample):
            return Status(int(bool(match["tumour"])), match["patient"].rstrip("_.-"))
    return Status(None, sample)


def status_value(text: str) -> int | None:
    """What a value of a table says of tumour (1) or normal (0); None for anything else."""
    return VALUES.get(text.strip().lower())
