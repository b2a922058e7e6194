"""Write a run's report: one HTML page that needs no network

The page is RUN/report.html, or the file named with --output. The same run folder gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder, where to write, and what to call the page."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write here instead of RUN/report.html ('-' is stdout)")
    parser.add_argument("--title", help="title of the page; without it one is made from the content")
    parser.add_argument("--force", action="store_true", help="replace a file named with --output")


def run(options: argparse.Namespace) -> Outcome:
    """Render the page and write it; RUN/report.html itself is always replaced, since it follows from the folder."""
    from assayline.errors import WouldOverwrite
    from assayline.json_files import write_atomic
    from assayline.notebook.run import read_run
    from assayline.report.page import render

    found = read_run(options.run)
    if options.output and options.output != Path("-") and options.output.exists() and not options.force:
        raise WouldOverwrite(file=options.output)
    page = render(found, options.title)
    if options.output == Path("-"):
        return Outcome([{"bytes": len(page)}], found.findings, text=page.decode())
    target = options.output or options.run / "report.html"
    write_atomic(target, page)
    return Outcome([{"report": str(target), "bytes": len(page), "run": found.key}], found.findings, text=str(target))
