"""Exports of instruments: whether measurements can be used, and what an unknown export is."""

# ruff: noqa: E501 - tables of situations, a situation a row
from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.advisor.bench.made import Made, is_

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assayline.evidence import Evidence

VIABILITY = "10x Genomics CG00053; Reichard and Asosingh 2019, doi:10.1002/cyto.a.23704"
EDGES = "Lundholt et al. 2003, doi:10.1177/1087057103256465"
MIQE = "MIQE, Bustin et al. 2009, doi:10.1373/clinchem.2008.112797"
RANGE = "Gen5 and SoftMax Pro manuals: linear range of absorbance"
VI_CELL = (
    "Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),Average diameter (μm),"
    "Average viable diameter (μm),Average circularity,Average viable circularity,Average cells per image,"
    "Average background intensity,Bubble count,Cluster count,Images for analysis,Cell type,Minimum Diameter (μm),"
    "Maximum Diameter (μm),Images,Cell sharpness,Minimum circularity,Decluster degree,Aspiration cycles,"
    "Viable spot brightness (%),Viable spot area (%),Mixing cycles,Analysis date/time,Reanalysis date/time,Analysis by,"
    "Reanalysis by,Dilution,Wash,Tag"
)
CFX = ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,Cq Std. Dev,Starting Quantity (SQ),Log Starting Quantity,SQ Mean,SQ Std. Dev,Set Point,Well Note"
GEN5 = "Software Version\t3.12.08\n\n\n\nExperiment File Path:\tC:\\e.xpt\nProtocol File Path:\tC:\\p.prt\n\n\n\nPlate Number\tPlate 1\nDate\t3/17/2026\nTime\t4:41:09 PM\nReader Type:\tSynergy H1\nReader Serial Number:\t20031716\nReading Type\tReader\n\nProcedure Details\n\nPlate Type\t96 WELL PLATE (Use plate lid)\nEject plate on completion\nRead\t490nm\n\tAbsorbance Endpoint\n\tFull Plate\n\tWavelengths:  490\n\tRead Speed: Normal,  Delay: 100 msec,  Measurements/Data Point: 8\n\nLayout\n"


def checked(name: str, text: str) -> Callable[[Path], list[Evidence]]:
    """An export converted, and its document shown to the checks."""

    def show(folder: Path) -> list[Evidence]:
        import allotrope
        from assayline.facts import wells

        (folder / name).write_text(text, encoding="utf-8")
        document = allotrope.convert(folder / name).asm
        return wells.facts({"files": [wells.check(document)]}, "tables/checks.json")

    return show


def vi_cell(viabilities: list[float]) -> Callable[[Path], list[Evidence]]:
    """A cell counter's export with these viabilities."""
    rows = [
        f"culture {number},4000,3000,1.62,{1.62 * value / 100:.2f},{value:.2f},15.1,15.3,0.91,0.92,45,133,0,5,100,CHO,4,40,100,7,0.1,"
        f"Medium,3,50,5,3,3/17/2026 9:{10 + number},,j.doe,,1,Normal Wash,"
        for number, value in enumerate(viabilities)
    ]
    return checked("counts.csv", "\n".join([VI_CELL, *rows]) + "\n")


def plate(value: Callable[[int, int, random.Random], float], *, blank: bool = True) -> Callable[[Path], list[Evidence]]:
    """A plate reader's export: columns hold samples, so that each stands at the edge (rows A and H) and inside."""
    draw = random.Random(3)
    head = "\t" + "\t".join(map(str, range(1, 13)))
    names = ["BLK" if blank and column == 1 else f"SPL{column}" for column in range(1, 13)]
    layout = [f"{row}\t" + "\t".join(names) + "\tWell ID" for row in "ABCDEFGH"]
    cells = [
        f"{row}\t"
        + "\t".join("0.05" if names[column] == "BLK" else f"{value(place, column, draw):.3f}" for column in range(12))
        + "\t490nm:490"
        for place, row in enumerate("ABCDEFGH")
    ]
    return checked("plate.txt", "\ufeff" + GEN5 + "\n".join([head, *layout, "", "Results", head, *cells]) + "\n")


