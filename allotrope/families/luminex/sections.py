"""The layout in sections: facts, calibrations, then a table for each statistic under `DataType:`, all by location."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import repeats, rows_as_text, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.luminex.document import CALCULATED, STATISTICS
from allotrope.families.luminex.run import Run, Well
from allotrope.labels import told_apart
from allotrope.values import moment, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.record import Cell, Record

CALIBRATIONS = re.compile(r"^Most Recent Calibration and \w+ Results")
LOCATION = re.compile(r"^\d+\((\d+),(\w+)\)$")
STATES = ("Passed", "Failed", "Calibrated", "Verified")
DEFAULT_COUNT = 100
"""The smallest number of beads that counts, where the export leaves it empty: the software's own default."""
CONTROL = ("ProtocolHeater", "DDGate", "SampleTimeout", "ProtocolAnalysis", "ProtocolMicrosphere", "PlateReadDirection")
SAMPLE = ("BatchDescription", "PanelName", "BeadType")
REPEATED = ("Sample", "Total Events")
Section = dict[str, "Record"]


def read_sections(document: Document, grid: Grid) -> Run:
    """The run of an export in sections; raises Damaged where the section of counts is missing."""
    source = document.source
    titles = [row for row in range(len(grid.rows)) if grid.text(row).rstrip(":") == "DataType"]
    if not titles:
        raise source.damaged("the sections", "no row 'DataType:'", "a section for each statistic")
    calibrations = next((row for row in range(titles[0]) if CALIBRATIONS.match(grid.text(row))), titles[0])
    run = Run()
    facts(document, grid, range(calibrations), run)
    if calibrations < titles[0]:
        grid.structure(calibrations)
        end = grid.until_blank(calibrations + 1)
        calibrate(document, grid, range(calibrations + 1, end))
        samples(grid, range(end, titles[0]), run)
        put(document.aggregate, CUSTOM, rows_as_text(grid, range(end, titles[0]), "Calibrators"))
    sections: dict[str, Section] = {}
    for title, following in zip(titles, [*titles[1:], len(grid.rows)], strict=True):
        section(document, grid, range(title, following), sections, run)
    if "Count" not in sections:
        raise source.damaged("the sections", f"{', '.join(sections) or 'none'}", "the section 'Count' among them")
    for place, counted in sections["Count"].items():
        for name, records in sections.items():
            if name != "Count" and place in records:
                repeats(counted, records[place], REPEATED, "repeats the section 'Count'")
    messages = warnings(grid, titles)
    wells(run, sections, messages)
    leftovers(document, grid, titles)
    return run


def facts(document: Document, grid: Grid, rows: range, run: Run) -> None:
    """Device, software, protocol and batch; rows of several labels and values are taken apart."""
    record = grid.pairs(rows)
    program = grid.find("Program")
    if program is not None:
        grid.structure(program, 0, 2)
        document.device["model number"] = grid.at(program, 3).as_text() if grid.width > 3 else None
    plate = grid.find("ProtocolPlate")
    if plate is not None:
        wells_of = next((at for at, text in enumerate(grid.texts(plate)) if text == "Type"), None)
        run.plate_wells = grid.at(plate, wells_of + 1).as_number() if wells_of and wells_of + 1 < grid.width else None
        grid.structure(plate, 0, 1)
        grid.structure(plate, 3, 3)
    volume = record.cell("SampleVolume") or record.cell("MaxSampleUptakeVolume")
    run.sample_volume = number(volume.text.partition(" ")[0], grid.locale.decimal) if volume else None
    if volume and run.sample_volume is not None:
        volume.mapped()
    document.system |= {"software version": record.text("Build"), "data system instance identifier": record.text("ComputerName")}
    document.device["equipment serial number"] = record.text("SN")
    run.gain = stated(record, "ProtocolReporterGain", "ProtocolOperatingMode")
    run.time = record.time("BatchStartTime")
    run.analyst = stated(record, "Operator")
    run.group = {
        "analytical method identifier": stated(record, "ProtocolName"),
        "method version": stated(record, "ProtocolVersion"),
        "experimental data identifier": stated(record, "Batch"),
        CUSTOM: record.keep("BatchStopTime", "ProtocolDescription"),
    }
    put(document.device, CUSTOM, record.keep("Country Code", "ProtocolDevelopingCompany", "Version"))
    put(document.aggregate, CUSTOM, record.keep("Date"))
    run.control = record.keep(*CONTROL)
    run.sample = record.keep(*SAMPLE)
    run.custom = record.rest()
    for row in rows:
        found = told_apart(further(grid, row))
        if grid.text(row) == "ProtocolMicrosphere":
            run.control |= found
        else:
            put(document.aggregate, CUSTOM, found)


def stated(record: Record, *labels: str) -> str | None:
    """The text under the first of these labels that is filled, mapped; `N/A` says nothing and stays for custom information."""
    return None if record.peek(*labels) in ("N/A", "") else record.text(*labels)


def further(grid: Grid, row: int) -> Iterator[tuple[str, Any]]:
    """Labels and values from the cells after the second of a row: labels and values by turns."""
    cells = [cell for cell in grid.cells(row)[1:] if not grid.fates[cell.handle] or cell.handle % grid.width == 1]
    label = ""
    for cell in cells:
        if cell.text.isalpha() and cell.handle % grid.width % 2:
            label = cell.text
            cell.keep()
        elif not grid.fates[cell.handle]:
            yield f"{grid.text(row)} {label}".strip(), cell.keep()


