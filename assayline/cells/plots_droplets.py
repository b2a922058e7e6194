"""The figure of cell calling: counts over rank, with knee and inflection, cells in another colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assayline.cells.plots import COLOURS, KEPT, LIMIT, canvas, save

if TYPE_CHECKING:
    from assayline.cells.droplets import Called
    from assayline.run_folder import RunFolder

MOST = 4


def droplets_figure(run: RunFolder, called: dict[str, Called]) -> None:
    """One panel a sample, the first four; the cells' share of barcodes of about the same depth is the strength of the colour."""
    shown = list(called.items())[:MOST]
    figure, panels = canvas(len(shown), 4.2 * len(shown), 3.4)
    for panel, (name, one) in zip(panels, shown, strict=True):
        panel.plot(one.curve.rank, np.maximum(one.curve.counts, 0.8), color=COLOURS[7], linewidth=1.4, label="all barcodes")
        cells = int(one.cell.sum())
        inside = one.curve.rank <= cells
        panel.plot(one.curve.rank[inside], one.curve.counts[inside], color=KEPT, linewidth=3, label=f"as many as cells ({cells})")
        panel.axhline(one.curve.knee, color=LIMIT, linestyle="--", linewidth=1, label=f"knee {one.curve.knee:,.0f}")
        panel.axhline(one.lower, color=COLOURS[1], linestyle=":", linewidth=1, label=f"empty at most {one.lower:,.0f}")
        panel.set(xscale="log", yscale="log", xlabel="rank of the barcode", title=name if len(called) > 1 else "")
        panel.legend(fontsize=8)
    panels[0].set_ylabel("counts a barcode")
    cells = sum(int(one.cell.sum()) for one in called.values())
    caption = (
        f"{cells} barcodes were called as cells: those above the knee, and below it those whose profile is unlike "
        "the ambient one (false discovery rate 0.1 %)."
    )
    alt = "Counts over rank of all barcodes on logarithmic axes, with the knee and the depth of empty droplets as lines."
    save(run, "droplets", figure, "Cells among droplets", caption, alt, ["droplets.called", "droplets.barcodes"])
