"""scArches: a query mapped onto a saved reference by training only the weights that are the query's own."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.spec import Settings, Spec
from assayline.cells.models.specs.scvi import COUNTS, SAMPLES


def make(data: Any, _settings: Settings, first: Any) -> Any:
    """The reference with new weights for the query's samples; genes are brought into the reference's order, absent ones zero."""
    kind = type(first.model)
    if [*map(str, data.var_names)] != [*map(str, first.model.adata.var_names)]:
        kind.prepare_query_anndata(data, first.model)
    return kind.load_query_data(data, first.model)


def read(model: Any) -> dict[str, Any]:
    """The query in the reference's latent space, and its labels where the reference is a scANVI."""
    found: dict[str, Any] = {"latent": model.get_latent_representation()}
    if hasattr(model, "predict"):
        soft = model.predict(soft=True)
        found |= {"probabilities": soft.to_numpy(), "labels": [*soft.columns]}
    return found


SPEC = Spec(
    name="surgery",
    title="scArches surgery",
    cites="Lotfollahi et al. 2022, doi:10.1038/s41587-021-01001-7",
    where="scvi.model:SCANVI",
    needs=(COUNTS, SAMPLES),
    gives=("latent", "probabilities", "labels"),
    prefer="a reference is to stay as it is and its cells are not at hand",
    proven="a saved CEL-seq2 reference, loaded by digest, gives Drop-seq cells their lines known by genotype",
    make=make,
    read=read,
    verb="",
    first="given:scvi or scanvi, trained with more={'surgery_ready': True}",
    plan={"weight_decay": 0.0, "n_epochs_kl_warmup": "warm_up"},
)