def calibrate(document: Document, grid: Grid, rows: range) -> None:
    """`Last X`, then `Passed <time>` or a time alone; a calibration without a time is kept as it stands."""
    found = []
    for row in rows:
        name, result = grid.text(row), grid.text(row, 1)
        state, _, rest = result.partition(" ")
        time = moment(rest if state in STATES else result, grid.locale)
        if name and time:
            entry = {"calibration name": name.removeprefix("Last").strip(), "calibration time": time}
            found.append(entry | ({"calibration report": state} if state in STATES else {}))
            grid.structure(row, 0, 1)
    if found:
        document.device["calibration aggregate document"] = {"calibration document": found}
    put(document.aggregate, CUSTOM, rows_as_text(grid, rows, "Calibration"))


def samples(grid: Grid, rows: range, run: Run) -> None:
    """The row `Samples`: the smallest number of beads stands under `Min Events`."""
    row = next((row for row in rows if grid.text(row) == "Samples"), None)
    if row is not None:
        text = grid.text(row, 3)
        run.minimum_count = number(text, grid.locale.decimal) if text else DEFAULT_COUNT
        grid.structure(row)


def section(document: Document, grid: Grid, rows: range, sections: dict[str, Section], run: Run) -> None:
    """One section: records by location; of units, the bead regions of the analytes."""
    title, header = rows[0], rows[0] + 1
    name = grid.text(title, 1)
    grid.structure(title)
    if header >= rows.stop or grid.blank(header):
        return
    last = min(grid.until_blank(header), rows.stop)
    if name == "Units":
        table = grid.table(header, last=last)
        for record in table.records():
            if record.peek(table.labels()[0]).rstrip(":") == "BeadID":
                beads(record, run)
                return
    elif grid.text(header) == "Location" and name != "Warnings/Errors":
        sections[name] = {}
        for record in grid.table(header, last=last).records():
            place = LOCATION.match(record.peek("Location"))
            if place is None:
                set_aside(document, record, f"{name}: a row whose location is not of the form 1(1,A1)")
                continue
            sections[name][record.peek("Location")] = record
            cell = record.cell("Location")
            if cell:
                cell.mapped()


def beads(record: Record, run: Run) -> None:
    """Bead regions by analyte."""
    first = True
    for cell in record:
        if first:
            cell.mapped()
            first = False
        elif cell:
            run.analytes[cell.label] = cell.as_text()


def warnings(grid: Grid, titles: list[int]) -> dict[str, list[str]]:
    """Messages by place, `1,A1`."""
    found: dict[str, list[str]] = {}
    for title, following in zip(titles, [*titles[1:], len(grid.rows)], strict=True):
        if grid.text(title, 1) != "Warnings/Errors" or title + 1 >= following or grid.blank(title + 1):
            continue
        for record in grid.table(title + 1, last=min(grid.until_blank(title + 1), following)).records():
            place, message = record.text("Location"), record.text("Message")
            record.ignore("Status", because="kind of a message that stands as an error")
            found.setdefault(place or "", []).append(message or "")
    return found


def wells(run: Run, sections: dict[str, Section], messages: dict[str, list[str]]) -> None:
    """Wells in the order of the counts; analytes are the columns of that section."""
    counts = sections["Count"]
    fixed = ("location", "sample", "total events")
    names = [cell.label for cell in next(iter(counts.values()), ()) if cell.label.casefold() not in fixed]
    names = [name for name in names if not name.startswith("column ")]
    run.analytes = {name: run.analytes.get(name) for name in names}
    for location, record in counts.items():
        place = LOCATION.match(location)
        number_, well = place.groups() if place else ("", location)

        def value(section: str, name: str, at: str = location) -> Cell | None:
            row = sections[section].get(at)
            return row.cell(name) if row is not None else None

        def has(section: str, at: str = location) -> bool:
            return section in sections and (section in STATISTICS or at in sections[section])

        dilutions = sections.get("Dilution Factor", {}).get(location)
        dilution = dilutions.number("Dilution Factor") if dilutions else None
        found = Well(well, record.text("Sample") or "", record.number("Total Events"), dilution, value, has)
        found.errors = messages.get(f"{number_},{well}", [])
        for name, rows in sections.items():
            if name not in (*STATISTICS, *CALCULATED, "Count", "Dilution Factor") and location in rows:
                found.custom |= {f"{name} {label}": kept for label, kept in rows[location].rest().items()}
        run.wells.append(found)


def leftovers(document: Document, grid: Grid, titles: list[int]) -> None:
    """Sections that belong to no well (types of analysis, audit log, means by sample) and the check sum."""
    for title, following in zip(titles, [*titles[1:], len(grid.rows)], strict=True):
        header = title + 1
        end = min(grid.until_blank(header), following)
        if header < end and (grid.text(header) != "Location" or grid.text(title, 1) == "Warnings/Errors"):
            put(document.aggregate, CUSTOM, rows_as_text(grid, range(header, end), grid.text(title, 1)))
        put(document.aggregate, CUSTOM, rows_as_text(grid, range(end, following), "After the results"))
