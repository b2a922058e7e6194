"""totalVI: RNA and surface proteins of the same cells in one space, with the background of each protein told from its signal."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.inputs import Input
from assayline.cells.models.plain import log_proteins, rna_and_proteins
from assayline.cells.models.spec import Foretelling, Settings, Spec
from assayline.cells.models.specs.scvi import COUNTS, DRAWS, PLAN, SAMPLES

PROTEINS = "antibody_capture"  # the name that the reader gives 10x's antibody counts in `obsm`

HOW = f"Give a 10x file with antibody features, or an h5ad with obsm['{PROTEINS}'], to `cells inspect`."


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['counts']` and `obsm['antibody_capture']`."""
    from scvi.model import TOTALVI

    TOTALVI.setup_anndata(data, protein_expression_obsm_key=PROTEINS, layer="counts", batch_key=settings.batch_key)
    sizes = {"n_latent": settings.latent, "n_hidden": settings.hidden, "gene_likelihood": settings.likelihood}
    return TOTALVI(data, **sizes, **settings.coders)


def read(model: Any) -> dict[str, Any]:
    """The latent space, and for every cell and protein the probability that it is more than background."""
    foreground = model.get_protein_foreground_probability(n_samples=10, return_mean=True)
    return {"latent": model.get_latent_representation(), "foreground": foreground.to_numpy(), "proteins": [*foreground.columns]}


def shares(model: Any, cells: Any) -> Any:
    """The share of each gene that is expected of cells (cells × genes)."""
    return model.get_normalized_expression(cells, library_size=1, n_samples=DRAWS, return_mean=True, return_numpy=True)[0]


SPEC = Spec(
    name="totalvi",
    title="totalVI",
    cites="Gayoso et al. 2021, doi:10.1038/s41592-020-01050-x",
    where="scvi.model:TOTALVI",
    needs=(COUNTS, SAMPLES, Input(f"obsm/{PROTEINS}", "counts", "protein counts", HOW)),
    gives=("latent", "foreground", "proteins"),
    prefer="RNA and surface proteins were measured in the same cells (CITE-seq)",
    proven="simulated CITE-seq: finds four groups of which RNA and proteins show half each (ARI 0.99; components of both "
    "0.99–1.00), tells protein signal from background (AUROC 1.00; the counts themselves 0.95)",
    make=make,
    read=read,
    options=PLAN,
    foretell=Foretelling(shares, beside=log_proteins),
    simple=rna_and_proteins,
)
