"""Which genes should the model of the cells see?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain, text

PANEL = "targeted panel"
FEW_CELLS, DEEP = 200, 10_000
SHALLOW = 500  # genes a cell below which rare genes are noise


@dataclass(frozen=True, slots=True)
class GeneSelection:
    """How genes are taken, how many, whether sample by sample, and whether genes of the mitochondrion stay in."""

    method: str
    number: int
    by_sample: bool
    keep_mitochondrial: bool


def _panel(facts: Facts) -> bool:
    return text(facts, "inspect.coverage") == PANEL


def bounds(facts: Facts) -> dict[str, Bound]:
    """All genes only of a panel; otherwise 200 to 6,000 of those that were kept; by sample only with several samples."""
    genes = int(number(facts, "qc.genes.kept"))
    several = number(facts, "inspect.samples", 1) > 1
    return {
        "method": Bound(one_of=("all",) if _panel(facts) else ("variable_on_counts", "variable_on_log", "pearson_residuals")),
        "number": Bound(genes, genes) if _panel(facts) else Bound(min(200, genes), min(6000, genes)),
        "by_sample": Bound(one_of=(False, True) if several and not _panel(facts) else (False,)),
    }


def rule(facts: Facts) -> Answer:
    """Every gene of a panel; else genes variable on counts, fewer of shallow cells, sample by sample where there are several."""
    genes, cells = int(number(facts, "qc.genes.kept")), number(facts, "qc.cells.kept")
    several = number(facts, "inspect.samples", 1) > 1
    if _panel(facts):
        sentence = (
            "The matrix is a {inspect.coverage:s}: its {qc.genes.kept:d} genes were chosen already, so each of them is kept."
        )
        reason = Reason(sentence, ("inspect.coverage", "qc.genes.kept"))
        change = "A panel whose genes come from unrelated assays."
        return Answer(plain(GeneSelection("all", genes, False, True)), (reason,), "high", change)  # noqa: FBT003
    shallow = 0 < number(facts, "qc.kept.genes_p50") < SHALLOW
    wanted = 1000 if shallow or cells < FEW_CELLS else 3000 if cells > DEEP else 2000
    taken = min(wanted, genes)
    reasons = []
    if shallow:
        sentence = (
            "A cell shows {qc.kept.genes_p50:d} genes in the median; rarely seen genes would add noise."
            if _whole(facts)
            else ("A cell shows {qc.kept.genes_p50:.1f} genes in the median; rarely seen genes would add noise.")
        )
        reasons.append(Reason(sentence, ("qc.kept.genes_p50",)))
    sentence = "{choice.number:d} variable genes of {qc.genes.kept:d} are taken for {qc.cells.kept:d} cells."
    reasons.append(Reason(sentence, ("qc.genes.kept", "qc.cells.kept")))
    if several:
        sentence = "There are {inspect.samples:d} samples: genes are ranked within each and not across them."
        reasons.append(Reason(sentence, ("inspect.samples",)))
    choice = GeneSelection("variable_on_counts", taken, several, False)  # noqa: FBT003
    change = "Marker genes of a population that are not among those taken."
    return Answer(plain(choice), tuple(reasons), "medium" if shallow or cells < FEW_CELLS else "high", change)


def _whole(facts: Facts) -> bool:
    return number(facts, "qc.kept.genes_p50").is_integer()


def default(_: Facts) -> dict[str, Any]:
    """2,000 genes variable on log values over all cells at once, whatever the matrix is."""
    return {"method": "variable_on_log", "number": 2000, "by_sample": False, "keep_mitochondrial": True}


QUESTION = Question(
    "gene_selection",
    "Which genes should the model of the cells see: all, or how many variable ones, chosen how?",
    GeneSelection,
    ("inspect.coverage", "qc.genes.kept", "qc.cells.kept", "inspect.samples"),
    ("inspect.*", "qc.*"),
    bounds,
    rule,
    (
        "variable genes on counts and by batch: Seurat v3 (doi:10.1016/j.cell.2019.05.031), Luecken et al. 2022 "
        "(doi:10.1038/s41592-021-01336-8); panels keep all genes: scvi-tools and squidpy documentation"
    ),
    None,
    default,
)
