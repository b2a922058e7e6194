"""The evidence of quality control."""

from __future__ import annotations

from typing import Any

from assayline.cells.facts_inspect import Row, measures
from assayline.cells.samples import ONE
from assayline.evidence import Evidence, facts_of


def qc_facts(report: dict[str, Any]) -> list[Evidence]:
    """What was kept and removed, why, by which limits, and how the kept cells are distributed."""
    rows: list[Row] = [
        ("qc.cells.read", "cells before QC", "cells", "/read"),
        ("qc.cells.kept", "cells kept after QC", "cells", "/kept"),
        ("qc.cells.removed", "cells removed by QC", "cells", "/removed"),
        ("qc.cells.kept_share", "share of cells kept after QC", "fraction", "/kept_share"),
        ("qc.genes.read", "genes before QC", "genes", "/genes_read"),
        ("qc.genes.kept", "genes kept after QC", "genes", "/genes_kept"),
    ]
    texts = {
        "low_counts": "too few counts",
        "low_genes": "too few genes",
        "high_mitochondrial": "too high a mitochondrial share",
        "doublet": "the score of a doublet",
    }
    rows += [(f"qc.removed.{name}", f"cells with {texts[name]}", "cells", f"/reasons/{name}") for name in report["reasons"]]
    for index, sample in enumerate(report["samples"][:1] if len(report["samples"]) == 1 else []):
        place = f"/samples/{index}"
        rows += [
            (f"qc.limit.{name}", f"QC limit for {texts[name]}", unit, f"{place}/{name}/limit") for name, unit in _units(sample)
        ]
    facts = facts_of(report, "cells/qc.json", [*rows, *measures("qc.kept", " after QC", "/after", report["after"])])
    for index, sample in enumerate(report["samples"] if len(report["samples"]) > 1 else []):
        place, name = f"/samples/{index}", f"qc.sample_{index + 1}"
        own: list[Row] = [(f"{name}.kept", "cells of the sample kept after QC", "cells", f"{place}/kept")]
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
    return facts + _more(report)


def _more(report: dict[str, Any]) -> list[Evidence]:
    """Doublets, clusters that would be emptied, and ambient RNA, as far as the report has them."""
    source = "cells/qc.json"
    facts: list[Evidence] = []
    for index, row in enumerate(report.get("doublets", [])):
        place, name = f"/doublets/{index}", f"qc.doublets.sample_{index + 1}"
        own: list[Row] = [
            (f"{name}.scored", "cells of the sample scored for doublets", "cells", f"{place}/scored"),
            (f"{name}.called", "cells called doublets in the sample", "cells", f"{place}/called"),
            (f"{name}.rate", "share of doublets expected in the sample", "fraction", f"{place}/rate"),
        ]
        facts += facts_of(report, source, own, subject(row))
    for index, row in enumerate(report.get("clusters", [])):
        if row["removed_share"] > 0.5:
            place, name = f"/clusters/{index}", f"qc.emptied.c{row['cluster']}"
            own = [
                (f"{name}.cells", "cells of a cluster of which most are removed", "cells", f"{place}/cells"),
                (f"{name}.removed_share", "share of that cluster's cells that is removed", "fraction", f"{place}/removed_share"),
                (f"{name}.own_genes", "genes of that cluster's own", None, f"{place}/own_genes"),
            ]
            facts += facts_of(report, source, own)
    for index, row in enumerate(report.get("ambient", [])):
        if row["estimate"] is not None:
            what = "share of ambient counts in the sample's kept cells"
            place = f"/ambient/{index}/estimate"
            facts += facts_of(report, source, [(f"qc.ambient.sample_{index + 1}", what, "fraction", place)], subject(row))
    return facts


def subject(row: dict[str, Any]) -> dict[str, str]:
    """What a fact of one sample is about: nothing where the only sample has no name of its own."""
    return {} if row["sample"] == ONE else {"sample": row["sample"]}


def _units(sample: dict[str, Any]) -> list[tuple[str, str]]:
    units = {"low_counts": "counts", "low_genes": "genes", "high_mitochondrial": "fraction"}
    return [(name, unit) for name, unit in units.items() if name in sample]
