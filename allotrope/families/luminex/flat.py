"""The layout in one table: a row a well, a column for each analyte and metric (`R25: RP1 MEDIAN`, `alpha COUNT`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import repeats, rows_as_text, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.luminex.document import CALCULATED, STATISTICS
from allotrope.families.luminex.run import Run, Well
from allotrope.families.plate import split_well
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid, Table
    from allotrope.record import Cell, Record

REGION = re.compile(r"^R\d+:\s+RP\d+\s+")
FIXED = ("INSTRUMENT TYPE", "SERIAL NUMBER", "SOFTWARE VERSION", "PLATE NAME", "PLATE START", "WELL LOCATION", "SAMPLE ID")
_WORDS = (
    "MEAN|MEDIAN|COUNT|PEAK|STDEV|STANDARD|DEVIATION|%CV|TRIMMED|NET|MFI|AVERAGE|AVG|RMS|MODE|TRMEAN|TRIMSTDEV|NORMALIZED|"
    "DILUTION|FACTOR|SETTING|UNITS|ANALYTE|NAME|REGION|BACKGROUND|REPLICATE"
)
WORDS = frozenset(_WORDS.split("|"))
"""The words that metrics are made of."""
SECTIONS = {
    "AVERAGE MFI": "Avg Net MFI",
    "REPLICATE %CV": "%CV of Replicates",
    "NET NORMALIZED MEDIAN": "Net Normalized Median",
    "NET MEDIAN": "Net MFI",
    "%CV": "% CV",
}
"""Endings of metrics whose section has another name than the metric itself; the first that fits wins."""
PLATE_SIZES = (96, 384)
REPEATED = (
    *FIXED[:3],
    *("PLATE START", "PLATE END", "ACTIVE USER", "UPTAKE VOLUME", "PROTOCOL NAME", "PROTOCOL VERSION", "PANEL NAME", "BEAD TYPE"),
)
CUSTOM_NAMES = {
    "MODEL NAME": "ModelName",
    "PLATE STATUS": "PlateStatus",
    "PLATE TYPE NAME": "PlateTypeName",
    "AUTHORIZED USER": "AuthorizedUser",
    "CALIBRATION STATE": "CalibrationState",
    "CALIBRATION LOT": "CalibrationLot",
    "CALIBRATION LOT EXPIRATION": "CalibrationLotExpiration",
    "CALIBRATION LOT EXPIRED": "CalibrationLotExpired",
    "CALIBRATION TIMESTAMP": "CalibrationTimestamp",
    "VERIFICATION STATE": "VerificationState",
    "VERIFICATION LOT": "VerificationLot",
    "VERIFICATION LOT EXPIRATION": "VerificationLotExpiration",
    "VERIFICATION LOT EXPIRED": "VerificationLotExpired",
    "VERIFICATION TIMESTAMP": "VerificationTimestamp",
    "FLUIDICS VER STATE": "FluidicsVerState",
    "FLUIDICS VER TIMESTAMP": "FluidicsVerTimestamp",
    "FLUIDICS 1 VER LOT": "Fluidics1VerLot",
    "FLUIDICS 1 VER LOT EXPIRATION": "Fluidics1VerLotExpiration",
    "FLUIDICS 1 VER LOT EXPIRED": "Fluidics1VerLotExpired",
    "FLUIDICS 2 VER LOT": "Fluidics2VerLot",
    "FLUIDICS 2 VER LOT EXPIRATION": "Fluidics2VerLotExpiration",
    "FLUIDICS 2 VER LOT EXPIRED": "Fluidics2VerLotExpired",
}
"""Facts of the run that stand in every row, by the names they have in the layout in sections."""


def flat_header(grid: Grid) -> int | None:
    """The first row that is not blank, where it is the header of the one table."""
    first = grid.first_filled()
    return first if first is not None and {"WELL LOCATION", "SAMPLE ID"} <= set(grid.texts(first)) else None


class Columns:
    """The columns of analytes: analytes in order with their names and regions, and the column of every (section, analyte)."""

    def __init__(self, table: Table, first: Record) -> None:
        self.of: dict[tuple[str, str], str] = {}
        self.sections: set[str] = set()
        self.analytes: dict[str, str | None] = {}
        facts: dict[tuple[str, str], str] = {}
        prefixes: list[str] = []
        metrics: list[tuple[str, str, str]] = []
        prefixed = any(REGION.match(label) for label in table.labels())
        for label in table.labels():
            if (prefixed and not REGION.match(label)) or label in FIXED or (parts := _split(label)) is None:
                continue
            prefix, metric = parts
            if metric.upper() in ("ANALYTE NAME", "REGION", "UNITS"):
                facts[prefix, metric.upper()] = label
                continue
            metrics.append((prefix, _section(metric), label))
            if metric.upper().endswith("COUNT") and prefix not in prefixes:
                prefixes.append(prefix)
        names = {prefix: _first(table, first, facts.get((prefix, "ANALYTE NAME"))) or prefix for prefix in prefixes}
        for prefix, name in names.items():
            self.analytes[name] = _first(table, first, facts.get((prefix, "REGION")) or facts.get((prefix, "UNITS")))
        self.repeated = tuple(facts.values())
        for prefix, section, label in metrics:
            if prefix in names:
                self.of[section, names[prefix]] = label
                self.sections.add(section)


def _split(label: str) -> tuple[str, str] | None:
    """Analyte and metric: the metric is the longest ending made of known words only, the analyte at least one word."""
    words = label.split(" ")
    for at in range(1, len(words)):
        if all(word.upper() in WORDS for word in words[at:]):
            return " ".join(words[:at]), " ".join(words[at:])
    return None


def _section(metric: str) -> str:
    upper = metric.upper()
    return next((section for ending, section in SECTIONS.items() if upper.endswith(ending)), metric.title())


def _first(table: Table, first: Record, label: str | None) -> str | None:
    """The first text in a column."""
    if label is None:
        return None
    found = first.peek(label) or next((record.peek(label) for record in table.records() if record.peek(label)), "")
    return found.removesuffix(".0") or None


def read_flat(document: Document, grid: Grid, header: int) -> Run:
    """The run of an export in one table under its header; raises Empty where it has no row."""
    marks = (row for row in range(header + 1, len(grid.rows)) if grid.text(row).startswith("--DOCUMENT SIGNATURE--"))
    footer = next(marks, len(grid.rows))
    table = grid.table(header, last=footer)
    records = list(table.records())
    if not records:
        raise document.source.empty(f"line {grid.line(header)}", "a header without rows", "at least one well")
    columns = Columns(table, records[0])
    run = Run(analytes=columns.analytes)
    facts(document, run, records[0])
    places = {record.peek("WELL LOCATION").upper() for record in records}
    count = sum(split_well(place) is not None for place in places)
    run.plate_wells = next((size for size in PLATE_SIZES if count <= size), None)
    for record in records:
        if record.peek("WELL LOCATION") or record.peek("SAMPLE ID"):
            run.wells.append(well(record, records[0], columns))
        else:
            set_aside(document, record, "a row without a well and without a sample")
    put(document.aggregate, CUSTOM, rows_as_text(grid, range(footer, len(grid.rows)), "Signature"))
    return run


def facts(document: Document, run: Run, first: Record) -> None:
    """What every row repeats, from the first one."""
    document.system["software version"] = first.text("SOFTWARE VERSION")
    document.fill(document.system, "data system instance identifier", "")
    document.device |= {"equipment serial number": first.text("SERIAL NUMBER"), "model number": first.text("MODEL NAME")}
    run.time = first.time("PLATE START")
    run.analyst = first.text("ACTIVE USER")
    run.sample_volume = number(first.peek("UPTAKE VOLUME").partition(" ")[0], first.store.locale.decimal)
    if run.sample_volume is not None:
        first.text("UPTAKE VOLUME")
    stop = first.text("PLATE END")
    run.group = {
        "analytical method identifier": first.text("PROTOCOL NAME"),
        "method version": first.text("PROTOCOL VERSION"),
        CUSTOM: {"BatchStopTime": stop} if stop else {},
    }
    names = (("PANEL NAME", "PanelName"), ("BEAD TYPE", "BeadType"))
    run.sample = {name: first.text(label) for label, name in names if first.peek(label)}
    for label, name in CUSTOM_NAMES.items():
        cell = first.cell(label)
        if cell:
            run.custom[name] = cell.keep()


def well(record: Record, first: Record, columns: Columns) -> Well:
    """One row; what it repeats of the first one is left out, what it says otherwise is its own custom information."""
    repeats(first, record, (*REPEATED, *CUSTOM_NAMES, *columns.repeated), "the same in every row")

    def value(section: str, name: str) -> Cell | None:
        label = columns.of.get((section, name))
        return record.cell(label) if label is not None else None

    def has(section: str) -> bool:
        return section in columns.sections

    counts = [number(cell.value, record.store.locale.decimal) for name in columns.analytes if (cell := value("Count", name))]
    total = record.number("TOTAL EVENTS")
    found = Well(
        record.text("WELL LOCATION") or "",
        record.text("SAMPLE ID") or "",
        sum(count or 0 for count in counts) if total is None else total,
        record.number("DILUTION"),
        value,
        has,
        empty="NaN",
    )
    named = (*STATISTICS, *CALCULATED, "Count")
    other = {label for (section, _), label in columns.of.items() if section in named}
    found.custom = rest(record, other)
    return found


def rest(record: Record, taken: set[str]) -> dict[str, Any]:
    """Custom information from the cells of a row that stand for no statistic."""
    return record.keep(*(cell.label for cell in record if cell.label not in taken))
