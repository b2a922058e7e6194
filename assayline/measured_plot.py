"""The figure of the instruments' results: the quantities that say most, each sample a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

TELLING = ("viability", "viable cell density", "glucose", "concentration", "a260/280", "cycle threshold", "absorbance")
MOST_PANELS, MOST_SAMPLES = 4, 40


def telling(report: dict[str, Any]) -> list[tuple[int, int]]:
    """Places (file, quantity) of the quantities to draw, the most telling first, at most two a file."""
    found: list[tuple[int, int]] = []
    for word in TELLING:
        for number, file in enumerate(report["files"]):
            for index, quantity in enumerate(file["quantities"]):
                mine = [item for item in found if item[0] == number]
                if (
                    word in quantity["name"].lower()
                    and 1 < quantity["count"] <= MOST_SAMPLES
                    and len(mine) < 2
                    and (number, index) not in mine
                ):
                    found.append((number, index))
    return found[:MOST_PANELS]


def measured_figure(run: RunFolder, report: dict[str, Any]) -> None:
    """Write figures/measured.png with its sidecar; nothing when no file holds a quantity of that kind."""
    from assayline.cells.plots import COLOURS, canvas, save
    from assayline.measured import slugs

    chosen = telling(report)
    if not chosen:
        return
    rows = max(report["files"][file]["quantities"][index]["count"] for file, index in chosen)
    figure, panels = canvas(len(chosen), 3.7 * len(chosen), min(9.0, max(2.6, 0.21 * rows + 1.2)))
    evidence: list[str] = []
    for number, (panel, (place, index)) in enumerate(zip(panels, chosen, strict=True)):
        file = report["files"][place]
        quantity = file["quantities"][index]
        points = quantity["values"]
        panel.scatter([item["value"] for item in points], range(len(points)), color=COLOURS[number % len(COLOURS)], s=22)
        panel.set_yticks(range(len(points)), [_short(item["sample"]) for item in points], fontsize=7)
        unit = "" if quantity["unit"] in ("(unitless)", "#", "") else f" ({quantity['unit'].replace('10^6', '10⁶')})"
        panel.set(xlabel=f"{quantity['name']}{unit}", title=_short(file["instrument"], 32), ylim=(len(points) - 0.5, -0.5))
        panel.grid(axis="x", color="#DDDDDD", linewidth=0.6)
        name = f"measured.f{place + 1}.{slugs(file['quantities'])[index]}"
        evidence += [f"{name}.lowest", f"{name}.highest"]
    caption = "Each dot is one measurement, in the order of the file. The values are those of the converted documents in asm/."
    words = ", ".join(report["files"][place]["quantities"][index]["name"] for place, index in chosen)
    save(run, "measured", figure, "What the instruments measured", caption, f"Dot plots of {words} for each sample.", evidence)


def _short(text: str, most: int = 18) -> str:
    """A label that fits; a dollar sign is a plain letter and starts no formula."""
    text = text if len(text) <= most else f"{text[: most - 1]}…"
    return text.replace("$", r"\$")
