"""The first two stations of the single-cell line as they work in a run folder: the gate, and quality control by decision."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assayline.errors import BadInput, CannotWrite
from assayline.evidence import Evidence, facts_of, publish
from assayline.json_files import write_atomic, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from allotrope.errors import Finding
    from assayline.run_folder import RunFolder

QC_SCHEMA = "assayline/cells-qc/1"


def inspect_step(run: RunFolder, source: Path, **options: Any) -> tuple[dict[str, Any], list[Finding]]:
    """Judge a matrix; write cells/inspect.json and its evidence even when refusing, cells/counts.h5ad only when accepted.

    Raises `Refused` for a matrix that is not counts of called cells, `BadInput` for one that cannot be read.
    """
    from assayline.cells.inspect import inspect, require

    found = inspect(source, **options)
    if found.accepted:
        found.report["distribution"] = _distribution(found.data)
    found.report["findings"] = [finding.to_json() for finding in found.findings]
    write_json(run.cells / "inspect.json", found.report)
    publish(run, "cells.inspect", _inspect_facts(found.report))
    require(found, source)
    write_h5ad(found.data, run.cells / "counts.h5ad")
    return found.report, found.findings


def _distribution(data: Any) -> dict[str, Any]:
    from assayline.cells.qc import describe, survey

    groups = [(str(name), group) for name, group in data.obs.groupby("sample", observed=True, sort=True)]
    samples = [{"sample": name, "cells": len(group)} | describe(group) for name, group in groups]
    return {"all": describe(data.obs), "removed_at": survey(data.obs), "samples": samples}


def _inspect_facts(report: dict[str, Any]) -> list[Evidence]:
    rows: list[tuple[str, str, str | None, str]] = [
        ("inspect.cells", "cells in the matrix", "cells", "/cells"),
        ("inspect.genes", "genes in the matrix", "genes", "/genes"),
        ("inspect.kind", "what the values are", None, "/values/kind"),
        ("inspect.kind_basis", "why the values are said to be that", None, "/values/basis"),
        ("inspect.identifiers", "kind of gene identifiers", None, "/identifiers/kind"),
        ("inspect.species", "species told from the gene identifiers", None, "/identifiers/species"),
        ("inspect.coverage", "coverage of the transcriptome", None, "/coverage"),
        ("inspect.droplets", "what the barcodes are", None, "/droplets/kind"),
        ("inspect.accepted", "whether the gate accepted the matrix", None, "/verdict/accepted"),
    ]
    facts = facts_of(report, "cells/inspect.json", rows)
    if "distribution" not in report:
        return facts
    rows = [("inspect.mitochondrial_genes", "mitochondrial protein-coding genes found", "genes", "/mitochondrial/found")]
    rows += [("inspect.samples", "samples in the matrix", "samples", "/samples/count")]
    rows += [("inspect.mitochondrial_by", "how mitochondrial genes were found", None, "/mitochondrial/by")]
    facts += facts_of(report, "cells/inspect.json", rows)
    facts += facts_of(report, "cells/inspect.json", _measures("inspect", "", "/distribution/all", report["distribution"]["all"]))
    for index, row in enumerate(report["distribution"]["removed_at"]):
        word = f"{row['mads']:g}".replace(".", "_")
        place = f"/distribution/removed_at/{index}"
        rows = [
            (
                f"inspect.removed_at.mads_{word}",
                f"cells that limits of {row['mads']:g} MADs would remove",
                "cells",
                f"{place}/removed",
            )
        ]
        rows += [
            (
                f"inspect.removed_share_at.mads_{word}",
                f"share of cells that limits of {row['mads']:g} MADs would remove",
                "fraction",
                f"{place}/removed_share",
            )
        ]
        facts += facts_of(report, "cells/inspect.json", rows)
    for index, sample in enumerate(report["distribution"]["samples"] if len(report["samples"]["names"]) > 1 else []):
        place, name = f"/distribution/samples/{index}", f"inspect.sample_{index + 1}"
        rows = [
            (f"{name}.cells", "cells of the sample", "cells", f"{place}/cells"),
            *_measures(name, " in the sample", place, sample),
        ]
        facts += facts_of(report, "cells/inspect.json", rows, {"sample": sample["sample"]})
    return facts


def _measures(prefix: str, where: str, place: str, body: dict[str, Any]) -> list[tuple[str, str, str | None, str]]:
    """Evidence rows for the percentiles that `describe` gives."""
    words = {"counts": ("counts a cell", "counts"), "genes": ("genes a cell", "genes")}
    words["mitochondrial_share"] = ("mitochondrial share of a cell's counts", "fraction")
    rows: list[tuple[str, str, str | None, str]] = []
    for key in body:
        measure, _, percent = key.rpartition("_p")
        if measure in words:
            text, unit = words[measure]
            name = "median" if percent == "50" else f"percentile {int(percent)}"
            rows.append((f"{prefix}.{key}", f"{name} of the {text}{where}", unit, f"{place}/{key}"))
    return rows


def qc_step(run: RunFolder, thresholds: dict[str, Any], decision: str) -> tuple[dict[str, Any], list[Finding]]:
    """Filter cells/counts.h5ad by decided thresholds; write kept.h5ad, qc.json, a table of all cells with reasons, and evidence.

    `decision` is the digest of the decision file, kept in the report so that a replay can tell whether the run followed it.
    """
    from assayline.advisor.questions.qc_thresholds import QcThresholds
    from assayline.cells.plots import qc_figure
    from assayline.cells.qc import keep

    data = read_h5ad(run.cells / "counts.h5ad")
    chosen = QcThresholds(**thresholds)
    kept, report, findings = keep(data, chosen)
    head = {"schema": QC_SCHEMA, "decision": {"question": "qc_thresholds", "sha256": decision}, "thresholds": asdict(chosen)}
    report = head | report | {"findings": [finding.to_json() for finding in findings]}
    columns = [name for name in ("sample", "counts", "genes", "mitochondrial_share", "kept", "reasons") if name in data.obs]
    table = data.obs[columns].astype({"sample": str}).reset_index(names="cell")
    write_parquet(table, run.tables / "cells_qc.parquet")
    write_h5ad(kept, run.cells / "kept.h5ad")
    write_json(run.cells / "qc.json", report)
    publish(run, "cells.qc", _qc_facts(report))
    qc_figure(run, data.obs, report)
    return report, findings


def _qc_facts(report: dict[str, Any]) -> list[Evidence]:
    rows: list[tuple[str, str, str | None, str]] = [
        ("qc.cells.read", "cells before QC", "cells", "/read"),
        ("qc.cells.kept", "cells kept after QC", "cells", "/kept"),
        ("qc.cells.removed", "cells removed by QC", "cells", "/removed"),
        ("qc.cells.kept_share", "share of cells kept after QC", "fraction", "/kept_share"),
        ("qc.genes.read", "genes before QC", "genes", "/genes_read"),
        ("qc.genes.kept", "genes kept after QC", "genes", "/genes_kept"),
    ]
    texts = {"low_counts": "too few counts", "low_genes": "too few genes", "high_mitochondrial": "too high a mitochondrial share"}
    rows += [(f"qc.removed.{name}", f"cells with {texts[name]}", "cells", f"/reasons/{name}") for name in report["reasons"]]
    for index, sample in enumerate(report["samples"][:1] if len(report["samples"]) == 1 else []):
        place = f"/samples/{index}"
        rows += [
            (f"qc.limit.{name}", f"QC limit for {texts[name]}", unit, f"{place}/{name}/limit") for name, unit in _units(sample)
        ]
    facts = facts_of(report, "cells/qc.json", [*rows, *_measures("qc.kept", " after QC", "/after", report["after"])])
    for index, sample in enumerate(report["samples"] if len(report["samples"]) > 1 else []):
        place, name = f"/samples/{index}", f"qc.sample_{index + 1}"
        own: list[tuple[str, str, str | None, str]] = [
            (f"{name}.kept", "cells of the sample kept after QC", "cells", f"{place}/kept")
        ]
        own += [(f"{name}.kept_share", "share of the sample's cells kept after QC", "fraction", f"{place}/kept_share")]
        own += [
            (f"{name}.limit.{key}", f"the sample's QC limit for {texts[key]}", unit, f"{place}/{key}/limit")
            for key, unit in _units(sample)
        ]
        facts += facts_of(report, "cells/qc.json", own, {"sample": sample["sample"]})
    words = {"counts_p50": ("counts a cell", "counts"), "genes_p50": ("genes a cell", "genes")}
    words["mitochondrial_share_p50"] = ("mitochondrial share", "fraction")
    for key, value in report["change"].items():
        what = f"median {words[key][0]} after QC minus before"
        facts.append(Evidence(f"qc.change.{key}", what, value, words[key][1], "cells/qc.json", f"/change/{key}", difference=True))
    return facts


def _units(sample: dict[str, Any]) -> list[tuple[str, str]]:
    units = {"low_counts": "counts", "low_genes": "genes", "high_mitochondrial": "fraction"}
    return [(name, unit) for name, unit in units.items() if name in sample]


def read_h5ad(path: Path) -> Any:
    """The AnnData that an earlier station wrote; raises `BadInput` when it is not there."""
    import anndata

    if not path.is_file():
        raise BadInput(what=path, found="no such file", expected="what the station before writes", next="Run that station first.")
    try:
        return anndata.read_h5ad(path)
    except (OSError, KeyError, ValueError) as error:
        raise BadInput(
            what=path, found=f"{type(error).__name__}: {error}", expected="a whole AnnData file", next="Run that station again."
        ) from error


def write_parquet(table: Any, path: Path) -> None:
    """Write a pandas table as Parquet, without its index, whole or not at all."""
    import io

    import pyarrow
    import pyarrow.parquet as parquet

    stream = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pandas(table, preserve_index=False), stream)
    write_atomic(path, stream.getvalue())


def write_h5ad(data: Any, path: Path) -> None:
    """Write an AnnData whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        data.write_h5ad(part, compression="gzip", compression_opts=1)
        part.replace(path)
    except OSError as error:
        raise CannotWrite(file=path, found=error.strerror or error) from error
    finally:
        part.unlink(missing_ok=True)
