"""Beckman Coulter Vi-CELL XR: the run data summary as a workbook, one row a sample, or one sample as a report or text file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.aside import leave_out, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.cells import whole_counts
from allotrope.families.phrases import Phrases
from allotrope.field import Field, apply, as_time
from allotrope.instrument import Instrument
from allotrope.labels import fold
from allotrope.record import Cell, Record, index_labels
from allotrope.signature import Signature, cell, text
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.source import Source


DATE = ("Sample date/time", "Sample data/time", "Sample date", "RunDate")
VIABILITY = "Viability (%)"
VIABLE = ("Viable cells/ml (x10^6)", "Total viable cells / ml (x 10^6)")
SETTING = "processed data/data processing document"
FIELDS = (
    Field("Sample ID", "sample document/sample identifier"),
    Field(DATE, "measurement time", read=as_time),
    Field("Total cells", "processed data/total cell count", unit="cell"),
    Field("Viable cells", "processed data/viable cell count", unit="cell"),
    Field("Nonviable cells", "processed data/dead cell count", unit="cell"),
    Field(VIABILITY, "processed data/viability (cell counter)", unit="%"),
    Field(
        ("Total cells/ml (x10^6)", "Total cells / ml (x 10^6)"),
        "processed data/total cell density (cell counter)",
        unit="10^6 cells/mL",
    ),
    Field(VIABLE, "processed data/viable cell density (cell counter)", unit="10^6 cells/mL"),
    Field(("Avg. diam. (microns)", "Average diameter (microns)"), "processed data/average total cell diameter", unit="µm"),
    Field(("Avg. circ.", "Average circularity"), "processed data/average total cell circularity", unit="(unitless)"),
    Field("Cell type", f"{SETTING}/cell type processing method"),
    Field(("Dilution factor", "Dilution"), f"{SETTING}/cell density dilution factor", unit="(unitless)"),
    Field(("Min diam. (microns)", "Minimum diameter (microns)"), f"{SETTING}/minimum cell diameter setting", unit="µm"),
    Field(("Max diam. (microns)", "Maximum diameter (microns)"), f"{SETTING}/maximum cell diameter setting", unit="µm"),
    Field("Internal Dilution", f"sample document/{CUSTOM}"),
    Field("File name", f"@group/{CUSTOM}/experimental data identifier"),
    Field(("LogDate", "Log date"), f"@group/{CUSTOM}/log date"),
    Field(("FileDate", "File date"), f"@group/{CUSTOM}/file date"),
)
CUSTOMS = {
    f"device control/{CUSTOM}": "Aspirate cycles,Probe volume (ml x 10^-6),Trypan blue mixing cycles",
    f"{SETTING}/{CUSTOM}": (
        "Decluster degree,Viable cell spot area (%),Viable spot area,Viable cell spot brightness (%),V. cell spot brightness (%),"
        "Cell sharpness,Sharpness,Cell brightness (%),Brightness (%),Brightness,Analysis version,Number of bins,"
        "Minimum circularity,Sample depth (microns)"
    ),
    f"image/{CUSTOM}": (
        "Images,Saved images,ImageBaseName,Frames,Microns/pixel ratio,ImageDirectory,Image size,Field of view (microns)"
    ),
    f"processed data/{CUSTOM}": (
        "Avg. cells / image,Average cells / image,Background intensity sum,Total diameter sum,Total circularity sum,"
        "Avg. background intensity,Avg. bg intensity"
    ),
}
"""Labels that are kept, by the place that they describe; any other goes to the measurement's own custom information."""
RULES = (*FIELDS, *(Field(label, path) for path, labels in CUSTOMS.items() for label in labels.split(",")))
KNOWN = frozenset(fold(name) for rule in RULES for name in rule.names)
DATES = frozenset(map(fold, DATE))
CONSTANTS = {"device control/device type": "brightfield imager (cell counter)", "device control/detection type": "brightfield"}


def read(source: Source) -> Document:
    """The first sheet of a workbook, a summary or the report of one sample, or a text of `label : value` lines."""
    document = source.document()
    if source.probe.kind == "workbook":
        first, *others = source.sheets().values()
        _summary(source, document, first)
        leave_out(document, others, "a sheet after the run data summary")
    else:
        mark = _trailing(source)
        grid = source.grid(mark, quoted=mark in ",;")
        record = Phrases(found for row in range(len(grid.rows)) for found in grid.cells(row))
        _facts(document, [found.text for found in record.others])
        for found in record.others:
            if found.text.casefold().startswith(("vi-cell", "unit s/n")):
                found.mapped()
        document.device["equipment serial number"] = record.text("Unit S/N")
        _sample(document, record)
    if not any(group.measurements for group in document.groups):
        raise source.empty("the samples", "no sample with date, viability and viable cells", "at least one sample")
    return document


