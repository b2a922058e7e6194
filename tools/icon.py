"""Draw the plugin's icon, .claude-plugin/icon.png: a flask whose content is a table, every cell of it accounted for.

python tools/icon.py [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

SIDE = 1024
DEEP, INK, GLASS, MAPPED, KEPT = "#0e3b43", "#f4f1e6", "#1b5560", "#4fc3a1", "#f2b84b"
FLASK = [(0.42, 0.80), (0.42, 0.56), (0.19, 0.22), (0.22, 0.16), (0.78, 0.16), (0.81, 0.22), (0.58, 0.56), (0.58, 0.80)]


def draw(to: Path) -> None:
    """Write the icon as a square PNG of SIDE pixels."""
    figure = pyplot.figure(figsize=(SIDE / 100, SIDE / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.add_patch(FancyBboxPatch((0.05, 0.05), 0.90, 0.90, boxstyle="round,pad=0,rounding_size=0.2", fc=DEEP, ec="none"))
    glass = axes.add_patch(Polygon(FLASK, closed=True, fc=GLASS, ec="none"))
    width, height, gap = 0.122, 0.066, 0.016
    for row in range(4):
        for column in range(6):
            where = (0.096 + column * (width + gap), 0.168 + row * (height + gap))
            colour = KEPT if (row, column) in ((1, 3), (3, 2)) else MAPPED
            cell = axes.add_patch(Rectangle(where, width, height, fc=colour, ec="none"))
            cell.set_clip_path(glass)
    axes.add_patch(Polygon(FLASK, closed=True, fc="none", ec=INK, lw=26, joinstyle="round"))
    axes.add_patch(FancyBboxPatch((0.385, 0.79), 0.23, 0.045, boxstyle="round,pad=0,rounding_size=0.022", fc=INK, ec="none"))
    figure.savefig(to, transparent=True, metadata={"Software": None})
    pyplot.close(figure)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / ".claude-plugin" / "icon.png")
