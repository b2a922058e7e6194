"""Convert what settles in a folder, as it comes; safe to kill, and to run twice.

The folder is polled. A file is taken when its size, time stamp and content have stayed the same for the settle time; a content is
converted once, whatever its name. Outputs mirror the folder; what fails leaves OUT/quarantine/<input>.<digest>.error.json and
stays where it is. Events are JSON lines on stdout and in OUT/.watch/events. Several watchers may share folder and output: one
claims a content, and the claim of one that died is taken over. End it with Ctrl-C.

What is done stays done, even if its outputs are moved away: OUT/.watch/done says so, and removing OUT/.watch starts anew. After a
kill the last event may come twice, with the same digest. Times of files are only compared with themselves, never with the clock
of this machine.
"""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.convert import formats
from assayline.cli.outcome import Outcome
from assayline.cli.reading import reading, reading_options
from assayline.errors import BadInput, BadUsage
from assayline.settings import folder_settings

if TYPE_CHECKING:
    import argparse

BEATS = 5
"""Heart beats within the time after which a watcher counts as dead."""


STREAMS = True
"""Events go to stdout as they come."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Folder, destination, and the times of polling."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that instruments write to, a network share too")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="where outputs and state go")
    parser.add_argument("--once", action="store_true", help="end when all that is there has settled and is done")
    parser.add_argument("--interval", type=float, default=2.0, metavar="S", help="seconds between looks (default: 2)")
    parser.add_argument("--settle", type=float, default=5.0, metavar="S", help="seconds a file must rest (default: 5)")
    parser.add_argument(
        "--expire", type=float, default=30.0, metavar="S", help="seconds of a dead watcher's silence (default: 30)"
    )
    parser.add_argument("--move-failed", action="store_true", help="move inputs that fail beside their error")
    parser.add_argument("--to", metavar="FORMATS", help="some of json,parquet,rdf,xlsx (default: json)")
    reading_options(parser)
    parser.add_argument("--strict", action="store_true", help="set aside files where anything does not parse or fit")


def _check(options: argparse.Namespace) -> None:
    """Raise BadUsage or BadInput for options that cannot be used."""
    for name, least in (("interval", 0.01), ("settle", 0.0), ("expire", 0.1)):
        if not getattr(options, name) >= least:
            found = getattr(options, name)
            raise BadUsage(what=f"--{name}", found=found, expected=f"{least} seconds or more", next="Give more seconds.")
    if options.json and not options.once:
        wanted = "--once beside --json, which prints one envelope at the end"
        raise BadUsage(what="--json", found="no --once", expected=wanted, next="Without --json each event is a line of JSON.")
    if not options.folder.is_dir():
        raise BadInput(what=options.folder, found="no such folder", expected="the folder to watch", next="Check the path.")
    if options.output.resolve() == options.folder.resolve():
        raise BadUsage(what="-o", found="the watched folder itself", expected="another folder", next="One below it will do.")


def run(options: argparse.Namespace) -> Outcome:
    """Watch until stopped, or with --once until all is done; status 8 if a file failed."""
    _check(options)
    from assayline.batch.work import Settings
    from assayline.watch.claims import Claims, Heart
    from assayline.watch.events import Events
    from assayline.watch.records import Records
    from assayline.watch.settling import Settling
    from assayline.watch.watcher import STATE, Watcher

    folder = folder_settings()
    settings = Settings(
        formats=formats(options.to or folder.convert.get("to", "json")),
        instrument=options.instrument,
        strict=options.strict or folder.convert.get("strict", False),
        folder=folder,
        stated=reading(options),
    )
    state = options.output / STATE
    stop = threading.Event()
    with Heart(state / "watchers", options.expire / BEATS) as heart:
        events = Events(state / "events" / f"{heart.name}.jsonl", heart.name, stream=not options.json)
        watcher = Watcher(
            options.folder,
            options.output,
            settings,
            Settling(options.settle, time.monotonic),
            Claims(state / "claims", heart, options.expire, time.monotonic),
            Records(state / "done"),
            events,
            stop,
            move_failed=options.move_failed,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        watcher.run(options.interval, options.expire, once=options.once)
    status = 8 if options.once and watcher.failed else 0
    return Outcome(events.told, status=status, text="")
