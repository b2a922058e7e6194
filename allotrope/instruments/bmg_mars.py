"""BMG LABTECH MARS: run facts as `label: value`, then matrices of raw data, one for every filter pair."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.families.matrix import matrix
from allotrope.families.phrases import Phrases
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.families.matrix import Matrix
    from allotrope.grid import Grid
    from allotrope.source import Source

READS = {"absorbance": "mAU", "fluorescence": "RFU", "luminescence": "RLU"}
"""Detection types and the unit of what they measure."""
TITLE = re.compile(r"^\W*(?:\d+\.\s*)?Raw Data\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?", re.IGNORECASE)
RUN = re.compile(r"^\W*(User|Test name):", re.IGNORECASE)
FILTERS = re.compile(r"^(\d+(?:[.,]\d+)?)(?:(?:-\d+)?[/ ](\d+(?:[.,]\d+)?)(?:-\d+)?)?$")


def read(source: Source) -> Document:
    """The facts above a `Raw Data` row hold for every well of its matrix and of those below, up to the facts of another run."""
    grid = source.grid()
    titles = [row for row in range(len(grid.rows)) if any(TITLE.match(value) for value in grid.texts(row)[:2])]
    if not titles:
        raise source.damaged("the data", "no row that starts with 'Raw Data'", "at least one matrix of raw data")
    document = source.document()
    kind, shared, end = "", dict[str, Any](), 0
    for title in titles:
        if not shared or any(RUN.match(value) for row in range(end, title) for value in grid.texts(row)):
            kind, shared = run(document, grid, range(end, title))
        header = grid.first_filled(title + 1)
        found = None if header is None else matrix(grid, header, as_written=True)
        if found is None:
            raise source.damaged(f"line {grid.line(title)}", "no column numbers under 'Raw Data'", "a matrix of wells")
        for cell in grid.cells(title):
            if TITLE.fullmatch(cell.text):
                cell.mapped()
        found.tell(source)
        plate(document, found, kind, grid.texts(title), shared)
        end = found.end
    if not document.groups:
        raise source.empty(f"line {grid.line(titles[0])}", "a matrix without values", "at least one well")
    return document


def detection(source: Source, grid: Grid, rows: range) -> str:
    """The detection type: a cell of its own says it, else any cell of the header names it."""
    cells = [value.casefold() for row in rows for value in grid.texts(row)]
    named = {kind for kind in READS if any(cell.startswith(kind) for cell in cells)}
    named = named or {kind for kind in READS if any(kind in cell for cell in cells)}
    if len(named) != 1:
        raise source.damaged("the header", f"read types {sorted(named)}", f"one of {', '.join(READS)}")
    return named.pop()


def run(document: Document, grid: Grid, rows: range) -> tuple[str, dict[str, Any]]:
    """The detection type of a run, and its facts by where they stand in the document."""
    facts = Phrases(cell for row in rows for cell in grid.cells(row))
    kind = detection(document.source, grid, rows)
    for cell in facts.others:
        if cell.text.casefold() == kind:
            cell.mapped()
    if "UNC path" not in document.system:
        document.system["UNC path"] = facts.text("Path")
    shared = {
        "analyst": facts.text("User"),
        "measurement time": facts.joined_time("Date", "Time"),
        "experiment type": facts.text("Test name"),
        "experimental data identifier": facts.text("ID2"),
        "plate": facts.text("ID1"),
    }
    others = {cell.text: cell.keep() for cell in facts.others if cell.text.casefold() != kind}
    return kind, shared | {"custom": facts.rest() | others}


def wavelengths(title: list[str]) -> tuple[str, dict[str, Any]]:
    """The filters as written, and the wavelength settings that they state: `(ex/em)`, `(ex em)` or `(em)`, in nm."""
    found = next((hit for hit in map(TITLE.match, title) if hit), None)
    filters = (found[1] or "").strip() if found else ""
    pair = FILTERS.match(filters)
    if not pair:
        return filters, {}
    first, second = (None if value is None else float(value.replace(",", ".")) for value in pair.groups())
    if second is None:
        return filters, {"detector wavelength setting": first}
    return filters, {"detector wavelength setting": second, "excitation wavelength setting": first}


def plate(document: Document, wells: Matrix, kind: str, title: list[str], shared: dict[str, Any]) -> None:
    """One group with one measurement for every filled well of a matrix."""
    filters, settings = wavelengths(title)
    if kind != "fluorescence":
        settings.pop("excitation wavelength setting", None)
    wells.structure()
    count = wells.well_count if wells.odd else len(wells.lines) * (len(wells.grid.rows[wells.header]) - 1)
    name = shared["plate"]
    for well, cell in wells.wells():
        if not cell:
            continue
        value = cell.as_number()
        if value is None:
            document.source.find("unparsed-value", f"{cell.text!r} is no number and is kept", cell.where, "warning")
            put(document.aggregate, CUSTOM, {f"{filters or 'Raw Data'} {well}": cell.keep()})
            continue
        group = document.group()
        put(group.document, "analyst", shared["analyst"])
        node = group.measurement({"device control/device type": f"{kind} detector", "device control/detection type": kind})
        for setting, wavelength in settings.items():
            put(node, f"device control/{setting}", wavelength, "nm")
        put(node, f"device control/{CUSTOM}", {"filters": filters} if filters else {})
        node["sample document"] = {"sample identifier": f"{name} {well}" if name else well, "location identifier": well}
        put(node, "sample document/well plate identifier", name)
        put(node, kind, value, READS[kind])
        for key in ("measurement time", "experiment type", "experimental data identifier"):
            put(group.node, key, shared[key])
        group.node |= {"plate well count": quantity(count, "#"), "container type": "well plate"}
        put(group.node, CUSTOM, shared["custom"])


INSTRUMENT = Instrument(
    name="bmg_mars",
    vendor="BMG LABTECH",
    product="MARS data analysis",
    manifest="plate-reader/REC/2024/06/plate-reader",
    signature=Signature(("text",), all=(text(r"^\W*(User|Test name):"), text(r"^\W*(\d+\.\s*)?Raw Data\b"))),
    read=read,
    device={"product manufacturer": "BMG LABTECH"},
    system={"software name": "BMG MARS"},
    export="In MARS open the test run and export the microplate view of the raw data as CSV.",
    not_covered="Kinetic and spectral runs; views other than the microplate matrix of raw data.",
)
