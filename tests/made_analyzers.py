"""Exports made for tests, of analyzers and spectrophotometers: what they write and no file of the corpus holds."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from made_exports import corpus_file
from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def flex2(corpus: Path, gas: str, density: str) -> str:
    """Two samples of FLEX2 under a line of units, one of which the schema lacks, and a blank line above the table.

    The first lacks an analyte that has a unit, and a spreadsheet has made a time of its dilution.
    """
    rows = corpus_file(corpus, "novabio_flex2/01").read_text(encoding="utf-8-sig").strip("\n").split("\n")
    labels = [label.strip('"') for label in rows[0].split(",")]
    units = {"PO2": gas, "PCO2": gas, "Total Density": density, "Viable Density": density, "Gluc": "g / L", "pH": "-"}
    units |= {"Lac": "-", "Gln": "mmol / L"}
    rows[1] = rows[1].replace(",0.56,", ",,", 1).replace(",1:1,", ",01:01:00,", 1)
    return "\n".join(["", ",".join(labels), ",".join(units.get(label, "") for label in labels), *rows[1:3]]) + "\n"


def bioht(corpus: Path) -> str:
    """Cedex Bio HT: one analyte by three kits, two of them diluted."""
    lines = corpus_file(corpus, "roche_cedex_bioht/01").read_text(encoding="utf-8-sig").strip("\n").split("\n")
    made = [lines[0]]
    for line, (kit, dilution) in zip(lines[1:], (("IGGHD", ""), ("IGGLB", "1/5"), ("IGGHB", "1/2")), strict=False):
        fields = line.split("\t")
        made.append("\t".join([*fields[:6], kit, dilution or fields[7], "g/L", *fields[9:]]))
    return "\n".join(made)


def skanit(corpus: Path) -> bytes:
    """SkanIt with further modules of the instrument and further lines about the report."""
    book = load_workbook(corpus_file(corpus, "thermo_skanit/02"))
    for said in (("Shaker", "Yes"), ("Filter", "F1"), ("Filter", "F2"), ("Dispenser 1", "No")):
        book["Instrument information"].append((None, None, said[0], None, said[1]))
    book["Instrument information"].append((None, "Cuvette", None, None, "No"))
    book["General information"].insert_rows(4)
    book["General information"]["B4"], book["General information"]["E4"] = "Report name", "R 1"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(corpus: Path, case: str, **texts: str) -> bytes:
    """A workbook of the corpus with texts in place of others; each is named by its words, joined by underscores."""
    book = load_workbook(corpus_file(corpus, case))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                cell.value = texts.get(str(cell.value).replace(" ", "_"), cell.value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lunatic(corpus: Path) -> str:
    """Lunatic: a fact of the run that nobody foresaw, and a table with dates but without times of day."""
    text = corpus_file(corpus, "unchained_labs_lunatic/04").read_text(encoding="utf-8-sig")
    return text.replace("Test performed by,", "Operator comment,fine,,,,,,,,,,\nTest performed by,").replace(",Time,", ",Clock,")


def nanodrop_eight(head: str, labels: str, values: str) -> str:
    """NanoDrop Eight: two samples under facts that are parted from their labels in some way."""
    facts = "\n".join(
        f"{label}:{head}{value}" for label, value in (("Application", "RNA"), ("Serial Number", "N1"), ("User Name", "me"))
    )
    row = f"4/14/2022 3:48 PM\tA1\t{values}"
    return f"{facts}\nSample Id\tSample Name\tDate & Time\tLocation\t{labels}\n1\tone\t{row}\n2\ttwo\t{row}\n"


NUCLEIC = "ng/µL\tA260/A280\tA260\tA280", "9.5\t1.9\t0.2\t0.1"
PLAIN_RATIOS = (
    "Plate ID\tWell \tSample ID\tDate \tTime \tConcentration\tUnits \tA260 \tA280 \tA260/A280\tA260/A230\n"
    "P\tA1\tS\t4/14/2022\t3:48 PM\t9.2\tng/ul\t0.185\t0.082\t2.26\t1.39\n"
)


def quoted(corpus: Path, case: str) -> str:
    """A comma-separated table with every field of its first line in quotes."""
    first, rest = corpus_file(corpus, case).read_text(encoding="utf-8-sig").split("\n", 1)
    return ",".join(f'"{label}"' for label in first.strip().split(",")) + "\n" + rest


ANALYZERS: dict[str, tuple[str, str, Callable[[Path], str | bytes]]] = {
    "novabio_flex2": (
        "novabio_flex2",
        "SampleResultsX12021-02-18_104838.csv",
        lambda corpus: flex2(corpus, "kPa", "x10^5 Cells / mL"),
    ),
    "roche_cedex_bioht": ("roche_cedex_bioht", "archive.txt", bioht),
    "thermo_skanit": ("thermo_skanit", "report.xlsx", skanit),
    "unchained_labs_lunatic": ("unchained_labs_lunatic", "plate.csv", lunatic),
    "tecan_magellan": (
        "tecan_magellan",
        "plate.xlsx",
        lambda corpus: rewritten(corpus, "tecan_magellan/02", Unknown_user="Lab: me"),
    ),
    "bmg_labtech_smart_control": (
        "bmg_labtech_smart_control",
        "endpoint.xlsx",
        lambda corpus: rewritten(corpus, "bmg_labtech_smart_control/01", Top_optic_used="Bottom optic used", Blank_B="Sample X9"),
    ),
    "thermo_fisher_nanodrop_8000 ratios": ("thermo_fisher_nanodrop_8000", "report.txt", lambda _: PLAIN_RATIOS),
    "thermo_fisher_nanodrop_eight": ("thermo_fisher_nanodrop_eight", "run.txt", lambda _: nanodrop_eight(" ", *NUCLEIC)),
    "thermo_fisher_nanodrop_eight spectra": (
        "thermo_fisher_nanodrop_eight",
        "run.txt",
        lambda _: nanodrop_eight("\t", "220.0\t220.5", "0.5\t0.4"),
    ),
    **{
        f"thermo_fisher_visionlite {case}": (
            "thermo_fisher_visionlite",
            "table.csv",
            lambda corpus, case=case: quoted(corpus, f"thermo_fisher_visionlite/{case}"),  # type: ignore[misc]
        )
        for case in ("01", "02", "03")
    },
    "thermo_fisher_genesys_on_board scan": (
        "thermo_fisher_genesys_on_board",
        "Lamp_Scan_10_2_2024_1_57_42_PM.csv",
        lambda corpus: corpus_file(corpus, "thermo_fisher_visionlite/04").read_bytes(),
    ),
}
"""Name → (instrument, file name, what makes the content)."""
