"""What the tests of the pipeline share: Nextflow, a folder of runs with one cache, and the truth of the simulated reads."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from assayline.deploy.engines_nextflow import choices

ROOT = Path(__file__).resolve().parents[2]
PIPELINE = ROOT / "nextflow"
HELD = 1400  # seconds after which a run that does not get on is a failure, never a measurement
TOOLS = ("STAR", "kallisto", "bustools", "fastp", "fastqc", "samtools")


@dataclass(frozen=True)
class Runs:
    """A launch folder: every run in it shares one cache and has results of its own."""

    folder: Path
    command: str
    env: dict[str, str]

    def words(self, name: str, *words: object, profile: str = "test") -> list[str]:
        run = [self.command, "-q", "run", str(PIPELINE), "-profile", profile, "--outdir", name, *map(str, words)]
        return run if "-resume" in words or "-stub-run" in words else [*run, "-resume"]

    def start(self, name: str, *words: object, profile: str = "test") -> subprocess.Popen[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            self.words(name, *words, profile=profile),
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def try_run(self, name: str, *words: object, profile: str = "test") -> tuple[int, str]:
        process = self.start(name, *words, profile=profile)
        out, _ = process.communicate(timeout=HELD)
        return process.returncode, out

    def run(self, name: str, *words: object, profile: str = "test") -> Path:
        status, out = self.try_run(name, *words, profile=profile)
        assert status == 0, out
        return self.folder / name

    def trace(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name / "pipeline_info" / "trace.txt").open() as stream:
            return list(csv.DictReader(stream, delimiter="\t"))

    def statuses(self, name: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.trace(name):
            found[row["status"]] = found.get(row["status"], 0) + 1
        return found


def found_nextflow() -> str:
    present = choices()
    if not present and os.environ.get("CI") == "true":
        pytest.fail("Nextflow is required in CI: assayline deploy check --fix")
    if not present:
        pytest.skip("no Nextflow: assayline deploy check --fix")
    return str(present[0].command)


@pytest.fixture(scope="session")
def nextflow(program) -> str:
    """Nextflow's command; every tool that the pipeline calls is there too."""
    for name in TOOLS:
        program(name)
    return found_nextflow()


@pytest.fixture(scope="session")
def runs(nextflow, tmp_path_factory):
    """A maker of launch folders: `runs("name")`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "NXF_OPTS": "-Xmx700m", "NXF_OFFLINE": "true"}

    def make(name: str) -> Runs:
        return Runs(tmp_path_factory.getbasetemp() / f"nextflow-{name}", nextflow, env)

    return make


@pytest.fixture(scope="session")
def counted(runs):
    """The test profile up to the matrix, counted by STAR: the run that others are compared with."""
    one = runs("counted")
    one.run("star", "--skip_cells")
    return one


def digests(folder: Path, *patterns: str) -> dict[str, str]:
    """Path → SHA-256 of the files that have to be the same in every run."""
    wanted = patterns or ("matrix/**/*",)
    files = {path for pattern in wanted for path in folder.glob(pattern) if path.is_file()}
    assert files, f"nothing under {folder}"
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def truth(folder: Path) -> dict[tuple[str, str, str], int]:
    """(sample, barcode, gene) → UMIs of every droplet."""
    with gzip.open(folder / "simulated" / "truth.tsv.gz", "rt") as stream:
        return {(row["sample"], row["barcode"], row["gene"]): int(row["umis"]) for row in csv.DictReader(stream, delimiter="\t")}


def cells(folder: Path) -> set[tuple[str, str]]:
    """(sample, barcode) of every simulated cell."""
    with gzip.open(folder / "simulated" / "truth.tsv.gz", "rt") as stream:
        return {(row["sample"], row["barcode"]) for row in csv.DictReader(stream, delimiter="\t") if row["cell"] == "1"}


def matrix(folder: Path, kind: str) -> dict[tuple[str, str, str], int]:
    """The same of the matrices that a run published."""
    found = {}
    for place in sorted((folder / "matrix").glob(f"*_{kind}")):
        lines = {
            name: gzip.decompress((place / f"{name}.gz").read_bytes()).decode().splitlines()
            for name in ("matrix.mtx", "barcodes.tsv", "features.tsv")
        }
        genes = [line.split("\t")[0] for line in lines["features.tsv"]]
        for line in lines["matrix.mtx"][3:]:
            gene, barcode, value = map(int, line.split())
            found[place.name.removesuffix(f"_{kind}"), lines["barcodes.tsv"][barcode - 1], genes[gene - 1]] = value
    return found
