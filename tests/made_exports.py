"""Exports made for tests: what instruments write and no file of the corpus holds, by hand or from a file of the corpus."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

from instruments_shared import HERE
from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = list[list[Any]]
WELLS = ("A1", "A2", "A3", "B1", "B2", "B3")


def corpus_file(corpus: Path, case: str) -> Path:
    """The input of a case."""
    return next(path for path in sorted((corpus / case).iterdir()) if not path.name.endswith(".asm.json"))


def comma(rows: Rows) -> str:
    """Rows as comma-separated text."""
    return "\n".join(",".join("" if value is None else str(value) for value in row) for row in rows) + "\n"


def beside(lines: list[str], labels: list[str], values: list[str]) -> list[str]:
    """Comma-separated lines with further columns that are the same in every row."""
    return [f"{lines[0]},{','.join(labels)}", *(f"{line},{','.join(values)}" for line in lines[1:])]


GEN5_HEAD = (
    "Software Version\t3.12.08\n\n\nExperiment File Path:\tC:\\kinetics.xpt\nProtocol File Path:\tC:\\kinetics.prt\n\n\n"
    "Plate Number\tPlate 1\nDate\t10/10/2022\nTime\t9:00:04 PM\nReader Type:\tSynergy H1\nReader Serial Number:\t23\n"
    "Reading Type\tReader\n\nProcedure Details\n\nPlate Type\t96 WELL PLATE (Use plate lid)\nSet Temperature\tSetpoint 37°C\n"
)
GEN5_LAYOUT = (
    "Layout\n\t1\t2\t3\nA\tSTD1\tSPL1\tSPL1\tWell ID\n\t100\t\t1\tConc/Dil\nB\tBLK\tSPL2\tSPL2\tWell ID\n\t\t\t\tConc/Dil\n\n"
)
ABSORBANCE = "Absorbance Endpoint\n\tFull Plate\n\tWavelengths:  600\n\tRead Speed: Normal,  Delay: 100 msec\n"
FLUORESCENCE = (
    "Fluorescence Endpoint\n\tFull Plate\n\tFilter Set 1\n\t    Excitation: 485/20,  Emission: 528/20\n"
    "\t    Mirror: Top 510 nm,  Gain: 35\n\tRead Speed: Normal,  Delay: 100 msec\n\tRead Height: 7 mm\n"
)
POLARISATION = (
    "Fluorescence Endpoint\n\tFull Plate\n\tFluorescence Polarization\n"
    + "".join(
        f"\tFilter Set {number}\n\t    Excitation: 485/20,  Emission: 528/20\n\t    Mirror: Top 510 nm,  Gain: 35\n"
        for number in (1, 2)
    )
    + "\tRead Speed: Normal,  Delay: 100 msec\n"
)
LUMINESCENCE = "Luminescence Endpoint\n\tFull Plate\n\tFilter Set 1\n\t    Emission: Full light\n\t    Optics: Top,  Gain: 135\n"
SPECTRUM = (
    "Luminescence Spectrum\n\tFull Plate\n\tEmission Start: 400 nm,  Stop: 430 nm,  Step: 10 nm\n\tOptics: Top,  Gain: 135\n"
)


def gen5(reads: str, blocks: str, *, kinetic: bool = True) -> str:
    """A text export of Gen5."""
    start = "Start Kinetic\tRuntime 0:30:00 (HH:MM:SS), Interval 0:10:00, 4 Reads\n" if kinetic else ""
    return f"{GEN5_HEAD}{start}{reads}{'End Kinetic' if kinetic else ''}\n\n{GEN5_LAYOUT}{blocks}"


def curve(label: str, odd: str = "") -> str:
    """The table of times of a read, with what stands for one value."""
    rows = [[f"0:{at}0:00", "37.0", *(f"{at / 10 + well / 100:.3f}" for well in range(len(WELLS)))] for at in range(4)]
    rows[2][4] = odd or rows[2][4]
    lines = ["\t".join(["Time", f"T° {label}", *WELLS]), *("\t".join(row) for row in rows)]
    return f"{label}\n\n" + "\n".join(lines) + "\n\n"


def matrix(title: str, *labels: str) -> str:
    """A matrix of two rows and three columns, with a line for each label."""
    lines = [f"{title}\n\t1\t2\t3"]
    for row, letter in enumerate("AB"):
        for at, label in enumerate(labels):
            values = "\t".join(f"{row + at + column / 2:.3f}" for column in range(3))
            lines.append(f"{'' if at else letter}\t{values}\t{label}")
    return "\n".join(lines) + "\n\n"


def gen5_exports() -> dict[str, str]:
    """Kinetics of all modes, polarised light, reads with a matrix of their own, a spectrum of luminescence."""
    wave = "\n".join(f"{wave}\t{wave / 1000}\t{wave / 900}\t{wave / 800}" for wave in range(400, 440, 10))
    both = f"Read\t{ABSORBANCE}Read\t{FLUORESCENCE}"
    green = "485/20,528/20"
    return {
        "absorbance": gen5(
            f"Read\t{ABSORBANCE}", curve("600", odd="OVRFLW") + matrix("Results", "Max V [600]", "R-Squared [600]")
        ),
        "step": gen5(f"Read\tod\n\t{ABSORBANCE}", curve("od:600") + matrix("Results", "Max V [od:600]")),
        "fluorescence": gen5(f"Read\t{FLUORESCENCE}", curve(green) + matrix("Results", f"Max V [{green}]")),
        "luminescence": gen5(f"Read\t{LUMINESCENCE}", curve("Lum") + matrix("Results", "Max V [Lum]")),
        "two reads": gen5(both, curve("Read 1:600") + curve(f"Read 2:{green}") + matrix("Results", "Max V [Read 1:600]")),
        "kinetic and endpoint": gen5(
            both, curve("Read 1:600") + matrix(f"Read 2:{green}", green) + matrix("Results", "Max V [Read 1:600]")
        ),
        "own matrices": gen5(
            both, matrix("Read 1:600", "Read 1:600") + matrix(f"Read 2:{green}", f"Read 2:{green}"), kinetic=False
        ),
        "polarised": gen5(
            f"Read\t{POLARISATION}",
            matrix("Results", f"{green} [Parallel]", f"{green} [Perpendicular]", "Polarization"),
            kinetic=False,
        ),
        "spectrum": gen5(f"Read\t{SPECTRUM}", f"Wavelength\tA1\tA2\tB1\n{wave}\n\n", kinetic=False),
    }


UNICORN_CURVES = (
    *(("UV 1_280", "mAU"), ("UV 2_254", "mAU"), ("UV 3_215", "mAU"), ("Cond", "mS/cm"), ("% Cond", "%"), ("pH", "")),
    *(
        ("Conc B", "%"),
        ("DeltaC pressure", "MPa"),
        ("PreC pressure", "MPa"),
        ("Sample pressure", "MPa"),
        ("System pressure", "MPa"),
    ),
    *(("PostC pressure", "MPa"), ("Sample flow", "ml/min"), ("Sample flow (CV/h)", "CV/h"), ("System flow", "ml/min")),
    *(("System flow (CV/h)", "CV/h"), ("Sample linear flow", "cm/h"), ("Cond temp", "C")),
)
PEAK = (
    "StartPeakRetention EndPeakRetention MaxPeakRetention Height Area PercentOfTotalArea PercentOfTotalPeakArea Resolution Sigma "
    "WidthAtHalfHeight Width Assymetry AssymetryPeakStart StartConductivityHeight AverageConductivity EndPeakEndpointHeight"
)


def unicorn(corpus: Path) -> bytes:
    """A result with all curves of an ÄKTA system, peaks, fractions, a run log, tags and a column with its media."""
    with zipfile.ZipFile(corpus_file(corpus, "cytiva_unicorn/01")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["Chrom.1.Xml"].decode()
    first = re.search(r"<Curve CurveDataType=.*?</Curve>", text, re.DOTALL)
    assert first is not None
    curves = []
    for number, (name, unit) in enumerate(UNICORN_CURVES, start=1):
        made = first[0].replace("<Name>UV<", f"<Name>{name}<").replace("Unit>mAU<", f"Unit>{unit}<")
        curves.append(made.replace("Chrom.1_1_True", f"Chrom.1_{number}_True"))
        parts.setdefault(f"Chrom.1_{number}_True", parts[f"Chrom.1_{(number - 1) % 5 + 1}_True"])
    values = "".join(f"<{name}>{at + 1.5}</{name}>" for at, name in enumerate(PEAK.split()))
    peaks = f"<PeakTables><PeakTable><Peaks><Peak><Name>P1</Name>{values}</Peak></Peaks></PeakTable></PeakTables>"
    log = (
        *(
            ("System", "", "Start"),
            ("Method", "BlockStart", "Phase Wash (Issued) (Processing) (Completed)"),
            ("Method", "", "Flow 1"),
        ),
        *(("Manual", "", "Hold"), ("Method", "BlockEnd", "End Phase Wash"), ("Odd", "", "odd")),
    )
    kinds = (("Fraction", (("Fraction", "", "1A1"), ("Method", "", "Waste"), ("Other", "", "x"))), ("Logbook", log))
    events = ""
    for kind, entries in kinds:
        events += f'<EventCurve EventCurveType="{kind}"><Name>{kind}</Name><Events>'
        for at, (type_, sub, said) in enumerate(entries):
            place = f"<EventTime>{at}.5</EventTime><EventVolume>{at}.25</EventVolume>"
            events += f'<Event EventType="{type_}" EventSubType="{sub}">{place}<EventText>{said}</EventText></Event>'
        events += "</Events></EventCurve>"
    before = text[: text.index("<Curves>")]
    made = f"{before}<Curves>{''.join(curves)}</Curves>{peaks}<EventCurves>{events}</EventCurves></Chromatogram>"
    parts["Chrom.1.Xml"] = made.encode()
    tags = "".join(
        f"<ResultSearchCriteria><Keyword1>{label}</Keyword1><Keyword2>{value}</Keyword2></ResultSearchCriteria>"
        for label, value in (("Sample volume", "0.5"), ("Sample volume_2", "0.25"), ("Sample_ID", "S-1"), ("Flow rate", "1.5"))
    )
    parts["Result.xml"] = parts["Result.xml"].replace(b"<ResultSearchCriterias>", f"<ResultSearchCriterias>{tags}".encode())
    column = (
        "<ColumnTypes><ColumnType><Hardware><ArticleNumber>17-1</ArticleNumber><Diameter>1.6</Diameter></Hardware>"
        "<Media><TechniqueName>Affinity</TechniqueName><AverageParticleDiameter>34</AverageParticleDiameter></Media>"
        "</ColumnType></ColumnTypes>"
    )
    parts["ColumnTypeData"] = zipped({"XmlDataType": b"System.String\r\n", "Xml": column.encode()})
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    """An archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tagged(corpus: Path) -> bytes:
    """A result of UNICORN whose only sample is its second, tagged twice."""
    with zipfile.ZipFile(io.BytesIO(unicorn(corpus))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tags = re.search(rb"<ResultSearchCriteria><Keyword1>Sample_ID<.*?</ResultSearchCriteria>", parts["Result.xml"])
    assert tags is not None
    second = tags[0].replace(b"Sample_ID", b"Sample_ID_2")
    parts["Result.xml"] = parts["Result.xml"].replace(tags[0], second + second.replace(b"S-1", b"S-9"))
    return zipped(parts)


def intelliflex(corpus: Path) -> str:
    """The table of one data set with names of analytes, dilutions, total events and the state of the instrument."""
    text = corpus_file(corpus, "luminex_intelliflex/02").read_text(encoding="utf-8-sig").strip("\n")
    lines = text.split("\n")
    prefixes = sorted({found[0] for label in lines[0].split(",") if (found := re.match(r"R\d+: RP\d", label))})
    names = [f"{prefix} {fact}" for prefix in prefixes for fact in ("ANALYTE NAME", "REGION")]
    lines = beside(lines, names, [value for prefix in prefixes for value in (f"AN_{prefix[1:3]}{prefix[-1]}", prefix[1:3])])
    facts = {
        "TOTAL EVENTS": "500",
        "DILUTION": "10",
        "WELL STATUS": "OK",
        "COUNT %CV": "5.5",
        "MODEL NAME": "INTELLIFLEX DR",
        "PROTOCOL NAME": "prot",
        "BEAD TYPE": "MagPlex",
        "ACTIVE USER": "me",
        "CALIBRATION STATE": "Pass",
        "PLATE STATUS": "Done",
    }
    return "\n".join(beside(lines, list(facts), list(facts.values()))) + "\n--DOCUMENT SIGNATURE--\nabc==\n"


def biomek(corpus: Path) -> str:
    """A log of pipetting, which names neither samples nor probes."""
    text = corpus_file(corpus, "beckman_coulter_biomek/03").read_text(encoding="utf-8-sig")
    lines = [line.split(",") for line in text.split("\n")]
    return "\n".join(",".join(fields[:7] + fields[9:] if len(fields) == 11 else fields) for fields in lines)


def partitions() -> str:
    """Absolute Q: every partition of two wells, three dyes, one of them without a target."""
    labels = "Run,Date,Instrument,Plate,Sample,Well,Conc. cp/uL,Index,FAM,VIC,ROX"
    rows: Rows = [[*labels.split(","), *(f"{dye}_{fact}" for dye in ("FAM", "VIC") for fact in ("target", "pos", "threshold"))]]
    for well in ("A1", "B1"):
        facts = ["run1", "5/19/2023", "Absolute Q 0140", "M01", f"S {well}", well, 12.5]
        for at in range(1, 6):
            rows.append([*facts, at, at * 3.5, at * 2.5, 9.5, "Gene A", at % 2 == 0, 50, "Gene B", at > 3, 40])
    return comma(rows)


def channels() -> str:
    """Absolute Q: two channels a well, and what is in neither, of samples that are called by numbers."""
    rows: Rows = [["Run", "Sample", "Well", "Channels", "Target", "Copies per microliter", "Count", "Total"]]
    for name, well in ((1, "A1"), (10, "A2"), (2, "A3")):
        for channel, count in (("FAM", 30), ("VIC", 40), ("None", 20343)):
            rows.append(["run1", name, well, channel, f"Gene {channel}", name + count / 8, count, 20413])
    return comma(rows)


def nanodrop_formulas() -> str:
    """NanoDrop 8000: two wavelengths of the user's choice and two formulas."""
    labels = (
        "Plate ID\tWell \tSample ID\tUser ID\tDate \tTime \tConc. \tUnits \tnm 1\tabs 1\tnm 2\tabs 2\tA260\tA280\t"
        "260/280\t260/230\tFormula 1\tFormula Name 1\tFormula Value 1\tFormula 2\tFormula Name 2\tFormula Value 2\tNA Type"
    )
    values = (
        "P\tA1\tS\tDefault\t4/14/2022\t3:48 PM\t9.2\tng/ul\t340\t0.01\t320\t0.02\t0.185\t0.082\t2.26\t1.39\t"
        "A340/A320\tmine\t1.5\tA260-A320\tother\t0.3\tDNA-50"
    )
    return f"{labels}\n{values}\n{values}\n"


def workbench(corpus: Path, *, bare: bool) -> str:
    """MSD Workbench as CSV: two assays, a spot each; the plate's line without the commas of its empty fields, or no blanks."""
    book = load_workbook(corpus_file(corpus, "msd_workbench/02"), data_only=True)
    labels, *rows = (list(row) for row in list(book["Workbench data"].iter_rows(values_only=True))[1:])
    assay, spot, signal, mean = (labels.index(label) for label in ("Assay", "Spot", "Signal", "Mean"))
    made: Rows = [labels]
    for row in rows:
        for number, name in enumerate(("IFN-g", "IL-2"), start=1):
            line = [2 if value is None and not bare else value for value in row]
            line[assay], line[spot], line[signal], line[mean] = name, number, row[signal] + number, row[mean] + number
            made.append(line)
    title = ["Plate_P1"] if bare else ["Plate_P1", *[None] * (len(labels) - 1)]
    return comma([title, *made])


def matrix_facts(corpus: Path) -> str:
    """Revvity Matrix as CSV: facts of the run above the table, which names rows and columns."""
    lines = corpus_file(corpus, "revvity_matrix/01").read_text(encoding="utf-8-sig").strip("\n").split("\n")
    facts = {
        "Plate Name": "Plate Name: mine",
        "Assay Name": "Assay: Viability",
        "Dilution": "Dilution: 2",
        "Version": "1.2",
        "Results Timestamp": "3/28/2022 10:11:12 AM",
        "Instrument SN": "77",
        "Operator": "me",
        "Other": "thing",
    }
    width = lines[0].count(",") + 1
    above = [f"{label},{value}{',' * width}" for label, value in facts.items()]
    return "\n".join([*above, f"Row,Column,{lines[0]}", *(f"A,{at},{line}" for at, line in enumerate(lines[1:], start=1))])


def empower(corpus: Path) -> str:
    """Empower through Benchling: instrument and processing methods beside the injections, a result of a derived channel."""
    data = json.loads(corpus_file(corpus, "benchling_empower/01").read_bytes())
    values = data["values"]
    instrument = values["injections"][0]["fields"]["InstrumentMethodId"]
    values["results"][0]["fields"]["ChannelId"] = 9999
    processing = values["results"][0]["fields"]["ProcessingMethodId"]
    values["instrument_methods"] = [{"id": instrument, "name": "IM", "date": "2020-01-01", "other": 5}, {"id": 999, "name": "no"}]
    method = {"id": processing, "name": "PM", "version": 3, "modified_by": "me", "average_by": "None", "extra": 1.5}
    method["integration_parameters"] = {"fields": {"Threshold": 10, "Mode": "Apex", "Empty": ""}}
    method["components"] = [{"fields": {"Name": "A", "RT": 1.5}}, {"fields": {"Name": "B", "Amount": None}}]
    values["processing_methods"] = [method]
    return json.dumps(data)


def softmax(kind: str, first: str, starts: tuple[str, ...], *, reduced: bool = False) -> str:
    """SoftMax Pro: six wells, a matrix for each start; the column of times or wavelengths is headed, as newer versions do."""
    spectrum = kind == "Spectrum"
    points = f"{len(starts)}\t\t\t{starts[0]}\t{starts[-1]}\t10\t\t" if spectrum else f"{len(starts)}\t60\t30\t\t\t\t2\t405 650 "
    data = "Both" if reduced else "Raw"
    lines = [f"Plate:\tP\t1.3\tPlateFormat\t{kind}\tAbsorbance\t{data}\tFALSE\t{points}\t1\t3\t6\t1\t2\t\t\t"]
    sides = 1 if spectrum else 2
    lines.append("\t".join([first, "Temperature(°C)", *(["1", "2", "3", ""] * sides)]))
    for at, start in enumerate(starts):
        for row in range(2):
            values = [f"{at + row / 4 + column / 8 + 0.01:.3f}" if column < 3 else "" for column in range(4)] * sides
            lines.append("\t".join([*((start, "30.5") if row == 0 else ("", "")), *values]))
        lines.append("")
    if reduced:
        lines += ["\t\t1\t2\t3\t", "\t\t1.5\t2.5\t3.5\t", "\t\t4.5\tRange?\t6.5\t", ""]
    return "\n".join(["##BLOCKS= 1", *lines, "~End", "Original Filename: test; Date Last Saved: 5/1/2020 4:33:05 PM", ""])


EXPORTS: dict[str, tuple[str, str, Callable[[Path], str | bytes]]] = {
    **{
        f"agilent_gen5 {name}": ("agilent_gen5", "kinetic.txt", lambda _, name=name: gen5_exports()[name])  # type: ignore[misc]
        for name in gen5_exports()
    },
    "cytiva_unicorn": ("cytiva_unicorn", "result.zip", unicorn),
    "cytiva_unicorn second sample": ("cytiva_unicorn", "result.zip", tagged),
    "cytiva_biacore_t200_control": (
        "cytiva_biacore_t200_control",
        "kinetics_as_entered.blr",
        lambda _: (HERE / "cytiva_biacore_t200_control" / "kinetics_as_entered.blr").read_bytes(),
    ),
    "luminex_intelliflex": ("luminex_intelliflex", "one.csv", intelliflex),
    "beckman_coulter_biomek": ("beckman_coulter_biomek", "Pipetting.log", biomek),
    "appbio_absolute_q": ("appbio_absolute_q", "partitions.csv", lambda _: partitions()),
    "appbio_absolute_q without instrument": (
        "appbio_absolute_q",
        "partitions.csv",
        lambda _: re.sub(r"^([^,]+)(,[^,]*){3}", r"\1", partitions(), flags=re.MULTILINE),
    ),
    "appbio_absolute_q channels": ("appbio_absolute_q", "channels.csv", lambda _: channels()),
    "thermo_fisher_nanodrop_8000": ("thermo_fisher_nanodrop_8000", "report.txt", lambda _: nanodrop_formulas()),
    "msd_workbench": ("msd_workbench", "plate.csv", lambda corpus: workbench(corpus, bare=False)),
    "msd_workbench bare": ("msd_workbench", "plate.csv", lambda corpus: workbench(corpus, bare=True)),
    "revvity_matrix": ("revvity_matrix", "plate.csv", matrix_facts),
    "moldev_softmax_pro headed times": (
        "moldev_softmax_pro",
        "kinetic.txt",
        lambda _: softmax("Kinetic", "Time(hh:mm:ss)", ("00:00:00", "00:00:30", "00:01:00"), reduced=True),
    ),
    "moldev_softmax_pro headed wavelengths": (
        "moldev_softmax_pro",
        "spectrum.txt",
        lambda _: softmax("Spectrum", "Wavelength(nm)", ("500", "510", "520")),
    ),
    "benchling_empower": ("benchling_empower", "set.json", empower),
}
"""Name → (instrument, file name, what makes the content)."""
