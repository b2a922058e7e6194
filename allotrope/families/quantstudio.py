"""QuantStudio real-time PCR: setup, results, curves and calculated values of the classic export, as text or as a workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.columns import ABSENT, Columns, positions_by
from allotrope.envelope import CUSTOM, put
from allotrope.families.plate import well_count, well_count_of
from allotrope.families.qpcr import (
    UNITLESS,
    Calculations,
    Reaction,
    amplification,
    block_wells,
    fluorescence,
    group_facts,
    melting_curve,
    role_of,
)
from allotrope.families.quantstudio_rules import CALCULATED, COMPARATIVE, GENOTYPING, KINDS, RELATIVE, RULES
from allotrope.families.sections import Facts, keep_rows
from allotrope.field import as_number
from allotrope.labels import fold
from allotrope.record import UNREAD, Cell, Record
from allotrope.values import scalar

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Table
    from allotrope.source import Source as File

TRUE = frozenset(("yes", "y", "true", "t", "1"))
FALSE = frozenset(("no", "n", "false", "f", "0"))
SETUP = ("Well", "Well Position", "Sample Name", "Task", "Reporter", "Quencher", "Target Name")
POSITION = "repeats the position of the well"
COLOURS = ("Sample Color", "Biogroup Color", "Target Color")
FLAGS = ("HIGHSD", "NOAMP", "EXPFAIL", "THOLDFAIL", "PRFDROP")
STANDING = ("BADROX", "CQCONF", "NOISE", "OUTLIERRG")
SIGMA = {"ΔΔCт - Fsigma": "delta delta ct minus fsigma", "ΔΔCт + Fsigma": "delta delta ct plus fsigma"}
ALLELE_REPEATS = (
    "Allele2 Baseline End",
    "Allele2 Baseline Start",
    "Allele2 Automatic Ct Threshold",
    "Allele2 Automatic Baseline",
    "Allele2 Ct",
)
MOST_DIGITS = 7
"""Of the number of a well."""
PROCESSED = "processed data"
PROCESSING = "processed data/data processing document"
_METHOD = re.compile(r"(?:(\w+) )?(ct|crt|cq|cт)", re.IGNORECASE)


@dataclass
class Export:
    """A classic export: the facts on top, the tables by section, and the facts below the results."""

    facts: Facts = field(default_factory=Facts)
    tables: dict[str, Table] = field(default_factory=dict)
    results: Facts = field(default_factory=Facts)


def document_of(source: File, export: Export) -> Document:
    """The ASM document of a classic export; raises Damaged where it has no results or names no known experiment."""
    reader = _Reader(source, export)
    reader.read()
    return reader.document


class _Reader:
    """One conversion of a classic export."""

    def __init__(self, source: File, export: Export) -> None:
        self.source = source
        self.export = export
        self.document = source.document()
        self.reactions: list[tuple[int, Reaction]] = []
        found = export.tables.get("Results")
        if found is None:
            raise source.damaged("the sections", ", ".join(export.tables) or "none", "a section 'Results'")
        self.results = found
        self.setup = export.tables.get("Sample Setup", found)
        experiment = str(export.facts.peek("Experiment Type") or "")
        kind = next((kind for start, kind in KINDS if fold(experiment).startswith(start)), None)
        if kind is None:
            raise source.damaged("'Experiment Type'", experiment or "nothing", "an experiment that QuantStudio knows")
        self.kind = kind
        self.alleles, self.method = self._method()
        self.decimals = any(record.peek("Well").endswith((".0", ",0")) for record in self.setup.records())

    def _method(self) -> tuple[list[str], str]:
        """Prefixes of the alleles ('' where there are none) and how the threshold is called in the labels: Ct, Crt or Cq."""
        found = [match for match in map(_METHOD.fullmatch, self.results.labels()) if match]
        method = found[0][2] if found else "Ct"
        alleles = (
            [f"{match[1]} " for match in found if match[1] and match[1].lower() != "delta"] if self.kind == GENOTYPING else []
        )
        return alleles or [""], method

    def read(self) -> None:
        """Facts, reactions, curves, calculated values; what is left is kept or ignored with its reason."""
        self._facts()
        reference = self._reference()
        rows = self._rows()
        self._reactions(rows, reference)
        self._curves()
        nodes = [reaction for _, reaction in self.reactions]
        sample, target = reference.get("reference sample description"), reference.get("reference dna description")
        Calculations(self.document.calculated, nodes, sample, target).run(RULES.get(self.kind, ()))
        self._rest()

    def _facts(self) -> None:
        facts, locale = self.export.facts, self.source.locale
        self.document.device |= {
            "device identifier": facts.text("Instrument Name"),
            "model number": facts.text("Instrument Type"),
            "equipment serial number": facts.text("Instrument Serial Number"),
        }
        self.time = facts.time(locale, "Experiment Run End Time", "Experiment Run Stop Time")
        self.block = str(facts.peek("Block Type") or "")
        self.barcode = facts.text("Experiment Barcode", "Barcode")
        self.analyst = facts.text("Experiment User Name", "User Name")
        self.experiment = facts.text("Experiment Name")
        self.passive = facts.text("Passive Reference")
        self.control = {
            "device control/device type": "qPCR",
            "device control/measurement method identifier": facts.text("Quantification Cycle Method"),
            "device control/qPCR detection chemistry": facts.text("Chemistry"),
            "device control/passive reference dye setting": self.passive,
        }

    def _reference(self) -> dict[str, Any]:
        """What every measurement says of the reference, and of the analysis."""
        facts = self.export.results
        if self.kind not in (COMPARATIVE, RELATIVE):
            return {}
        reference: dict[str, Any] = {
            "reference dna description": facts.text("Endogenous Control"),
            "reference sample description": facts.text("Reference Sample"),
        }
        for label in ("Analysis Type", "RQ Min/Max Confidence Level"):
            value = facts.value(label)
            reference[label] = None if value is None else scalar(value)
        return {key: value for key, value in reference.items() if value is not None}

    def _rows(self) -> dict[tuple[str, str], Record]:
        """The rows of results by well and target, spaces left out."""
        label = "SNP Assay Name" if self.kind == GENOTYPING else "Target Name"
        found: dict[tuple[str, str], Record] = {}
        for record in self.results.records():
            _drop_absent(record)
            found.setdefault((well_of(record), _tight(record.peek(label))), record)
        return found

    def _reactions(self, rows: dict[tuple[str, str], Record], reference: dict[str, Any]) -> None:
        """One group a well, in the order of wells; one measurement for every target that has results."""
        wells: dict[int, list[tuple[Record, str, str, Record]]] = {}
        for record in self.setup.records():
            _drop_absent(record)
            for target, allele in self._targets(record):
                key = target.rpartition("-")[0] if allele else target
                result = rows.get((well_of(record), _tight(key)))
                if result is not None and well_of(record).isdecimal() and len(well_of(record)) < MOST_DIGITS:
                    wells.setdefault(int(well_of(record)), []).append((record, target, allele, result))
        order = sorted(wells) if self.kind != GENOTYPING else list(wells)
        positions = [record.peek("Well Position") for items in wells.values() for record, *_ in items]
        count = block_wells(self.block) or max(well_count_of(positions) or 0, well_count(max(wells, default=0)))
        for well in order:
            group = self.document.group()
            group_facts(group, self.block, count or None, self.kind)
            put(group.document, "analyst", self.analyst)
            put(group.node, "experimental data identifier", self.experiment)
            for record, target, allele, result in wells[well]:
                node = group.measurement({"measurement time": self.time, "target DNA description": target, **self.control})
                reaction = Reaction(node, record.peek("Sample Name") or "N/A", target)
                self._result(reaction, result, allele, reference)
                self._sample(reaction, record, well, allele)
                self.reactions.append((well, reaction))

    def _targets(self, record: Record) -> list[tuple[str, str]]:
        """Target and prefix of its allele for each measurement of a setup row."""
        if self.kind != GENOTYPING:
            target = record.peek("Target Name")
            return [(target, "")] if target else []
        assay = record.peek("SNP Assay Name")
        named = [(f"{assay}-{record.peek(f'{allele}Name')}", allele) for allele in self.alleles]
        return [(target, allele) for target, allele in named if assay and not target.endswith("-")]

    def _sample(self, reaction: Reaction, record: Record, well: int, allele: str) -> None:
        """What the setup says of a well; the rest of its row goes to the sample (of the last allele)."""
        node = reaction.node
        for label in (*SETUP, "SNP Assay Name", f"{allele}Name"):
            cell = record.cell(label)
            if cell:
                cell.mapped()
        role = role_of(record.peek("Task"))
        reaction.standard = role == "standard sample role"
        sample = {
            "sample identifier": record.peek("Sample Name") or None,
            "location identifier": f"{well}.0" if self.decimals else str(well),
            "well location identifier": record.peek("Well Position") or None,
            "well plate identifier": self.barcode,
            "sample role type": role,
        }
        node["sample document"] = {key: value for key, value in sample.items() if value is not None}
        put(node, "device control/reporter dye setting", record.text(f"{allele}Reporter", "Reporter"))
        put(node, "device control/quencher dye setting", record.text("Quencher"))
        custom: dict[str, Any] = {"well identifier": well, "group identifier": record.text("Biogroup Name")}
        custom |= {label.lower(): cell.keep() for label in COLOURS if (cell := record.cell(label))}
        if not role and record.peek("Task"):
            custom["Task"] = record.peek("Task")
        if self.setup is self.results:
            known = {fold(label) for label in (*SETUP, *COLOURS, "Biogroup Name")}
            custom |= {cell.label: plain(cell) for cell in record if cell and fold(cell.label) not in known and not _absent(cell)}
        elif allele == self.alleles[-1]:
            unread = [cell for cell in record if cell and cell.store.fates[cell.handle] == UNREAD]
            custom |= {cell.label: plain(cell) for cell in unread if cell.keep() is not None}
        put(node, f"sample document/{CUSTOM}", {key: value for key, value in custom.items() if value is not None})

    def _result(self, reaction: Reaction, record: Record, allele: str, reference: dict[str, Any]) -> None:
        """What the results say of a target in a well."""
        node, method = reaction.node, self.method
        put(node, f"{PROCESSING}/cycle threshold value setting (qPCR)", record.number(f"{allele}{method} Threshold"), UNITLESS)
        put(
            node, f"{PROCESSING}/automatic cycle threshold enabled setting", flag(record, f"{allele}Automatic {method} Threshold")
        )
        put(node, f"{PROCESSING}/automatic baseline determination enabled setting", flag(record, f"{allele}Automatic Baseline"))
        put(node, f"{PROCESSING}/genotyping qPCR method setting (qPCR)", record.number("Threshold Value"), UNITLESS)
        for end in ("start", "end"):
            put(node, f"{PROCESSING}/baseline determination {end} cycle setting", record.number(f"{allele}Baseline {end}"), "#")
        put(node, f"{PROCESSED}/cycle threshold result (qPCR)", record.number(f"{allele}{method}"), UNITLESS)
        put(node, f"{PROCESSED}/normalized reporter result", record.number("Rn"), UNITLESS)
        put(node, f"{PROCESSED}/baseline corrected reporter result", record.number(f"{allele}Delta Rn"), UNITLESS)
        put(node, f"{PROCESSED}/genotyping qPCR result", record.text("Call"))
        for label in CALCULATED:
            cell = record.cell(label.replace("Ct", method))
            value = _number(cell)
            if cell and value is not None:
                reaction.values[label] = (value, cell)
        custom = {**reference, "omit": flag(record, "Omit")}
        custom |= {label.lower(): cell.keep() for label in FLAGS if (cell := record.cell(label))}
        custom |= dict.fromkeys(STANDING, "N") | record.keep("Method", "SNP Assay Name", *STANDING)
        put(node, f"{PROCESSING}/{CUSTOM}", {key: value for key, value in custom.items() if value is not None})
        if allele != self.alleles[0]:
            return
        kept = {name: cell.keep() for label, name in SIGMA.items() if (cell := record.cell(label))}
        put(
            node,
            f"{PROCESSED}/{CUSTOM}",
            {key: value for key, value in kept.items() if value is not None} | self._unread(reaction, record),
        )

    def _unread(self, reaction: Reaction, record: Record) -> dict[str, Any]:
        """The cells of a result that nothing reads: kept, but for those that repeat the setup or wait for another allele."""
        waiting = {cell.handle for _, cell in reaction.values.values()}
        waiting |= {cell.handle for label in (*ALLELE_REPEATS, *SETUP) if (cell := record.cell(label)) and len(self.alleles) > 1}
        kept = {}
        for cell in record:
            if not cell or cell.handle in waiting or cell.store.fates[cell.handle] != UNREAD:
                continue
            if fold(cell.label) in {fold(label) for label in SETUP}:
                cell.ignore("repeats the sample setup")
            else:
                cell.keep()
                kept[cell.label] = plain(cell)
        return kept

    def _curves(self) -> None:
        """Amplification, multicomponent and melting curves, each table read once and grouped by well."""
        by_target: dict[tuple[int, str], Reaction] = {(well, reaction.target): reaction for well, reaction in self.reactions}
        amplified = self._columns("Amplification Data")
        if amplified is not None:
            cycles, reporter, corrected = (amplified.numbers(label) for label in ("Cycle", "Rn", "Delta Rn"))
            keys = zip(_wells(amplified), amplified.raw("Target Name"), strict=True)
            for key, at in positions_by((well, as_label(target)) for well, target in keys).items():
                reaction = by_target.get(key)
                if reaction is None:
                    amplified.ignore(at, amplified.table.labels(), "a cycle of a well or target without results")
                elif amplification(reaction.node, *([column[i] for i in at] for column in (cycles, reporter, corrected))):
                    amplified.settle(at, [label for label in amplified.table.labels() if fold(label) != "well position"], 1)
                    amplified.ignore(at, ["Well Position"], POSITION)
        self._dyes()
        melted = self._columns("Melt Curve Raw Data")
        if melted is not None:
            columns = [melted.numbers(label) for label in ("Temperature", "Fluorescence", "Derivative")]
            at_wells = positions_by(_wells(melted))
            for well, reaction in self.reactions:
                at = at_wells.get(well, [])
                if at and None not in (columns[0][i] for i in at):
                    if not melting_curve(reaction.node, "slope", *([column[i] for i in at] for column in columns)):
                        continue
                    melted.settle(at, ["Well", "Temperature", "Fluorescence", "Derivative"], 1)
                    melted.ignore(at, ["Reading"], "counts the readings")
                    melted.ignore(at, ["Well Position"], POSITION)

    def _dyes(self) -> None:
        """The curves of a target's reporter dye and of the passive reference."""
        columns = self._columns("Multicomponent Data", "Multicomponent")
        if columns is None:
            return
        cycles = columns.numbers("Cycle")
        dyes = {fold(label): columns.numbers(label) for label in columns.table.labels()}
        at_wells = positions_by(_wells(columns))
        for well, reaction in self.reactions:
            at = at_wells.get(well, [])
            reporter = reaction.node["device control aggregate document"]["device control document"][0].get(
                "reporter dye setting"
            )
            for dye, name in ((reporter, "reporter"), (self.passive, "passive reference")):
                if at and dye and fold(dye) in dyes:
                    values = [dyes[fold(dye)][i] for i in at]
                    if not fluorescence(reaction.node, name, f"{name} dye", [cycles[i] for i in at], values):
                        continue
                    columns.settle(at, ["Well", "Cycle", dye], 1)
                    columns.ignore(at, ["Well Position"], POSITION)
        columns.ignore(range(len(columns)), columns.table.labels(), "a dye that no target of the well uses")

    def _columns(self, *names: str) -> Columns | None:
        table = next((self.export.tables[name] for name in names if name in self.export.tables), None)
        return None if table is None else Columns(table, absent=ABSENT)

    def _rest(self) -> None:
        """Facts and rows that no measurement has read."""
        kept: dict[str, Any] = self.export.facts.rest() | self.export.results.rest()
        for name, table in self.export.tables.items():
            columns = Columns(table, absent=ABSENT)
            if name == "Raw Data":
                columns.ignore(range(len(columns)), table.labels(), "signals of the filters, before dyes are told apart")
            elif table is self.setup:
                empty = [at for at, target in enumerate(columns.raw("Target Name", "SNP Assay Name")) if target is None]
                columns.ignore(empty, ["Well", "Well Position"], "an empty well")
            keep_rows(table, kept, "Well", "Target Name")
        put(self.document.aggregate, CUSTOM, kept)