def _trailing(source: Source) -> str:
    """The delimiter with which a spreadsheet ends the lines of a text it has saved; else one that no line holds."""
    lines = [line.rstrip() for line in source.probe.text.splitlines() if line.strip()]
    return next((mark for mark in ",;" if sum(line.endswith(mark) for line in lines) * 2 > len(lines)), "\x1f")


def _facts(document: Document, titles: list[str]) -> None:
    """Software version (without its last part) and serial number from the lines above the samples."""
    for title in titles:
        version = re.match(r"Vi-CELL XR (\d+\.\d+)", title, re.IGNORECASE)
        if version:
            document.system["software version"] = version[1]
            put(document.system, CUSTOM, {"title": title} if title != version[0] else {})
        elif title.casefold().startswith("unit s/n:"):
            document.device["equipment serial number"] = title.partition(":")[2].strip()


def _summary(source: Source, document: Document, grid: Grid) -> None:
    """The samples under a header of two rows, or the one sample of a report."""
    header = grid.find("Sample ID")
    if header is None:
        raise source.damaged(f"sheet {grid.name}", "no row that starts with 'Sample ID'", "the header of a Vi-CELL XR summary")
    titles = [found for row in range(header) for found in grid.cells(row)]
    _facts(document, [found.text for found in titles])
    for found in titles:
        if found.text.casefold().startswith(("vi-cell", "unit s/n")):
            found.mapped()
    put(document.system, CUSTOM, {found.where: found.keep() for found in titles if not grid.fates[found.handle]})
    if sum(fold(grid.text(row).rstrip(": ")) in KNOWN for row in range(header + 1, len(grid.rows))) > 1:
        _report(document, grid, header)
        return
    rows = [row for row in range(header + 2, len(grid.rows)) if not all(_is_number(found) for found in grid.cells(row))]
    for row in range(header, min(header + 2, len(grid.rows))):
        for found in grid.cells(row):
            if any(grid.text(below, found.handle % grid.width) for below in rows):
                found.mapped()
            else:
                found.ignore("a heading without values")
    names = (f"{grid.text(header, column)} {grid.text(header + 1, column)}" for column in range(grid.width))
    index = index_labels((name.replace(" /ml", "/ml").strip(), column) for column, name in enumerate(names) if name.strip())
    for row in range(header + 2, len(grid.rows)):
        if not grid.blank(row):
            record = Record(grid, index, row * grid.width)
            if row not in rows:
                for found in record:
                    found.ignore("hidden row of column numbers")
            else:
                _sample(document, record)


def _report(document: Document, grid: Grid, first: int) -> None:
    """The report of one sample: labels with their values to the right, results beside settings."""
    found: list[Cell] = []
    labels: list[Cell] = []
    for row in range(first, len(grid.rows)):
        label = None
        for one in grid.cells(row):
            if label is None or fold(one.text.rstrip(": ")) in KNOWN:
                label = one
            else:
                found.append(Cell(grid, one.handle, label.text.rstrip(": ")))
                labels.append(label)
                label = None
    if not any(fold(one.label) in DATES for one in found):
        dated = next((one for one in found if moment(one.value, grid.locale)), None)
        if dated:
            dated.label = DATE[0]
    _sample(document, Record.of(found))
    for label, one in zip(labels, found, strict=True):
        grid.mark(label.handle, grid.fates[one.handle])


def _is_number(found: Cell) -> bool:
    """Whether a cell holds a number as such; a hidden row of column numbers holds nothing else."""
    return isinstance(found.value, (int, float))


def _sample(document: Document, record: Record) -> None:
    """One sample; without date, viability or viable density, which the standard requires, it is kept but not measured."""
    viable = next((label for label in VIABLE if label in record), VIABLE[0])
    lacking = [label for label in (VIABILITY, viable) if record.peek_number(label) is None]
    if lacking or moment(record.peek(*DATE), record.store.locale) is None:
        set_aside(document, record, f"the sample has no {', '.join(lacking) or 'date'}")
        return
    group = document.group()
    document.analyst(group, "Vi-Cell XR")
    node = group.measurement(CONSTANTS)
    apply(RULES, record, node, document, group)
    whole_counts(node)
    put(node, CUSTOM, record.rest())


INSTRUMENT = Instrument(
    name="beckman_vi_cell_xr",
    vendor="Beckman Coulter",
    product="Vi-CELL XR",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(("text", "workbook"), any=(text(r"\A\W*Vi-CELL XR\b"), cell(r"^Vi-CELL XR\b"))),
    read=read,
    device={"model number": "Vi-Cell XR"},
    system={"software name": "Vi-Cell XR"},
    export="In Vi-CELL XR software choose File > Export > Run data to Excel, or take the text file of a sample.",
    not_covered="Histograms of a sample's text file are kept as custom information, as written.",
)
