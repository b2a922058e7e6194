"""Figures of the single-cell line: PNG files with a sidecar of title, caption, alternative text and the evidence they show."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.json_files import write_atomic, write_json

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from assayline.run_folder import RunFolder

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#8C564B",
    "#5B5B5B",
    "#B8A600",
    "#7A5AA6",
)  # Okabe & Ito first
KEPT, REMOVED, LIMIT = "#0072B2", "#D55E00", "#444444"
PLAIN = {"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "axes.titlesize": 11, "legend.frameon": False}


def canvas(columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of `columns` panels, drawn without a display."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(PLAIN):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, columns, squeeze=False)[0]
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
    return figure, list(panels)


def save(run: RunFolder, name: str, figure: Figure, title: str, caption: str, alt: str, evidence: list[str]) -> None:
    """Write figures/<name>.png, the same bytes for the same content, and its sidecar."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=140, metadata={"Software": None})
    write_atomic(run.figures / f"{name}.png", stream.getvalue())
    write_json(run.figures / f"{name}.json", {"title": title, "caption": caption, "alt": alt, "evidence": evidence})


def qc_figure(run: RunFolder, obs: Any, report: dict[str, Any]) -> None:
    """Distributions before QC with the limits, removed cells in another colour."""
    shown = [("counts", "low_counts", "counts a cell", True), ("genes", "low_genes", "genes a cell", True)]
    shown += [("mitochondrial_share", "high_mitochondrial", "mitochondrial share of counts (%)", False)]
    shown = [item for item in shown if item[0] in obs]
    figure, panels = canvas(len(shown), 3.6 * len(shown), 3.2)
    out = ~obs["kept"].to_numpy(dtype=bool)
    for panel, (measure, reason, label, logarithmic) in zip(panels, shown, strict=True):
        values = obs[measure].to_numpy(dtype=float) * (1 if logarithmic else 100)
        low, high = max(values.min(), 1.0), max(values.max(), 1.0)
        edges = np.geomspace(low, high * 1.01, 41) if logarithmic else np.linspace(0, max(values.max(), 1) * 1.01, 41)
        panel.hist([values[~out], values[out]], bins=edges, stacked=True, color=[KEPT, REMOVED], label=["kept", "removed"])
        for row in report["samples"]:
            limit = row[reason]["limit"] * (1 if logarithmic else 100)
            if limit > edges[0] * (0.3 if logarithmic else 0):
                panel.axvline(
                    limit, color=LIMIT, linestyle="--", linewidth=1.2, label="limit" if row is report["samples"][0] else None
                )
        if logarithmic:
            depth_axis(panel, low, high)
        panel.set_xlabel(label)
    panels[0].set_ylabel("cells")
    panels[-1].legend()
    caption = (
        f"{report['kept']} of {report['read']} cells were kept. Dashed: limits of each sample, from "
        "the median and MAD of its own cells; "
        "a limit far outside the distribution is not drawn."
    )
    alt = (
        "Histograms of counts, genes and mitochondrial share of all cells, with the limits of quality "
        "control and the removed cells."
    )
    evidence = ["qc.cells.read", "qc.cells.kept", *(f"qc.removed.{name}" for name in report["reasons"])]
    save(run, "qc", figure, "Quality control of cells", caption, alt, evidence)


def training_figure(run: RunFolder, report: dict[str, Any]) -> None:
    """Loss over epochs where the model was trained, and the survey of resolutions."""
    history = report["history"]
    figure, panels = canvas(2 if history else 1, 8.4 if history else 4.4, 3.2)
    if history:
        epochs = [row["epoch"] for row in history]
        panels[0].plot(epochs, [row["train_loss"] for row in history], color=COLOURS[5], label="training cells")
        panels[0].plot(epochs, [row["validation_elbo"] for row in history], color=COLOURS[0], label="held-out cells")
        panels[0].axvline(report["verdict"]["best_epoch"], color=LIMIT, linestyle="--", linewidth=1.2, label="best epoch")
        panels[0].axvspan(1, report["verdict"]["warm_up_epochs"], color="#EEEEEE", label="warm-up")
        panels[0].set(xlabel="epoch", ylabel="loss a cell (nats)")
        panels[0].legend()
    rows = report["survey"]
    for key, label, colour in (
        ("stability", "stability", COLOURS[0]),
        ("silhouette", "silhouette", COLOURS[1]),
        ("agreement_with_other", "agreement with the other space", COLOURS[2]),
    ):
        panels[-1].plot(
            [row["resolution"] for row in rows], [row[key] for row in rows], marker="o", markersize=3, color=colour, label=label
        )
    panels[-1].set(xlabel="Leiden resolution", ylabel="index (no unit)", ylim=(-0.05, 1.05))
    panels[-1].legend(loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=8, ncols=2)
    word = "converged" if report["verdict"]["converged"] else "did not converge"
    caption = (
        f"{report['settings']['model']} {word}: {report['verdict']['because']}. Right-most panel: how the "
        "clusters fare over resolutions."
    )
    alt = (
        "Curves of the training and held-out loss over epochs, and of stability, silhouette and agreement "
        "over clustering resolutions."
    )
    save(
        run,
        "model",
        figure,
        "Training of the model and survey of resolutions",
        caption,
        alt,
        ["model.converged", "model.epochs", "model.because"],
    )


