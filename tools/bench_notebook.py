"""The local notebook under load: entries a second pushed, and the time to list and to search, with many entries in it.

    python tools/bench_notebook.py [--entries 100000] [--json FILE]

Each entry is about 2 kB of text and a small table, committed on its own with full synchronisation; times are wall-clock
medians of nine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.notebook.entry import Entry, Table, Text
from assayline.notebook.local import LocalNotebook

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = [
    "viability",
    "density",
    "absorbance",
    "plate",
    "culture",
    "harvest",
    "medium",
    "glucose",
    "lactate",
    "dilution",
    "replicate",
    "control",
]
ASKED = 9


def entry(index: int) -> Entry:
    """Entry number `index`: words that differ, and a table."""
    digest = hashlib.sha256(f"bench {index}".encode()).hexdigest()
    told = " ".join(WORDS[(index * step) % len(WORDS)] for step in range(1, 120))
    table = Table("Results", [["Sample", ""], ["viability", "%"]], [[f"S{index}-{row}", 90 + row / 10] for row in range(12)])
    title = f"Run {index} of {WORDS[index % len(WORDS)]}"
    return Entry(title, digest, ["bench"], f"project {index % 40}", parts=[Text(told), table])


def median(work: Callable[[], Any]) -> float:
    """The median of nine times, in milliseconds."""
    times = []
    for _ in range(ASKED):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> int:
    """Push, list, search, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--json", type=Path, help="write the measurements there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalNotebook(Path(folder), who="bench") as notebook:
        start = time.perf_counter()
        for index in range(options.entries):
            notebook.push(entry(index), {})
        rate = options.entries / (time.perf_counter() - start)
        middle = options.entries // 2
        rows = {
            "pushed, entries/s": rate,
            "list the latest 50, ms": median(notebook.lines),
            "list 50 from the middle, ms": median(lambda: notebook.lines(before=middle)),
            "list 50 of a project, ms": median(lambda: notebook.lines(project="project 7")),
            "search a sample, ms": median(lambda: notebook.search(f"S{middle}-3")),
            "search two common words, ms": median(lambda: notebook.search("glucose harvest")),
            "show one, ms": median(lambda: notebook.entry(str(middle))),
            "database, MB": notebook.path.stat().st_size / 1e6,
        }
    print(f"with {options.entries:,} entries")
    for name, value in rows.items():
        print(f"{name:32} {value:10.1f}")
    if options.json:
        options.json.write_text(
            json.dumps({"schema": "assayline/bench-notebook/1", "entries": options.entries, **rows}, indent=1) + "\n", "utf-8"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
