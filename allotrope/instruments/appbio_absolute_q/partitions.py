"""Absolute Q: fluorescence of every partition of a well, in columns named after the dyes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from allotrope.columns import ABSENT, Columns, positions_by
from allotrope.cube import cube
from allotrope.envelope import CUSTOM, put
from allotrope.record import KEPT, MAPPED, Record
from allotrope.required import missed
from allotrope.values import text_of

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.source import Source

CONCENTRATION = ("Conc. cp/uL", "Copies per microliter", "Conc.")
PARTITION = ("cycle count", "#")
TRUE = frozenset(("true", "1", "yes"))


def partitions(
    document: Document, grid: Grid, header: int, sample: tuple[str, ...], well: tuple[str, ...], run: tuple[str, ...]
) -> None:
    """One group a well, one measurement for every dye that has a target; the dye without one is the passive reference."""
    columns = Columns(grid.table(header), absent=ABSENT)
    labels = columns.table.labels()
    dyes = [label for label in labels if re.fullmatch(r"[A-Z0-9]{3}", label)]
    passive = [dye for dye in dyes if f"{dye}_target" not in columns]
    if len(passive) != 1:
        raise document.source.damaged(
            f"line {grid.line(header)}", f"passive dyes {passive}", "exactly one dye without a column of targets"
        )
    indices, numbers = columns.numbers("Index"), {dye: columns.numbers(dye) for dye in dyes}
    flags = {dye: columns.raw(f"{dye}_pos") for dye in dyes}
    settled = [
        "Index",
        *dyes,
        *(f"{dye}_pos" for dye in dyes),
        *(f"{dye}_target" for dye in dyes),
        *(f"{dye}_threshold" for dye in dyes),
        *(*sample, *well, *run),
    ]
    others = {label: columns.raw(label) for label in labels if label not in settled}
    named = columns.raw(*sample)
    of_well = positions_by(columns.raw(*well))
    for name in sorted((name for name in of_well if name is not None), key=str):
        at = [place for place in of_well[name] if named[place] is not None and indices[place] is not None]
        if not at:
            continue
        at.sort(key=lambda place: indices[place])
        first = Record(grid, columns.table.index, columns.rows[at[0]] * grid.width)
        group = document.group()
        group.node |= {"plate well count": {"value": 16, "unit": "#"}, "container type": "well plate"}
        put(group.node, "experimental data identifier", first.text(*run))
        document.device.setdefault("device identifier", first.peek("Instrument") or None)
        for dye in dyes:
            if dye != passive[0]:
                node = reaction(document, group, first, dye, passive[0])
                count(document.source, node, first, dye, [flags[dye][place] for place in at], max(indices[place] for place in at))
                put(node, "sample document/well location identifier", first.text(*well))
                put(node, "sample document/sample identifier", first.text(*sample))
                for kind, colour in (("reporter", dye), ("passive reference", passive[0])):
                    values = [numbers[colour][place] for place in at]
                    node[f"{kind} dye data cube"] = curve(f"{kind} dye", [indices[place] for place in at], values)
        first.text("Instrument")
        columns.settle(at, settled, MAPPED)
        for label, values in others.items():
            if any(values[place] != values[at[0]] for place in at):
                put(group.measurements[0], CUSTOM, {label: "\t".join(text_of(values[place]) for place in at)})
                columns.settle(at, [label], KEPT)
        put(group.measurements[0], CUSTOM, first.rest())
        columns.ignore(at, labels, "repeats the first partition of the well")


def reaction(document: Document, group: Group, first: Record, dye: str, passive: str) -> Node:
    """The measurement of one dye in one well, as its first partition describes it."""
    node = group.measurement(
        {
            "measurement time": first.time("Date"),
            "target DNA description": first.text(f"{dye}_target"),
            "sample document/well plate identifier": first.text("Plate"),
            "device control/device type": "dPCR",
            "device control/device identifier": first.peek("Instrument") or None,
            "device control/reporter dye setting": dye,
            "device control/passive reference dye setting": passive,
        }
    )
    put(node, "processed data/confidence interval (95%)", first.number("95%CI"), "#")
    threshold = first.number(f"{dye}_threshold")
    put(node, "processed data/data processing document/fluorescence intensity threshold setting", threshold or None, "(unitless)")
    concentration = first.number(*CONCENTRATION)
    put(node, "processed data/number concentration", concentration, "#/μL")
    if concentration is None:
        missed(document, node, "processed data/number concentration", "#/μL", "N/A")
    return node


def count(source: Source, node: Node, first: Record, dye: str, flags: list[Any], total: float) -> None:
    """Partitions of a well, counted by whether they are positive."""
    calls: Counter[bool] = Counter(str(flag).lower() in TRUE for flag in flags if flag is not None)
    if sum(calls.values()) != total:
        message = f"{dye}: {calls[True]} positive and {calls[False]} negative partitions are not {total}"
        source.find("partition-count", message, first.peek("Well"), "warning")
    put(node, "total partition count", total, "#")
    put(node, "processed data/positive partition count", calls[True], "#")
    put(node, "processed data/negative partition count", calls[False], "#")


def curve(label: str, indices: list[Any], values: list[Any]) -> dict[str, Any]:
    """Fluorescence over the number of the partition."""
    made = cube(label, [(*PARTITION, indices)], [(f"{label} fluorescence", "RFU", values)])
    made["cube-structure"]["dimensions"][0]["@componentDatatype"] = "integer"
    return made
