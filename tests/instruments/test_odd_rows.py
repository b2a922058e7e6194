"""One odd row costs that row a finding, not the file: blank rows, remarks, lost letters, wells without a number in plates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from instruments_shared import lines_of, measurements, source_of, stream

import allotrope

if TYPE_CHECKING:
    from pathlib import Path

PLATES = {
    "agilent_gen5/01": ("Results", "\t", 12),
    "agilent_gen5/17": ("Results", "\t", 12),
    "agilent_gen5/20": ("Procedure", "\t", 24),
    "bmg_mars/01": ("Raw Data", ",", 6),
    "methodical_mind/01": ("=+Data=", "\t", 24),
    "revvity_kaleido/01": ("Results for", ",", 12),
    "revvity_kaleido/02": ("Result for", ",", 12),
    "perkin_elmer_envision/01": ("Results for", ",", 12),
}
"""Case → a line above a plate, the delimiter, and how many wells of the third row hold a value."""


def third_row(lines: list[str], name: str) -> int:
    """The line of the row C of the first plate below the title."""
    title, mark, _ = PLATES[name]
    start = next(at for at, line in enumerate(lines) if re.match(title, line))
    return next(at for at in range(start, len(lines)) if re.match(f'"?C"?{mark}', lines[at]))


def both(shared: Path, name: str, row: int, *new: str) -> tuple[allotrope.Conversion, allotrope.Conversion]:
    """The conversions before and after one line was replaced by others."""
    path = source_of(shared, name)
    lines = lines_of(path)
    lines[row : row + 1] = new
    return allotrope.convert(path), allotrope.convert(stream("\n".join(lines), path.name))


def found(conversion: allotrope.Conversion, code: str) -> list[str]:
    """Where findings of a code stand."""
    assert not [finding for finding in conversion.findings if finding.level == "error"]
    return [finding.where for finding in conversion.findings if finding.code == code]


@pytest.mark.parametrize("name", PLATES)
@pytest.mark.parametrize("filled", [False, True], ids=["blank", "delimiters"])
def test_a_blank_row_within_a_plate_changes_nothing(shared: Path, name: str, *, filled: bool) -> None:
    """The rows below it are still of the plate."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    before, after = both(shared, name, row, PLATES[name][1] * 12 if filled else "", lines[row])
    assert measurements(before.asm) == measurements(after.asm) > 0
    assert not found(after, "odd-row")


@pytest.mark.parametrize("name", PLATES)
def test_a_remark_within_a_plate_costs_itself_a_finding(shared: Path, name: str) -> None:
    """What it says is kept."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    before, after = both(shared, name, row, "paused by hand", lines[row])
    assert measurements(before.asm) == measurements(after.asm)
    assert len(found(after, "odd-row")) == 1
    assert b"paused by hand" in after.to_json()


@pytest.mark.parametrize("name", [name for name in PLATES if not name.startswith("perkin_elmer_envision")])
def test_a_row_without_letters_is_kept_and_no_wells_of_another_row(shared: Path, name: str) -> None:
    """Nobody knows whose wells they are; the other rows keep theirs."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    mark, wells = PLATES[name][1:]
    before, after = both(shared, name, row, mark + lines[row].partition(mark)[2])
    assert measurements(after.asm) == measurements(before.asm) - wells
    where = found(after, "odd-row")[0]
    assert where.startswith(f"line {row + 1} ")


