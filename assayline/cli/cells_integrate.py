"""Train the model decided for the run and hold it against simpler spaces, with a verdict.

Reads cells/kept.h5ad and decisions/integration_model.json; then surveys clusterings over resolutions,
without looking at any label. A deep model that is no better than PCA or Harmony is not used, and that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cli.cells_station import add_budget, add_run, decided
from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder, and what the training may use."""
    add_run(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the training and the survey (default: 0)")
    parser.add_argument(
        "--use", metavar="SPACE", help="cluster in this space (pca, harmony, the model) whatever the comparison says"
    )
    add_budget(parser)


def run(options: argparse.Namespace) -> Outcome:
    """Do the station's work as the decision file says."""
    folder, choice, digest = decided(options, "integration_model")
    from assayline.cells.models.training import Budget
    from assayline.cells.steps_model import integrate_step

    def progress(epoch: int, loss: float) -> None:
        if epoch % 20 == 0:
            talk(f"epoch {epoch} of at most {choice['max_epochs']}: held-out loss {loss:.1f}")

    budget = Budget(options.seed, int(choice["max_epochs"]), options.max_seconds, options.device)
    report, findings = integrate_step(folder, choice, digest, budget, progress, use=options.use)
    word = "converged" if report["verdict"]["converged"] else "did not converge"
    text = f"{report['settings']['model']}, {report['verdict']['epochs']} epochs: {word}: {report['verdict']['because']}"
    for row in report["spaces"]:
        mixing = "" if row["mixing"] is None else f"samples mix {row['mixing']:.2f}, "
        text += f"\n  {row['space']}: {mixing}clusters kept {row['kept']:.2f}, apart {row['apart']:.2f}"
    text += f"\nused: {report['choice']['used']}: {report['choice']['because']}"
    return Outcome([report], findings, text=text)
