"""Genes that differ between clusters by the run's own scVI or LinearSCVI: every cluster against all other cells.

A gene differs where the model's posterior says that its fold change is larger than what most genes show (mode `change`); genes
are called so that the expected share of false ones is at most 5 % (Boyeau et al. 2019, doi:10.1101/794289). The clusters were
found on these cells, so this too orders genes and proves no cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.errors import Refused

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

FALSE_DISCOVERIES, FEWEST, TOP = 0.05, 10, 10
SMALL = 500  # cells of a cluster below which the model's 5 % was seen to be looser than it says (three quarters confirmed)
ABLE = ("scvi", "linear_scvi")
COLUMNS = {"proba_de": "probability", "lfc_median": "log2_fold_change", "lfc_std": "log2_fold_change_spread"}


@dataclass(frozen=True, slots=True)
class Trust:
    """What a person says of a stored model, which is a pickle: its digest, and consent to read it."""

    sha256: str | None
    consent: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """The table (cluster, gene, probability, log2_fold_change and its spread, differs), the report, a row a cluster, findings."""

    table: Any
    report: dict[str, Any]
    findings: list[Finding]


def by_model(run: RunFolder, data: Any, wilcoxon: Any, trust: Trust) -> Compared:
    """Compare clusters of at least ten cells by the model that the run stored; `wilcoxon` is the plain test's table.

    Raises `Refused` where the run has no such model, or without its digest and consent.
    """
    import pandas

    from assayline.cells.models.store import load
    from assayline.cells.models.training import quiet
    from assayline.json_files import read_json

    about = read_json(run.cells / "model.json", "the report of the model")
    name = str(about["settings"]["model"])
    if "stored" not in about or name not in ABLE or "highly_variable" not in data.var:
        raise Refused(
            what="a comparison by the model",
            found=f"a run whose model is {name}",
            expected=f"one of {', '.join(ABLE)}, trained and stored by the run",
            next="Leave --by-model out, or decide for such a model and integrate again.",
        )
    own = data[:, data.var["highly_variable"].to_numpy()].copy()
    fitted = load(run.root / about["stored"]["folder"], own, sha256=trust.sha256, consent=trust.consent)
    labels = data.obs["cluster"].astype(str)
    sizes = labels.value_counts()
    names = sorted(str(one) for one in sizes.index if sizes[one] >= FEWEST and len(labels) - sizes[one] >= FEWEST)
    tables, rows = [], []
    plain = wilcoxon[wilcoxon["p_adjusted"] < FALSE_DISCOVERIES].groupby("cluster")["gene"].agg(set).to_dict()
    for cluster in names:
        inside = (labels == cluster).to_numpy()
        with quiet(about["seed"]):
            found = fitted.model.differential_expression(
                idx1=inside, idx2=~inside, mode="change", fdr_target=FALSE_DISCOVERIES, silent=True,
                batch_correction=bool(about["settings"]["correct_samples"]),
            )  # fmt: skip
        table = found[list(COLUMNS)].rename(columns=COLUMNS).astype(float)
        table.insert(0, "gene", found.index.astype(str))
        table.insert(0, "cluster", cluster)
        table["differs"] = found[f"is_de_fdr_{FALSE_DISCOVERIES}"].to_numpy(dtype=bool)
        table = table.sort_values(["probability", "gene"], ascending=[False, True], kind="stable")
        hit = table[table["differs"]]
        up = hit[hit["log2_fold_change"] > 0]
        surest = (up["log2_fold_change"] / up["log2_fold_change_spread"]).sort_values(ascending=False, kind="stable").index
        row = {
            "cluster": cluster,
            "cells": int(inside.sum()),
            "tested": len(table),
            "found": len(hit),
            "both": len(set(hit["gene"]) & plain.get(cluster, set())),
        }
        rows.append(row | {"top": list(up["gene"].loc[surest[:TOP]])})
        tables.append(table)
    table = pandas.concat(tables, ignore_index=True) if tables else pandas.DataFrame(columns=["cluster", "gene"])
    report = {"model": name, "sha256": trust.sha256, "genes": int(own.n_vars), "comparisons": rows}
    return Compared(table, report, _loose(rows))


def _loose(rows: list[dict[str, Any]]) -> list[Finding]:
    """A warning where clusters are so small that the model calls more genes than its false discovery rate says."""
    small = [row for row in rows if row["cells"] < SMALL]
    if not small:
        return []
    found, both = sum(row["found"] for row in small), sum(row["both"] for row in small)
    words = f"{len(small)} of {len(rows)} clusters have fewer than {SMALL} cells: there the model's false discovery rate of "
    words += (
        f"5 % is looser than it says. Of the {found} genes it calls in them the Wilcoxon test confirms {both}; rely on those."
    )
    return [Finding("model-comparison-loose", words, "tables/compare_clusters_model.parquet", "warning")]
