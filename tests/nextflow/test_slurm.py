"""The pipeline on a real Slurm: a full queue waits, a cancelled job runs again, a killed engine goes on, the counts stay."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

import pytest

from .conftest import HELD, digests

pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.timeout(3000)]
WORDS = ("--skip_cells", "--skip_fastqc", "--skip_multiqc")


def wait(process, true) -> None:
    for _ in range(HELD * 2):
        if true():
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.5)
    pytest.fail("the run did not get on")


def test_cancelled_waiting_killed_and_the_same(counted, runs, cluster):
    one = runs("slurm")
    one = replace(one, env=one.env | cluster.env)
    words = ("--parsable", "--ntasks=1", "--cpus-per-task=2", "--output=/dev/null", "--wrap=sleep 900")
    blocker = cluster.run("sbatch", *words).strip()
    cluster.wait_for("RUNNING", "wrap")
    process = one.start("slurm", *WORDS, profile="test,slurm")
    trace = one.folder / "slurm" / "pipeline_info" / "trace.txt"

    def done(state="COMPLETED") -> int:
        return trace.read_text().count(state) if trace.is_file() else 0

    waiting = cluster.wait_for("PENDING", "SIMULATE")
    assert done() == 0
    cluster.run("scancel", blocker)
    assert cluster.wait_for("RUNNING", "SIMULATE") == waiting
    cluster.run("scancel", waiting)
    wait(process, lambda: done() >= 4)
    rows = [row for row in one.trace("slurm") if row["name"] == "SIMULATE_READS"]
    assert [(row["status"], row["attempt"]) for row in rows] == [("FAILED", "1"), ("COMPLETED", "2")]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    one.run("slurm", *WORDS, profile="test,slurm")
    assert one.statuses("slurm")["CACHED"] >= 2  # the last one that ended may not have been noted yet
    assert digests(one.folder / "slurm") == digests(counted.folder / "star")
    ended = "\n".join(cluster.ended())
    assert "nf-SCRNA_COUNT_STARSOLO" in ended
    assert "JobState=CANCELLED" in ended
