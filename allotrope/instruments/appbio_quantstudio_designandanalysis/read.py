"""Design & Analysis: sheets to a document, column by column."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any

from allotrope.columns import ABSENT, Columns, positions_by
from allotrope.dropped import Dropped
from allotrope.envelope import CUSTOM, put
from allotrope.families.qpcr import (
    STANDING_FLAGS,
    UNITLESS,
    Calculations,
    Reaction,
    block_wells,
    group_facts,
    role_of,
)
from allotrope.families.quantstudio import TRUE
from allotrope.families.sections import column_facts, keep_rows, repeated_facts, split_sheet
from allotrope.field import as_number, as_text
from allotrope.instruments.appbio_quantstudio_designandanalysis.curves import amplification_curves, dye_curves, melting_curves
from allotrope.instruments.appbio_quantstudio_designandanalysis.rules import CALCULATED, KINDS, RQ_GROUP, Kind
from allotrope.labels import fold
from allotrope.record import MAPPED, UNREAD
from allotrope.template import Template
from allotrope.values import scalar

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid, Table
    from allotrope.source import Source
    from allotrope.values import Locale

MAIN = ("Results", "Primary_result")
PROCESSING = "processed data/data processing document"
SAMPLE_CUSTOM, PROCESSED_CUSTOM = f"sample document/{CUSTOM}", f"processed data/{CUSTOM}"


def as_flag(value: Any, _: Locale) -> bool:
    """A yes or no."""
    return str(value).strip().lower() in TRUE


def as_role(value: Any, _: Locale) -> str | None:
    """The role of a task."""
    return role_of(value)


FIELDS: tuple[tuple[str, str, str | None, Any], ...] = (
    ("Target", "target DNA description", None, as_text),
    ("Task", "sample document/sample role type", None, as_role),
    ("Reporter", "device control/reporter dye setting", None, as_text),
    ("Quencher", "device control/quencher dye setting", None, as_text),
    ("Threshold", f"{PROCESSING}/cycle threshold value setting (qPCR)", UNITLESS, as_number),
    ("Auto Threshold", f"{PROCESSING}/automatic cycle threshold enabled setting", None, as_flag),
    ("Auto Baseline", f"{PROCESSING}/automatic baseline determination enabled setting", None, as_flag),
    ("Baseline Start", f"{PROCESSING}/baseline determination start cycle setting", "#", as_number),
    ("Baseline End", f"{PROCESSING}/baseline determination end cycle setting", "#", as_number),
    ("Cq", "processed data/cycle threshold result (qPCR)", UNITLESS, as_number),
    ("Rn", "processed data/normalized reporter result", UNITLESS, as_number),
    ("Delta Rn", "processed data/baseline corrected reporter result", UNITLESS, as_number),
)
PROCESSED = ("Amp Status", "Tm1", "Tm2", "Tm3", "Tm4")
KNOWN = frozenset(
    map(fold, (*(label for label, *_ in FIELDS), *CALCULATED, *PROCESSED, "Well", "Well Position", "Sample", "Dye"))
)


class Reader:
    """One conversion: the sheets, the facts on top of them, and a reaction for every row of the results."""

    def __init__(self, source: Source, grids: dict[str, Grid]) -> None:
        self.source = source
        self.document = source.document()
        self.kept: dict[str, Any] = {}
        main = next((name for name in MAIN if name in grids), None)
        if main is None:
            raise source.damaged("the sheets", ", ".join(grids), "a sheet 'Results'")
        self.facts = column_facts(grids[main], split_sheet(grids[main])[0])
        self.grids = grids.values()
        self.tables: dict[str, Table] = {}
        for name, grid in grids.items():
            if isinstance(grid, Dropped):
                continue
            rows, header = split_sheet(grid)
            if name != main:
                repeated_facts(grid, rows, self.facts, self.kept)
            if header is not None:
                self.tables[name] = grid.table(header)
        plugin = self.facts.text("Plugin Name and Version")
        self.kind = next(kind for kind in KINDS if matches(kind, self.tables, plugin))
        name = self.kind.results or main
        if name not in self.tables or ("Well" not in self.tables[name] and "Well Position" not in self.tables[name]):
            raise source.damaged(f"sheet '{name}'", "no table with wells", "a table with the columns 'Well' and 'Target'")
        self.main = name
        self.columns = Columns(self.tables[name], absent=ABSENT)
        self.reactions: list[Reaction] = []
        self.at: list[int] = []

    def read(self) -> Document:
        """Facts, reactions, curves, calculated values; what is left is kept or ignored with its reason."""
        self._facts()
        reference = self._references() if self.kind.joined and self.kind.calls == "" else (None, None)
        self._wells()
        self._reactions(self._template(*reference))
        self._joined()
        self._calls()
        amplification_curves(self)
        dye_curves(self)
        melting_curves(self)
        Calculations(self.document.calculated, self.reactions, *reference).run(self.kind.rules)
        self._rest()
        return self.document

    def _facts(self) -> None:
        facts, document = self.facts, self.document
        named = re.match(r"(.*) v(.+)", facts.text("Software Name and Version") or "")
        document.system["software name"] = named[1] if named else facts.text("Software name")
        document.system["software version"] = named[2] if named else facts.text("Software version")
        document.device |= {
            "device identifier": facts.text("Instrument Name"),
            "model number": facts.text("Instrument Type"),
            "equipment serial number": facts.text("Instrument Serial Number"),
        }
        self.time = facts.time(self.source.locale, "Run End Date/Time", "Run End Data/Time")
        self.block = facts.text("Block Type") or ""
        self.analyst = facts.text("Operator")
        self.experiment = PureWindowsPath(facts.text("File Name") or "").name or None
        self.passive = facts.text("Passive Reference")
        stage = re.match(r"Stage ?(\d+)", facts.text("PCR Stage/Step Number") or "", re.IGNORECASE)
        self.stage = int(stage[1]) if stage else None
        run = {
            "total measurement duration setting": facts.text("Run Duration"),
            "Cover Temperature": facts.number(self.source.locale, "Cover Temperature"),
            "Run Start Date/Time": facts.text("Run Start Date/Time"),
        }
        self.run = {label: value for label, value in run.items() if value is not None}

    def _references(self) -> tuple[str | None, str | None]:
        """Reference sample and target of a relative quantification: the ones whose Rq is 1, and has none."""
        table = self.tables.get(RQ_GROUP)
        if table is None:
            return None, None
        columns = Columns(table, absent=ABSENT)
        rqs, samples, targets = columns.numbers("Rq"), self.names(columns, "Sample"), self.names(columns, "Target")
        if all(rq is None for rq in rqs):
            return None, None
        calibrators = {sample for rq, sample in zip(rqs, samples, strict=True) if rq == 1 and sample}
        without: dict[str, set[str]] = {}
        for rq, sample, target in zip(rqs, samples, targets, strict=True):
            if sample:
                without.setdefault(sample, set())
                if rq is None and target:
                    without[sample].add(target)
        controls = set.intersection(*without.values()) if without else set()
        for found, what in ((calibrators, "sample with an Rq of 1"), (controls, "target without an Rq")):
            if len(found) > 1:
                self.source.find(
                    "ambiguous-reference", f"more than one {what}: {', '.join(sorted(found))}; none is taken", RQ_GROUP, "warning"
                )
        return next(iter(calibrators)) if len(calibrators) == 1 else None, next(iter(controls)) if len(controls) == 1 else None

    def names(self, columns: Columns, label: str) -> list[str | None]:
        """The texts of a column, None where it is empty."""
        locale = self.source.locale
        return [None if value is None else as_text(value, locale) for value in columns.raw(label)]

    def _wells(self) -> None:
        """The number of each row's well: as stated, or by the order of all wells, or in which the positions come."""
        raw = self.columns.raw("Well")
        numbers = self.columns.numbers("Well")
        if any(number is not None for number in numbers):
            self.positions = self.names(self.columns, "Well Position")
            self.wells = {
                value: int(number) for value, number in zip(raw, numbers, strict=True) if number is not None and abs(number) < 1e6
            }
        else:
            named = "Well" in self.columns
            raw = self.columns.raw("Well", "Well Position")
            self.positions = self.names(self.columns, "Well Position" if "Well Position" in self.columns else "Well")
            places = sorted(self._places()) if named else dict.fromkeys(str(value) for value in raw if value is not None)
            self.wells = {value: at for at, value in enumerate((one for one in places if re.search(r"\d", one)), start=1)}
        self.numbers = [self.wells.get(value) for value in raw]

    def _places(self) -> set[str]:
        """The wells that any sheet names by their place (A01), also those without results; their order gives each its number."""
        found = set()
        for grid in self.grids:
            header = split_sheet(grid)[1]
            labels = [] if header is None else [fold(text) for text in grid.texts(header)]
            if header is not None and "well" in labels:
                column = labels.index("well")
                found |= {grid.text(row, column) for row in range(header + 1, len(grid.rows))}
        return found

    def _template(self, sample: str | None, target: str | None) -> Template:
        """The columns of the results laid out by path."""
        template, columns, facts = Template(), self.columns, self.facts
        count = len(columns)
        for path, value in (
            ("measurement time", self.time),
            ("device control/device type", "qPCR"),
            ("device control/measurement method identifier", facts.text("Quantification Cycle Method")),
            ("device control/qPCR detection chemistry", facts.text("Chemistry")),
            ("device control/passive reference dye setting", self.passive),
            ("sample document/well plate identifier", facts.text("Barcode")),
        ):
            template.add(path, [value] * count)
        columns.take("Well")
        columns.take("Well Position")
        samples = columns.take("Sample")
        template.add(
            "sample document/sample identifier", [name or place for name, place in zip(samples, self.positions, strict=True)]
        )
        template.add("sample document/well location identifier", list(self.positions))
        template.add("sample document/location identifier", [None if number is None else str(number) for number in self.numbers])
        for label, path, unit, read in FIELDS:
            values = columns.take(label, read=read)
            template.add(path, values, unit)
            if label == "Threshold" and self.kind.calls:
                template.add(f"{PROCESSING}/genotyping qPCR method setting (qPCR)", values, unit)
        for label in columns.table.labels():
            if fold(label) not in KNOWN:
                template.add(SAMPLE_CUSTOM, columns.keep(label), label=label)
        for label in PROCESSED:
            if label in columns:
                template.add(PROCESSED_CUSTOM, columns.keep(label), label=label)
        template.add(SAMPLE_CUSTOM, [facts.number(self.source.locale, "Sample Volume")] * count, label="sample volume setting")
        self._processing(template, {"reference dna description": target, "reference sample description": sample})
        return template

    def _processing(self, template: Template, stated: dict[str, Any]) -> None:
        """What the analysis did with each well, as custom information of the data processing."""
        facts, columns = self.facts, self.columns
        stated |= {"data processing time": facts.text("Analysis Date/Time"), "Exported On": facts.text("Exported On")}
        for label in ("Analysis Type", "RQ Min/Max Confidence Level"):
            stated[label] = None if facts.peek(label) is None else scalar(facts.peek(label))
        for label, value in stated.items():
            template.add(f"{PROCESSING}/{CUSTOM}", [value] * len(columns), label=label)
        for label in (*STANDING_FLAGS, "Omit"):
            standing = False if label == "Omit" else "N"
            values = [standing if value is None else scalar(value) for value in columns.raw(label)]
            template.add(f"{PROCESSING}/{CUSTOM}", values, label=label)

    def _reactions(self, template: Template) -> None:
        """One group a well, in the order of wells; one measurement for each of its rows."""
        columns, names = self.columns, self.names(self.columns, "Target")
        stated = {label: columns.numbers(label) for label in CALCULATED if label in columns}
        cycles = columns.numbers("Cq")
        of_well = positions_by(self.numbers)
        rows = template.rows(len(columns))
        for well in sorted(well for well in of_well if well is not None):
            group = self.document.group()
            group_facts(group, self.block, block_wells(self.block), self.kind.name)
            put(group.node, "experimental data identifier", self.experiment)
            put(group.node, CUSTOM, self.run)
            put(group.document, "analyst", self.analyst)
            for at in of_well[well]:
                node = group.measurement()
                node |= rows[at]
                reaction = Reaction(node, node["sample document"].get("sample identifier", ""), names[at] or "")
                reaction.standard = node["sample document"].get("sample role type") == "standard sample role"
                for label, values in stated.items():
                    cell = columns.cell(at, label) if values[at] is not None else None
                    if cell is not None:
                        reaction.values[label] = (values[at], cell)
                if cycles[at] is None and "Quantity" in reaction.values:
                    put(node, SAMPLE_CUSTOM, {"quantity": reaction.values.pop("Quantity")[1].keep()})
                self.reactions.append(reaction)
                self.at.append(at)

    def _joined(self) -> None:
        """Values that other sheets state by sample and target; they overrule those of the results."""
        samples = self.names(self.columns, "Sample")
        for sheet, labels in self.kind.joined:
            if sheet not in self.tables:
                continue
            columns = Columns(self.tables[sheet], absent=ABSENT)
            places = dict(
                zip(
                    zip(self.names(columns, "Sample"), self.names(columns, "Target"), strict=True),
                    range(len(columns)),
                    strict=True,
                )
            )
            values = {label: columns.numbers(label) for label in labels}
            used = set()
            for reaction, at in zip(self.reactions, self.at, strict=True):
                place = places.get((samples[at], reaction.target)) if samples[at] else None
                for label in labels:
                    stated = reaction.values.pop(label, None)
                    cell = columns.cell(place, label) if place is not None else None
                    if place is None or cell is None or values[label][place] is None:
                        continue
                    used.add(place)
                    reaction.values[label] = (values[label][place], cell)
                    if stated and stated[0] == values[label][place]:
                        stated[1].mapped()
            columns.settle(used, ("Sample", "Target"), MAPPED)

    def _calls(self) -> None:
        """Calls of genotypes and targets, by well and assay or target."""
        if not self.kind.calls:
            return
        columns = Columns(self.tables[self.kind.calls], absent=ABSENT)
        wells = columns.raw("Well", "Well Position")
        assays = self.names(columns, "Target" if "Target" in columns else "SNP Assay")
        places = {(self.wells.get(well), assay): place for place, (well, assay) in enumerate(zip(wells, assays, strict=True))}
        calls = self.names(columns, "Call")
        used = set()
        for reaction, at in zip(self.reactions, self.at, strict=True):
            number = self.numbers[at]
            assay = re.sub(r"-Allele [12]$", "", reaction.target)
            place = places.get((number, reaction.target), places.get((number, assay)))
            if place is not None and calls[place] is not None:
                put(reaction.node, "processed data/genotyping qPCR result", calls[place])
                used.add(place)
        columns.settle(used, ("Well", "Target", "SNP Assay", "Call"), MAPPED)

    def sheet(self, name: str) -> Columns | None:
        """The columns of a sheet, None where the workbook has none of that name."""
        return Columns(self.tables[name], absent=ABSENT) if name in self.tables else None

    def _rest(self) -> None:
        """What nothing has read: with its well where the sheet names one, else with the whole document."""
        columns = self.columns
        for reaction, at in zip(self.reactions, self.at, strict=True):
            dye = columns.cell(at, "Dye")
            if dye and dye.text == columns.grid.text(
                columns.rows[at], columns.table.index[fold("Reporter")][0] if "Reporter" in columns else 0
            ):
                dye.ignore("repeats the reporter")
            put(reaction.node, PROCESSED_CUSTOM, columns.rest(at))
        for name, table in self.tables.items():
            if name != self.main and name not in ("Amplification Data", "Multicomponent") and "Well" in table:
                self._of_wells(Columns(table, absent=ABSENT))
            keep_rows(table, self.kept, "Well", "Sample", "Target")
        put(self.document.aggregate, CUSTOM, self.facts.rest() | self.kept)

    def _of_wells(self, columns: Columns) -> None:
        """The unread cells of a sheet of wells: what repeats the results is ignored, the rest kept with the measurement."""
        results, grid = self.columns, columns.grid
        of: dict[Any, int] = {}
        for row, at in enumerate(self.at):
            of.setdefault((self.numbers[at], self.reactions[row].target), row)
            of.setdefault((self.numbers[at], None), row)
        targets = self.names(columns, "Target")
        numbers = [self.wells.get(well) for well in columns.raw("Well")]
        found = [of.get(key, of.get((key[0], None))) for key in zip(numbers, targets, strict=True)]
        places = [(row, at) for row, at in zip(columns.rows, found, strict=True) if at is not None]
        kept: list[dict[str, Any]] = [{} for _ in places]
        repeats = grid.reason("repeats the results")
        for offset, label in columns.table.index.values():
            column = results.table.index[fold(label)][0] if label in results else None
            for own, (row, at) in zip(kept, places, strict=True):
                handle = row * grid.width + offset
                if grid.fates[handle] != UNREAD or not (text := grid.text(row, offset)):
                    continue
                if column is not None and text == results.grid.text(results.rows[self.at[at]], column):
                    grid.mark(handle, repeats)
                else:
                    own[label] = grid.cell(handle, label).keep()
        for own, (_, at) in zip(kept, places, strict=True):
            put(self.reactions[at].node, PROCESSED_CUSTOM, own)


def matches(kind: Kind, tables: dict[str, Table], plugin: str | None) -> bool:
    """Whether the sheets, and the plug-in where it is named, are those of an analysis."""
    return all(sheet in tables for sheet in kind.sheets) and (plugin is None or re.search(kind.plugin, plugin) is not None)
