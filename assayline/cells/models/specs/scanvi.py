"""scANVI: scVI that also learns labels, and gives them to cells without one."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.inputs import UNLABELLED, Input
from assayline.cells.models.spec import Settings, Spec
from assayline.cells.models.specs.scvi import COUNTS, SAMPLES

LABELS = Input("obs/label", "labels", "labels of the reference cells")


def make(data: Any, _settings: Settings, first: Any) -> Any:
    """The untrained model with the weights of a trained scVI; labels in `obs['label']`, `unknown` for none."""
    from scvi.model import SCANVI

    return SCANVI.from_scvi_model(first.model, unlabeled_category=UNLABELLED, labels_key="label", adata=data)


def read(model: Any) -> dict[str, Any]:
    """The latent space, and for every cell the probability of each label (columns in the order of `labels`)."""
    soft = model.predict(soft=True)
    return {"latent": model.get_latent_representation(), "probabilities": soft.to_numpy(), "labels": [*soft.columns]}


SPEC = Spec(
    name="scanvi",
    title="scANVI",
    cites="Xu et al. 2021, doi:10.15252/msb.20209620",
    where="scvi.model:SCANVI",
    needs=(COUNTS, SAMPLES, LABELS),
    gives=("latent", "probabilities", "labels"),
    prefer="some cells have labels that can be trusted and the others shall get them",
    proven="labels carried from CEL-seq2 to Drop-seq, three cell lines known by genotype, also thinned to 500 counts a cell",
    make=make,
    read=read,
    verb="cells annotate --reference",
    first="scvi",
    plan={"n_epochs_kl_warmup": "warm_up"},
)
