"""The later stations of the single-cell line in a run folder: a model with its verdict, then clusters with their markers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assayline.cells.heldout import held_out_facts, no_better
from assayline.cells.steps import read_h5ad, write_h5ad, write_parquet
from assayline.errors import BadUsage
from assayline.evidence import Evidence, facts_of, publish
from assayline.json_files import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.errors import Finding
    from assayline.cells.models.training import Budget
    from assayline.run_folder import RunFolder

MODEL_SCHEMA = "assayline/cells-model/1"
CLUSTERS_SCHEMA = "assayline/cells-clusters/1"
TOP = 5
Row = tuple[str, str, str | None, str]


def integrate_step(
    run: RunFolder,
    choice: dict[str, Any],
    decision: str,
    budget: Budget,
    progress: Callable[[int, float], None] | None = None,
    *,
    use: str | None = None,
) -> tuple[dict[str, Any], list[Finding]]:
    """Train the decided model on cells/kept.h5ad and hold it against PCA and Harmony; survey resolutions in the space to use.

    Writes embedded.h5ad (all spaces in `obsm`, the one to use as `X_latent`), model.json, the model under cells/models, evidence.
    """
    from allotrope.errors import Finding
    from assayline.advisor.questions.integration_model import IntegrationModel
    from assayline.cells.integrate import embed, normalise, survey
    from assayline.cells.models.store import save
    from assayline.cells.plots import training_figure

    data = read_h5ad(run.cells / "kept.h5ad")
    settings = IntegrationModel(**choice)
    normalise(data)
    found = embed(data, settings, budget, progress, use=use)
    for name, space in found.spaces.items():
        data.obsm[f"X_{name}"] = space
    data.obsm["X_latent"] = found.used
    rows = survey(found.used, found.other, budget.seed)
    findings = []
    if not found.verdict["converged"]:
        findings.append(
            Finding("not-converged", f"The model did not converge: {found.verdict['because']}.", "cells/model.json", "warning")
        )
    if found.fitted and not found.choice["deep_needed"]:
        words = f"The deep model was not needed: {found.choice['because']}."
        findings.append(Finding("deep-model-not-needed", words, "cells/model.json"))
    findings += no_better(found.held_out, "cells/model.json")
    report: dict[str, Any] = {"schema": MODEL_SCHEMA, "decision": {"question": "integration_model", "sha256": decision}}
    report |= {"settings": asdict(settings), "seed": budget.seed, "cells": int(data.n_obs), "genes_used": found.genes}
    report |= {"verdict": found.verdict, "spaces": found.judged, "choice": found.choice}
    report |= {"held_out": found.held_out} if found.held_out else {}
    if found.fitted:
        folder = run.cells / "models" / found.fitted.spec.name
        report["stored"] = {"folder": run.inside(folder), "sha256": save(found.fitted, folder, force=True)}
    report |= {"survey": rows, "history": found.fitted.history if found.fitted else []}
    report["findings"] = [finding.to_json() for finding in findings]
    write_h5ad(data, run.cells / "embedded.h5ad")
    write_json(run.cells / "model.json", report)
    publish(run, "cells.model", _model_facts(report))
    training_figure(run, report)
    return report, findings


def _model_facts(report: dict[str, Any]) -> list[Evidence]:
    rows: list[Row] = [
        ("model.name", "model of the latent space", None, "/settings/model"),
        ("model.latent", "dimensions of the latent space", "dimensions", "/settings/latent"),
        ("model.genes_used", "variable genes the model saw", "genes", "/genes_used"),
        ("model.cells", "cells the model saw", "cells", "/cells"),
        ("model.converged", "whether the training converged", None, "/verdict/converged"),
        ("model.because", "why the training is said to have converged or not", None, "/verdict/because"),
        ("model.epochs", "epochs trained", "epochs", "/verdict/epochs"),
    ]
    if report["history"]:
        rows += [("model.allowed_epochs", "epochs allowed", "epochs", "/verdict/allowed_epochs")]
        rows += [("model.best_epoch", "epoch with the lowest loss on held-out cells", None, "/verdict/best_epoch")]
        rows += [("model.best_loss", "lowest loss (negative ELBO a cell) on held-out cells", "nats", "/verdict/best_loss")]
    rows += [("integrate.used", "space in which the cells are clustered", None, "/choice/used")]
    if report["choice"]["other"]:
        rows += [("integrate.other", "space whose clusters are held against those", None, "/choice/other")]
    rows += [("integrate.deep_needed", "whether a deep model was needed", None, "/choice/deep_needed")]
    rows += [("integrate.because", "why that space is used", None, "/choice/because")]
    for index, row in enumerate(report["spaces"]):
        place, title = f"/spaces/{index}", f"in the space {row['space']}"
        rows += [(f"integrate.{row['space']}.kept", f"cLISI of each sample's own clusters {title}", None, f"{place}/kept")]
        rows += [(f"integrate.{row['space']}.apart", f"silhouette of each sample's own clusters {title}", None, f"{place}/apart")]
        if row["mixing"] is not None:
            rows += [(f"integrate.{row['space']}.mixing", f"iLISI over samples {title}", None, f"{place}/mixing")]
    facts = facts_of(report, "cells/model.json", rows)
    if report["history"]:
        what = "lowest loss on held-out cells minus the first"
        facts.append(
            Evidence(
                "model.loss_change",
                what,
                report["verdict"]["loss_change"],
                "nats",
                "cells/model.json",
                "/verdict/loss_change",
                difference=True,
            )
        )
    facts += held_out_facts(report.get("held_out"), "model.held_out", "the model", "cells/model.json")
    return facts + survey_facts(report)


def survey_facts(report: dict[str, Any]) -> list[Evidence]:
    """The survey of resolutions in the report of a model, as evidence for the question of the resolution."""
    facts: list[Evidence] = []
    for index, row in enumerate(report["survey"]):
        resolution = f"{row['resolution']:g}"
        name, at = f"survey.r{resolution.replace('.', '_')}", f"at resolution {resolution}"
        place = f"/survey/{index}"
        own: list[Row] = [
            (f"{name}.resolution", "resolution of the clustering surveyed", None, f"{place}/resolution"),
            (f"{name}.clusters", f"clusters {at}", "clusters", f"{place}/clusters"),
            (f"{name}.smallest", f"cells of the smallest cluster {at}", "cells", f"{place}/smallest"),
            (f"{name}.stability", f"mean adjusted Rand index of clusters under resampling {at}", None, f"{place}/stability"),
            (f"{name}.silhouette", f"mean silhouette in the latent space {at}", None, f"{place}/silhouette"),
            (
                f"{name}.agreement",
                f"adjusted Rand index between clusters of two spaces {at}",
                None,
                f"{place}/agreement_with_other",
            ),
        ]
        facts += facts_of(report, "cells/model.json", own)
    return facts


def annotate_step(run: RunFolder, resolution: float, decision: str) -> tuple[dict[str, Any], list[Finding]]:
    """Cluster at the decided resolution, rank markers; write cells.h5ad, clusters.json, markers.parquet, figures and evidence."""
    from assayline.cells.annotate import cluster, markers
    from assayline.cells.plots import clusters_figure, markers_figure

    model = read_json(run.cells / "model.json", "the report of the model")
    data = read_h5ad(run.cells / "embedded.h5ad")
    row = next((row for row in model["survey"] if abs(row["resolution"] - resolution) < 1e-9), None)
    if row is None:
        known = ", ".join(f"{row['resolution']:g}" for row in model["survey"])
        raise BadUsage(
            what="resolution", found=f"{resolution:g}", expected=f"one of those surveyed: {known}", next="Change the decision."
        )
    cluster(data, resolution, model["seed"])
    table = markers(data)
    report = _clusters_report(data, table, row, decision)
    findings = _by_identifier(data)
    report["findings"] = [finding.to_json() for finding in findings]
    write_parquet(table, run.cells / "markers.parquet")
    write_h5ad(data, run.cells / "cells.h5ad")
    write_json(run.cells / "clusters.json", report)
    publish(run, "cells.clusters", _cluster_facts(report))
    clusters_figure(run, data, report)
    markers_figure(run, data, report)
    return report, findings


def _by_identifier(data: Any) -> list[Finding]:
    """Says why genes stand as identifiers where the matrix has no symbols beside them."""
    from allotrope.errors import Finding
    from assayline.cells.gene_facts import ENSEMBL

    first = next((str(name) for name in data.var_names if ENSEMBL.fullmatch(str(name))), None)
    if first is None or "symbol" in data.var:
        return []
    words = f"The matrix names genes by identifier alone ('{first}'), so marker genes are shown so: no table of all genes is "
    words += "bundled. Symbols in a column 'symbol' of the input's genes (10x files have them) would be shown instead."
    return [Finding("genes-by-identifier", words, "cells/clusters.json")]


def _clusters_report(data: Any, table: Any, row: dict[str, Any], decision: str) -> dict[str, Any]:
    clusters = []
    for name in data.obs["cluster"].cat.categories:
        own = (data.obs["cluster"] == name).to_numpy()
        mine = table[table["cluster"] == name]
        body: dict[str, Any] = {"cluster": name, "cells": int(own.sum()), "share": float(own.mean())}
        body |= {"median_counts": float(data.obs["counts"][own].median()), "median_genes": float(data.obs["genes"][own].median())}
        if "mitochondrial_share" in data.obs:
            body["median_mitochondrial_share"] = float(data.obs["mitochondrial_share"][own].median())
        body["markers"] = int(mine["markers_in_cluster"].iloc[0]) if len(mine) else 0
        body["top"] = [_spelt(data, gene) for gene in mine["gene"].head(TOP)]
        clusters.append(body)
    keys = ("resolution", "stability", "silhouette", "agreement_with_other")
    report: dict[str, Any] = {"schema": CLUSTERS_SCHEMA, "decision": {"question": "clustering_resolution", "sha256": decision}}
    report |= {key: row[key] for key in keys} | {"count": len(clusters), "cells": int(data.n_obs), "clusters": clusters}
    unmarked = [body["cluster"] for body in clusters if not body["markers"]]
    return report | {"without_markers": len(unmarked), "largest": clusters[0], "smallest": clusters[-1]}


def _spelt(data: Any, gene: str) -> str:
    """A gene's symbol where the file gave one, else its identifier."""
    return str(data.var.loc[gene, "symbol"]) if "symbol" in data.var else str(gene)