def qpcr(targets: list[str], ct: Callable[[str, int], str], ntc: str | None = "NaN") -> Callable[[Path], list[Evidence]]:
    """A cycler's export: each target on eight samples, and a control without template where there is one."""
    rows, place = [], 0

    def well() -> str:
        nonlocal place
        place += 1
        return f"{'ABCDEFGH'[(place - 1) // 12]}{(place - 1) % 12 + 1:02d}"

    for target in targets:
        rows += [f",{well()},SYBR,{target},Unkn-{n + 1},liver {n},,{ct(target, n)},20,0.1,NaN,NaN,NaN,0,60," for n in range(8)]
        rows += [f",{well()},SYBR,{target},NTC,water,,{ntc},0,0,NaN,NaN,NaN,0,60,"] if ntc else []
    return checked("qpcr.csv", "\n".join([CFX, *rows]) + "\n")


def steady(row: int, column: int, draw: random.Random) -> float:
    return (0.2 + 0.1 * column) * draw.uniform(0.97, 1.03)


def use(
    name: str, story: str, why: str, source: str, show: Callable[[Path], list[Evidence]], good: dict, bad: list | None = None
) -> Made:
    return Made(name, "measurements", "measurement_use", story, why, source, show, [good], bad or [])


REUSE = [{"use": is_("use"), "why": "passes a problem over"}]
USES = [
    use("viability_good", "Cultures above 90 % viability.", "Nothing speaks against them.", VIABILITY,
        vi_cell([94, 96, 91, 95]), {"use": is_("use"), "problems": {"lacks": ["low_viability"]}}),
    use("viability_low_plate", "A plate on which cells died over the weekend.", "Dying cells spoil every library of the plate.",
        VIABILITY, vi_cell([52, 61, 48, 70, 83]), {"use": is_("repeat"), "problems": {"holds": ["low_viability"]}}, REUSE),
    use("viability_one_low", "One culture of six is dying.", "That one is left out or taken again; the others are fine.", VIABILITY,
        vi_cell([94, 96, 58, 95, 92, 97]), {"use": is_("use_in_part"), "problems": {"holds": ["low_viability"]}}, REUSE),
    use("edge_effect", "Outer wells dried in the incubator.", "The edge reads a third higher for the same samples.", EDGES,
        plate(lambda row, column, draw: steady(row, column, draw) * (1.35 if row in (0, 7) else 1)),
        {"use": is_("use_in_part", "repeat"), "problems": {"holds": ["edge_effect"]}}, REUSE),
    use("edge_cold", "Outer wells lagged behind, being colder.", "The edge reads a quarter lower.", EDGES,
        plate(lambda row, column, draw: steady(row, column, draw) * (0.72 if row in (0, 7) else 1)),
        {"use": is_("use_in_part", "repeat"), "problems": {"holds": ["edge_effect"]}}, REUSE),
    use("plate_even", "An even plate with blanks.", "Nothing speaks against it.", EDGES, plate(steady),
        {"use": is_("use"), "problems": {"lacks": ["edge_effect", "saturated"]}}),
    use("saturated_plate", "A plate that was developed too long.", "A third of the wells is beyond the reader's range.", RANGE,
        plate(lambda row, column, draw: min(4.0, steady(row, column, draw) * 4.2)),
        {"use": is_("repeat"), "problems": {"holds": ["saturated"]}}, REUSE),
    use("saturated_few", "The strongest sample saturates in two wells.", "Those wells say only that the sample is strong.", RANGE,
        plate(lambda row, column, draw: 3.6 if (row, column) in ((3, 11), (4, 11)) else steady(row, column, draw)),
        {"use": is_("use_in_part", "repeat"), "problems": {"holds": ["saturated"]}}, REUSE),
    use("qpcr_no_reference", "Two genes of interest, no reference gene.", "Nothing corrects for how much RNA went in.", MIQE,
        qpcr(["IL6", "TNF"], lambda _, n: f"{22 + n / 5:.2f}"), {"use": is_("cannot_tell"), "problems": {"holds": ["no_reference_gene"]}},
        REUSE),
    use("qpcr_good", "Two genes beside GAPDH, with a clean control.", "Reference gene and control are there.", MIQE,
        qpcr(["IL6", "TNF", "GAPDH"], lambda _, n: f"{22 + n / 5:.2f}"), {"use": is_("use")}),
    use("qpcr_contaminated", "The control without template amplified.", "Reagents or plate are contaminated.", MIQE,
        qpcr(["IL6", "ACTB"], lambda _, n: f"{24 + n / 5:.2f}", ntc="29.4"), {"use": is_("repeat"), "problems": {"holds": ["contaminated"]}},
        REUSE),
    use("qpcr_no_control", "No control without template on the plate.", "Contamination cannot be told.", MIQE,
        qpcr(["IL6", "ACTB"], lambda _, n: f"{24 + n / 5:.2f}", ntc=None), {"use": is_("use_in_part", "repeat"), "problems": {"holds": ["no_blank"]}},
        REUSE),
    use("qpcr_failed_wells", "Half of the wells did not amplify.", "The plate or the template failed.", MIQE,
        qpcr(["IL6", "ACTB"], lambda _, n: "NaN" if n % 2 else "23.1"), {"use": is_("repeat"), "problems": {"holds": ["not_amplified"]}}, REUSE),
]  # fmt: skip


