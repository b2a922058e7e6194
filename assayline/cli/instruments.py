"""List the instruments whose exports can be converted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import allotrope
from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """A word to narrow the list."""
    parser.add_argument("word", nargs="?", default="", metavar="WORD", help="only those whose name, vendor or technique has it")


def run(options: argparse.Namespace) -> Outcome:
    """Name, product, technique and standing of the schema of each."""
    results = [
        {
            "name": one.name,
            "vendor": one.vendor,
            "product": one.product,
            "technique": one.technique.name,
            "manifest": one.manifest,
            "standing": one.standing,
            "kinds": list(one.signature.kinds),
            "export": one.export,
            "not_covered": one.not_covered,
        }
        for one in allotrope.instruments()
        if options.word.casefold() in f"{one.name} {one.vendor} {one.product} {one.technique.name}".casefold()
    ]
    width = max((len(str(result["name"])) for result in results), default=0)
    lines = [f"{r['name']:<{width}}  {r['vendor']} {r['product']} · {r['technique']} · {r['standing']}" for r in results]
    return Outcome(results, text="\n".join([*lines, f"{len(results)} instruments"]))
