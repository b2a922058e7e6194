"""Plate maps as inline SVG: the greater the value, the stronger the colour; the values stand in the tooltips and the table."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from assayline.report.curves import Column
from assayline.report.plot import label
from assayline.report.results import LEADING

if TYPE_CHECKING:
    from assayline.report.results import Results

WELL = re.compile(r"(?:(.*) )?([A-P])0?([1-9][0-9]?)\Z")
FEWEST, MOST_MAPS, STEP, EDGE = 24, 4, 26, 30


def wells(results: Results, column: Column) -> dict[str, dict[tuple[int, int], float]]:
    """The numbers of one column by plate and well (row, column from 0); a well that stands twice keeps its first number."""
    found: dict[str, dict[tuple[int, int], float]] = {}
    for row in results.rows:
        match, value = WELL.match(str(row.get(Column("Place"), ""))), row.get(column)
        if match and isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            found.setdefault(match[1] or "", {}).setdefault((ord(match[2]) - 65, int(match[3]) - 1), float(value))
    return {plate: values for plate, values in found.items() if len(values) >= FEWEST}


def maps(results: Results) -> list[tuple[str, str, Markup]]:
    """At most four plate maps of a document, each with its caption and the span of its values."""
    drawn = []
    for column in results.columns:
        if column.label not in LEADING:
            for plate, values in wells(results, column).items():
                unit = f" ({column.unit})" if column.unit else ""
                span = f"{label(min(values.values()))} to {label(max(values.values()))}"
                drawn.append((f"{column.label}{unit}{', ' if plate else ''}{plate}", span, draw(values, column)))
    return drawn[:MOST_MAPS]


def draw(values: dict[tuple[int, int], float], column: Column) -> Markup:
    """One plate: rows as letters, columns as numbers, shades from the least to the greatest value."""
    low, high = min(values.values()), max(values.values())
    rows, columns = max(row for row, _ in values) + 1, max(place for _, place in values) + 1
    side = Markup('<text class="tick" x="14" y="{}" text-anchor="middle">{}</text>')
    top = Markup('<text class="tick" x="{}" y="14" text-anchor="middle">{}</text>')
    parts = [side.format(EDGE + row * STEP + 4, chr(65 + row)) for row in range(rows)]
    parts += [top.format(EDGE + 6 + place * STEP, place + 1) for place in range(columns)]
    well = Markup('<circle class="well" cx="{}" cy="{}" r="10.5" fill-opacity="{:.2f}"><title>{}{}: {}{}</title></circle>')
    for (row, place), value in sorted(values.items()):
        shade = (value - low) / (high - low) if high > low else 0.5
        x, y, unit = EDGE + 6 + place * STEP, EDGE + row * STEP, f" {column.unit}" if column.unit else ""
        parts.append(well.format(x, y, 0.06 + 0.94 * shade, chr(65 + row), place + 1, label(value), unit))
    words = f"Plate map of {column.label}: {len(values)} wells from {label(low)} to {label(high)} {column.unit}"
    width, height = EDGE + columns * STEP + 4, EDGE + rows * STEP
    svg = Markup('<svg class="plot plate" viewBox="0 0 {} {}" style="max-width:{}px" role="img" aria-label="{}">{}</svg>')
    return svg.format(width, height, round(width * 1.25), words.strip(), Markup("").join(parts))
