"""The AnnData that later stations read: whole counts, classes of genes, and every cell's sample, donor, condition and depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.cells import gene_facts
from assayline.cells.blocks import Stored
from assayline.cells.design import design
from assayline.cells.loading import expectation, stated
from assayline.cells.samples import join

if TYPE_CHECKING:
    from assayline.cells.inspect import Ask
    from assayline.cells.matrix import Matrix
    from assayline.cells.measure import Measured


def annotated(matrix: Matrix, report: dict[str, Any], findings: list[Finding], of: Measured, ask: Ask) -> tuple[Any, Any]:
    """The AnnData and, where the counts stay on disk, their handle; writes what is found into report and findings."""
    import anndata

    table, keys, samples = _cells(matrix, ask, findings)
    var = _genes(matrix, report, findings)
    for name in ("mitochondrial", "ribosomal", "haemoglobin", "nuclear"):
        if name in of.groups:
            table[f"{name}_share"] = of.share(name)
    table["counts"], table["genes"] = of.totals, of.genes
    var["seen_in"] = of.seen
    report["samples"] = samples
    report["design"] = design(table, keys)
    sizes = dict(zip(samples["names"], samples["cells"], strict=True))
    report["depth"] = {"median_counts": float(np.median(of.totals)), "median_genes": float(np.median(of.genes))}
    if report["droplets"]["kind"] == "called cells":
        report["doublets"] = expectation(sizes, ask.chemistry, stated(table))
        report["ambient"] = {"known": False, "because": "called cells only: what empty droplets hold is not in the matrix"}
        if of.totals.std() == 0:
            words = f"every cell has exactly {of.totals[0]:.0f} counts: depth was made equal, it no longer tells cells apart."
            findings.append(Finding("same-depth", words, level="warning"))
    if report["values"]["deviation"] > 0:
        off = report["values"]["deviation"]
        findings.append(Finding("rounded", f"Values differ from whole numbers by at most {off:.0e}; rounded."))
    if isinstance(matrix.values, Stored):
        return anndata.AnnData(obs=table, var=var), matrix.values
    counts = _whole(matrix.values)
    layers = {name: _whole(layer) for name, layer in matrix.layers.items()}
    data = anndata.AnnData(counts, obs=table, var=var, layers={"counts": counts.copy()} | layers, obsm=dict(matrix.obsm))
    _modalities(data, matrix)
    return data, None


def _cells(matrix: Matrix, ask: Ask, findings: list[Finding]) -> tuple[Any, dict[str, str | None], dict[str, Any]]:
    """Every cell's table with the roles found or asked for as columns sample, donor, condition, batch."""
    import pandas

    obs, samples, keys = join(matrix, ask.metadata, ask.keys())
    for role in ("donor", "condition", "batch"):
        key = keys[role]
        if key is not None and key in obs:
            obs[role] = pandas.Categorical(obs[key].astype(str))
    found = [f"{role} from '{key}'" for role, key in keys.items() if key is not None and ask.keys()[role] is None]
    if found:
        findings.append(Finding("columns-found", f"Nobody said which columns tell cells apart; taken: {', '.join(found)}."))
    return obs, keys, samples


def _genes(matrix: Matrix, report: dict[str, Any], findings: list[Finding]) -> Any:
    import pandas

    spelling = matrix.symbols or matrix.columns
    masks, how = {}, {}
    for kind in gene_facts.CLASSES:
        masks[kind], how[kind] = gene_facts.members(kind, matrix.columns, matrix.symbols)
    var = pandas.DataFrame(masks)
    var.index = pandas.Index(matrix.columns, dtype=object)
    if matrix.symbols:
        var["symbol"] = matrix.symbols
    mito = masks["mitochondrial"]
    others = sum(gene_facts.bare(name).upper().startswith("MT-") for name in spelling)
    others -= sum(mito) * (how["mitochondrial"] == "symbol" or bool(matrix.symbols))
    found = {"found": sum(mito), "of": 13, "by": how["mitochondrial"], "others_not_counted": max(0, others)}
    report["mitochondrial"] = found
    report["gene_classes"] = {kind: {"found": sum(masks[kind]), "by": how[kind]} for kind in gene_facts.CLASSES}
    if others > 0:
        words = f"{others} mitochondrial rRNA and tRNA genes are not part of the mitochondrial share: it "
        findings.append(Finding("mitochondrial-rna", words + "counts the 13 protein-coding genes."))
    if not any(mito):
        words = "No mitochondrial gene was found: no limit on their share can be set."
        findings.append(Finding("no-mitochondrial-genes", words, level="warning"))
    return var


def _whole(values: Any) -> Any:
    """Counts as whole float32 numbers; a matrix that is so already is taken as it is."""
    counts = values.astype(np.float32) if values.dtype != np.float64 else values
    if counts.dtype == np.float64:
        counts = values.copy()
        counts.data = np.round(counts.data)
        counts = counts.astype(np.float32)
    else:
        counts = counts.copy()
        counts.data = np.rint(counts.data)
    counts.eliminate_zeros()
    counts.sort_indices()
    return counts


def _modalities(data: Any, matrix: Matrix) -> None:
    """Other kinds of features as tables in `obsm`, named after their kind (`antibody_capture`)."""
    import pandas

    for other in matrix.others:
        name = "".join(letter if letter.isalnum() else "_" for letter in other.kind.lower())
        data.obsm[name] = pandas.DataFrame(other.values.toarray(), index=data.obs_names, columns=other.names)
