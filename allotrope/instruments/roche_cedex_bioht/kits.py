"""The tests of the Cedex Bio HT: analyte, detection kit and range by the code that the analyzer prints (Roche's test list)."""

from __future__ import annotations

from typing import NamedTuple

KITS = {"low": "Low", "standard": "Standard", "high": "High", "diluted": "High with Pre - Dilution"}
TABLE = """
acetate: AC2B standard 0.25 - 38.9 mmol/L; AC2D diluted 14 - 389 mmol/L
alanine-glutamine: AQB standard 0.1 - 10 mmol/L; AQD diluted 1 - 100 mmol/L
alanine-glutamine corrected: AQQB standard
ammonia: NH3LB low 0.0278 - 1.389 mmol/L; NH3B standard 0.278 - 13.89 mmol/L; NH3D diluted 5.56 - 277.8 mmol/L
arabinose: ARAB standard 0.055 - 27.75 mmol/L; ARAD diluted 0.55 - 277.5 mmol/L
asparagine: ASNLB low 0.1 - 1 mmol/L; ASNHB standard 0.5 - 9 mmol/L; ASNHD diluted 2.5 - 45 mmol/L
aspartate: ASPB standard 0.1 - 9 mmol/L; ASPD diluted 1 - 45 mmol/L
calcium: CA2B standard 0.2 - 5 mmol/L; CA2D diluted 2 - 50 mmol/L
cholesterol: CHO2B standard 0.025 - 2.07 mmol/L; CHO2D diluted 0.25 - 20.7 mmol/L
ethanol: ETOHB standard 11 - 220 mmol/L; ETOHD diluted 220 - 4400 mmol/L
formate: FORB standard 0.2 - 20 mmol/L; FORD diluted 2 - 200 mmol/L
galactose: GAL2B standard 0.055 - 27.75 mmol/L; GAL2D diluted 0.55 - 277.5 mmol/L
glucose: GLC2L low 0.011 - 4.163 mmol/L; GLC2B standard 0.111 - 41.63 mmol/L; GLC2D diluted 1.11 - 416.3 mmol/L;
  GLC3D diluted 1.11 - 416.3 mmol/L; GLC3B standard 0.111 - 41.63 mmol/L; GLC3L low 0.011 - 4.163 mmol/L
glutamate: GLU2B standard 0.099 - 10.2 mmol/L; GLU2D diluted 0.99 - 102 mmol/L
glutamine: GLN2B standard 0.1 - 10.26 mmol/L; GLN2D diluted 0.5 - 51.3 mmol/L
glycerol: GLYB low 0.1 - 10 mmol/L; GLYD standard 1 - 100 mmol/L; GLYE diluted 10 - 1000 mmol/L
Ig Fab human: FABLA low 0.13 - 0.35 g/L; FABLB standard 0.01 - 0.4 g/L; FABHB high 0.3 - 8 g/L;
  FABHD diluted 6 - 40 g/L
IgG human: IGGLB low 0.000067 - 0.000533 mmol/L; IGGHB standard 0.000533 - 0.01067 mmol/L;
  IGGHD diluted 0.002665 - 0.05335 mmol/L
IgG mouse: MIGLB low 0.01 - 0.2 g/L; MIGHB standard 0.2 - 1.5 g/L; MIGHD diluted 1 - 7.5 g/L
iron: FE2B standard 0.0009 - 0.179 mmol/L; FE2D diluted 0.009 - 1.79 mmol/L
lactate: LAC2B standard 0.0444 - 15.55 mmol/L; LAC2D diluted 0.444 - 155.5 mmol/L
ldh: LDH2B standard 20 - 1000 U/L; LDH2D diluted 200 - 10000 U/L
magnesium: MG2L low 0.01 - 0.25 mmol/L; MG2B standard 0.1 - 2.5 mmol/L; MG2D diluted 2.3 - 25 mmol/L
nitrate: NO3L low 0.2 - 4 mmol/L; NO3B standard 1 - 25 mmol/L; NO3D diluted 15 - 250 mmol/L
phosphate: PHO2L low 0.01 - 0.837 mmol/L; PHO2B standard 0.1 - 8.37 mmol/L; PHO2D diluted 1.1 - 92.07 mmol/L
potassium: KB standard 2 - 28 mmol/L; KD diluted 24 - 280 mmol/L
pyruvate: PYRB standard 0.2 - 8 mmol/L; PYRD diluted 2 - 80 mmol/L
sodium: NAB standard 50 - 275 mmol/L; NAD diluted 250 - 1375 mmol/L
sucrose: SUCB standard 0.292 - 40.9 mmol/L; SUCD diluted 2.92 - 409 mmol/L
sucrose corrected: SUGLB standard 0.292 - 40.9 mmol/L; SUGLD diluted 2.92 - 409 mmol/L
total protein: TP2B standard 4 - 120 g/L; TP2D diluted 40 - 1200 g/L; TP2LB low 0.3 - 6.0 g/L
optical_density: ODB -; ODD -
osmolality: OSM2B -
"""
"""Analyte, then code, kit and range of each of its tests; `-` for a test without a kit of its own."""


class Kit(NamedTuple):
    """What a code stands for; a code that the list lacks stands for itself everywhere."""

    analyte: str
    name: str
    range: str


def _parse(table: str) -> dict[str, Kit]:
    tests: dict[str, Kit] = {}
    for line in table.replace("\n  ", " ").strip().splitlines():
        analyte, _, kinds = line.partition(": ")
        for kind in kinds.split(";"):
            code, kit, *limits = kind.split(maxsplit=2)
            tests[code] = Kit(analyte, KITS.get(kit, code), limits[0] if limits else code)
    return tests


ALL = _parse(TABLE)


def kit_of(code: str) -> Kit:
    """The test of a code."""
    return ALL.get(code) or Kit(code, code, code)