def _cluster_facts(report: dict[str, Any]) -> list[Evidence]:
    rows: list[Row] = [
        ("clusters.count", "clusters found", "clusters", "/count"),
        ("clusters.cells", "cells that were clustered", "cells", "/cells"),
        ("clusters.resolution", "resolution of the clustering", None, "/resolution"),
        ("clusters.stability", "mean adjusted Rand index of the clusters under resampling", None, "/stability"),
        ("clusters.silhouette", "mean silhouette of the clusters in the latent space", None, "/silhouette"),
        ("clusters.agreement", "adjusted Rand index between clusters of two spaces", None, "/agreement_with_other"),
        ("clusters.without_markers", "clusters without a marker gene", "clusters", "/without_markers"),
        ("clusters.largest.cells", "cells of the largest cluster", "cells", "/largest/cells"),
        ("clusters.largest.share", "share of cells in the largest cluster", "fraction", "/largest/share"),
        ("clusters.smallest.cells", "cells of the smallest cluster", "cells", "/smallest/cells"),
    ]
    facts = facts_of(report, "cells/clusters.json", rows)
    for index, body in enumerate(report["clusters"]):
        name, place = f"clusters.c{body['cluster']}", f"/clusters/{index}"
        own: list[Row] = [
            (f"{name}.name", "name of the cluster", None, f"{place}/cluster"),
            (f"{name}.cells", "cells of the cluster", "cells", f"{place}/cells"),
            (f"{name}.share", "share of cells in the cluster", "fraction", f"{place}/share"),
            (f"{name}.median_counts", "median counts a cell in the cluster", "counts", f"{place}/median_counts"),
            (f"{name}.markers", "marker genes of the cluster", "genes", f"{place}/markers"),
            (f"{name}.top", "strongest marker genes of the cluster", None, f"{place}/top"),
        ]
        facts += facts_of(report, "cells/clusters.json", own)
    return facts
