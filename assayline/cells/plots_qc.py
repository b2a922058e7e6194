"""The figure of what quality control changed: distributions before and after, on the same axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.plots import COLOURS, KEPT, canvas, depth_axis, save

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

SHOWN = (
    ("counts", "counts a cell", True),
    ("genes", "genes a cell", True),
    ("mitochondrial_share", "mitochondrial share of counts (%)", False),
    ("doublet_score", "doublet score", False),
)


def change_figure(run: RunFolder, obs: Any, report: dict[str, Any]) -> None:
    """Every measure of all cells as an outline, and of the kept ones filled."""
    shown = [row for row in SHOWN if row[0] in obs and obs[row[0]].notna().any()]
    figure, panels = canvas(len(shown), 3.4 * len(shown), 3.0)
    kept = obs["kept"].to_numpy(dtype=bool)
    for panel, (measure, label, logarithmic) in zip(panels, shown, strict=True):
        values = obs[measure].to_numpy(dtype=float) * (100 if measure.endswith("_share") else 1)
        real = np.isfinite(values)
        low, high = values[real].min(), values[real].max()
        if logarithmic:
            edges = np.geomspace(max(low, 1.0), max(high, 2.0) * 1.01, 41)
            depth_axis(panel, max(low, 1.0), max(high, 2.0))
        else:
            edges = np.linspace(min(low, 0.0), max(high, 1e-3) * 1.01, 41)
        panel.hist(values[real & kept], bins=edges, color=KEPT, alpha=0.75, label="after")
        panel.hist(values[real], bins=edges, histtype="step", color=COLOURS[7], linewidth=1.3, label="before")
        panel.set_xlabel(label)
    panels[0].set_ylabel("cells")
    panels[-1].legend()
    caption = f"{report['read']} cells before and {report['kept']} after quality control; outline: before, filled: after."
    alt = "Histograms of counts, genes and mitochondrial share of cells before quality control as outline and after it filled."
    evidence = ["qc.cells.read", "qc.cells.kept", *(f"qc.change.{key}" for key in report["change"])]
    save(run, "qc_change", figure, "Cells before and after quality control", caption, alt, evidence)
