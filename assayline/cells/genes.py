"""Facts about genes: the mitochondrial, ribosomal and haemoglobin genes of man and mouse, by symbol and by Ensembl identifier.

The mitochondrial list holds the 13 protein-coding genes of the mitochondrial genome (the ones a poly-A protocol counts): the same
13 in both species, so that fractions compare whatever the identifiers are. The rRNA and tRNA genes that some annotations
add are not in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HUMAN_MITO = {
    "ENSG00000198888": "MT-ND1",
    "ENSG00000198763": "MT-ND2",
    "ENSG00000198804": "MT-CO1",
    "ENSG00000198712": "MT-CO2",
    "ENSG00000228253": "MT-ATP8",
    "ENSG00000198899": "MT-ATP6",
    "ENSG00000198938": "MT-CO3",
    "ENSG00000198840": "MT-ND3",
    "ENSG00000212907": "MT-ND4L",
    "ENSG00000198886": "MT-ND4",
    "ENSG00000198786": "MT-ND5",
    "ENSG00000198695": "MT-ND6",
    "ENSG00000198727": "MT-CYB",
}
MOUSE_MITO = {
    "ENSMUSG00000064341": "mt-Nd1",
    "ENSMUSG00000064345": "mt-Nd2",
    "ENSMUSG00000064351": "mt-Co1",
    "ENSMUSG00000064354": "mt-Co2",
    "ENSMUSG00000064356": "mt-Atp8",
    "ENSMUSG00000064357": "mt-Atp6",
    "ENSMUSG00000064358": "mt-Co3",
    "ENSMUSG00000064360": "mt-Nd3",
    "ENSMUSG00000065947": "mt-Nd4l",
    "ENSMUSG00000064363": "mt-Nd4",
    "ENSMUSG00000064367": "mt-Nd5",
    "ENSMUSG00000064368": "mt-Nd6",
    "ENSMUSG00000064370": "mt-Cytb",
}
HAEMOGLOBIN = frozenset(
    [
        "HBA1",
        "HBA2",
        "HBB",
        "HBD",
        "HBE1",
        "HBG1",
        "HBG2",
        "HBM",
        "HBQ1",
        "HBZ",
        "Hba-a1",
        "Hba-a2",
        "Hba-x",
        "Hbb-b1",
        "Hbb-b2",
        "Hbb-bh1",
        "Hbb-bs",
        "Hbb-bt",
        "Hbb-y",
        "Hbq1a",
        "Hbq1b",
    ]
)
RIBOSOMAL = re.compile(r"RP(?:L(?:P[0-2]|\d+(?:A|L|AL)?)|S(?:A|\d+(?:A|L|X|Y1|Y2)?))", re.IGNORECASE)  # not the kinases RPS6KA1 …
ENSEMBL = re.compile(r"ENS(?P<species>[A-Z]{0,6}?)G\d{11}(?:\.\d+)?")
BARCODE = re.compile(r"(?:[A-Za-z0-9]+[_:#])?[ACGT]{8,}(?:-\d+)?(?:[_-][A-Za-z0-9]+)?")
SPECIES = {"": "human", "MUS": "mouse"}
FEW, MANY = 5, 0.5


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What the names of one axis are: `kind` ensembl, symbol, barcode or unknown; `species` human, mouse, mixed or unknown."""

    kind: str
    species: str
    basis: str

    @property
    def genes(self) -> bool:
        """Whether these are names of genes."""
        return self.kind in ("ensembl", "symbol")


def bare(name: str) -> str:
    """An Ensembl identifier without its version; any other name as it is."""
    return name.partition(".")[0] if ENSEMBL.fullmatch(name) else name


def identify(names: Sequence[str]) -> Identifiers:
    """Say what names are from their own look alone, with the basis of the answer."""
    total = len(names) or 1
    hits = [match["species"] for match in map(ENSEMBL.fullmatch, names) if match]
    if len(hits) >= MANY * total:
        found = sorted(
            {SPECIES.get(code, f"Ensembl {code}") for code in hits if hits.count(code) >= 0.05 * len(hits)} if hits else set()
        )
        species = found[0] if len(found) == 1 else "mixed"
        return Identifiers("ensembl", species, f"{len(hits)} of {total} names are Ensembl gene identifiers ({', '.join(found)})")
    present = set(names)
    human = len(present & set(HUMAN_MITO.values()))
    mouse = len(present & set(MOUSE_MITO.values()))
    if max(human, mouse) >= FEW:
        species = "mixed" if min(human, mouse) >= FEW else ("human" if human > mouse else "mouse")
        return Identifiers(
            "symbol", species, f"{max(human, mouse)} of 13 mitochondrial gene symbols of {species} are among the names"
        )
    ribosomal = [name for name in names if RIBOSOMAL.fullmatch(name)]
    if len(ribosomal) >= FEW:
        species = "human" if sum(name.isupper() for name in ribosomal) > len(ribosomal) / 2 else "mouse"
        return Identifiers(
            "symbol", species, f"{len(ribosomal)} names are symbols of ribosomal proteins in the spelling of {species}"
        )
    barcodes = sum(bool(BARCODE.fullmatch(name)) for name in names)
    if barcodes >= MANY * total:
        return Identifiers("barcode", "unknown", f"{barcodes} of {total} names are barcodes of A, C, G and T")
    return Identifiers("unknown", "unknown", f"none of {total} names is a known gene or looks like a barcode")


def mitochondrial(names: Sequence[str]) -> tuple[list[bool], str]:
    """Which names are one of the 13 mitochondrial protein-coding genes of man or mouse, and by what they were found."""
    identifiers = HUMAN_MITO.keys() | MOUSE_MITO.keys()
    symbols = set(HUMAN_MITO.values()) | set(MOUSE_MITO.values())
    by_id = [bare(name) in identifiers for name in names]
    if any(by_id):
        return by_id, "Ensembl identifier"
    by_symbol = [name in symbols for name in names]
    return by_symbol, "symbol" if any(by_symbol) else "not found"


def ribosomal(names: Sequence[str]) -> list[bool]:
    """Which names are symbols of cytosolic ribosomal proteins."""
    return [bool(RIBOSOMAL.fullmatch(name)) for name in names]


def haemoglobin(names: Sequence[str]) -> list[bool]:
    """Which names are symbols of haemoglobin chains."""
    return [name in HAEMOGLOBIN for name in names]
