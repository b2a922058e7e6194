"""Which thresholds should quality control use, given how the cells are distributed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain
from assayline.advisor.question import text as text_of

NUCLEI = 0.02  # least distance of the mitochondrial limit for nuclei, which have next to no mitochondrial counts
MUCH = 0.10  # share of cells above which limits of 3 MADs are taken to cut into good cells


@dataclass(frozen=True, slots=True)
class QcThresholds:
    """Numbers of MADs for the three limits, the least distance of the mitochondrial one, and cells a gene must be seen in."""

    mads_counts: float
    mads_genes: float
    mads_mitochondrial: float
    minimum_mitochondrial_difference: float
    minimum_cells_per_gene: int


def bounds(facts: Facts) -> dict[str, Bound]:
    """Between 2 and 6 MADs; a gene may not be asked of more than a tenth of the cells."""
    mads = Bound(2.0, 6.0)
    most = max(1, min(50, int(number(facts, "inspect.cells")) // 10))
    return {
        "mads_counts": mads,
        "mads_genes": mads,
        "mads_mitochondrial": mads,
        "minimum_mitochondrial_difference": Bound(0.0, 0.3),
        "minimum_cells_per_gene": Bound(0, most),
    }


def rule(facts: Facts) -> Answer:
    """3 MADs, or 5 where 3 would cut away more than a tenth of the cells; genes seen in at least 3 cells."""
    share = "inspect.removed_share_at.mads_3"
    cells = number(facts, "inspect.cells")
    much = number(facts, share) > MUCH
    mads = 5.0 if much else 3.0
    nuclei = text_of(facts, "inspect.material") == "nuclei"
    choice = QcThresholds(mads, mads, mads, NUCLEI if nuclei else 0.05, 3 if cells >= 100 else 1)
    removed = ("inspect.removed_at.mads_3", "inspect.cells", share)
    if much:
        text = (
            "Limits of the usual width would remove {inspect.removed_share_at.mads_3:.1%} of "
            "{inspect.cells:d} cells, so permissive limits of {choice.mads_counts:g} MADs are used."
        )
        first = Reason(text, removed)
    else:
        text = (
            "Limits of {choice.mads_counts:g} MADs would remove {inspect.removed_at.mads_3:d} of "
            "{inspect.cells:d} cells, which leaves the bulk of the distribution alone."
        )
        first = Reason(text, removed)
    reasons = [first]
    if nuclei:
        words = (
            "The barcodes hold {inspect.material:s}, in which mitochondrial counts are a sign of debris: the limit lies only "
            "{choice.minimum_mitochondrial_difference:.0%} off the usual share."
        )
        reasons.append(Reason(words, ("inspect.material",)))
    found = number(facts, "inspect.mitochondrial_genes") > 0
    if found and not nuclei and "inspect.mitochondrial_share_p50" in facts:
        words = (
            "The median mitochondrial share is {inspect.mitochondrial_share_p50:.2%}; a limit nearer to "
            "it than {choice.minimum_mitochondrial_difference:.0%} would remove cells over noise."
        )
        reasons.append(Reason(words, ("inspect.mitochondrial_share_p50", "inspect.mitochondrial_share_p95")))
    elif not found:
        reasons.append(
            Reason(
                "No limit on the mitochondrial share can act: {inspect.mitochondrial_genes:d} such genes were found.",
                ("inspect.mitochondrial_genes",),
            )
        )
    confidence = "low" if cells < 50 else ("medium" if much or not found or cells < 200 else "high")
    change = (
        "A bimodal distribution of counts or genes, a tissue known for a high mitochondrial share, or nuclei instead of cells."
    )
    return Answer(plain(choice), tuple(reasons), confidence, change)


def default(_: Facts) -> dict[str, Any]:
    """3 MADs and genes seen in 3 cells, whatever the cells are."""
    return plain(QcThresholds(3.0, 3.0, 3.0, 0.05, 3))


QUESTION = Question(
    "qc_thresholds",
    "How many MADs from the median, and how far at least for the mitochondrial share, should the limits of quality control lie?",
    QcThresholds,
    ("inspect.cells", "inspect.kind", "inspect.removed_at.*", "inspect.removed_share_at.*"),
    ("inspect.*",),
    bounds,
    rule,
    (
        "3 MADs: scater/OSCA (doi:10.1093/bioinformatics/btw777); 5 MADs for permissive filtering: Heumos "
        "et al. 2023 (doi:10.1038/s41576-023-00586-w)"
    ),
    None,
    default,
)
