"""Design & Analysis: the curves of every target in every well, each sheet read once and grouped."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from allotrope.columns import Columns, positions_by
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.qpcr import amplification, fluorescence, melting_curve
from allotrope.labels import fold
from allotrope.record import KEPT, MAPPED
from allotrope.values import scalar, text_of

if TYPE_CHECKING:
    from allotrope.instruments.appbio_quantstudio_designandanalysis.read import Reader

REPEATED = ("Well Position", "Sample", "Omit")
"""Columns in which the sheets of curves repeat the results."""


def amplification_curves(reader: Reader) -> None:
    """The amplification curves of every target in every well."""
    columns = reader.sheet("Amplification Data")
    if columns is None:
        return
    cycles, reporter, corrected = (columns.numbers(label) for label in ("Cycle Number", "Rn", "dRn"))
    of = positions_by(zip(map(reader.wells.get, columns.raw("Well")), reader.names(columns, "Target"), strict=True))
    used: dict[int, list[int]] = {}
    for row, (reaction, at) in enumerate(zip(reader.reactions, reader.at, strict=True)):
        places = of.get((reader.numbers[at], reaction.target or None))
        if places and amplification(reaction.node, *([column[i] for i in places] for column in (cycles, reporter, corrected))):
            used[row] = places
    columns.settle([*chain.from_iterable(used.values())], ("Well", "Cycle Number", "Target", "Rn", "dRn"), MAPPED)
    _repeated(reader, columns, used)


def dye_curves(reader: Reader) -> None:
    """The fluorescence of each target's reporter and of the passive reference, in the stage that quantifies."""
    columns = reader.sheet("Multicomponent")
    if columns is None:
        return
    cycles, stages = columns.numbers("Cycle Number"), columns.numbers("Stage Number")
    dyes = {fold(label): columns.numbers(label) for label in columns.table.labels()}
    of = positions_by(map(reader.wells.get, columns.raw("Well", "Well Position")))
    used: dict[str, list[int]] = {}
    for reaction, at in zip(reader.reactions, reader.at, strict=True):
        places = of.get(reader.numbers[at], [])
        if reader.stage is not None and any(stages[place] is not None for place in places):
            places = [place for place in places if stages[place] == reader.stage]
        reporter = reaction.node["device control aggregate document"]["device control document"][0].get("reporter dye setting")
        for dye, name in ((reporter, "reporter"), (reader.passive, "passive reference")):
            if places and dye and fold(dye) in dyes and None not in (cycles[place] for place in places):
                values = dyes[fold(dye)]
                if fluorescence(reaction.node, name, f"{name} dye", [cycles[i] for i in places], [values[i] for i in places]):
                    used.setdefault(dye, []).extend(places)
    for dye, places in used.items():
        columns.settle(places, ("Well", "Stage Number", "Cycle Number", dye), MAPPED)
        columns.ignore(places, ("Well Position", "Step Number"), "repeats the results and the stage")
    columns.ignore(
        range(len(columns)), columns.table.labels(), "a dye that no target of the well uses, or not the stage that quantifies"
    )


def melting_curves(reader: Reader) -> None:
    """The melting curves of every target in every well."""
    columns = reader.sheet("Melt Curve Raw")
    if columns is None:
        return
    temperatures, values, slopes = (columns.numbers(label) for label in ("Temperature", "Fluorescence", "Derivative"))
    of = positions_by(
        zip(map(reader.wells.get, columns.raw("Well", "Well Position")), reader.names(columns, "Target"), strict=True)
    )
    used: dict[int, list[int]] = {}
    for row, (reaction, at) in enumerate(zip(reader.reactions, reader.at, strict=True)):
        places = of.get((reader.numbers[at], reaction.target or None), [])
        if places and None not in (temperatures[place] for place in places):
            curve = ([column[place] for place in places] for column in (temperatures, values, slopes))
            if melting_curve(reaction.node, "derivative", *curve):
                used[row] = places
    rows = [*chain.from_iterable(used.values())]
    columns.settle(rows, ("Well", "Target", "Temperature", "Fluorescence", "Derivative"), MAPPED)
    columns.ignore(rows, ("Reading",), "counts the readings")
    _repeated(reader, columns, used)


def _repeated(reader: Reader, columns: Columns, used: dict[int, list[int]]) -> None:
    """What a sheet of curves says of a reaction: left out where the results say the same, kept where they do not.

    `used` are the rows of the sheet for each reaction; a reaction of which they say several things is swept row by row.
    """
    for label in (label for label in REPEATED if label in columns):
        values, same = columns.raw(label), []
        for row, places in used.items():
            stated, texts = reader.columns.cell(reader.at[row], label), {values[place] for place in places} - {None}
            if not texts or (stated is not None and set(map(text_of, texts)) == {stated.text}):
                same += places
            elif len(texts) == 1:
                put(reader.reactions[row].node, f"processed data/{CUSTOM}", {label: scalar(texts.pop())})
                columns.settle(places, [label], KEPT)
        columns.ignore(same, [label], "repeats the results")
