"""Hints: which words in labels speak for which technique, how much, and what such a document says of every measurement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hint:
    """A technique's manifest, words with their weight, and constant facts by path (`device control/device type` …)."""

    manifest: str
    words: dict[str, int]
    constants: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    """Last keys of the quantities without which a row gives no measurement."""


def _device(kind: str, detection: str = "") -> dict[str, str]:
    more = {"device control/detection type": detection} if detection else {}
    return {"device control/device type": kind, **more}


HINTS = (
    Hint(
        "cell-counting/REC/2024/09/cell-counting",
        {
            r"viab": 5,
            r"\bcells?\b": 2,
            r"(live|viable|dead|total) (cell|count)": 3,
            r"circularity": 3,
            r"diameter": 2,
            r"cells/ml": 3,
        }
        | {r"cell type": 2, r"trypan": 4, r"aggregat|clump": 1},
        _device("cell counter"),
        ("viability (cell counter)", "viable cell density (cell counter)"),
    ),
    Hint(
        "solution-analyzer/REC/2024/09/solution-analyzer",
        {
            r"\bph\b": 4,
            r"\bpo2\b|\bpco2\b": 4,
            r"gluc|\bglu\b": 4,
            r"lact|\blac\b": 4,
            r"gln|glutamin": 3,
            r"osmo": 5,
            r"nh4|ammoni": 3,
        }
        | {r"\bna\+|\bk\+|ca\+\+": 3, r"temp": 1},
        _device("solution analyzer"),
    ),
    Hint(
        "plate-reader/REC/2025/03/plate-reader",
        {
            r"\bwell\b": 2,
            r"plate": 2,
            r"lumin|\brlu\b": 3,
            r"fluores|\brfu\b": 3,
            r"excitation|emission": 2,
            r"absorb|\bod\b|\bod\d": 2,
        },
        _device("plate reader"),
    ),
    Hint(
        "spectrophotometry/BENCHLING/2023/12/spectrophotometry",
        {
            r"absorb|\babs\b": 3,
            r"\ba\d{3}\b": 4,
            r"260/2[38]0": 5,
            r"wavelength|\bnm\b": 2,
            r"path ?length": 3,
            r"nucleic|ng/[uµ]l": 2,
        },
        _device("spectrophotometer"),
    ),
    Hint(
        "pcr/REC/2024/09/qpcr",
        {
            r"\b(ct|cq|cp)\b": 5,
            r"target": 2,
            r"reporter": 3,
            r"quencher": 3,
            r"baseline": 2,
            r"melt|\btm\d?\b": 3,
            r"\bamp": 1,
            r"well": 1,
        },
        _device("qPCR"),
    ),
    Hint(
        "pcr/BENCHLING/2023/09/dpcr",
        {r"partition|droplet": 5, r"copies": 4, r"positives?|negatives?": 2, r"poisson": 3, r"target|dye": 1},
        _device("dPCR"),
    ),
    Hint(
        "liquid-chromatography/BENCHLING/2023/09/liquid-chromatography",
        {r"retention|\brt\b": 5, r"peak": 3, r"area": 2, r"inject": 3, r"\bheight\b": 1, r"vial": 2, r"elut|column": 2},
        _device("liquid chromatograph"),
    ),
    Hint(
        "electrophoresis/BENCHLING/2024/09/electrophoresis",
        {r"\brin\b|\bdin\b|\brqn\b": 5, r"ladder": 4, r"\bbp\b|\bkda\b": 2, r"peak|region": 2, r"molarity": 2, r"electropher": 5},
        _device("electrophoresis"),
    ),
    Hint(
        "multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling",
        {r"bead": 5, r"analyte": 3, r"median|mfi": 2, r"dilution": 1, r"trimmed": 3},
        _device("multi analyte profiling analyzer"),
    ),
    Hint(
        "binding-affinity-analyzer/WD/2024/12/binding-affinity-analyzer",
        {r"\bkd\b|\bka\b": 4, r"rmax|chi": 4, r"ligand|analyte": 2, r"flow ?cell": 3, r"sensor|\bru\b": 3},
        _device("binding affinity analyzer"),
    ),
    Hint(
        "flow-cytometry/BENCHLING/2025/03/flow-cytometry",
        {r"\bfsc|\bssc": 5, r"\bgate|parent": 3, r"population": 3, r"\bcd\d": 3, r"events?": 2},
        _device("flow cytometer"),
    ),
    Hint(
        "liquid-handler/BENCHLING/2024/11/liquid-handler",
        {r"source (plate|well)": 4, r"dest": 4, r"transfer": 4, r"aspirat|dispens": 4, r"\btip\b|pipet": 3, r"volume": 1},
        _device("liquid handler"),
    ),
)


