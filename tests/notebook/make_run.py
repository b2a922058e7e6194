"""Makes a run folder as the stations leave one, from arithmetic on small invented samples; one seed, the same bytes."""

from __future__ import annotations

import hashlib
import json
import random
import struct
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

REC = "http://purl.allotrope.org/manifests"


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A value with its unit, as ASM writes it."""
    return {"value": value, "unit": unit}


def write(path: Path, body: Any) -> None:
    """Write JSON, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def envelope(technique: str, manifest: str, documents: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """A whole ASM document around the documents of its technique."""
    system = {
        "file name": name,
        "ASM converter name": "assayline",
        "ASM converter version": "0.1.0",
        "software name": "Vendor OS",
    }
    device = {"device identifier": "bench-2", "model number": "Model 7", "equipment serial number": "SN-0042"}
    body = {f"{technique} document": documents, "data system document": system, "device system document": device}
    return {"$asm.manifest": f"{REC}/{manifest}.manifest", f"{technique} aggregate document": body}


def counted(rng: random.Random, samples: list[str]) -> dict[str, Any]:
    """A cell counter's document: viability, densities and diameter for each sample."""
    documents = []
    for index, sample in enumerate(samples):
        total = rng.randint(400, 1800)
        viable = int(total * rng.uniform(0.82, 0.98))
        processed = {
            "viability (cell counter)": quantity(round(100 * viable / total, 2), "%"),
            "viable cell density (cell counter)": quantity(round(viable / 1600, 3), "10^6 cells/mL"),
            "total cell count": quantity(total, "cell"),
            "viable cell count": quantity(viable, "cell"),
            "data processing document": {"minimum cell diameter setting": quantity(7.0, "µm")},
        }
        measurement = {
            "measurement identifier": f"COUNT_{index}",
            "measurement time": f"2026-03-02T09:{10 + index:02d}:00+00:00",
            "sample document": {"sample identifier": sample},
            "processed data aggregate document": {"processed data document": [processed]},
        }
        documents.append({"measurement aggregate document": {"measurement document": [measurement]}, "analyst": "R. Vega"})
    return envelope("cell counting", "cell-counting/REC/2024/09/cell-counting", documents, "counts.csv")


def absorbed(rng: random.Random, samples: list[str]) -> dict[str, Any]:
    """A spectrophotometer's document: two wavelengths a sample and a calculated ratio."""
    documents, ratios = [], []
    for index, sample in enumerate(samples):
        at260 = rng.uniform(0.4, 2.2)
        at280 = at260 / rng.uniform(1.78, 1.95)
        measurements = []
        for wave, value in ((260, at260), (280, at280)):
            measurements.append(
                {
                    "measurement identifier": f"ABS_{index}_{wave}",
                    "device control aggregate document": {
                        "device control document": [{"detector wavelength setting": quantity(wave, "nm")}]
                    },
                    "sample document": {"sample identifier": sample, "location identifier": "ABCDEFGH"[index % 8]},
                    "absorbance": quantity(round(value, 4), "mAU"),
                }
            )
        time = f"2026-03-02T10:{20 + index:02d}:00+00:00"
        documents.append({"measurement aggregate document": {"measurement time": time, "measurement document": measurements}})
        sources = [{"data source identifier": item["measurement identifier"]} for item in measurements]
        ratios.append(
            {
                "calculated data identifier": f"RATIO_{index}",
                "calculated data name": "A260/280",
                "calculated result": quantity(round(at260 / at280, 3), "(unitless)"),
                "data source aggregate document": {"data source document": sources},
            }
        )
    body = envelope("spectrophotometry", "spectrophotometry/REC/2024/06/spectrophotometry", documents, "nucleic.txt")
    body["spectrophotometry aggregate document"]["calculated data aggregate document"] = {"calculated data document": ratios}
    return body


def followed(rng: random.Random, wells: list[str]) -> dict[str, Any]:
    """A plate reader's document with one growth curve a well."""
    documents = []
    for index, well in enumerate(wells):
        times = [float(300 * step) for step in range(25)]
        rate = rng.uniform(0.0006, 0.0012)
        values = [round(0.05 + 1.1 / (1 + 2.718281828 ** (-(time - 3600) * rate)), 4) for time in times]
        cube = {
            "label": "absorbance-kinetics",
            "cube-structure": {
                "dimensions": [{"@componentDatatype": "double", "concept": "elapsed time", "unit": "s"}],
                "measures": [{"@componentDatatype": "double", "concept": "absorbance", "unit": "mAU"}],
            },
            "data": {"dimensions": [times], "measures": [values]},
        }
        measurement = {
            "measurement identifier": f"WELL_{index}",
            "sample document": {
                "sample identifier": f"Culture {well}",
                "location identifier": well,
                "well plate identifier": "P1",
            },
            "absorption profile data cube": cube,
        }
        documents.append({"measurement aggregate document": {"measurement document": [measurement]}})
    return envelope("plate reader", "plate-reader/REC/2025/03/plate-reader", documents, "growth.txt")


def ledger(source: str, instrument: str, mapped: int, kept: int, ignored: int, findings: list[dict[str, str]]) -> dict[str, Any]:
    """The account of one input file."""
    runs = [
        {"region": "lines 2-20 field 1", "fate": "mapped", "count": mapped},
        {"region": "lines 2-20 field 2", "fate": "kept", "count": kept},
    ]
    if ignored:
        runs.append({"region": "line 1", "fate": "ignored", "count": ignored, "reason": "column headings"})
    return {
        "schema": "assayline/ledger/1",
        "file": source,
        "instrument": instrument,
        "cells": mapped + kept + ignored,
        "mapped": mapped,
        "kept": kept,
        "ignored": ignored,
        "parts": [{"name": "", "cells": mapped + kept + ignored}],
        "runs": runs,
        "findings": findings,
    }


def png(rng: random.Random, width: int = 480, height: int = 360) -> bytes:
    """A real picture: three clouds of points on white, as an embedding looks."""
    canvas = [bytearray(b"\xff" * (3 * width)) for _ in range(height)]
    for centre, colour in (((120, 110), (31, 119, 180)), ((330, 130), (214, 39, 40)), ((230, 270), (44, 160, 44))):
        for _ in range(220):
            x, y = int(rng.gauss(centre[0], 34)), int(rng.gauss(centre[1], 30))
            if 1 <= x < width - 1 and 1 <= y < height - 1:
                for row in (y, y + 1):
                    canvas[row][3 * x : 3 * x + 6] = bytes(colour) * 2
    raw = b"".join(b"\0" + bytes(row) for row in canvas)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def evidence_of(rng: random.Random) -> list[dict[str, Any]]:
    """What the stations for single cells state, with the numbers consistent among themselves."""
    read, dropped = 559, rng.randint(30, 60)
    rows = [
        ("inspect.cells", "cells in the count matrix", read, "cells", "cells/inspect.json", "/cells", "cells.inspect"),
        ("inspect.genes", "genes in the count matrix", 32786, "genes", "cells/inspect.json", "/genes", "cells.inspect"),
        ("inspect.mito.median", "median mitochondrial share", 4.83, "%", "cells/inspect.json", "/mito/median", "cells.inspect"),
        ("qc.cells.before", "cells before QC", read, "cells", "cells/qc.json", "/before/cells", "cells.qc"),
        ("qc.cells.kept", "cells kept after QC", read - dropped, "cells", "cells/qc.json", "/kept", "cells.qc"),
        ("qc.cells.dropped", "cells dropped by QC", dropped, "cells", "cells/qc.json", "/dropped", "cells.qc"),
        ("model.latent", "latent dimensions", 10, None, "cells/model.json", "/latent", "cells.model"),
        ("model.clusters", "clusters found", 4, "clusters", "cells/model.json", "/clusters", "cells.model"),
        ("model.silhouette", "mean silhouette of the clusters", 0.312, None, "cells/model.json", "/silhouette", "cells.model"),
    ]
    keys = ("id", "what", "value", "unit", "source", "pointer", "station")
    return [{"schema": "assayline/evidence/1", **dict(zip(keys, row, strict=True))} for row in rows]


def decide(
    question: str, choice: dict[str, Any], rule: dict[str, Any], because: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """A decision file's body."""
    cited = sorted({item for reason in because for item in reason["evidence"]})
    return {
        "schema": "assayline/decision/1",
        "question": question,
        "choice": choice,
        "rule_choice": rule,
        "because": because,
        "evidence": cited,
        "confidence": "medium",
        "what_would_change_this": "A second sample with a median mitochondrial share above 10 % would raise the limit.",
        "bounds": {"max_mito_percent": [5, 30], "min_genes": [100, 1000]},
        "decided_by": {"kind": "rules", "model": None, "request_id": None, "prompt": None},
        "asked": "sha256:" + hashlib.sha256(question.encode()).hexdigest(),
        "findings": [],
    } | more


def interpret(facts: dict[str, Any]) -> dict[str, Any]:
    """An interpretation whose every number is one of the facts."""
    return {
        "schema": "assayline/interpretation/1",
        "statements": [
            {
                "template": "{qc.cells.kept} of {qc.cells.before} cells passed quality control.",
                "text": f"{facts['qc.cells.kept']} of {facts['qc.cells.before']} cells passed quality control.",
                "evidence": ["qc.cells.kept", "qc.cells.before"],
                "confidence": "high",
            },
            {
                "template": "The cells fall into {model.clusters} clusters with a mean silhouette of {model.silhouette}.",
                "text": f"The cells fall into {facts['model.clusters']} clusters with a mean silhouette of "
                f"{facts['model.silhouette']}.",
                "evidence": ["model.clusters", "model.silhouette"],
                "confidence": "medium",
            },
        ],
        "dropped": [{"template": "Cluster 2 expands after treatment.", "reason": "no evidence id is cited"}],
        "limits": ["One sample without replicates: nothing can be said of differences between donors."],
        "decided_by": {"kind": "rules"},
    }


def make_cells(folder: Path, rng: random.Random) -> None:
    """The part of a run that concerns single cells, with figures, decisions and interpretation."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    evidence = evidence_of(rng)
    facts = {item["id"]: item["value"] for item in evidence}
    lines = "".join(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in evidence)
    (folder / "evidence.jsonl").write_text(lines, "utf-8")
    write(folder / "cells/inspect.json", {"cells": 559, "genes": 32786, "mito": {"median": 4.83}})
    write(
        folder / "cells/qc.json",
        {
            "before": {"cells": 559, "genes": 32786},
            "kept": facts["qc.cells.kept"],
            "dropped": facts["qc.cells.dropped"],
            "after": {"cells": facts["qc.cells.kept"], "genes": 14208},
        },
    )
    write(folder / "cells/model.json", {"model": "scVI", "latent": 10, "clusters": 4, "silhouette": 0.312, "seed": 0})
    genes = [
        ("0", "LYZ"),
        ("0", "CST3"),
        ("1", "CD3D"),
        ("1", "IL7R"),
        ("2", "MS4A1"),
        ("2", "CD79A"),
        ("3", "NKG7"),
        ("3", "GNLY"),
    ]
    rows = [
        {"cluster": cluster, "gene": gene, "lfc": round(rng.uniform(1.5, 6), 3), "fdr": round(rng.uniform(0, 0.04), 4)}
        for cluster, gene in genes
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "cells/markers.parquet")
    for name, title, cited in (
        ("umap", "Clusters in two dimensions", ["model.clusters"]),
        ("qc", "Counts and genes a cell", ["qc.cells.kept"]),
    ):
        write(
            folder / f"figures/{name}.json",
            {
                "title": title,
                "caption": f"{title}; every point is a cell.",
                "alt": f"Scatter plot: {title.lower()}.",
                "evidence": cited,
            },
        )
        (folder / f"figures/{name}.png").write_bytes(png(rng))
    reason = [{"text": "The median mitochondrial share is 4.83 %.", "evidence": ["inspect.mito.median"]}]
    write(
        folder / "decisions/qc_thresholds.json",
        decide("qc_thresholds", {"max_mito_percent": 12, "min_genes": 200}, {"max_mito_percent": 15, "min_genes": 200}, reason),
    )
    write(
        folder / "decisions/model.json",
        decide(
            "model",
            {"model": "scVI", "latent": 10},
            {"model": "scVI", "latent": 10},
            [{"text": "559 cells are enough for 10 latent dimensions.", "evidence": ["inspect.cells"]}],
            confidence="high",
            bounds={},
        ),
    )
    write(folder / "interpretation.json", interpret(facts))


def make_run(folder: Path, seed: int = 1, *, cells: bool = True, samples: list[str] | None = None) -> Path:
    """A whole run folder; `samples` names the samples of the instruments, `cells` adds the single-cell part."""
    rng = random.Random(seed)
    names = samples or [f"CLB{index:03d}" for index in range(1, 9)]
    finding = {"code": "filled-required", "level": "note", "message": "device identifier: N/A filled in", "where": "counts.csv"}
    for sub in ("asm", "ledger", "tables", "cells", "figures", "decisions"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for name, body in (
        ("counts.csv", counted(rng, names)),
        ("nucleic.txt", absorbed(rng, names)),
        ("growth.txt", followed(rng, ["A1", "A2", "B1"])),
    ):
        write(folder / f"asm/{name}.asm.json", body)
    write(folder / "ledger/counts.csv.ledger.json", ledger("counts.csv", "beckman_vi_cell_blu", 212, 96, 16, [finding]))
    write(folder / "ledger/nucleic.txt.ledger.json", ledger("nucleic.txt", "thermo_fisher_nanodrop_eight", 88, 40, 0, []))
    write(folder / "ledger/growth.txt.ledger.json", ledger("growth.txt", "agilent_gen5", 171, 22, 31, []))
    if cells:
        make_cells(folder, rng)
    return folder
