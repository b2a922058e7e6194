"""What the names along an axis are: genes of which species and by which identifiers, barcodes, or nothing known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.cells.gene_facts import ENSEMBL, REFSEQ, RIBOSOMAL, SPECIES, bare, species_of_prefix, symbols

if TYPE_CHECKING:
    from collections.abc import Sequence

BARCODE = re.compile(r"(?:[A-Za-z0-9.]+[_:#])?[ACGT]{8,}(?:-\d+)?(?:[_-][A-Za-z0-9]+)?")
CODES = {"": "human", "MUS": "mouse", "RNO": "rat", "DAR": "zebrafish"}
FEW, MANY, TRACE, USUAL = 5, 0.5, 0.05, 0.02
CASES = {
    "human": str.isupper,
    "mouse": lambda name: name[0].isupper() and name[1:].islower(),
    "zebrafish": str.islower,
}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What the names of one axis are: `kind` ensembl, flybase, symbol, barcode or unknown; `species` one of five, mixed, unknown.

    `prefixes` counts the names of each species where a mixed reference wrote one before every gene.
    """

    kind: str
    species: str
    basis: str
    prefixes: dict[str, int] | None = None

    @property
    def genes(self) -> bool:
        """Whether these are names of genes."""
        return self.kind in ("ensembl", "flybase", "symbol")


def identify(names: Sequence[str]) -> Identifiers:
    """Say what names are from their own look alone, with the basis of the answer."""
    prefixed = Counter(filter(None, map(species_of_prefix, names)))
    if sum(prefixed.values()) >= MANY * len(names) > 0:
        return _prefixed(names, prefixed)
    return _stable(names) or _symbols(names) or _barcodes(names)


def _prefixed(names: Sequence[str], found: Counter[str]) -> Identifiers:
    inner = identify([bare(name) for name in names])
    shares = {species: count for species, count in sorted(found.items()) if count >= TRACE * len(names)}
    species = "mixed" if len(shares) > 1 else next(iter(shares), "unknown")
    words = ", ".join(f"{count} of {species}" for species, count in shares.items())
    kind = inner.kind if inner.genes else "symbol"
    return Identifiers(kind, species, f"names carry the prefix of a reference: {words}", shares)


def _stable(names: Sequence[str]) -> Identifiers | None:
    """Ensembl and FlyBase identifiers."""
    hits = [match for match in map(ENSEMBL.fullmatch, names) if match]
    if not hits or len(hits) < MANY * len(names):
        return None
    codes = Counter("fly" if match["species"] is None else _species(match["species"]) for match in hits)
    found = sorted(species for species, count in codes.items() if count >= TRACE * len(hits))
    species = found[0] if len(found) == 1 else "mixed"
    kind, word = ("flybase", "FlyBase") if species == "fly" else ("ensembl", "Ensembl")
    return Identifiers(
        kind, species, f"{len(hits)} of {len(names)} names are {word} gene identifiers ({', '.join(found)})",
        dict(codes) if species == "mixed" else None,
    )  # fmt: skip


def _species(code: str) -> str:
    return CODES.get(code, f"Ensembl {code}")


def _symbols(names: Sequence[str]) -> Identifiers | None:
    """Symbols, told by mitochondrial genes, else ribosomal proteins, else genes that most panels hold."""
    present = {name.replace(".", "-", 1) if name[:3].lower() == "mt." else name for name in names}
    hits = {species: len(present & symbols("mitochondrial", species)) for species in SPECIES}
    hits = {species: count for species, count in hits.items() if count >= FEW}
    ribosomal = [name for name in names if RIBOSOMAL.fullmatch(name)]
    if hits:
        best = max(hits, key=lambda species: hits[species])
        species = "mixed" if len(hits) > 1 else best
        return Identifiers(
            "symbol", species, f"{hits[best]} of 13 mitochondrial gene symbols of {' and '.join(hits)} are among the names",
            hits if species == "mixed" else None,
        )  # fmt: skip
    if len(ribosomal) >= FEW:
        spelt = Counter(map(_spelling, ribosomal))
        common = [species for species, count in spelt.most_common() if count >= 0.2 * len(ribosomal)]
        species = "mixed" if len(common) > 1 else common[0]
        if species == "mouse" and len(present & symbols("haemoglobin", "rat") - symbols("haemoglobin", "mouse")) >= 2:
            species = "rat"
        basis = f"{len(ribosomal)} names are symbols of ribosomal proteins in the spelling of {' and '.join(common)}"
        return Identifiers("symbol", species, basis, dict(spelt) if species == "mixed" else None)
    if len(present & set(REFSEQ)) >= 2 * FEW:
        return Identifiers("symbol", "unknown", "RefSeq's mitochondrial gene symbols are among the names; they name no species")
    return _common(names)


def _spelling(symbol: str) -> str:
    """The species whose authorities spell a ribosomal protein so; mouse and rat spell alike."""
    if symbol.isupper():
        return "human"
    if symbol.islower():
        return "zebrafish"
    return "fly" if symbol[:3] in ("RpL", "RpS") else "mouse"


def _common(names: Sequence[str]) -> Identifiers | None:
    hits = [name for name in names if name.upper() in symbols("common")]
    if len(hits) < max(FEW, USUAL * len(names)):
        return None
    cases = {species: sum(test(name) for name in hits) for species, test in CASES.items()}
    common = [species for species, count in cases.items() if count >= 0.2 * len(hits)] or ["unknown"]
    species = "mixed" if len(common) > 1 else common[0]
    words = " and ".join(common)
    return Identifiers("symbol", species, f"{len(hits)} of {len(names)} names are common gene symbols in the spelling of {words}")


def _barcodes(names: Sequence[str]) -> Identifiers:
    total = len(names) or 1
    barcodes = sum(bool(BARCODE.fullmatch(name)) for name in names)
    if barcodes >= MANY * total:
        return Identifiers("barcode", "unknown", f"{barcodes} of {total} names are barcodes of A, C, G and T")
    return Identifiers("unknown", "unknown", f"none of {total} names is a known gene or looks like a barcode")
