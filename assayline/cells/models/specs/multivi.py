"""MultiVI: RNA and accessible peaks in one space, also for cells of which only one of the two was measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import Input, dense
from assayline.cells.models.plain import rna_and_chromatin
from assayline.cells.models.spec import Foretelling, Settings, Spec, samples
from assayline.cells.models.specs.peakvi import MONITOR
from assayline.cells.models.specs.scvi import COUNTS, PLAN, SAMPLES

PEAKS = "peaks"  # the name that the reader gives 10x's peaks in `obsm`

HOW = f"Give a 10x multiome file, or an h5ad with obsm['{PEAKS}'], to `cells inspect`."


def hold(data: Any) -> Any:
    """RNA (`layers['counts']`) and peaks (`obsm['peaks']`) as the two parts of a MuData; zeros mean not measured."""
    import anndata
    import mudata
    from scipy.sparse import csr_matrix

    peaks = data.obsm[PEAKS]
    names = [*map(str, peaks.columns)] if hasattr(peaks, "columns") else [f"peak{number}" for number in range(peaks.shape[1])]
    rna = anndata.AnnData(csr_matrix(data.layers["counts"]), data.obs[[]].copy(), data.var[[]].copy())
    atac = anndata.AnnData(csr_matrix(peaks), data.obs[[]].copy())
    atac.var_names = names
    both = mudata.MuData({"rna": rna, "atac": atac})
    both.obs["sample"] = data.obs["sample"].astype("category")
    return both


def measured(data: Any) -> Any:
    """The sample of each cell with what was measured of it, `rna`, `peaks` or `both`: these are what shall mix."""
    rna, peaks = (np.asarray(values.sum(axis=1)).ravel() > 0 for values in (data.layers["counts"], dense(data.obsm[PEAKS])))
    kind = np.where(rna & peaks, "both", np.where(rna, "rna", "peaks"))
    return np.array([f"{sample}:{what}" for sample, what in zip(samples(data), kind, strict=True)])


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on what `hold` gave."""
    from scvi.model import MULTIVI

    MULTIVI.setup_mudata(data, batch_key=settings.batch_key, modalities={"rna_layer": "rna", "atac_layer": "atac"})
    sizes = {"n_latent": settings.latent, "n_hidden": settings.hidden, "gene_likelihood": settings.likelihood}
    return MULTIVI(data, **sizes, **settings.coders)


def read(model: Any) -> dict[str, Any]:
    """The latent space of all cells, whatever was measured of them."""
    return {"latent": model.get_latent_representation()}


def shares(model: Any, cells: Any) -> Any:
    """The share of each gene that is expected of cells (cells × genes)."""
    cells.obs["_indices"] = np.arange(cells.n_obs)  # which the class asks for in new data
    return model.get_normalized_expression(cells, use_z_mean=True, return_numpy=True)


def peaks(data: Any) -> Any:
    """The logarithms of the counts in peaks."""
    return np.log1p(dense(data.obsm[PEAKS]))


SPEC = Spec(
    name="multivi",
    title="MultiVI",
    cites="Ashuach et al. 2023, doi:10.1038/s41592-023-01909-9",
    where="scvi.model:MULTIVI",
    needs=(COUNTS, SAMPLES, Input(f"obsm/{PEAKS}", "counts", "counts of fragments in peaks, all zero where not measured", HOW)),
    gives=("latent",),
    prefer="RNA and accessible chromatin were measured, of some cells both (multiome), of others only one",
    proven="simulated multiome: cells with peaks alone lie beside RNA-only cells of their group (0.88–0.92 of them; "
    "components of both 0.21–0.25, chance 0.25); they mix in part only (iLISI 0.48–0.52; components 0.24–0.29)",
    make=make,
    read=read,
    monitor=MONITOR,
    options=PLAN | {"early_stopping_monitor": None, "early_stopping_patience": None},
    hold=hold,
    foretell=Foretelling(shares, beside=peaks),
    simple=rna_and_chromatin,
    parts=measured,
)
