"""The whole line of single cells on one matrix, station by station, with fixed choices: what several tests look at."""

from __future__ import annotations

import sys
from pathlib import Path

from assayline.run_folder import RunFolder

THRESHOLDS = {"mads_counts": 4.0, "mads_genes": 4.0, "mads_mitochondrial": 4.0}
THRESHOLDS |= {"minimum_mitochondrial_difference": 0.05, "minimum_cells_per_gene": 3}
MODEL = {"variable_genes": 300, "latent": 6, "layers": 1, "hidden": 32, "likelihood": "nb", "correct_samples": True}


def whole(
    source: Path, folder: Path, model: str = "scvi", epochs: int = 100, thresholds: dict[str, float] = THRESHOLDS
) -> RunFolder:
    """Gate, quality control, spaces with a trained model, clusters with markers, and their comparison, in a run folder."""
    from assayline.cells.compare_step import compare_step
    from assayline.cells.models.training import Budget
    from assayline.cells.steps import inspect_step
    from assayline.cells.steps_model import annotate_step, integrate_step
    from assayline.cells.steps_qc import qc_step

    run = RunFolder(folder).create()
    inspect_step(run, source)
    qc_step(run, thresholds, "sha256:0")
    integrate_step(run, MODEL | {"model": model, "max_epochs": epochs}, "sha256:0", Budget(3, epochs))
    annotate_step(run, 0.5, "sha256:0")
    compare_step(run, "clusters")
    return run


if __name__ == "__main__":
    whole(Path(sys.argv[1]), Path(sys.argv[2]))
