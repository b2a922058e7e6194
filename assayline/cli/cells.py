"""Inspect, filter, embed and cluster single cells in a run folder."""

SUBVERBS = {
    "inspect": "say what a matrix is, and refuse what is not counts of cells",
    "qc": "filter cells by the thresholds decided for the run",
    "integrate": "train the model decided for the run, with a verdict on its convergence",
    "train": "train a model for what was measured beside RNA, or for what scVI is not made for",
    "compare": "compare conditions with donors as replicates, or clusters",
    "annotate": "cluster at the resolution decided for the run and rank marker genes",
}
