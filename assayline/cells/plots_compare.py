"""The figure of a comparison: how much genes differ over how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.plots import COLOURS, canvas, save

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

NAMED, MOST = 8, 3


def compare_figure(run: RunFolder, between: str, table: Any) -> None:
    """One panel a comparison, the first three; genes at a false discovery rate of 5 % in colour, the surest named."""
    if not len(table):
        return
    keys = ["cluster", "first", "second"] if between == "conditions" else ["cluster"]
    groups = list(table.groupby(keys, sort=False))[:MOST]
    figure, panels = canvas(len(groups), 4.0 * len(groups), 3.6)
    for panel, (key, part) in zip(panels, groups, strict=True):
        sure = -np.log10(np.maximum(part["p"].to_numpy(dtype=float), 1e-300))
        fold = np.clip(part["log2_fold_change"].to_numpy(dtype=float), -10, 10)
        hit = (part["p_adjusted"] < 0.05).to_numpy()
        panel.scatter(fold[~hit], sure[~hit], s=6, color="#BBBBBB", linewidths=0)
        panel.scatter(fold[hit], sure[hit], s=9, color=COLOURS[1], linewidths=0)
        for index in np.flatnonzero(hit)[:NAMED]:
            panel.annotate(str(part["gene"].iloc[index]), (fold[index], sure[index]), fontsize=7)
        words = key if isinstance(key, tuple) else (key,)
        title = f"cluster {words[0]}" + (f": {words[2]} over {words[1]}" if len(words) > 1 else "")
        panel.set(xlabel="log2 fold change", title=title)
    panels[0].set_ylabel("−log10 p")
    what = "donors as replicates" if between == "conditions" else "cells of a cluster against all others"
    caption = f"Each dot is a gene; coloured at a false discovery rate of 5 %, {what}."
    alt = "Scatter of the genes' log2 fold change and the negative logarithm of p, genes that differ in another colour."
    save(run, f"compare_{between}", figure, f"Comparison between {between}", caption, alt, [f"compare.{between}.test"])