def exported(name: str, text: str) -> Callable[[Path], list[Evidence]]:
    """An unknown export looked at, with what rules propose for it."""

    def show(folder: Path) -> list[Evidence]:
        from assayline.facts import export
        from assayline.sketch.look import look
        from assayline.sketch.propose import propose

        (folder / name).write_text(text, encoding="utf-8")
        sample = look(folder / name)
        return export.facts(export.report(sample, propose(sample, "acme_new", "Acme", "New")), "export.json")

    return show


def mapping(
    name: str, story: str, why: str, show: Callable[[Path], list[Evidence]], good: dict[str, Any], bad: list | None = None
) -> Made:
    return Made(
        name,
        "instrument export",
        "instrument_mapping",
        story,
        why,
        "ASM schemas of the Allotrope Foundation",
        show,
        [good],
        bad or [],
    )


COUNTER = "Sample ID;Run Date/Time;Viability (%);Viable (x10^6) cells/mL;Remark\nA 1;13.03.2025 10:11:12;97,1;3,1;ok\nA 2;13.03.2025 10:15:12;95,1;2,1;\n"
MEDIUM = "Sample ID,Time,pH,Glucose (g/L),Lactate (g/L),Osmolality (mosm/kg),Operator note\nF1,2025-01-02 10:00,7.1,4.2,1.1,290,x\nF2,2025-01-02 11:00,7.0,4.0,1.3,300,\n"
CYCLER = "Well,Target,Sample,Reporter,Quencher,Ct,Baseline start\nA1,IL6,a,FAM,NFQ,22.1,3\nA2,IL6,b,FAM,NFQ,23.4,3\n"
PEAKS = "Vial,Sample ID,Injection,Retention time (min),Peak area,Height\n1,a,1,2.31,1200,33\n2,b,1,2.30,1100,31\n"
UNKNOWN = "ID,Alpha,Beta,Gamma\na,1.2,3.4,5.1\nb,1.1,3.3,5.2\n"
TWO = "Name,Volume (uL)\na,12\nb,13\n"
MAPPINGS = [
    mapping("export_cell_counter", "A cell counter with German numbers.", "Viability and density stand in the schema by name and unit.",
            exported("counter.csv", COUNTER), {"columns.Viability (%)": is_("processed data/viability (cell counter)"), "columns.Remark": is_("")},
            [{"technique": is_("?")}]),
    mapping("export_medium_analyser", "An analyser of culture medium.", "pH, glucose and lactate belong to a solution analyser.",
            exported("medium.csv", MEDIUM), {"technique": is_("solution-analyzer/REC/2024/09/solution-analyzer")}),
    mapping("export_qpcr", "A cycler that nobody knows.", "Ct, reporter and quencher are those of a qPCR.",
            exported("cycler.csv", CYCLER), {"technique": is_("pcr/REC/2024/09/qpcr")}),
    mapping("export_chromatograph", "A list of peaks.", "Retention times and areas are those of liquid chromatography.",
            exported("peaks.csv", PEAKS), {"technique": is_("liquid-chromatography/BENCHLING/2023/09/liquid-chromatography")}),
    mapping("export_unknown", "Columns called Alpha, Beta and Gamma.", "Nothing tells what was measured; a person must say.",
            exported("unknown.csv", UNKNOWN), {"technique": is_("?")}, [{"technique": is_("cell-counting/REC/2024/09/cell-counting")}]),
    mapping("export_volume_only", "A name and a volume.", "A volume alone is no technique.", exported("volume.csv", TWO), {"technique": is_("?")}),
]  # fmt: skip
MADE = [*USES, *MAPPINGS]
