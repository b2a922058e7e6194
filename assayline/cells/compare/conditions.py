"""Genes that differ between conditions, on pseudobulk with donors as replicates.

The negative binomial model, its shrunken dispersions and the fold changes are those of pydeseq2 (Muzellec et al. 2023,
doi:10.1093/bioinformatics/btad547; DESeq2, Love et al. 2014, doi:10.1186/s13059-014-0550-8). DESeq2 compares the Wald statistic
with a normal distribution, which takes the dispersions as known: with a handful of donors its tail is too light, and a null
comparison finds something more often than it says. Here the statistic is compared with a t distribution, with the degrees of
freedom that the shrunken dispersions are worth (the idea of limma, Smyth 2004).
"""

from __future__ import annotations

from typing import Any

import numpy as np

FALSE_DISCOVERIES = 0.05
LEAST_COUNTS, LEAST_UNITS = 10, 2


def between(values: Any, units: Any, genes: list[str], terms: list[str], levels: tuple[str, str]) -> Any:
    """A table of genes for the second level against the first of the last term; the other terms are adjusted for.

    Columns: gene, mean (normalised counts of a unit), log2_fold_change, standard_error, statistic, freedom, p, p_adjusted.
    Genes with fewer than ten counts, or seen in fewer than two units, are left out, as they cannot be found to differ.
    """
    import pandas

    from assayline.cells.droplets import benjamini_hochberg

    tested = np.flatnonzero((values.sum(axis=0) >= LEAST_COUNTS) & ((values > 0).sum(axis=0) >= LEAST_UNITS))
    counts = pandas.DataFrame(values[:, tested], index=units.index, columns=[genes[index] for index in tested])
    result, freedom = _fitted(counts, units, terms, levels)
    found = pandas.DataFrame({"gene": counts.columns, "mean": result["baseMean"].to_numpy(dtype=float)})
    found["log2_fold_change"] = result["log2FoldChange"].to_numpy(dtype=float)
    found["standard_error"] = result["lfcSE"].to_numpy(dtype=float)
    found["statistic"] = found["log2_fold_change"] / found["standard_error"]
    found["freedom"] = freedom
    found = found[np.isfinite(found["statistic"])].reset_index(drop=True)
    found["p"] = _tails(found["statistic"].to_numpy(), freedom)
    found["p_adjusted"] = benjamini_hochberg(found["p"].to_numpy()) if len(found) else []
    return found.sort_values(["p", "gene"], kind="stable").reset_index(drop=True)


def _fitted(counts: Any, units: Any, terms: list[str], levels: tuple[str, str]) -> tuple[Any, float]:
    """pydeseq2's table of one contrast and the degrees of freedom of its statistics."""
    import contextlib
    import io
    import warnings

    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference
    from pydeseq2.ds import DeseqStats

    inference = DefaultInference(n_cpus=1)
    names = [f"term{number}" for number in range(len(terms))]
    frame = units[terms].astype(str).set_axis(names, axis=1)
    silence = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        warnings.simplefilter("ignore")
        data = DeseqDataSet(counts=counts, metadata=frame, design="~" + " + ".join(names), quiet=True, inference=inference)
        data.deseq2()
        contrast = [names[-1], levels[1], levels[0]]
        stats = DeseqStats(data, contrast=contrast, quiet=True, inference=inference, independent_filter=False, cooks_filter=False)
        stats.summary()
    residual = len(counts) - int(np.linalg.matrix_rank(data.obsm["design_matrix"].to_numpy(dtype=float)))
    prior = float(data.uns["prior_disp_var"])
    return stats.results_df, _freedom(residual, prior, float(data.uns["_squared_logres"]))


def _freedom(residual: int, prior: float, spread: float) -> float:
    """Degrees of freedom worth as much as a shrunken dispersion: trigamma(d/2) is the variance of its logarithm.

    The log dispersion of a gene has the sampling variance s = trigamma(residual/2); what is left of the observed `spread`
    around the trend is true. Shrinking with variance `prior` weighs the gene's own by w = prior/(prior + s), so that the error
    is w²s + (1 − w)²true.
    """
    from scipy.optimize import brentq
    from scipy.special import polygamma

    sampling = float(polygamma(1, residual / 2))
    own = prior / (prior + sampling)
    error = own**2 * sampling + (1 - own) ** 2 * max(0.0, spread - sampling)
    return float(2 * brentq(lambda half: float(polygamma(1, half)) - error, 1e-3, 1e6))


def _tails(statistic: Any, freedom: float) -> Any:
    from scipy.stats import t

    return 2 * t.sf(np.abs(statistic), freedom)
