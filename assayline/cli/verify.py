"""Check a run: what changed since it was recorded, and whether all it says still holds.

The run's RO-Crate names every file with its digest. Verified are the digests, and that evidence stands in its sources, decisions,
statements and figures cite evidence that exists, stations followed their decisions, and ledgers balance. Exit status 9 says that
something contradicts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse

    from assayline.provenance.verify import Verdict


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder, its inputs, and whether to record it."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument(
        "--inputs", type=Path, nargs="+", default=[], metavar="PATH", help="files or folders that should hold the run's inputs"
    )
    parser.add_argument("--record", action="store_true", help="write the crate anew first: take the folder as it is from now on")


def run(options: argparse.Namespace) -> Outcome:
    """Compare, and say what differs; 9 if something does."""
    from assayline.provenance.crate import write_crate
    from assayline.provenance.verify import verify

    if options.record:
        write_crate(options.run)
    verdict = verify(options.run, options.inputs)
    counts = {
        "named": verdict.named,
        "decisions": verdict.decisions,
        "evidence": verdict.evidence,
        "statements": verdict.statements,
    }
    differing = {"changed": verdict.changed, "missing": verdict.missing, "new": verdict.new}
    result = {"run": str(options.run), "whole": verdict.whole, **counts, **differing}
    return Outcome([result], verdict.findings, 0 if verdict.whole else 9, told(options.run, verdict))


def told(folder: Path, verdict: Verdict) -> str:
    """The verdict for a person."""
    looked = f"{verdict.named} files, {verdict.decisions} decisions, {verdict.evidence} facts, {verdict.statements} statements"
    if verdict.whole:
        return f"{folder}: whole: {looked} are as recorded and refer to what exists"
    wrong = sum(finding.level == "error" for finding in verdict.findings)
    parts = f"{len(verdict.changed)} changed, {len(verdict.missing)} missing, {len(verdict.new)} new"
    broken = wrong - len(verdict.changed) - len(verdict.missing) - len(verdict.new)
    advice = "Run the workflow again, so that what depends on the changes follows them."
    if not broken:
        advice = f"If that is meant, run the workflow again, or record it with `assayline verify {folder} --record`."
    return f"{folder}: not as recorded: of {verdict.named} files {parts}; {broken} references do not hold. {advice}"
