"""Line plots as inline SVG: axes with units, a legend where curves can be told apart, words for those who do not see them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.report.curves import Curve

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 62, 14, 12, 48
MOST_CURVES, MOST_POINTS, NAMED = 48, 240, 8


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round values that divide a range, at most about twice as many as wanted."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / wanted
    power = 10 ** math.floor(math.log10(raw))
    step = next((power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw), power * 10)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def thinned[T](items: Sequence[T], most: int) -> list[T]:
    """At most so many items, evenly spread, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[round(index * (len(items) - 1) / (most - 1))] for index in range(most)]


def label(value: float) -> str:
    """A tick's number, short."""
    text = f"{0.0 if abs(value) < 1e-12 else value:.4g}"
    return text.replace("-", "\N{MINUS SIGN}")


def axes(xs: list[float], ys: list[float], x_name: str, y_name: str) -> tuple[list[Markup], tuple[float, float, float, float]]:
    """Grid, ticks and names of the axes, and the four numbers that turn values into places."""
    low_x, high_x, low_y, high_y = min(xs), max(xs), min(ys), max(ys)
    high_x, high_y = (high_x if high_x > low_x else low_x + 1), (high_y if high_y > low_y else low_y + 1)
    pad = 0.04 * (high_y - low_y)
    low_y, high_y = low_y - pad, high_y + pad
    scale_x = (WIDTH - LEFT - RIGHT) / (high_x - low_x)
    scale_y = (HEIGHT - TOP - BOTTOM) / (high_y - low_y)
    floor, parts = HEIGHT - BOTTOM, []
    for value in ticks(low_y, high_y):
        y = floor - (value - low_y) * scale_y
        parts.append(Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(LEFT, WIDTH - RIGHT, y, y))
        parts.append(
            Markup('<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(LEFT - 7, y + 4, label(value))
        )
    for value in ticks(low_x, high_x, 6):
        x = LEFT + (value - low_x) * scale_x
        parts.append(
            Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(x, floor + 18, label(value))
        )
    parts.append(Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH - RIGHT, floor, floor))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(Markup('<text class="name" x="{}" y="{}" text-anchor="middle">{}</text>').format(middle, HEIGHT - 8, x_name))
    turned = Markup('<text class="name" transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>')
    parts.append(turned.format((TOP + floor) / 2, y_name))
    return parts, (low_x, low_y, scale_x, scale_y)


def path(curve: Curve, place: tuple[float, float, float, float], look: str) -> Markup:
    """One curve as an SVG path with its name as a tooltip."""
    low_x, low_y, scale_x, scale_y = place
    points = thinned(list(zip(curve.x, curve.y, strict=True)), MOST_POINTS)
    line = "L".join(f"{LEFT + (x - low_x) * scale_x:.1f} {HEIGHT - BOTTOM - (y - low_y) * scale_y:.1f}" for x, y in points)
    return Markup('<path class="{}" d="M{}"><title>{}</title></path>').format(look, line, curve.name)


def draw(curves: Sequence[Curve], title: str) -> Markup:
    """The curves in one plot; more than 48 are thinned evenly, and the words say so. Nothing finite gives an empty string."""
    sound = [curve for curve in curves if all(map(math.isfinite, curve.x)) and all(map(math.isfinite, curve.y))]
    shown = thinned(sound, MOST_CURVES)
    if not shown:
        return Markup("")
    xs, ys = [x for curve in shown for x in curve.x], [y for curve in shown for y in curve.y]
    parts, place = axes(xs, ys, shown[0].x_label, shown[0].y_label)
    named = len(shown) <= NAMED
    looks = [f"curve c{index}" if named else "curve many" for index in range(len(shown))]
    parts += [path(curve, place, look) for curve, look in zip(shown, looks, strict=True)]
    counted = f"{title}: {len(shown)} of {len(curves)} curves"
    words = f"{counted}, {shown[0].y_label} from {label(min(ys))} to {label(max(ys))} over {shown[0].x_label}."
    svg = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    drawn = svg.format(WIDTH, HEIGHT, words, Markup("").join(parts))
    if not named or len(shown) == 1:
        return drawn
    keys = Markup("").join(
        Markup('<li><span class="key k{}"></span>{}</li>').format(i, escape(c.name)) for i, c in enumerate(shown)
    )
    return drawn + Markup('<ul class="legend">{}</ul>').format(keys)
