"""Comparisons as they work in a run folder: conditions by pseudobulk with donors as replicates, or clusters by Wilcoxon."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.errors import BadUsage, Refused
from assayline.evidence import Evidence, facts_of, publish
from assayline.json_files import write_json

if TYPE_CHECKING:
    from assayline.cells.compare.deep import Trust
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/cells-compare/1"
TOP = 10


def compare_step(
    run: RunFolder, between: str, *, reference: str | None = None, cell_level: bool = False, trust: Trust | None = None
) -> tuple[dict[str, Any], list[Finding]]:
    """Compare `conditions` or `clusters`; write compare.json, tables, a figure and evidence.

    With `trust` in the run's stored model, clusters are compared by it too. Conditions without replicates, and tests of single
    cells between conditions, are refused with the reason.
    """
    from assayline.cells.needs import require_station
    from assayline.cells.steps import write_parquet

    if cell_level and between == "conditions":
        raise Refused(
            what="a test of single cells between conditions",
            found="cells of one donor as replicates",
            expected="donors as replicates: cells of one donor are alike, and any donor's own difference would be found",
            next="Leave --cell-level out: counts are then added up by donor.",
        )
    gate = require_station(run, f"compare-{between}")
    data = _cells(run)
    if between == "conditions":
        report, table, findings = _conditions(data, gate["design"], reference)
        shares = report.pop("composition_table")
    else:
        report, table, findings = _clusters(data)
        shares = None
        if trust is not None:
            from assayline.cells.compare.deep import by_model

            deep = by_model(run, data, table, trust)
            report["model"] = deep.report
            findings += deep.findings
            write_parquet(deep.table, run.tables / "compare_clusters_model.parquet")
    return _written(run, between, report, table, shares, findings), findings


def _cells(run: RunFolder) -> Any:
    """Annotated cells where there are, else those that quality control kept."""
    from assayline.cells.steps import read_h5ad

    path = run.cells / "cells.h5ad"
    return read_h5ad(path if path.is_file() else run.cells / "kept.h5ad")


def _conditions(data: Any, plan: dict[str, Any], reference: str | None) -> tuple[dict[str, Any], Any, list[Finding]]:
    """Every pair of conditions in every cluster (or all cells), the composition, and what could not be compared."""
    import pandas

    levels = sorted(plan["replicates"])
    if reference is not None and reference not in levels:
        raise BadUsage(
            what="--reference", found=f"'{reference}'", expected=f"one of {', '.join(levels)}", next="Name a condition."
        )
    pairs = [(reference, level) for level in levels if level != reference] if reference else list(combinations(levels, 2))
    unit, condition = plan["unit"], plan["terms"][-1]
    from assayline.cells.design import answer

    now = answer(data.obs, unit, condition, plan["keys"]["batch"])
    if not now["answerable"]:
        raise Refused(
            what="cells after QC", found=now["because"], expected="replicates of each condition", next="Loosen QC or add donors."
        )
    groups = ["all"] if "cluster" not in data.obs else ["all", *sorted(set(data.obs["cluster"].astype(str)))]
    tables, rows = [], []
    findings: list[Finding] = []
    for pair in pairs:
        for group in groups:
            row, table = _one(data, group, pair, unit, now["terms"], findings)
            rows.append(row)
            if table is not None:
                tables.append(table)
    shifts = _composition(data, pairs, unit, condition, paired=now["paired"])
    report = {"design": now, "false_discoveries": 0.05, "test": "pseudobulk, negative binomial, moderated t", "comparisons": rows}
    report |= {"composition": [] if shifts is None else shifts.to_dict("records"), "composition_table": shifts}
    return report, pandas.concat(tables, ignore_index=True) if tables else pandas.DataFrame(columns=["gene"]), findings


def _one(
    data: Any, group: str, pair: tuple[str, str], unit: str, terms: list[str], findings: list[Finding]
) -> tuple[dict[str, Any], Any]:
    """One pair of conditions in one cluster; a row for the report, and the genes, or None where there are too few donors."""
    from assayline.cells.compare.bulk import FEWEST_CELLS, pseudobulk
    from assayline.cells.compare.conditions import FALSE_DISCOVERIES, between
    from assayline.cells.design import full_rank

    condition = terms[-1]
    own = data.obs[condition].astype(str).isin(pair).to_numpy()
    if group != "all":
        own &= (data.obs["cluster"].astype(str) == group).to_numpy()
    keys = list(dict.fromkeys([unit, *terms]))
    values, units, left_out = pseudobulk(data.layers["counts"], data.obs, keys, own)
    sizes = {level: int((units[condition] == level).sum()) for level in pair}
    row: dict[str, Any] = {"cluster": group, "first": pair[0], "second": pair[1], "donors": sizes, "cells": int(own.sum())}
    if left_out:
        words = f"{len(left_out)} pseudobulk samples of cluster {group} have fewer than {FEWEST_CELLS} cells and are left out."
        findings.append(Finding("few-cells", words, ", ".join(left_out[:5])))
    if min(sizes.values()) < 2 or not full_rank(units, terms):
        because = f"{sizes[pair[0]]} and {sizes[pair[1]]} donors with cells enough"
        findings.append(Finding("not-compared", f"Cluster {group}: {because}; at least 2 of each are needed.", level="warning"))
        return row | {"compared": False, "because": because}, None
    table = between(values, units, list(map(str, data.var_names)), terms, pair)
    table.insert(0, "cluster", group)
    table.insert(1, "first", pair[0])
    table.insert(2, "second", pair[1])
    hit = table[table["p_adjusted"] < FALSE_DISCOVERIES]
    spelt = _symbols(data)
    row |= {"compared": True, "tested": len(table), "found": len(hit), "up": int((hit["log2_fold_change"] > 0).sum())}
    row |= {"down": row["found"] - row["up"], "top": [spelt.get(gene, gene) for gene in hit["gene"].head(TOP)]}
    return row, table


def _symbols(data: Any) -> dict[str, str]:
    """Symbol by gene where the matrix has symbols."""
    return data.var["symbol"].astype(str).to_dict() if "symbol" in data.var else {}


def _composition(data: Any, pairs: list[tuple[str, str]], unit: str, condition: str, *, paired: bool) -> Any:
    import pandas

    from assayline.cells.compare.composition import shift

    if "cluster" not in data.obs or data.obs["cluster"].nunique() < 2:
        return None
    parts = [shift(data.obs, unit, condition, pair, paired=paired).assign(first=pair[0], second=pair[1]) for pair in pairs]
    return pandas.concat(parts, ignore_index=True)


def _clusters(data: Any) -> tuple[dict[str, Any], Any, list[Finding]]:
    from assayline.cells.compare.clusters import between
    from assayline.cells.variable import scaled

    if "cluster" not in data.obs or data.obs["cluster"].nunique() < 2:
        raise Refused(
            what="clusters", found="fewer than two", expected="clustered cells", next="Run `assayline cells annotate` first."
        )
    counts = data.layers["counts"].tocsr()
    totals = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    table = between(scaled(counts, totals, 1e4), data.obs["cluster"].astype(str).to_numpy(), list(map(str, data.var_names)))
    rows, spelt = [], _symbols(data)
    for name, part in table.groupby("cluster", sort=True):
        hit = part[(part["p_adjusted"] < 0.05) & (part["log2_fold_change"] > 1) & (part["seen_inside"] >= 0.25)]
        top = [spelt.get(gene, gene) for gene in hit["gene"].head(TOP)]
        rows.append({"cluster": str(name), "tested": len(part), "found": len(hit), "top": top})
    words = "The clusters were found on these cells: p-values between them are small whether or not they are real."
    return {"test": "Wilcoxon rank-sum", "comparisons": rows}, table, [Finding("double-use", words)]


def _written(
    run: RunFolder, between: str, report: dict[str, Any], table: Any, shares: Any, findings: list[Finding]
) -> dict[str, Any]:
    from assayline.cells.plots_compare import compare_figure
    from assayline.cells.steps import write_parquet

    report = {"schema": SCHEMA, "between": between} | report | {"findings": [finding.to_json() for finding in findings]}
    write_parquet(table, run.tables / f"compare_{between}.parquet")
    if shares is not None:
        write_parquet(shares, run.tables / "compare_composition.parquet")
    write_json(run.cells / f"compare_{between}.json", report)
    publish(run, f"cells.compare.{between}", _facts(between, report))
    compare_figure(run, between, table)
    return report


def _facts(between: str, report: dict[str, Any]) -> list[Evidence]:
    source, prefix = f"cells/compare_{between}.json", f"compare.{between}"
    facts = facts_of(report, source, [(f"{prefix}.test", "test of the comparison", None, "/test")])
    words = {
        "tested": ("genes tested", "genes"),
        "found": ("genes that differ (false discovery rate 5 %)", "genes"),
        "up": ("of these higher in the second condition", "genes"),
        "down": ("of these lower in the second condition", "genes"),
        "top": ("genes that differ most surely", None),
    }
    rows: list[tuple[str, str, str | None, str]]
    for index, row in enumerate(report["comparisons"]):
        about = {"cluster": row["cluster"]} | {key: row[key] for key in ("first", "second") if key in row}
        own = [
            (f"{prefix}.c{index + 1}.{key}", what, unit, f"/comparisons/{index}/{key}")
            for key, (what, unit) in words.items()
            if key in row
        ]
        facts += facts_of(report, source, own, about)
    for index, row in enumerate(report.get("model", {}).get("comparisons", [])):
        place, name = f"/model/comparisons/{index}", f"{prefix}.model.c{index + 1}"
        rows = [
            (
                f"{name}.found",
                "genes that the model calls (false discovery rate 5 % by its own posterior)",
                "genes",
                f"{place}/found",
            ),
            (f"{name}.both", "of these found by the Wilcoxon test too", "genes", f"{place}/both"),
            (
                f"{name}.cells",
                "cells of the cluster (below 500 the model's rate is loose)",
                "cells",
                f"{place}/cells",
            ),
        ]
        facts += facts_of(report, source, rows, {"cluster": row["cluster"]})
    for index, row in enumerate(report.get("composition", [])):
        place, name = f"/composition/{index}", f"compare.composition.c{index + 1}"
        what = "log2 ratio of a cluster's centred share, second condition over first"
        about = {"cluster": str(row["cluster"]), "first": row["first"], "second": row["second"]}
        facts.append(
            Evidence(
                f"{name}.log2_ratio", what, row["log2_ratio"], None, source, f"{place}/log2_ratio", about=about, difference=True
            )
        )
        rows = [
            (f"{name}.{key}", f"{word} of that ratio", None, f"{place}/{key}")
            for key, word in (("low", "lower 95 % bound"), ("high", "upper 95 % bound"), ("p_adjusted", "adjusted p"))
        ]
        facts += facts_of(report, source, rows, about)
    return facts
