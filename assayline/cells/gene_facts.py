"""Facts about genes, from `genes.tsv`: mitochondrial, ribosomal, haemoglobin and nuclear-retained genes of five species.

The mitochondrial list holds the 13 protein-coding genes of the mitochondrial genome (the ones a poly-A protocol counts): the
same 13 in every species, so that shares compare whatever the identifiers are; the rRNA and tRNA genes that some annotations add
are not in it. Human identifiers agree with GENCODE 44, those of mouse with Ensembl's annotation of GRCm38. Ribosomal and
haemoglobin genes of rat, zebrafish and fly are known by symbol only. Lists are explicit: a pattern such as `^HB` would take HBEGF
along. The class `common` holds genes that panels and tables of many tissues have; they tell a gene axis where nothing else does.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASSES = ("mitochondrial", "ribosomal", "haemoglobin", "nuclear")
SPECIES = ("human", "mouse", "rat", "zebrafish", "fly")
REFSEQ = ("ND1", "ND2", "COX1", "COX2", "ATP8", "ATP6", "COX3", "ND3", "ND4L", "ND4", "ND5", "ND6", "CYTB")
ENOUGH = 10  # of the 13 bare RefSeq names, below which "ND1" may be anything
ENSEMBL = re.compile(r"(?:ENS(?P<species>[A-Z]{0,6}?)G\d{11}(?:\.\d+)?|FBgn\d{7})")
RIBOSOMAL = re.compile(r"RP(?:L(?:P[0-2]|\d+(?:A|L|AL)?)|S(?:A|\d+(?:A|L|X|Y1|Y2)?))", re.IGNORECASE)  # not the kinases RPS6KA1 …
PREFIX = re.compile(
    r"(GRCh3[78]|GRCm3[89]|GRCz1[01]|GRCr8|BDGP6|hg19|hg38|mm9|mm10|mm39|rn[5-7]|dm[36]|danRer\d+|human|mouse|rat)_+",
    re.IGNORECASE,
)
ASSEMBLY = (
    ("human", re.compile(r"grch3|hg|human", re.IGNORECASE)),
    ("mouse", re.compile(r"grcm|mm|mouse", re.IGNORECASE)),
    ("rat", re.compile(r"grcr|rn|rat", re.IGNORECASE)),
    ("zebrafish", re.compile(r"grcz|danrer", re.IGNORECASE)),
    ("fly", re.compile(r"bdgp|dm", re.IGNORECASE)),
)


@cache
def facts() -> tuple[tuple[str, str, str, str], ...]:
    """Rows of species, class, identifier (may be empty) and symbol."""
    text = files("assayline.cells").joinpath("genes.tsv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines()[1:], delimiter="\t")
    return tuple((row[0], row[1], row[2], row[3]) for row in rows)


@cache
def identifiers(kind: str, species: str | None = None) -> dict[str, str]:
    """Symbol by stable identifier for one class of genes, of one species or of all."""
    return {row[2]: row[3] for row in facts() if row[1] == kind and row[2] and species in (None, row[0])}


@cache
def symbols(kind: str, species: str | None = None) -> frozenset[str]:
    """The symbols of one class of genes, of one species or of all."""
    return frozenset(row[3] for row in facts() if row[1] == kind and species in (None, row[0]))


@lru_cache(maxsize=200_000)
def bare(name: str) -> str:
    """A gene's name without the prefix of a mixed reference, and an Ensembl identifier also without its version."""
    name = PREFIX.sub("", name, count=1) if PREFIX.match(name) else name
    return name.partition(".")[0] if ENSEMBL.fullmatch(name) else name


def species_of_prefix(name: str) -> str | None:
    """The species that the prefix of a mixed reference names (`mm10___Actb`, `GRCh38_ACTB`), or None without a prefix."""
    found = PREFIX.match(name)
    return next((species for species, known in ASSEMBLY if found and known.match(found[1])), None)


def members(kind: str, names: Sequence[str], spelling: Sequence[str] = ()) -> tuple[list[bool], str]:
    """Which names belong to a class of genes, and by what they were found: identifier, symbol, or not found.

    `spelling` holds symbols beside the names. Symbols that R has mended (`MT.CO1`) and RefSeq's bare ones (`COX1`) are known.
    """
    plain = [bare(name) for name in names]
    known = identifiers(kind)
    by_id = [name in known for name in plain]
    words = [bare(name) for name in spelling] if spelling else plain
    by_symbol = _by_symbol(kind, words)
    if any(by_id) and sum(by_id) >= sum(by_symbol):
        return by_id, "Ensembl identifier" if any(name.startswith("ENS") for name in plain) else "FlyBase identifier"
    if any(by_symbol):
        return by_symbol, "symbol"
    return by_symbol, "not found"


def _by_symbol(kind: str, words: list[str]) -> list[bool]:
    if kind == "ribosomal":
        return [bool(RIBOSOMAL.fullmatch(word)) for word in words]
    known = symbols(kind)
    found = [word in known for word in words]
    if kind == "mitochondrial" and not any(found):
        found = [word.replace(".", "-", 1) in known for word in words]
        if not any(found) and len(set(words) & set(REFSEQ)) >= ENOUGH:
            return [word in REFSEQ for word in words]
    return found
