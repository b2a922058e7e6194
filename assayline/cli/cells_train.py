"""Train one of the wider models on what the gate accepted: proteins, chromatin, tissue, velocity, systems.

MODEL is one of destvi, mrvi, multivi, peakvi, resolvi, sysvi, totalvi, velovi (docs/models.md says what each needs and when to
prefer it). Reads cells/kept.h5ad, or cells/counts.h5ad where no quality control was run; writes
cells/train_MODEL.h5ad with the outputs, and the stored model under cells/models.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.cells_station import add_budget, add_run
from assayline.cli.outcome import Outcome, talk
from assayline.errors import BadUsage

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The model, the run folder, what a model of spots starts from, sizes, and what the training may use."""
    parser.add_argument("model", metavar="MODEL", help="name of the model")
    add_run(parser)
    parser.add_argument("--reference", type=Path, metavar="H5AD", help="labelled single cells (destvi)")
    parser.add_argument("--label-key", metavar="COLUMN", help="the reference's column of labels")
    parser.add_argument("--features", type=int, metavar="N", help="genes or peaks to train on (default: 2000; 20000 peaks)")
    parser.add_argument("--latent", type=int, default=10, metavar="N", help="dimensions of the latent space (default: 10)")
    parser.add_argument("--hidden", type=int, default=128, metavar="N", help="units of a layer (default: 128)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the training (default: 0)")
    parser.add_argument("--max-epochs", type=int, metavar="N", help="of the training (default: 400; resolvi 60)")
    parser.add_argument("--batch-size", type=int, metavar="N", help="cells a step (default: 128; sysvi 32)")
    add_budget(parser)


def run(options: argparse.Namespace) -> Outcome:
    """Train, hold against the simple way, and say what came of it."""
    if bool(options.reference) != bool(options.label_key):
        raise BadUsage(what="train", found="one of --reference and --label-key", expected="both or none", next="Name both.")
    for word in ("features", "latent", "hidden", "max_epochs", "batch_size"):
        value = getattr(options, word)
        if value is not None and value < 1:
            raise BadUsage(what=f"--{word.replace('_', '-')}", found=value, expected="a number above 0", next="Change it.")
    from assayline.cells.extra import require_extra

    require_extra()
    from assayline.cells.models.spec import Settings, spec
    from assayline.cells.models.training import Budget
    from assayline.cells.train import Reference
    from assayline.cells.train_step import train_step
    from assayline.run_folder import RunFolder

    def progress(epoch: int, loss: float) -> None:
        if epoch % 20 == 0:
            talk(f"epoch {epoch} of at most {epochs}: held-out loss {loss:.1f}")

    epochs = options.max_epochs or spec(options.model).epochs
    budget = Budget(options.seed, epochs, options.max_seconds, options.device, batch_size=options.batch_size)
    settings = Settings(options.latent, hidden=options.hidden)
    reference = Reference(options.reference, options.label_key) if options.reference else None
    folder = RunFolder(options.folder).existing().create()
    words = {"features": options.features, "reference": reference, "progress": progress}
    report, findings = train_step(folder, options.model, settings, budget, **words)
    word = "converged" if report["verdict"]["converged"] else "did not converge"
    text = f"{report['title']}, {report['verdict']['epochs']} epochs: {word}: {report['verdict']['because']}"
    if "best_loss" in report["verdict"]:
        kind, best, first = (report["verdict"][key] for key in ("watched", "best_loss", "first_loss"))
        text += f"\nloss on {kind}: {best:.1f} nats a cell, {first:.1f} at first"
    for row in report["spaces"]:
        mixing = "" if row["mixing"] is None else f"samples mix {row['mixing']:.2f}, "
        text += f"\n  {row['space']}: {mixing}clusters kept {row['kept']:.2f}, apart {row['apart']:.2f}"
    if "choice" in report:
        text += f"\nspeaks for: {report['choice']['used']}: {report['choice']['because']}"
    if "held_out" in report:
        found = report["held_out"]
        text += f"\nforetells {found['cells']} held-out cells: {found['model']:+.1f} nats a cell beside the mean of their sample"
        text += f", principal components {found['pca']:+.1f}"
    text += "".join(f"\n{row['what']}: {row['value']:.3f}" for row in report["beside"])
    text += "".join(f"\n{row['output']}: {row['slot']}" for row in report["outputs"])
    return Outcome([report], findings, text=text)