@pytest.mark.parametrize("text", ["OVRFLW", "*****", ">4.000", "#N/A", "?????"])
@pytest.mark.parametrize("name", PLATES)
def test_a_well_without_a_number_is_an_error_or_kept(shared: Path, name: str, text: str) -> None:
    """Its text is in the document; no other well changes."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    mark = PLATES[name][1]
    fields = lines[row].split(mark)
    fields[2] = text
    before, after = both(shared, name, row, mark.join(fields))
    assert measurements(before.asm) - measurements(after.asm) in (0, 1)
    assert found(after, "unparsed-value") or found(after, "no-number") or f'"error": "{text}"' in after.to_json().decode()
    assert text in after.to_json().decode()


def test_gen5_lines_of_a_row_that_lost_its_letters_are_not_the_row_aboves(shared: Path) -> None:
    """A well row of several lines (a value, its blank, its concentration) without its letter leaves the row above as it was."""
    name = "agilent_gen5/01"
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    before, after = both(shared, name, row, "\t" + lines[row].partition("\t")[2])
    aggregates = [conversion.asm["plate reader aggregate document"] for conversion in (before, after)]
    calculated = [one["calculated data aggregate document"]["calculated data document"] for one in aggregates]
    assert 0 < len(calculated[1]) < len(calculated[0])
    assert len(found(after, "odd-row")) == 3


TABLES = {
    "beckman_echo_cherry_pick/01": "Date Time Point",
    "beckman_echo_plate_reformat/02": "Date Time Point",
    "thermo_fisher_nanodrop_8000/01": "Plate ID",
    "thermo_fisher_nanodrop_8000/02": "Plate ID",
}
"""Case → the first label of a table."""


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("below", [0, 2])
def test_a_blank_row_in_or_above_a_table_changes_nothing(shared: Path, name: str, below: int) -> None:
    """The rows below it are still of the table, and the facts below the table are none of its rows."""
    path = source_of(shared, name)
    lines = lines_of(path)
    row = next(at for at, line in enumerate(lines) if line.startswith(TABLES[name])) + below
    before, after = both(shared, name, row, "", lines[row])
    assert measurements(before.asm) == measurements(after.asm) > 0
    assert len(before.findings) == len(after.findings)


@pytest.mark.parametrize("name", TABLES)
def test_a_remark_in_a_table_is_kept_with_a_finding(shared: Path, name: str) -> None:
    """It is no measurement and takes none along."""
    lines = lines_of(source_of(shared, name))
    row = next(at for at, line in enumerate(lines) if line.startswith(TABLES[name])) + 2
    before, after = both(shared, name, row, "written by hand", lines[row])
    assert measurements(before.asm) == measurements(after.asm)
    assert found(after, "left-out") or found(after, "row-set-aside")
    assert b"written by hand" in after.to_json()


SOFTMAX = [f"moldev_softmax_pro/{number}" for number in ("01", "02", "08", "11", "18", "19")]


@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_blocks_without_an_end_stop_at_the_next(shared: Path, name: str) -> None:
    """Without any `~End` the document is the same."""
    path = source_of(shared, name)
    lines = [line for line in lines_of(path) if not line.startswith("~End")]
    before, after = allotrope.convert(path), allotrope.convert(stream("\n".join(lines), path.name))
    assert measurements(before.asm) == measurements(after.asm) > 0
    assert not [finding for finding in after.findings if finding.level == "error"]


@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_plates_may_hold_blank_lines_and_remarks(shared: Path, name: str) -> None:
    """A remark is no row of the plate: the rows below it stay where they are."""
    path = source_of(shared, name)
    lines = lines_of(path)
    row = next(at for at, line in enumerate(lines) if line.startswith("Plate:")) + 3
    before, after = both(shared, name, row, "paused by hand", lines[row])
    techniques = [conversion.asm["plate reader aggregate document"]["plate reader document"] for conversion in (before, after)]
    groups = [[group["measurement aggregate document"]["measurement document"] for group in document] for document in techniques]
    assert len(groups[0]) == len(groups[1])
    for one, other in zip(*groups, strict=True):
        assert [node.get("absorbance") for node in one] == [node.get("absorbance") for node in other]
    assert len(found(after, "odd-row")) == 1
    assert b"paused by hand" in after.to_json()


@pytest.mark.parametrize("tail", ["\t", ",,,", ";;"])
@pytest.mark.parametrize("name", ["beckman_vi_cell_xr/04", "beckman_vi_cell_xr/05"])
def test_vi_cell_xr_lines_may_end_in_delimiters(shared: Path, name: str, tail: str) -> None:
    """A spreadsheet leaves them; the sample is the same, and a line that is neither label nor value is kept."""
    path = source_of(shared, name)
    lines = lines_of(path)
    before = allotrope.convert(path)
    after = allotrope.convert(stream("\n".join([line + tail for line in lines] + ["seen by somebody"]), path.name))
    assert not found(after, "row-set-aside")
    documents = [
        conversion.asm["cell counting aggregate document"]["cell counting document"][0]["measurement aggregate document"]
        ["measurement document"][0]["processed data aggregate document"]["processed data document"][0]
        for conversion in (before, after)
    ]  # fmt: skip
    assert documents[0].keys() == documents[1].keys()
    assert documents[0]["viability (cell counter)"] == documents[1]["viability (cell counter)"]
    assert b"seen by somebody" in after.to_json()


def test_revvity_matrix_without_a_column_of_viability(shared: Path) -> None:
    """The counts are measurements; the viability that the schema requires is said to be absent."""
    path = source_of(shared, "revvity_matrix/01")
    rows = [line.split(",") for line in lines_of(path)]
    at = rows[0].index("Viability")
    after = allotrope.convert(stream("\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows), path.name))
    assert measurements(after.asm) == measurements(allotrope.convert(path).asm)
    assert any("viability" in finding.message for finding in after.findings if finding.code == "filled-required")
    assert not [finding for finding in after.findings if finding.level == "error"]


def test_flex2_results_in_another_unit_are_kept(shared: Path) -> None:
    """A pressure in bar is not called one in mmHg."""
    path = source_of(shared, "novabio_flex2/02")
    text = "\n".join(lines_of(path))
    before, after = allotrope.convert(path), allotrope.convert(stream(text.replace("mmHg", "bar"), path.name))
    assert b'"mmHg"' in before.to_json() and b'"mmHg"' not in after.to_json()
    assert len(found(after, "other-unit")) == 2


def test_envision_keeps_the_time_of_each_plate(shared: Path) -> None:
    """All wells have the time of the first reading; a later plate's own time is kept with its measurements."""
    after = allotrope.convert(source_of(shared, "perkin_elmer_envision/03"))
    assert b'"Measurement date"' in after.to_json()


