"""From an accession to a verified run of the own pipeline, with an archive on loopback; prints what a person would see.

python -m tests.deploy.recording FOLDER [PIPELINE]
"""

from __future__ import annotations

import csv
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.deploy.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TITLES = {"GSM1": "10x 3' v3, donor 1", "GSM2": "10x 3' v3, donor 2"}


def fill(archive: Archive, simulated: Path) -> None:
    """A series of two samples, one sequenced twice, from the pipeline's simulated reads."""
    archive.add_series("GSE100", "SRP000100", TITLES)
    samples: dict[str, str] = {}
    with (simulated / "samplesheet.csv").open() as stream:
        for number, row in enumerate(csv.DictReader(stream), 1):
            gsm = samples.setdefault(row["sample"], f"GSM{len(samples) + 1}")
            run = f"SRR10000{number}"
            files = {f"{run}_{mate}.fastq.gz": (simulated / row[f"fastq_{mate}"]).read_bytes() for mate in (1, 2)}
            said = {"library_source": "TRANSCRIPTOMIC SINGLE CELL", "sample_accession": f"SAMN0{gsm[3:]}"}
            archive.add_run("SRP000100", run, files, sample_alias=gsm, experiment_alias=gsm, **said)
            archive.biosamples[f"SAMN0{gsm[3:]}"] = {"donor": gsm[3:], "tissue": "simulated"}


def commands(simulated: Path, pipeline: str, more: list[str]) -> list[list[str]]:
    """The commands in the order in which a person types them."""
    reference = [f"--param={name}={simulated / file}" for name, file in (("fasta", "genome.fa"), ("gtf", "genes.gtf"))]
    reference += [f"--param=barcode_whitelist={simulated / 'whitelist.txt'}", "--param=expected_cells=120"]
    return [
        ["deploy", "check", pipeline],
        ["deploy", "fetch", "GSE100", "-o", "reads"],
        ["deploy", "sheet", pipeline, "reads", "--metadata", "reads/metadata.csv", "-o", "sheet.csv"],
        ["deploy", "launch", pipeline, "--run", "run", "--sheet", "sheet.csv", *reference, *more],
        ["deploy", "verify", "run", "--notebook", "notebook"],
        ["notebook", "list", "--notebook", "notebook"],
    ]


def played(folder: Path, simulated: Path, pipeline: str, more: list[str]) -> Iterator[tuple[int, str]]:
    """Run every command in the folder: status and what was seen; ends at the first that fails."""
    archive = Archive()
    fill(archive, simulated)
    env = os.environ | archive.environment() | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    try:
        for words in commands(simulated, pipeline, more):
            done = subprocess.run(
                [sys.executable, "-m", "assayline", *words],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            yield done.returncode, f"$ {shlex.join(['assayline', *words])}\n{done.stdout}"
            if done.returncode and words[1] != "check":
                return
    finally:
        archive.stop()


if __name__ == "__main__":
    place = Path(sys.argv[1]).absolute()
    place.mkdir(parents=True, exist_ok=True)
    name = sys.argv[2] if len(sys.argv) > 2 else "own"
    own = ROOT / "nextflow" if name == "own" else Path(name)
    subprocess.run([sys.executable, own / "bin" / "simulate_reads.py", place / "sim"], check=True)
    for status, text in played(place, place / "sim", name, sys.argv[3:]):
        print(text.replace(str(place), "~"), flush=True)
        print(f"[status {status}]\n", flush=True)
