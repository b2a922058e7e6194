"""The gate on simulated libraries of every kind says what each is, beside what a naive script would have done."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sparse

from tests.cells.library import library

pytestmark = pytest.mark.truth

HUMAN = {"cells": 120, "genes": 2400}
KINDS = {
    "cells": HUMAN,
    "cells of Ensembl ids": HUMAN | {"identifiers": "ensembl"},
    "shallow cells": HUMAN | {"depth": 500.0, "cells": 150},
    "nuclei": HUMAN | {"nuclei": True, "depth": 1500.0},
    "mouse": HUMAN | {"species": ("mouse",)},
    "mouse of Ensembl ids": HUMAN | {"species": ("mouse",), "identifiers": "ensembl"},
    "rat": HUMAN | {"species": ("rat",)},
    "zebrafish": HUMAN | {"species": ("zebrafish",)},
    "fly": HUMAN | {"species": ("fly",)},
    "mixed by prefix": HUMAN | {"species": ("human", "mouse"), "prefixes": True},
    "mixed by Ensembl ids": HUMAN | {"species": ("human", "mouse"), "identifiers": "ensembl"},
    "panel": {"panel": True, "genes": 300, "depth": 90.0, "cells": 700},
    "panel of mouse": {"panel": True, "genes": 300, "depth": 150.0, "cells": 200, "species": ("mouse",)},
    "raw droplets": HUMAN | {"empties": 3000},
    "raw droplets of nuclei": HUMAN | {"empties": 3000, "nuclei": True},
    "raw droplets of a panel": {"panel": True, "genes": 300, "depth": 150.0, "cells": 150, "empties": 3000, "empty_depth": 3.0},
    "dying cells": HUMAN | {"dying": 0.3, "shallow": 0.1},
    "strong ambient": HUMAN | {"ambient": 0.3},
}


def expected(plan):
    """What the gate has to say of a library, from the plan alone."""
    several = len(plan.species) > 1
    kind = "symbol" if plan.identifiers == "symbol" else "ensembl"
    material = "not told" if plan.panel else ("nuclei" if plan.nuclei else "cells")
    droplets = "raw droplets" if plan.empties else "called cells"
    coverage = "targeted panel" if plan.panel else "whole transcriptome"
    return (droplets, "counts", coverage, "mixed" if several else plan.species[0], kind, material)


def said(report):
    names = report["identifiers"]
    words = (report["droplets"]["kind"], report["values"]["kind"], report["coverage"], names["species"], names["kind"])
    return (*words, report["material"]["kind"])


def naive(drawn):
    """A script that takes X for counts, looks for `MT-`, keeps barcodes with more than 200 genes and less than 5 % `MT-`."""
    counts = drawn.counts
    genes = counts.getnnz(axis=1)
    mito = [index for index, name in enumerate(drawn.names) if name.startswith("MT-")]
    share = np.asarray(counts[:, mito].sum(axis=1)).ravel() / np.maximum(1, np.asarray(counts.sum(axis=1)).ravel())
    kept = (genes > 200) & (share < 0.05)
    good = np.isin(drawn.obs["kind"].to_numpy(), ["cell", "doublet"])
    return f"{len(mito):2d} MT- genes, keeps {kept[good].mean():4.0%} of good and {kept[~good].sum()} bad barcodes"


def test_the_gates_confusion_matrix_is_perfect_on_the_simulator(tmp_path, inspected):
    wrong = []
    print()
    for name, options in KINDS.items():
        for seed in (0, 1):
            drawn = library(**options, seed=seed)
            report = inspected(drawn.write(tmp_path / "m.h5ad")).report
            if said(report) != expected(drawn.plan):
                wrong.append((name, seed, said(report), expected(drawn.plan)))
        print(f"{name:26s} {' · '.join(said(report)):75s} naive: {naive(drawn)}; overlap {drawn.facts['overlap']:.1%}")
        if "mixture" in report:
            assert report["mixture"]["several"] == 0
            assert sum(report["mixture"]["species"].values()) == len(drawn.barcodes)
    assert not wrong


TRANSFORMS = ("counts", "normalised", "log", "scaled", "normalised, rounded", "log, rounded", "scaled, rounded", "thinned")


def transformed(counts, how):
    """Dense counts as a script would have left them."""
    normalised = counts / np.maximum(1, counts.sum(axis=1, keepdims=True)) * 1e4
    logged = np.log1p(normalised)
    if how == "thinned":
        random = np.random.default_rng(0)
        least = int(counts.sum(axis=1).min())
        return np.array([random.multinomial(least, row / row.sum()) for row in counts])
    if how.startswith("scaled"):
        logged = (logged - logged.mean(axis=0)) / np.where(logged.std(axis=0) > 0, logged.std(axis=0), 1)
    base = {"counts": counts, "normalised": normalised, "log": logged, "scaled": logged}[how.partition(",")[0]]
    return np.round(base) if "rounded" in how else base


def test_every_transformation_is_told_from_counts_on_libraries_of_every_depth(inspected, tmp_path):
    import anndata

    for options in (HUMAN, HUMAN | {"depth": 30000.0}, HUMAN | {"depth": 600.0}, HUMAN | {"nuclei": True}):
        drawn = library(**options)
        dense = drawn.counts.toarray().astype(float)
        for how in TRANSFORMS:
            data = anndata.AnnData(sparse.csr_matrix(transformed(dense, how)))
            data.obs_names, data.var_names = drawn.barcodes, drawn.names
            data.write_h5ad(tmp_path / "m.h5ad")
            report = inspected(tmp_path / "m.h5ad").report
            wanted = "counts" if how == "thinned" else how.partition(",")[0]
            assert report["values"]["kind"] == wanted, (options, how, report["values"])


def test_a_deep_panel_in_which_no_gene_is_1_is_counts_and_a_sparse_library_multiplied_is_not(inspected, tmp_path):
    import anndata

    random = np.random.default_rng(0)
    for genes, depth in ((25, 20_000), (60, 100_000), (300, 1_000_000)):
        shares = random.dirichlet(np.full(genes, 2.0), size=300)
        counts = random.poisson(shares * depth * random.lognormal(0, 0.4, (300, 1))).astype(np.float32)
        anndata.AnnData(sparse.csr_matrix(counts)).write_h5ad(tmp_path / "m.h5ad")
        assert inspected(tmp_path / "m.h5ad").report["values"]["kind"] == "counts", (genes, depth)
    drawn = library(**HUMAN)
    data = anndata.AnnData(sparse.csr_matrix(np.round(drawn.counts.toarray() * 2.6)))
    data.obs_names, data.var_names = drawn.barcodes, drawn.names
    data.write_h5ad(tmp_path / "m.h5ad")
    values = inspected(tmp_path / "m.h5ad").report["values"]
    assert values["kind"] == "normalised" and "no value of 1" in values["basis"]
