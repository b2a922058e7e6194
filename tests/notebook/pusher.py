"""A process that pushes entries to the local notebook and to a service until it is killed; run by the kill tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from assayline.notebook.elabftw import ELabFTW
from assayline.notebook.entry import Entry, File, Text
from assayline.notebook.http import Service
from assayline.notebook.local import LocalNotebook
from assayline.notebook.outbox import Outbox
from tests.notebook.fake_elabftw import TOKEN
from tests.notebook.test_local import digest


def entry(index: int, folder: Path) -> tuple[Entry, dict[str, Path]]:
    """Entry number `index` with a file of its own."""
    path = folder / f"{index}.txt"
    if not path.exists():  # whole or absent: another pusher may look for it now, and this one may be killed
        half = folder / f"{index}.{os.getpid()}"
        half.write_text(f"file of entry {index}\n" * 50)
        half.replace(path)
    raw = path.read_bytes()
    import hashlib

    sha256 = hashlib.sha256(raw).hexdigest()
    parts = [Text(f"entry {index}"), File(path.name, sha256, len(raw), "text/plain")]
    return Entry(f"entry {index}", digest(f"killed {index}"), ["vega"], parts=parts), {sha256: path}


def main(notebook: str, files: str, address: str, count: str, tagged: str = "") -> None:
    """Push entries 0 … count - 1 and drain after each, telling when the work starts."""
    adapter = ELabFTW(
        Service("eLabFTW", address, lambda _fresh: {"Authorization": TOKEN}, timeout=5, pause=0.001), [tagged or "assayline"]
    )
    with LocalNotebook(Path(notebook), who="vega") as local:
        outbox = Outbox(local)
        adapter.plan(entry(0, Path(files))[0], local.storage)
        print("ready", flush=True)
        for index in range(int(count)):
            made, paths = entry(index, Path(files))
            outbox.queue(adapter.name, local.push(made, paths).id)
            outbox.drain(adapter, settle=lambda _seconds: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
