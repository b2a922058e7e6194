"""The cell lines of ../shared/cells as one AnnData, and thinning of counts as shallower sequencing would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

LINES = ("H1975", "H2228", "HCC827")


def cell_lines(shared: Path) -> Any:
    """Both protocols over their common genes; `obs`: sample, line (by genotype), singlet; counts in `layers['counts']`."""
    import anndata

    from assayline.cells.inspect import inspect

    parts = {}
    for name in ("celseq2", "dropseq"):
        place = shared / "cells" / f"sc_{name}"
        metadata = place.with_name(f"{place.name}.metadata.csv.gz")
        part = inspect(place.with_name(f"{place.name}.count.csv.gz"), metadata=metadata, sample_key="cell_line").data
        part.obs = part.obs[["cell_line_demuxlet", "demuxlet_cls"]].rename(columns={"cell_line_demuxlet": "line"})
        part.obs["singlet"] = (part.obs.pop("demuxlet_cls") == "SNG").to_numpy()
        part.obs["line"], part.obs["sample"] = part.obs["line"].astype(str), name
        parts[name] = part
    whole = anndata.concat(parts, join="inner", index_unique="-")
    whole.layers["counts"] = whole.layers["counts"].tocsr()
    whole.obs["sample"] = whole.obs["sample"].astype("category")
    return whole


def thinned(counts: Any, depth: int, seed: int = 0) -> Any:
    """Each cell's counts drawn down to `depth` without replacement."""
    random, counts = np.random.default_rng(seed), counts.copy().tocsr()
    for row in range(counts.shape[0]):
        part = slice(counts.indptr[row], counts.indptr[row + 1])
        own = counts.data[part].astype(int)
        if own.sum() > depth:
            counts.data[part] = random.multivariate_hypergeometric(own, depth, method="marginals")
    counts.eliminate_zeros()
    return counts