def test_softmax_keeps_the_temperature_of_every_reading(shared: Path) -> None:
    """A curve has the temperature of its first reading; the others are in the document all the same."""
    path = source_of(shared, "moldev_softmax_pro/11")
    lines = [line.replace("00:01:30\t35\t", "00:01:30\t36.125\t") for line in lines_of(path)]
    after = allotrope.convert(stream("\n".join(lines), path.name))
    assert b"36.125" in after.to_json()


def test_a_spectrum_without_a_number_is_no_measurement(shared: Path) -> None:
    """A well that is masked at every wavelength has no measured value: what stands there is kept, and said."""
    path = source_of(shared, "moldev_softmax_pro/19")
    lines = [re.sub(r"^(\d{3}\t2\d\.\d\t)[\d.]+", r"\1Masked", line) for line in lines_of(path)]
    before, after = allotrope.convert(path), allotrope.convert(stream("\n".join(lines), path.name))
    assert measurements(after.asm) == measurements(before.asm) - 1
    assert len(found(after, "row-set-aside")) == 1
    assert after.to_json().count(b'"Masked"') == sum("\tMasked\t" in line for line in lines) > 1


def test_a_group_of_another_plate_is_told(shared: Path) -> None:
    """The only plate of the file is taken for it, and that is said."""
    path = source_of(shared, "moldev_softmax_pro/02")
    text = "\n".join(lines_of(path))
    changed = text.replace("A2\t3.084\t3.411\t0.463\t13.6\tAssayPlate_09875", "A2\t3.084\t3.411\t0.463\t13.6\tOther")
    assert changed != text
    assert len(found(allotrope.convert(stream(changed, path.name)), "other-plate")) == 1