def scores(texts: list[str]) -> list[tuple[int, Hint, list[str]]]:
    """Score, hint and the words found in texts (labels, facts), best first; a word counts once."""
    folded = "\n".join(texts).casefold()
    found = []
    for hint in HINTS:
        hits = [(word, weight, match[0]) for word, weight in hint.words.items() if (match := re.search(word, folded))]
        found.append((sum(weight for _, weight, _ in hits), hint, [text for _, _, text in hits]))
    return sorted(found, key=lambda entry: -entry[0])


IDENTIFIERS = (
    "sample id",
    "sample identifier",
    "sample name",
    "sample",
    "sampleid",
    "probe",
    "probenname",
    "proben-id",
    "échantillon",
)
TIMES = ("time", "date", "datum", "zeit", "timestamp", "measured", "acquired", "heure")
ANALYSTS = (
    "operator",
    "user",
    "user name",
    "username",
    "analyst",
    "analyzed by",
    "analysis by",
    "performed by",
    "bediener",
    "benutzer",
)
DEVICE = {
    "@device/equipment serial number": (
        "serial number",
        "instrument serial number",
        "serial no",
        "serial no.",
        "instrument sn",
        "s/n",
    ),
    "@device/model number": ("model", "instrument model", "instrument type"),
    "@system/software version": ("software version", "version", "sw version"),
    "@system/software name": ("software", "software name", "application"),
}
SAME = {
    "live": "viable", "conc": "concentration", "abs": "absorbance", "temp": "temperature", "avg": "average", "mean": "average",
    "vol": "volume", "cells": "cell", "concentration": "density", "lum": "luminescence", "osmo": "osmolality", "no": "count",
    "number": "count", "od": "absorbance", "o2": "oxygen", "co2": "carbon dioxide", "rfu": "fluorescence", "rlu": "luminescence",
}  # fmt: skip
"""Words of labels → words of the schemas."""
_POWERS = ("10^6", "x10^6", "×10^6", "(x10^6)", "e6")
UNITS = {f"{power}{cells}/ml": "10^6 cells/mL" for power in _POWERS for cells in (" cells", "")} | {
    "m/ml": "10^6 cells/mL", "°c": "degC", "c": "degC", "sec": "s", "seconds": "s", "minutes": "min", "hours": "h", "hrs": "h",
    "um": "μm", "microns": "μm", "micron": "μm", "percent": "%", "ul": "μL", "ug/ml": "μg/mL", "ng/ul": "ng/μL",
    "a.u.": "(unitless)", "mosm": "mosm/kg", "au": "mAU", "od": "mAU",
}  # fmt: skip
"""Units as labels write them, folded → as the schemas do; absorbance is in mAU, whatever its numbers (`unit-convention`)."""
IMPLIED = {"10^6 cells/mL": frozenset({"cell", "density"})}
"""Words that a unit says, which labels then leave out: `Viable (x10^6) cells/mL`."""
UNSAID = (("cell",), ("mAU",))
"""Units that labels leave out beside `(unitless)`, where the schema allows no other: of counts, and of absorbance."""
OF_SETTINGS = frozenset({"detector", "setting"})
"""Words of the schemas that labels leave out: `Wavelength (nm)`; a guess, since a label may mean something else."""
