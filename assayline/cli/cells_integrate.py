"""Train the model decided for the run, with a verdict on its convergence.

Reads cells/kept.h5ad and decisions/integration_model.json; then surveys clusterings over resolutions,
without looking at any label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cli.cells_station import add_run, decided
from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder and the seed."""
    add_run(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the training and the survey (default: 0)")


def run(options: argparse.Namespace) -> Outcome:
    """Do the station's work as the decision file says."""
    folder, choice, digest = decided(options, "integration_model")
    from assayline.cells.steps_model import integrate_step

    def progress(epoch: int, loss: float) -> None:
        if epoch % 20 == 0:
            talk(f"epoch {epoch} of at most {choice['max_epochs']}: held-out loss {loss:.1f}")

    report, findings = integrate_step(folder, choice, digest, options.seed, progress)
    word = "converged" if report["verdict"]["converged"] else "did not converge"
    text = f"{report['settings']['model']}, {report['verdict']['epochs']} epochs: {word}: {report['verdict']['because']}"
    return Outcome([report], findings, text=text)
