"""Which model should place the cells in a latent space, and with which sizes?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain

FEWEST = 100  # cells below which a deep model is not offered
DEEP = ("scvi", "linear_scvi")
EPOCHS = 400  # scvi-tools' own ceiling, reached by data of 20,000 cells or fewer


@dataclass(frozen=True, slots=True)
class IntegrationModel:
    """The model and its hyperparameters; sizes are numbers of genes, dimensions, layers, units and epochs."""

    model: str
    variable_genes: int
    latent: int
    layers: int
    hidden: int
    max_epochs: int
    likelihood: str
    correct_samples: bool


def bounds(facts: Facts) -> dict[str, Bound]:
    """Deep models only with enough cells, Harmony and correction for samples only with several; epochs within a budget."""
    genes = int(number(facts, "qc.genes.kept"))
    several = number(facts, "inspect.samples", 1) > 1
    simple = ("pca", "harmony") if several else ("pca",)
    return {
        "model": Bound(one_of=(*DEEP, *simple) if number(facts, "qc.cells.kept") >= FEWEST else simple),
        "variable_genes": Bound(min(200, genes), min(5000, genes)),
        "latent": Bound(5, 50),
        "layers": Bound(1, 3),
        "hidden": Bound(one_of=(32, 64, 128, 256)),
        "max_epochs": Bound(10, EPOCHS),
        "likelihood": Bound(one_of=("nb", "zinb")),
        "correct_samples": Bound(one_of=(False, True) if several else (False,)),
    }


def rule(facts: Facts) -> Answer:
    """Take scVI with its defaults and a negative binomial likelihood, PCA with too few cells; PCA is computed beside it."""
    cells, genes = number(facts, "qc.cells.kept"), number(facts, "qc.genes.kept")
    several = number(facts, "inspect.samples", 1) > 1
    deep = cells >= FEWEST
    epochs = int(max(50, min(EPOCHS, round(20000 / max(cells, 1) * EPOCHS))))
    choice = IntegrationModel(
        "scvi" if deep else "pca", int(min(2000, genes)), 10 if deep else 30, 1, 128, epochs, "nb", several and deep
    )
    if not deep:
        words = "{qc.cells.kept:d} cells do not suffice to train a deep model; principal components need no training."
        reasons = [Reason(words, ("qc.cells.kept",))]
    else:
        words = (
            "The values are {inspect.kind:s}, which scVI models directly with a negative binomial; "
            "{qc.cells.kept:d} cells with {choice.variable_genes:d} variable genes suffice for a small "
            "network."
        )
        reasons = [Reason(words, ("inspect.kind", "qc.cells.kept"))]
        reasons.append(
            Reason(
                (
                    "Training stops early on held-out cells, so {choice.max_epochs:d} epochs are a "
                    "ceiling and not a target for {qc.cells.kept:d} cells."
                ),
                ("qc.cells.kept",),
            )
        )
    words = "{inspect.samples:d} samples: " + (
        "the model corrects for the sample." if choice.correct_samples else "nothing is there to correct between samples."
    )
    reasons.append(Reason(words, ("inspect.samples",)))
    confidence = "medium" if deep and cells < 2000 else "high"
    change = (
        "Clusters from principal components that agree as well or are better apart: then the plain method "
        "is enough and should be used."
    )
    return Answer(plain(choice), tuple(reasons), confidence, change)


def default(facts: Facts) -> dict[str, Any]:
    """ScVI as it comes, without a key for samples."""
    return plain(IntegrationModel("scvi", min(2000, int(number(facts, "qc.genes.kept"))), 10, 1, 128, EPOCHS, "zinb", False))  # noqa: FBT003


QUESTION = Question(
    "integration_model",
    "Which model, with which hyperparameters, should give the latent space of these cells?",
    IntegrationModel,
    ("inspect.samples", "inspect.kind", "qc.cells.kept", "qc.genes.kept"),
    ("inspect.*", "qc.*"),
    bounds,
    rule,
    (
        "scVI and its defaults: doi:10.1038/s41592-018-0229-2, scvi-tools documentation; droplet counts "
        "are not zero-inflated: doi:10.1038/s41587-019-0379-5"
    ),
    None,
    default,
)
