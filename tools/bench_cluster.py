"""What both engines cost on a real Slurm: wall clock of sleeping jobs over the ideal packing; as root, with Slurm installed.

    python tools/bench_cluster.py [--jobs N] [--seconds S…] [--json FILE]

Jobs sleep, so that nothing but engine and scheduler is measured; ideal is jobs ÷ processors × seconds. The goal is at most 10 %
over it for jobs of a minute; short jobs cost more, and the table says how much.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
GOAL = 0.10
CPUS = 2
NEXTFLOW = """\
process NAP {{
    cpus 1
    memory '100 MB'
    time '1h'
    input: val number
    output: val number
    script: "sleep {seconds}"
}}
workflow {{ NAP(channel.of(1..{jobs})) }}
"""
CONFIG = """\
process.executor = 'slurm'
executor { queueSize = 100; pollInterval = '1 sec'; queueStatInterval = '2 sec' }
"""
SNAKEMAKE = """\
rule all:
    input: expand("{{number}}.done", number=range({jobs}))
rule nap:
    output: "{{number}}.done"
    resources: mem_mb=100, runtime=60
    shell: "sleep {seconds} && touch {{output}}"
"""
WORDS = ["--executor", "slurm", "--slurm-status-command", "squeue", "--slurm-no-account", "--jobs", "100", "--latency-wait", "5"]
WORDS += ["--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1"]


def nextflow(folder: Path, jobs: int, seconds: int) -> list[str]:
    """The command that runs the jobs with Nextflow."""
    from assayline.deploy.engines_nextflow import nextflow as found

    (folder / "main.nf").write_text(NEXTFLOW.format(jobs=jobs, seconds=seconds))
    (folder / "nextflow.config").write_text(CONFIG)
    return [str(found().command), "-q", "run", "main.nf"]


def snakemake(folder: Path, jobs: int, seconds: int) -> list[str]:
    """The command that runs the jobs with Snakemake."""
    (folder / "Snakefile").write_text(SNAKEMAKE.format(jobs=jobs, seconds=seconds))
    return [sys.executable, "-m", "snakemake", *WORDS]


def measure(name: str, jobs: int, seconds: int, env: dict[str, str]) -> dict[str, Any]:
    """One engine, one length of jobs: seconds of wall clock, the ideal, and what is over it."""
    with tempfile.TemporaryDirectory() as place:
        command = {"Nextflow": nextflow, "Snakemake": snakemake}[name](Path(place), jobs, seconds)
        start = time.monotonic()
        subprocess.run(command, cwd=place, env=env, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        wall = time.monotonic() - start
    ideal = math.ceil(jobs / CPUS) * seconds
    return {"engine": name, "jobs": jobs, "seconds": seconds, "wall": wall, "ideal": ideal, "over": wall / ideal - 1}


def main() -> int:
    """Measure and print; 9 if jobs of a minute cost more than the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=8, metavar="N")
    parser.add_argument("--seconds", type=int, nargs="+", default=[5, 60], metavar="S")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    from tests.slurm import missing, running

    if missing() or os.geteuid() != 0:
        print(f"not measured: Slurm wants root and {', '.join(missing()) or 'its programs'}")
        return 0
    rows = []
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    with running(folder, CPUS) as cluster:
        for seconds in options.seconds:
            for name in ("Nextflow", "Snakemake"):
                row = measure(name, options.jobs, seconds, os.environ | cluster.env)
                rows.append(row)
                word = "" if seconds < 60 else ("ok     " if row["over"] <= GOAL else "MISSED ")
                told = f"{row['jobs']} jobs of {seconds} s: {row['wall']:.0f} s, ideal {row['ideal']} s: {row['over']:+.0%}"
                print(f"{word}{name:<10} {told}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"schema": "assayline/bench/1", "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row["over"] <= GOAL for row in rows if row["seconds"] >= 60) else 9


if __name__ == "__main__":
    raise SystemExit(main())
