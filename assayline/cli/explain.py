"""Say which cell a value came from, or what became of a cell.

PLACE is a JSON pointer of the output (it starts with /; its end is enough, as /viability) or an address in the file (Results!C14,
line 8, line 8 field 3). Without it every region of the file is listed with its fate.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome
from assayline.cli.reading import reading, reading_options

if TYPE_CHECKING:
    import argparse

    from assayline.explain import Explanation, Leaf, Place


def arguments(parser: argparse.ArgumentParser) -> None:
    """The export, the place, and how to read."""
    parser.add_argument("path", type=Path, metavar="FILE", help="an instrument's export")
    parser.add_argument("place", nargs="?", metavar="PLACE", help="a JSON pointer of the output, or an address in the file")
    reading_options(parser)


def run(options: argparse.Namespace) -> Outcome:
    """Read the file again with tracing and answer."""
    from assayline.explain import Explanation

    explanation = Explanation(options.path, options.instrument, reading(options))
    if options.place is None:
        return overview(explanation)
    if options.place.startswith("/"):
        found = explanation.under(options.place)
        return Outcome([leaf.to_json() for leaf in found], text="\n".join(told(leaf) for leaf in found))
    places = explanation.cells(options.place)
    return Outcome([place.to_json() for place in places], text="\n".join(became(place) for place in places))


def overview(explanation: Explanation) -> Outcome:
    """Every region of the file with its fate, and the sum."""
    ledger = explanation.ledger
    runs = [run.to_json() for run in ledger.runs]
    width = max((len(run.region) for run in ledger.runs), default=0)
    lines = [f"{run.region:<{width}}  {run.count:>6} {run.fate}{f': {run.reason}' if run.reason else ''}" for run in ledger.runs]
    total = f"{ledger.cells} cells = {ledger.mapped} mapped + {ledger.kept} kept + {ledger.ignored} ignored"
    return Outcome(runs, text="\n".join([*lines, total]))


def told(leaf: Leaf) -> str:
    """One value with its origin."""
    return (
        f"{leaf.pointer} = {leaf.value!s}\n  from {leaf.where or 'the converter: declared for the format or computed, not read'}"
    )


def became(place: Place) -> str:
    """One cell with its fate and the values made of it."""
    reason = f": {place.reason}" if place.reason else ""
    lines = [f"{place.where} = {place.value!s}", f"  {place.fate}{reason}", *(f"  → {pointer}" for pointer in place.pointers)]
    if place.fate == "mapped" and not place.pointers:
        lines.append("  it shaped the document: a label, a heading, or part of a computed value")
    return "\n".join(lines)
