"""Small ASM documents written for tests."""

from __future__ import annotations

from typing import Any

MANIFESTS = "http://purl.allotrope.org/manifests/"


def cell_counting(measurements: int, *, start: str = "2026-03-{day:02}T10:00:00+01:00") -> dict[str, Any]:
    """A valid cell counting document: one sample and one result a measurement, and one calculated mean over the first."""
    return {
        "$asm.manifest": f"{MANIFESTS}cell-counting/REC/2024/09/cell-counting.manifest",
        "cell counting aggregate document": {
            "device system document": {"device identifier": "counter 7", "model number": "C-7"},
            "data system document": {
                "ASM file identifier": "f.json",
                "data system instance identifier": "N/A",
                "UNC path": "f.txt",
                "file name": "f.txt",
            },
            "cell counting document": [_counted(number, start) for number in range(measurements)],
            "calculated data aggregate document": {
                "calculated data document": [
                    {
                        "calculated data identifier": "calculated 0",
                        "calculated data name": "mean viability",
                        "calculated result": {"value": 93.5, "unit": "%"},
                        "data source aggregate document": {
                            "data source document": [
                                {"data source identifier": "measurement 0", "data source feature": "viability (cell counter)"}
                            ]
                        },
                    }
                ]
            },
        },
    }


def _counted(number: int, start: str) -> dict[str, Any]:
    return {
        "analyst": "A. Nalyst",
        "measurement aggregate document": {
            "measurement document": [
                {
                    "measurement identifier": f"measurement {number}",
                    "measurement time": start.format(day=number % 28 + 1),
                    "sample document": {"sample identifier": f"sample {number % 3}"},
                    "device control aggregate document": {"device control document": [{"device type": "cell counter"}]},
                    "processed data aggregate document": {
                        "processed data document": [
                            {
                                "data processing document": {"cell type processing method": "CHO"},
                                "viability (cell counter)": {"value": 90.0 + number % 10, "unit": "%"},
                                "viable cell density (cell counter)": {"value": 1.25, "unit": "10^6 cells/mL"},
                            }
                        ]
                    },
                    "custom information document": {"Chamber": "A", "Exposures": {"value": 12, "unit": "#"}},
                }
            ]
        },
    }
