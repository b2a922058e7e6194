"""Counts of simulated reads against what was simulated, with both aligners; runs that are resumed, and runs that are killed."""

from __future__ import annotations

import os
import signal
import time

import pytest

from .conftest import HELD, cells, digests, matrix, truth

pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.timeout(3000)]
ERRORS = 0.003


def exact(folder) -> float:
    """Share of the true non-zero entries that are counted exactly; nothing else may be counted."""
    expected, found = truth(folder), matrix(folder, "raw")
    assert not set(found) - set(expected)
    return sum(found.get(entry) == count for entry, count in expected.items()) / len(expected)


@pytest.mark.truth
def test_without_errors_both_aligners_count_what_was_simulated(counted):
    star = counted.folder / "star"
    kallisto = counted.run("kallisto", "--skip_cells", "--aligner", "kallisto")
    shares = {"STARsolo": exact(star), "kallisto|bustools": exact(kallisto)}
    print("\nnon-zero entries counted exactly, of", len(truth(star)), shares)
    assert min(shares.values()) >= 0.99
    statuses = {row["name"].partition(" ")[0].rpartition(":")[2]: row["status"] for row in counted.trace("kallisto")}
    assert {statuses[name] for name in ("SIMULATE_READS", "FASTQC", "FASTP", "CHECK_READS")} == {"CACHED"}
    for folder in (star, kallisto):
        called = {(sample, barcode) for sample, barcode, _ in matrix(folder, "filtered")}
        assert called == cells(folder)
    same = digests(star, "matrix/*_filtered/*", "matrix/combined/*")
    assert same == digests(kallisto, "matrix/*_filtered/*", "matrix/combined/*")


@pytest.mark.truth
def test_with_errors_star_corrects_and_what_kallisto_inflates_is_measured(runs):
    one = runs("errors")
    words = [
        "--skip_cells",
        "--skip_fastqc",
        "--skip_trimming",
        "--skip_multiqc",
        "--simulate_errors",
        ERRORS,
        "--save_bam",
        "false",
    ]
    folders = {
        "STARsolo": one.run("star", *words),
        "kallisto": one.run("kallisto", *words, "--aligner", "kallisto"),
        "kallisto, UMIs corrected": one.run("corrected", *words, "--aligner", "kallisto", "--correct_umis"),
    }
    total = sum(truth(folders["STARsolo"]).values())
    ratio = {name: sum(matrix(folder, "raw").values()) / total for name, folder in folders.items()}
    print(
        f"\nUMIs counted of {total} simulated, at {ERRORS:.1%} wrong bases:",
        {name: f"{value:.4f}" for name, value in ratio.items()},
    )
    assert abs(ratio["STARsolo"] - 1) <= 0.01
    # One read in thirty has a wrong UMI, which is counted as a molecule of its own unless UMIs are corrected.
    assert 1.01 < ratio["kallisto"] < 1.08
    assert ratio["kallisto, UMIs corrected"] < ratio["kallisto"]


def test_resuming_runs_nothing_again_and_gives_the_same(counted):
    before = digests(counted.folder / "star")
    counted.run("star", "--skip_cells")
    assert set(counted.statuses("star")) == {"CACHED"}
    assert digests(counted.folder / "star") == before


@pytest.mark.slow  # on Slurm the engine is killed in every run of the tests
def test_a_killed_run_goes_on_and_gives_the_same(counted, runs):
    one = runs("killed")
    process = one.start("star", "--skip_cells", "--skip_fastqc", "--skip_multiqc")
    done = one.folder / "star" / "pipeline_info" / "trace.txt"
    for _ in range(HELD):
        if done.is_file() and done.read_text().count("COMPLETED") >= 4:
            break
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.5)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    one.run("star", "--skip_cells", "--skip_fastqc", "--skip_multiqc")
    assert one.statuses("star")["CACHED"] >= 2  # the last one that ended may not have been noted yet
    assert digests(one.folder / "star") == digests(counted.folder / "star")


def test_fastqc_fastp_star_and_cells_are_in_the_report(counted):
    page = (counted.folder / "star" / "multiqc" / "multiqc_report.html").read_text(errors="replace")
    for word in ("FastQC", "fastp", "STAR", "Samtools", "Cells among droplets", "2.7.10b"):
        assert word in page, word
