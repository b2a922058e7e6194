"""Store a run as an entry, once

The entry's key is the digest of the run's content, so pushing the same run twice gives one entry. The receipt is
RUN/notebook.json. The notebook is the folder of --notebook, else of ASSAYLINE_NOTEBOOK, else the platform's place for data.

With --to the entry is stored locally first, then queued in the outbox and sent to the service: elabftw (ELABFTW_URL,
ELABFTW_API_KEY) or benchling (BENCHLING_URL, BENCHLING_API_KEY or BENCHLING_CLIENT_ID and BENCHLING_CLIENT_SECRET).
What cannot be sent stays queued with its reason; --drain sends what is queued.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse

    from assayline.notebook.entry import Entry
    from assayline.notebook.outbox import Adapter
    from assayline.notebook.run import Run

UNFINISHED = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, the notebook, and what is said about the entry."""
    parser.add_argument("run", type=Path, metavar="RUN", nargs="?", help="run folder")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--to", metavar="SERVICE", help="also send it to a service: elabftw or benchling")
    parser.add_argument("--drain", action="store_true", help="send what is queued for --to; needs no RUN")
    parser.add_argument("--author", action="append", metavar="NAME", help="author, may be repeated (default: the account)")
    parser.add_argument("--project", default="", metavar="NAME", help="project that the entry belongs to")
    parser.add_argument("--title", help="title of the entry; without it the template makes one")
    parser.add_argument("--template", type=Path, metavar="FILE", help="Jinja template of the layout")
    parser.add_argument("--print-template", action="store_true", help="print the built-in template and do nothing else")
    parser.add_argument("--amend", metavar="ENTRY", help="make the run a new version of this entry")
    parser.add_argument("--reason", default="", metavar="WORDS", help="why the entry is amended (needed with --amend)")
    parser.add_argument("--dry-run", action="store_true", help="show the requests and store nothing")


def run(options: argparse.Namespace) -> Outcome:
    """Compose the entry and store it; the result names the entry and says whether this push made it."""
    from assayline.notebook.compose import built_in
    from assayline.notebook.place import author, notebook_folder
    from assayline.notebook.push import store
    from assayline.notebook.run import read_run
    from assayline.notebook.services import service

    if options.print_template:
        return Outcome([{"template": built_in()}], text=built_in())
    check(options)
    folder, who = notebook_folder(options.notebook), author()
    adapter = service(options.to, folder) if options.to else None
    if options.run is None and adapter:
        return sent(folder, who, adapter)
    found = read_run(options.run)
    entry = composed(options, found, folder, who)
    if options.dry_run:
        return rehearsed(found, entry, folder, adapter)
    receipt = store(found, entry, folder, who, options.amend, options.reason)
    said = "stored as" if receipt.created else "already there:"
    body = receipt.to_json() | {"created": receipt.created, "title": entry.title, "folder": str(folder)}
    text = f"{said} entry {receipt.id} '{entry.title}' in {folder}"
    if adapter is None:
        return Outcome([body], found.findings, text=text)
    talk(text)
    rest = sent(folder, who, adapter, receipt.id, found.folder)
    return Outcome([body, *rest.results], [*found.findings, *rest.findings], rest.status, rest.text)


def check(options: argparse.Namespace) -> None:
    """Refuse words that do not go together."""
    from assayline.errors import BadUsage

    problem = ""
    if options.run is None and not (options.drain and options.to):
        problem = "RUN, or --drain with --to"
    elif options.amend and not options.reason:
        problem = "--reason with --amend"
    if problem:
        raise BadUsage(
            what="notebook push", found="too few words", expected=problem, next="See `assayline notebook push --help`."
        )


def composed(options: argparse.Namespace, found: Run, folder: Path, who: str) -> Entry:
    """The run's entry by the template that is named, else the notebook's own, else the built-in one.

    When the folder was pushed before with other content, the entry links to what it follows.
    """
    from dataclasses import replace

    from assayline.notebook.compose import compose
    from assayline.notebook.entry import Link
    from assayline.notebook.push import receipts

    own = folder / "templates" / "run.jinja"
    template = options.template or (own if own.is_file() else None)
    entry = compose(found, authors=options.author or [who], project=options.project, template=template, title=options.title)
    earlier = [item["id"] for item in receipts(found.folder) if item.get("notebook") == "local" and item.get("key") != found.key]
    return replace(entry, links=[*entry.links, *(Link("entry", str(item)) for item in earlier if not options.amend)])


def rehearsed(found: Run, entry: Entry, folder: Path, adapter: Adapter | None) -> Outcome:
    """What would be stored, and the requests that would be sent."""
    import json

    from assayline.notebook.outbox import rehearse
    from assayline.notebook.push import attachments
    from assayline.notebook.storage import Storage

    files = attachments(found, entry)
    body: dict[str, Any] = {
        "title": entry.title,
        "id": entry.id,
        "parts": len(entry.parts),
        "files": len(files),
        "notebook": str(folder),
    }
    text = f"would store {entry.id} '{entry.title}' with {len(files)} files in {folder}"
    requests = list(rehearse(adapter, entry, Storage(folder / "files"))) if adapter else []
    for request in requests:
        text += f"\nwould send {request['request']} {json.dumps(request.get('body', {}), ensure_ascii=False)}"
    return Outcome([body | {"dry_run": True, "requests": requests}], found.findings, text=text)


def sent(folder: Path, who: str, adapter: Adapter, entry: str | None = None, run_folder: Path | None = None) -> Outcome:
    """Queue the entry, send what is queued, and tell of each push how it went; status 8 when something stays in the outbox."""
    import time

    from allotrope.errors import Finding
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.outbox import Outbox
    from assayline.notebook.protocol import Receipt
    from assayline.notebook.push import remember

    with LocalNotebook(folder, who=who, make=entry is not None) as notebook:
        outbox = Outbox(notebook)
        queued = outbox.queue(adapter.name, entry) if entry else None
        jobs = outbox.drain(adapter, settle=time.sleep)
        if queued and all(job.id != queued.id for job in jobs):
            jobs += [job for job in outbox.jobs(adapter.name) if job.id == queued.id]
    for job in jobs:
        if queued and job.id == queued.id and job.receipt and run_folder:
            result = job.to_json()["receipt"]
            remember(run_folder, Receipt(**result, created=True))
    stay = [job for job in jobs if job.state != "done"]
    findings = [
        Finding(f"push-{job.state}", job.reason, f"entry {job.entry}", "error" if job.state == "stuck" else "warning")
        for job in stay
    ]
    told = [(job, job.to_json().get("receipt", {})) for job in jobs]
    findings += [Finding("push-note", where["note"], f"entry {job.entry}") for job, where in told if where.get("note")]
    lines = [f"{job.state:7} {job.entry} {where.get('url', '')}".rstrip() for job, where in told]
    return Outcome([job.to_json() for job in jobs], findings, UNFINISHED if stay else 0, "\n".join(lines) or "nothing queued")
