"""Speed and memory of the single-cell gate and quality control: a matrix larger than memory, 10,000 cells beside scanpy.

    python tools/bench_cells.py [--cells 1000000] [--genes 20000] [--per-cell 500] [--folder work/bench_cells] [--json FILE]

Every measurement is a process of its own, on one thread. The large matrix is synthetic, on disk as `.h5ad` (gzip, as this project
and most archives write it; --plain leaves it uncompressed, where reading is little more than copying from the page cache).
Reading once means every stored value and index by blocks with h5py and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MEMORY, TIMES, BESIDE = 4096.0, 2.5, 1.1


def work(name: str, *words: object) -> dict[str, Any]:
    """What one process of `bench_cells_work.py` measured: seconds (wall and CPU), peak in MB, and its own facts."""
    command = [sys.executable, str(ROOT / "tools" / "bench_cells_work.py"), name, *map(str, words)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(name: str, here: float, against: float, target: float) -> dict[str, Any]:
    """One line: a measure, what it is held against, and how many times that it may be."""
    return {"work": name, "here": here, "against": against, "ratio": here / against, "target": target}


def main() -> int:
    """Make the matrices if they are not there, measure, print, and end with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--genes", type=int, default=20_000)
    parser.add_argument("--per-cell", type=int, default=500)
    parser.add_argument("--small", type=int, default=10_000, help="cells of the comparison with scanpy")
    parser.add_argument("--folder", type=Path, default=ROOT / "work" / "bench_cells")
    parser.add_argument("--plain", action="store_true", help="the large matrix uncompressed")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    mark = "plain" if options.plain else "gzip"
    large = options.folder / f"{options.cells}x{options.genes}x{options.per_cell}.{mark}.h5ad"
    small = options.folder / f"{options.small}x{options.genes}x1500.gzip.h5ad"
    for path, cells, filled, how in ((large, options.cells, options.per_cell, mark), (small, options.small, 1500, "gzip")):
        if not path.is_file():
            work("make", path, cells, options.genes, filled, how)
    work("gate", small)  # compiles what is compiled once
    once, gate = work("read", large), work("gate", large)
    kept = work("keep", large, options.folder / "kept.h5ad")
    ours, theirs = work("ours", small, options.folder / "small.h5ad"), work("scanpy", small, options.folder / "small.h5ad")
    rows = [
        row("inspect, metrics, limits, filter", gate["cpu"], once["cpu"], TIMES),
        row("peak memory (MB)", gate["peak"], MEMORY, 1.0),
        row(f"{options.small} cells beside scanpy", ours["cpu"], theirs["cpu"], BESIDE),
    ]
    for one in rows:
        word = "ok" if one["ratio"] <= one["target"] else "MISSED"
        print(
            f"{one['work']:34s} {one['here']:10.1f} against {one['against']:10.1f}: ×{one['ratio']:.2f} of {one['target']} {word}"
        )
    print(f"{large.name}: {gate['kept']} of {options.cells} cells kept; with writing them as a file {kept['cpu']:.1f} s CPU")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        body = {"rows": rows, "read": once, "gate": gate, "keep": kept, "ours": ours, "scanpy": theirs}
        options.json.write_text(json.dumps(body, indent=2))
    return int(any(one["ratio"] > one["target"] for one in rows))


if __name__ == "__main__":
    sys.exit(main())
