"""One measurement of `bench_cells.py` in a process of its own; prints one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

STEP = 20_000
USUAL = (3.0, 3.0, 3.0, 0.05, 3)


def make(path: str, cells: str, genes: str, per_cell: str, how: str) -> dict[str, Any]:
    """A synthetic matrix: genes drawn without looking at cells, counts geometric, symbols with the 13 mitochondrial genes."""
    import anndata
    import h5py
    import pandas

    from assayline.cells.gene_facts import symbols

    count, width, filled = int(cells), int(genes), int(per_cell)
    random = np.random.default_rng(0)
    names = [*sorted(symbols("mitochondrial", "human")), *(f"GENE{number}" for number in range(width - 13))]
    obs = pandas.DataFrame(
        {"sample": random.choice(["a", "b", "c", "d"], count)}, index=[f"c{number}" for number in range(count)]
    )
    anndata.AnnData(obs=obs, var=pandas.DataFrame(index=names)).write_h5ad(path)
    depth = np.clip(random.lognormal(np.log(filled), 0.25, count), 20, width / 4).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(depth)])
    options = {} if how == "plain" else {"compression": "gzip", "compression_opts": 1}
    with h5py.File(path, "a") as file:
        if "X" in file:
            del file["X"]
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array([count, width])})
        group["indptr"] = (
            starts.astype(np.int32) if starts[-1] < 2**31 else starts
        )  # of one type with the indices, as scipy has it
        data = group.create_dataset("data", (starts[-1],), np.float32, chunks=(1_000_000,), **options)
        indices = group.create_dataset("indices", (starts[-1],), np.int32, chunks=(1_000_000,), **options)
        for first in range(0, count, STEP):
            last = min(count, first + STEP)
            begin, end = int(starts[first]), int(starts[last])
            gaps = random.geometric(np.repeat(depth[first:last] / width, depth[first:last]) * 0.999)
            place = np.cumsum(gaps) - np.repeat(
                np.concatenate([[0], np.cumsum(gaps)])[starts[first:last] - begin], depth[first:last]
            )
            indices[begin:end] = np.minimum(place - 1, width - 1)
            data[begin:end] = random.geometric(0.6, end - begin)
    return {"values": int(starts[-1])}


def read(path: str) -> dict[str, Any]:
    """Read every value and index once."""
    import h5py

    from assayline.cells.blocks import BLOCK

    with h5py.File(path) as file:
        group = file["X"]
        size = group["data"].shape[0]
        for first in range(0, size, BLOCK):
            group["data"][first : first + BLOCK], group["indices"][first : first + BLOCK]
    return {"values": size}


def _gate(path: str) -> tuple[Any, Any, Any, Any]:
    """Gate, metrics, limits, and which cells and genes stay."""
    from assayline.advisor.questions.qc_thresholds import QcThresholds
    from assayline.cells.inspect import inspect
    from assayline.cells.qc import describe, judged, sentence, summary, survey
    from assayline.cells.steps_qc import _seen

    found = inspect(Path(path))
    describe(found.data.obs)
    survey(found.data.obs)
    values = found.data.layers["counts"] if found.stored is None else found.stored
    thresholds = QcThresholds(*USUAL)
    flags, rows, _ = judged(found.data.obs, thresholds)
    out = sentence(found.data.obs, flags)
    genes = _seen(values, out, found.data.var) >= thresholds.minimum_cells_per_gene
    summary(found.data.obs, flags, rows, found.data.n_vars, int(genes.sum()))
    return found, values, out, genes


def gate(path: str) -> dict[str, Any]:
    """Inspect, metrics, limits and filter."""
    found, _, out, _ = _gate(path)
    return {"kept": int((~out).sum()), "on_disk": found.stored is not None}


def keep(path: str, to: str) -> dict[str, Any]:
    """The same, with the kept cells and genes written as a file."""
    from assayline.cells.copying import write_by_blocks

    found, values, out, genes = _gate(path)
    write_by_blocks(found.data[~out][:, genes].copy(), values, Path(to), ~out, genes)
    return {"kept": int((~out).sum())}


def ours(path: str, to: str) -> dict[str, Any]:
    """In memory: gate, metrics, limits, filter, and the kept cells written."""
    from assayline.cells.steps import write_h5ad

    found, _, out, genes = _gate(path)
    write_h5ad(found.data[~out][:, genes].copy(), Path(to))
    return {"kept": int((~out).sum())}


def scanpy(path: str, to: str) -> dict[str, Any]:
    """The same steps written plainly in scanpy: read, metrics, MAD limits, filter cells and genes, write counts."""
    import anndata
    import scanpy as sc
    from scipy.stats import median_abs_deviation

    data = anndata.read_h5ad(path)
    data.layers["counts"] = data.X.copy()
    data.var["mt"] = data.var_names.str.startswith("MT-")
    sc.pp.calculate_qc_metrics(data, qc_vars=["mt"], percent_top=None, log1p=True, inplace=True)
    stay = np.ones(data.n_obs, dtype=bool)
    for own in data.obs.groupby("sample", observed=True).indices.values():
        for name in ("log1p_total_counts", "log1p_n_genes_by_counts"):
            values = data.obs[name].to_numpy()[own]
            stay[own] &= values > np.median(values) - 3 * 1.4826 * median_abs_deviation(values)
    data = data[stay].copy()
    sc.pp.filter_genes(data, min_cells=3)
    data.write_h5ad(to, compression="gzip", compression_opts=1)
    return {"kept": int(stay.sum())}


def main() -> None:
    """Run one measurement."""
    warnings.simplefilter("ignore")
    wall, cpu = time.perf_counter(), time.process_time()
    found = globals()[sys.argv[1]](*sys.argv[2:])
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps(found | seconds | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
