"""One entry as text, Markdown, HTML or JSON"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which entry, which version, and how to write it."""
    parser.add_argument("entry", metavar="ENTRY", help="number (12), identifier or its first characters")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--version", type=int, metavar="N", help="an earlier version, from 1")
    parser.add_argument(
        "--format", choices=("markdown", "html", "json"), default="markdown", help="how to write it (default markdown)"
    )


def run(options: argparse.Namespace) -> Outcome:
    """The entry with its history."""
    import json

    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.markdown import markdown
    from assayline.notebook.place import notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), make=False) as notebook:
        line = notebook.line(options.entry)
        entry, history = notebook.entry(line.id, options.version), notebook.history(line.id)
        if options.format == "html":
            from assayline.notebook.pages import entry_page

            text = entry_page(entry, line, history, notebook.storage)
        elif options.format == "json":
            text = json.dumps(entry.to_json(), ensure_ascii=False, indent=2)
        else:
            text = markdown(entry, history)
    events = [{"seq": item.seq, "at": item.at, "who": item.who, "kind": item.kind, "hash": item.hash} for item in history]
    return Outcome([line.to_json() | {"entry": entry.to_json(), "history": events}], text=text)