def flag(record: Record, label: str) -> bool | None:
    """A yes or no, mapped; any other word stays as it is."""
    word = record.peek(label).lower()
    if word not in TRUE | FALSE:
        return None
    record.text(label)
    return word in TRUE


def plain(cell: Cell) -> Any:
    """A cell for custom information; a number with signs between its thousands as the number it is."""
    value = _number(cell) if "," in cell.text else None
    return scalar(cell.value) if value is None else value


def well_of(record: Record) -> str:
    """The number of a record's well without a decimal part."""
    return record.peek("Well").removesuffix(".0").removesuffix(",0")


def as_label(value: Any) -> str:
    """A raw name as text; a number without decimals as an integer."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else "" if value is None else str(value)


def _wells(columns: Columns) -> list[int | None]:
    return [None if well is None else int(well) for well in columns.numbers("Well")]


def _tight(name: str) -> str:
    return name.replace(" ", "")


def _absent(cell: Cell) -> bool:
    return cell.text in ABSENT


def _drop_absent(record: Record) -> None:
    for cell in record:
        if cell and cell.store.fates[cell.handle] == UNREAD and _absent(cell):
            cell.ignore("stands for no value")


def _number(cell: Cell | None) -> Any:
    return None if cell is None or not cell else as_number(cell.value, cell.store.locale)
