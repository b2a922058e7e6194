"""store a run as an entry, once

The entry's key is the digest of the run's content, so pushing the same run twice gives one entry. The receipt is
RUN/notebook.json. The notebook is the
folder of --notebook, else of ASSAYLINE_NOTEBOOK, else the platform's place for a user's data.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, the notebook, and what is said about the entry."""
    parser.add_argument("run", type=Path, metavar="RUN", nargs="?", help="run folder")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder of the local notebook")
    parser.add_argument(
        "--author", action="append", metavar="NAME", help="author of the entry (may be repeated; default: the account)"
    )
    parser.add_argument("--project", default="", metavar="NAME", help="project that the entry belongs to")
    parser.add_argument("--title", help="title of the entry; without it the template makes one")
    parser.add_argument("--template", type=Path, metavar="FILE", help="Jinja template of the layout")
    parser.add_argument("--print-template", action="store_true", help="print the built-in template and do nothing else")
    parser.add_argument(
        "--amend", metavar="ENTRY", help="make the run a new version of this entry instead of an entry of its own"
    )
    parser.add_argument("--reason", default="", metavar="WORDS", help="why the entry is amended (needed with --amend)")
    parser.add_argument("--dry-run", action="store_true", help="show what would be stored and store nothing")


def run(options: argparse.Namespace) -> Outcome:
    """Compose the entry and store it; the result names the entry and says whether this push made it."""
    from assayline.errors import BadUsage
    from assayline.notebook.compose import built_in, compose
    from assayline.notebook.place import author, notebook_folder
    from assayline.notebook.push import attachments, store
    from assayline.notebook.run import read_run

    if options.print_template:
        return Outcome([{"template": built_in()}], text=built_in())
    if options.run is None or (options.amend and not options.reason):
        missing, word = ("RUN", "no run folder") if options.run is None else ("--reason", "no reason for the amendment")
        raise BadUsage(what="notebook push", found=word, expected=missing, next="See `assayline notebook push --help`.")
    folder, who = notebook_folder(options.notebook), author()
    found = read_run(options.run)
    own = folder / "templates" / "run.jinja"
    template = options.template or (own if own.is_file() else None)
    entry = compose(found, authors=options.author or [who], project=options.project, template=template, title=options.title)
    if options.dry_run:
        body = {
            "title": entry.title,
            "id": entry.id,
            "parts": len(entry.parts),
            "files": len(attachments(found, entry)),
            "notebook": str(folder),
        }
        return Outcome([body | {"dry_run": True}], found.findings, text=f"would store {entry.id} '{entry.title}' in {folder}")
    receipt = store(found, entry, folder, who, options.amend, options.reason)
    said = "stored as" if receipt.created else "already there:"
    return Outcome(
        [receipt.to_json() | {"created": receipt.created, "title": entry.title, "folder": str(folder)}],
        found.findings,
        text=f"{said} entry {receipt.id} '{entry.title}' in {folder}",
    )
