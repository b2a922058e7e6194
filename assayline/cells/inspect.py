"""The gate: says with evidence what a matrix is, and refuses what the later stations could only get wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.cells import gene_facts
from assayline.cells.annotated import annotated
from assayline.cells.barcodes import droplets, material, mixture
from assayline.cells.measure import Measured, measure
from assayline.cells.needs import refusals
from assayline.cells.orient import oriented
from assayline.cells.read import read
from assayline.cells.sheet import is_sheet, read_sheet
from assayline.cells.values import judge
from assayline.errors import Refused
from assayline.json_files import file_digest

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.cells.genes import Identifiers
    from assayline.cells.matrix import Matrix

SCHEMA = "assayline/cells-inspect/1"
PANEL_GENES = 2000
FIRST_LOOK = 1_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person says about a matrix: all of it may be left out, and then it is found or said to be unknown."""

    orientation: str | None = None
    metadata: Path | None = None
    sample_key: str | None = None
    donor_key: str | None = None
    condition_key: str | None = None
    batch_key: str | None = None
    chemistry: str | None = None

    def keys(self) -> dict[str, str | None]:
        """The columns named for each role."""
        return {"sample": self.sample_key, "donor": self.donor_key, "condition": self.condition_key, "batch": self.batch_key}


@dataclass(slots=True)
class Inspection:
    """What the gate found: `data` is an AnnData or None if refused; `report` is plain JSON.

    The counts stand in `data.layers['counts']` (and X); where they are too large for memory, in `stored` instead.
    """

    data: Any
    report: dict[str, Any]
    findings: list[Finding]
    stored: Any = None
    measured: Measured | None = None

    @property
    def accepted(self) -> bool:
        """Whether later stations may use the matrix."""
        return bool(self.report["verdict"]["accepted"])


def inspect(path: Path, **options: Any) -> Inspection:
    """Read a matrix and judge it, with the options of `Ask`; never raises for what it is, only for what cannot be read."""
    ask = Ask(**options)
    candidates = read_sheet(path, ask.orientation) if is_sheet(path) else read(path)
    matrix, basis, identifiers, measured, values, findings = _chosen(candidates, ask, path)
    findings += [Finding("matrix-note", note, path.name) for note in matrix.notes]
    report: dict[str, Any] = {"schema": SCHEMA, "source": {"file": path.name, "place": matrix.place}}
    if path.is_file():
        report["source"]["sha256"] = file_digest(path)
    report |= {"cells": len(matrix.rows), "barcodes": len(matrix.rows), "genes": len(matrix.columns)}
    report["genes_expressed"] = int((measured.seen > 0).sum())
    report |= {"orientation": basis, "values": values.to_json()}
    report["identifiers"] = {"kind": identifiers.kind, "species": identifiers.species, "basis": identifiers.basis}
    report["duplicates"] = {"cells": _repeated(matrix.rows), "genes": _repeated(matrix.columns)}
    report |= _coverage(matrix)
    report["modalities"] = [{"kind": other.kind, "features": len(other.names)} for other in matrix.others]
    report["droplets"] = droplets(measured.totals)
    report["material"] = material(measured)
    if len(_species(identifiers)) > 1:
        report["mixture"] = mixture(measured, _species(identifiers))
        several = report["mixture"]["species"]
        words = f"one library holds {' and '.join(f'{count} barcodes of {name}' for name, count in several.items())}"
        findings.append(Finding("several-species", f"{words}, {report['mixture']['several']} of several.", path.name, "warning"))
    reasons = refusals(report)
    report["verdict"] = {
        "accepted": not reasons, "refused_because": [why for why, _ in reasons], "next": [step for _, step in reasons],
    }  # fmt: skip
    if reasons:
        return Inspection(None, report, findings, measured=measured)
    data, stored = annotated(matrix, report, findings, measured, ask)
    return Inspection(data, report, findings, stored, measured)


def require(inspection: Inspection, path: Path) -> None:
    """Raise `Refused` (status 9) with what was found and what to do, unless the gate accepted the matrix."""
    verdict = inspection.report["verdict"]
    if not verdict["accepted"]:
        raise Refused(
            what=path, found="; ".join(verdict["refused_because"]), expected="raw counts of cells", next=" ".join(verdict["next"])
        )


def _chosen(
    candidates: list[Matrix], ask: Ask, path: Path
) -> tuple[Matrix, dict[str, str], Identifiers, Measured, Any, list[Finding]]:
    """The first matrix that holds counts, else the last; measured whole, the others only at a first look."""
    findings: list[Finding] = []
    for number, candidate in enumerate(candidates, 1):
        matrix, basis, identifiers = oriented(candidate, ask.orientation)
        measured = measure(matrix.values, groups(matrix, identifiers))
        values = judge(matrix.values, measured)
        if values.kind == "counts" or number == len(candidates):
            break
    if values.kind == "counts" and number < len(candidates):
        last = candidates[-1]
        kind = judge(last.values, measure(last.values, most=FIRST_LOOK)).kind
        if kind != "counts":
            words = f"{last.place} holds {kind} values; the counts in {matrix.place} are used."
            findings.append(Finding("counts-elsewhere", words, path.name))
    return matrix, basis, identifiers, measured, values, findings


def groups(matrix: Matrix, identifiers: Identifiers) -> dict[str, Any]:
    """The groups of genes that are summed for every cell: the classes that the matrix has, and its species if several."""
    found = {}
    for kind in gene_facts.CLASSES:
        mask, _ = gene_facts.members(kind, matrix.columns, matrix.symbols)
        if any(mask):
            found[kind] = mask
    for species in _species(identifiers):
        found[species] = [_of_species(name, species) for name in matrix.columns]
    return found


def _species(identifiers: Identifiers) -> list[str]:
    return sorted(identifiers.prefixes) if identifiers.species == "mixed" and identifiers.prefixes else []


def _of_species(name: str, species: str) -> bool:
    """Whether a gene is of a species: by the prefix of its reference, its Ensembl code, else the way its symbol is spelt."""
    from assayline.cells.genes import CASES, CODES

    prefix = gene_facts.species_of_prefix(name)
    if prefix:
        return prefix == species
    code = gene_facts.ENSEMBL.fullmatch(name)
    if code:
        return CODES.get(code["species"] or "", "fly") == species
    return bool(CASES[species](name)) if species in CASES else False


def _coverage(matrix: Matrix) -> dict[str, str]:
    """Whole transcriptome or a panel, from the number of genes and the classes that a whole transcriptome always has."""
    count = len(matrix.columns)
    known = [kind for kind in ("mitochondrial", "ribosomal") if any(gene_facts.members(kind, matrix.columns, matrix.symbols)[0])]
    classes = f"{' and '.join(known) or 'neither mitochondrial nor ribosomal'} genes among them"
    kind = "targeted panel" if count < PANEL_GENES else "whole transcriptome"
    return {"coverage": kind, "coverage_basis": f"{count} genes, {classes}"}


def _repeated(names: list[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1][:20]