def clusters_figure(run: RunFolder, data: Any, report: dict[str, Any]) -> None:
    """Cells on the UMAP plane, coloured by cluster, by sample where there are several, and by depth."""
    samples = data.obs["sample"].astype(str)
    several = samples.nunique() > 1
    figure, panels = canvas(3 if several else 2, 13.6 if several else 9.2, 4.0)
    plane = data.obsm["X_umap"]
    size = float(np.clip(6000 / len(plane), 2, 16))
    for number, row in enumerate(report["clusters"]):
        own = (data.obs["cluster"] == row["cluster"]).to_numpy()
        colour = COLOURS[number % len(COLOURS)]
        panels[0].scatter(*plane[own].T, s=size, color=colour, linewidths=0, label=f"{row['cluster']} ({row['cells']} cells)")
        middle = np.median(plane[own], axis=0)
        panels[0].text(
            *middle,
            row["cluster"],
            ha="center",
            va="center",
            weight="bold",
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8},
        )
    panels[0].legend(title="cluster", markerscale=2, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    if several:
        _samples(panels[1], plane, samples, size)
    depth = panels[-1].scatter(
        *plane.T, s=size, c=np.log10(np.maximum(data.obs["counts"].to_numpy(dtype=float), 1)), cmap="viridis", linewidths=0
    )
    figure.colorbar(depth, ax=panels[-1], label="log10 counts a cell")
    for panel in panels:
        panel.set(xlabel="UMAP 1", ylabel="UMAP 2", xticks=[], yticks=[])
    caption = (
        f"{report['count']} clusters at resolution {report['resolution']:g} (stability "
        f"{report['stability']:.2f}). Distances between groups on this plane "
        "have no meaning; the clusters were found in the latent space."
    )
    alt = (
        f"Scatter of {report['cells']} cells on a UMAP plane in {report['count']} coloured clusters, and "
        f"the same plane coloured {'by sample and ' if several else ''}by counts a cell."
    )
    save(
        run,
        "clusters",
        figure,
        "Clusters of cells",
        caption,
        alt,
        ["clusters.count", "clusters.resolution", "clusters.stability", "clusters.cells"],
    )


def _samples(panel: Axes, plane: Any, samples: Any, size: float) -> None:
    """The plane coloured by sample, in an order that lets none cover the others."""
    names, shuffled = sorted(set(samples)), np.random.default_rng(0).permutation(len(plane))
    codes = np.searchsorted(names, samples.to_numpy())[shuffled]
    panel.scatter(*plane[shuffled].T, s=size, c=[COLOURS[code % len(COLOURS)] for code in codes], linewidths=0)
    for number, name in enumerate(names[:20]):
        panel.scatter([], [], s=size, color=COLOURS[number % len(COLOURS)], label=name if number < 19 else "…")
    panel.legend(title="sample", markerscale=2, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))


def depth_axis(panel: Axes, low: float, high: float) -> None:
    """A logarithmic axis of counts or genes with plain numbers, as many as have room."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    panel.set_xscale("log")
    panel.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 40 * low else (1.0,)))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    panel.xaxis.set_minor_formatter(NullFormatter())


def markers_figure(run: RunFolder, data: Any, report: dict[str, Any]) -> None:
    """Dots of the strongest markers: area is the share of cells with the gene, colour the mean over the largest mean."""
    named = {str(symbol): gene for gene, symbol in zip(data.var_names, data.var.get("symbol", data.var_names), strict=True)}
    genes = list(dict.fromkeys(gene for row in report["clusters"] for gene in row["top"]))[:40]
    if not genes:
        return
    values = data[:, [named[gene] for gene in genes]].X.toarray()
    groups = [(data.obs["cluster"] == row["cluster"]).to_numpy() for row in report["clusters"]]
    mean = np.array([values[own].mean(axis=0) for own in groups])
    seen = np.array([(values[own] > 0).mean(axis=0) for own in groups])
    figure, panels = canvas(1, max(5.5, 0.34 * len(genes) + 2.4), 0.42 * len(groups) + 2.0)
    across, down = np.meshgrid(range(len(genes)), range(len(groups)))
    dots = panels[0].scatter(
        across,
        down,
        s=150 * seen,
        c=mean / np.maximum(mean.max(axis=0), 1e-9),
        cmap="Blues",
        vmin=0,
        vmax=1,
        edgecolors="#888888",
        linewidths=0.4,
    )
    panels[0].set_xticks(range(len(genes)), genes, rotation=90, fontsize=8)
    panels[0].set_yticks(range(len(groups)), [row["cluster"] for row in report["clusters"]])
    panels[0].set(ylabel="cluster", ylim=(len(groups) - 0.5, -0.5), xlim=(-0.6, len(genes) - 0.4))
    figure.colorbar(dots, ax=panels[0], label="mean expression\n(share of largest)", shrink=0.9)
    for share in (0.25, 0.5, 1.0):
        panels[0].scatter([], [], s=150 * share, color="#999999", label=f"{share:.0%}")
    panels[0].legend(title="cells with gene", fontsize=8, title_fontsize=8, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)
    caption = (
        "The strongest marker genes of each cluster (Wilcoxon rank-sum test against all other cells). "
        "They were chosen by the same cells that made the clusters, so p-values say little; the size of "
        "the effect is what counts."
    )
    alt = f"Dot plot of {len(genes)} marker genes over {len(groups)} clusters; the area is the share of cells that show the gene."
    save(
        run,
        "markers",
        figure,
        "Marker genes of the clusters",
        caption,
        alt,
        [f"clusters.c{row['cluster']}.top" for row in report["clusters"]],
    )
