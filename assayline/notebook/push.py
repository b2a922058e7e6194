"""Pushing a run: compose the entry, store it once, and leave the receipt in RUN/notebook.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assayline.json_files import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.notebook.entry import Entry
    from assayline.notebook.protocol import Receipt
    from assayline.notebook.run import Run

SCHEMA = "assayline/notebook/1"
RECEIPTS = "notebook.json"


def attachments(run: Run, entry: Entry) -> dict[str, Path]:
    """The run's files that the entry refers to, by digest."""
    return {file.sha256: file.path for file in run.files if file.sha256 in entry.files}


def receipts(folder: Path) -> list[dict[str, Any]]:
    """The receipts that a run folder holds; none when there are none or the file is not what it should be."""
    try:
        body = json.loads((folder / RECEIPTS).read_bytes())
    except (OSError, ValueError):
        return []
    found = body.get("entries") if isinstance(body, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def remember(folder: Path, receipt: Receipt) -> None:
    """Write the receipt into RUN/notebook.json, in place of an earlier one of the same notebook and entry."""
    kept = [item for item in receipts(folder) if (item.get("notebook"), item.get("id")) != (receipt.notebook, receipt.id)]
    ordered = sorted([*kept, receipt.to_json()], key=lambda item: (str(item.get("notebook")), str(item.get("id"))))
    write_json(folder / RECEIPTS, {"schema": SCHEMA, "entries": ordered})


def store(run: Run, entry: Entry, folder: Path, who: str, amend: str | None = None, reason: str = "") -> Receipt:
    """Store a run's entry in the local notebook and leave the receipt in the run folder."""
    from assayline.notebook.local import LocalNotebook

    with LocalNotebook(folder, who=who) as notebook:
        files = attachments(run, entry)
        known = notebook.find(entry.key)
        receipt = notebook.amend(amend, entry, files, reason) if amend and not known else notebook.push(entry, files)
    remember(run.folder, receipt)
    return receipt