def test_gen5_settings_given_twice_are_both_kept(shared: Path) -> None:
    """Two read heights: the first one is the setting, both are in the document."""
    path = source_of(shared, "agilent_gen5/11")
    text = "\n".join(lines_of(path))
    after = allotrope.convert(stream(text.replace("Read Height: 8 mm", "Read Height: 8 mm\n\tRead Height: 4.5 mm"), path.name))
    assert b"8 mm; 4.5 mm" in after.to_json()


@pytest.mark.parametrize(
    "label",
    ["Type", "Plate ID", "Target", "Concentration (copies/µL)", "Partitions (valid)", "Partitions (positive)", "Threshold"],
)
def test_qiacuity_without_a_column_is_valid(shared: Path, label: str) -> None:
    """What the schema requires and the list lacks is said; every well stays a measurement."""
    path = source_of(shared, "qiacuity_dpcr/01")
    rows = [line.split(",") for line in lines_of(path)]
    at = rows[1].index(label)
    after = allotrope.convert(stream("\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows), path.name))
    assert measurements(after.asm) == measurements(allotrope.convert(path).asm)
    assert not [finding for finding in after.findings if finding.level == "error"]


def test_a_qiacuity_list_saved_by_a_spreadsheet_is_recognised(shared: Path) -> None:
    """Without quotes its first label is that of a block of facts of another instrument."""
    path = source_of(shared, "qiacuity_dpcr/02")
    after = allotrope.convert(stream("\n".join(lines_of(path)).replace('"', ""), path.name))
    assert after.instrument == "qiacuity_dpcr"
    assert measurements(after.asm) == measurements(allotrope.convert(path).asm)


def test_two_runs_of_bmg_in_one_file_have_their_own_facts(shared: Path) -> None:
    """Plate, time and the rest stand above each run's matrices."""
    path = source_of(shared, "bmg_mars/01")
    text = "\n".join(lines_of(path))
    second = text.replace("472-0016", "472-0017").replace("03/03/2016", "03/03/2017")
    after = allotrope.convert(stream(f"{text}\n{second}", path.name))
    plates, times = set(), set()
    for document in after.asm["plate reader aggregate document"]["plate reader document"]:
        aggregate = document["measurement aggregate document"]
        times.add(aggregate["measurement time"][:4])
        plates |= {node["sample document"]["well plate identifier"] for node in aggregate["measurement document"]}
    assert plates == {"472-0016", "472-0017"}
    assert times == {"2016", "2017"}


@pytest.mark.parametrize("name", ["revvity_kaleido/01", "revvity_kaleido/02"])
def test_further_results_of_a_kaleido_report_are_told(shared: Path, name: str) -> None:
    """They are kept, with a warning."""
    path = source_of(shared, name)
    text = "\n".join(lines_of(path))
    assert len(found(allotrope.convert(stream(f"{text}\n{text}", path.name)), "more-results")) == 1


def test_a_gen5_plate_without_values_is_told(shared: Path) -> None:
    """Beside a plate that has values."""
    path = source_of(shared, "agilent_gen5/17")
    text = "\n".join(lines_of(path))
    after = allotrope.convert(stream(f"{text}\n\n{text[: text.index('Results')]}", path.name))
    assert measurements(after.asm) == measurements(allotrope.convert(path).asm)
    assert len(found(after, "plate-without-values")) == 1


@pytest.mark.parametrize(
    ("name", "column"), [("appbio_quantstudio/02", 1), ("appbio_quantstudio/07", 2), ("appbio_quantstudio/07", 5)]
)
def test_quantstudio_curves_without_a_column_are_kept(shared: Path, name: str, column: int) -> None:
    """A curve without cycles, or a melting curve without its derivative, is none; the document is valid."""
    path = source_of(shared, name)
    rows = [line.split("\t") for line in lines_of(path)]
    after = allotrope.convert(stream("\n".join("\t".join(row[:column] + row[column + 1 :]) for row in rows), path.name))
    assert not [finding for finding in after.findings if finding.level == "error"]
    assert measurements(after.asm) > 0
