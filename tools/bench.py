"""Speed and memory against the installed reference package, in the same run; a table for people and JSON for machines.

    python tools/bench.py --shared ../shared [--json FILE] [--only WORD…] [--vendor NAME]

CPU seconds of one process each, medians of three for this project; the wall clock only where two processes share the work.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROWS = 20_000
REFERENCE_ROWS = 2_000
Row = dict[str, Any]


def work(side: str, name: str, shared: Path, word: str = "") -> dict[str, Any]:
    """What `bench_work.py` measured."""
    words = [sys.executable, str(ROOT / "tools" / "bench_work.py"), side, name, str(shared), word]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def both(name: str, shared: Path, word: str = "") -> tuple[dict[str, Any], dict[str, Any], float, float, int]:
    """Both sides' measurements, their sums over the cases that both did, and how many these are."""
    ours, theirs = work("ours", name, shared, word), work("reference", name, shared, word)
    common = [case for case, seconds in ours["times"].items() if seconds is not None and theirs["times"].get(case) is not None]
    return ours, theirs, sum(ours["times"][c] for c in common), sum(theirs["times"][c] for c in common), len(common)


def row(name: str, ours: float, theirs: float | None, target: float, unit: str, note: str = "") -> Row:
    """One line: the factor is how many times better this project is, and has to reach the target."""
    factor = (theirs / ours) if theirs is not None and ours else None
    return {"work": name, "ours": ours, "reference": theirs, "unit": unit, "factor": factor, "target": target, "note": note}


def corpus(shared: Path, vendor: str) -> list[Row]:
    """Conversion with validation, and the peak of memory."""
    ours, theirs, a, b, count = both("corpus", shared, vendor)
    note = f"{count} cases that both convert, of {len(ours['times'])}"
    return [row("convert and validate", a, b, 20, "s CPU", note), row("peak memory", ours["peak"], theirs["peak"], 2, "MB", note)]


def detect(shared: Path, _: str) -> list[Row]:
    """Detection of every file."""
    ours, theirs, a, b, count = both("detect", shared)
    note = f"right: {ours['right']} against {theirs['right']} of {len(ours['times'])}; timed on the {count} that both answer"
    return [row("detect", a, b, 50, "s CPU", note)]


def validate(shared: Path, _: str) -> list[Row]:
    """Validation of the reference documents."""
    _, _, a, b, count = both("validate", shared)
    return [row("validate", a, b, 200, "s CPU", f"{count} documents, parsed, validators compiled")]


def table(shared: Path, _: str) -> list[Row]:
    """A long table: rows a second, and memory beyond the output when the rows double."""
    ours, double = work("ours", "table", shared, str(ROWS)), work("ours", "table", shared, str(2 * ROWS))
    theirs = work("reference", "table", shared, str(REFERENCE_ROWS))
    per_row = [one["seconds"] / one["rows"] for one in (ours, theirs)]
    growth = (double["peak"] - ours["peak"]) / ((double["output"] - ours["output"]) / 2**20)
    note = f"{1 / per_row[0]:,.0f} against {1 / per_row[1]:,.0f} rows/s; {growth:.1f} MB more a MB of output past {ROWS} rows"
    return [row("long table", per_row[0] * 1e3, per_row[1] * 1e3, 50, "ms a row", note)]


def documents(name: str, what: str, target: float, shared: Path) -> list[Row]:
    """Something done with every reference document, against json.loads of the same files."""
    ours, theirs, a, b, count = both(name, shared)
    speed = f"{count / a:,.0f} documents/s, {ours['bytes'] / a / 1e6:,.1f} MB/s; reference: json.loads of the same files"
    return [row(what, a, b, target, "s CPU", f"{speed} at {theirs['bytes'] / b / 1e6:,.0f} MB/s")]


def flatten(shared: Path, _: str) -> list[Row]:
    """Tables of the reference documents."""
    return documents("flatten", "flatten", 0.1, shared)


def graph(shared: Path, _: str) -> list[Row]:
    """N-Triples of the reference documents."""
    return documents("graph", "RDF", 0.05, shared)


def cold(shared: Path, _: str) -> list[Row]:
    """From the start of a process to JSON, for the smallest case that both convert."""
    path = min((shared / "corpus" / "beckman_vi_cell_blu").rglob("*.csv"), key=lambda one: one.stat().st_size)
    code = "import json, sys; from allotropy.parser_factory import Vendor; "
    code += "from allotropy.to_allotrope import allotrope_from_file as f; "
    code += "json.dump(f(sys.argv[1], Vendor.BECKMAN_VI_CELL_BLU), open(sys.argv[2], 'w'))"
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for times, words in (
            (5, [sys.executable, "-m", "assayline", "convert", str(path), "--force", "-o", folder]),
            (3, [sys.executable, "-c", code, str(path), f"{folder}/reference.json"]),
        ):
            found = []
            for _again in range(times):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            seconds.append(statistics.median(found))
    return [row("start to JSON", seconds[0], seconds[1], 15, "s CPU", f"{path.stat().st_size} bytes")]


def jobs(shared: Path, _: str) -> list[Row]:
    """Two processes against one, on the corpus ten times over; wall clock."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for index in range(10):
            ignored = shutil.ignore_patterns("reference.asm.json", "MANIFEST.tsv", "LICENSE")
            shutil.copytree(shared / "corpus", folder / "in" / str(index), ignore=ignored)
        seconds = []
        for count in (2, 1):
            words = [
                sys.executable,
                "-m",
                "assayline",
                "convert",
                str(folder / "in"),
                "-o",
                str(folder / f"out{count}"),
                "--jobs",
                str(count),
            ]
            start = time.monotonic()
            subprocess.run(words, check=False, capture_output=True, cwd=ROOT)
            seconds.append(time.monotonic() - start)
    return [row("two jobs", seconds[0], seconds[1], 1.8, "s wall", "reference: this project with one job")]


BENCHES = {
    "cold": cold,
    "corpus": corpus,
    "detect": detect,
    "validate": validate,
    "table": table,
    "flatten": flatten,
    "graph": graph,
    "jobs": jobs,
}


def line(one: Row) -> str:
    """One measurement for a person."""
    reached = "ok    " if one["factor"] is not None and one["factor"] >= one["target"] else "MISSED"
    against = "–" if one["reference"] is None else f"{one['reference']:.3g}"
    factor = "–" if one["factor"] is None else f"{one['factor']:.1f}"
    told = f"{reached} {one['work']:<22} {one['ours']:.3g} against {against} {one['unit']}: ×{factor} (target ×{one['target']:g})"
    return f"{told} {one['note']}"


def main() -> int:
    """Measure and print; 9 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--json", type=Path, help="write the measurements there")
    parser.add_argument("--only", nargs="*", default=list(BENCHES), choices=list(BENCHES))
    parser.add_argument("--vendor", default="", help="only this vendor's cases of the corpus")
    options = parser.parse_args()
    subprocess.run([sys.executable, "-m", "compileall", "-q", "allotrope", "assayline"], cwd=ROOT, check=True)
    rows = []
    for name in options.only:
        for one in BENCHES[name](options.shared.resolve(), options.vendor):
            rows.append(one)
            print(line(one), flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"schema": "assayline/bench/1", "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0 if all(one["factor"] is not None and one["factor"] >= one["target"] for one in rows) else 9


if __name__ == "__main__":
    raise SystemExit(main())
