"""CondSCVI: what each cell type of a reference looks like and how it varies; DestVI starts from it."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.inputs import UNLABELLED
from assayline.cells.models.spec import Settings, Spec
from assayline.cells.models.specs.scanvi import LABELS
from assayline.cells.models.specs.scvi import COUNTS


def hold(data: Any) -> Any:
    """The cells that have a label: `unknown` is no type."""
    known = (data.obs["label"].astype(str) != UNLABELLED).to_numpy()
    return data if known.all() else data[known].copy()


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['counts']` with types in `obs['label']`; its prior is the one that DestVI reads."""
    from scvi.model import CondSCVI

    CondSCVI.setup_anndata(data, layer="counts", labels_key="label")
    sizes = {"n_latent": settings.latent, "n_layers": settings.layers, "n_hidden": settings.hidden}
    return CondSCVI(data, **sizes, prior="mog", num_classes_mog=settings.more.get("modes", 10))


def read(model: Any) -> dict[str, Any]:
    """The latent space within each type."""
    return {"latent": model.get_latent_representation()}


SPEC = Spec(
    name="condscvi",
    title="CondSCVI",
    cites="Lopez et al. 2022, doi:10.1038/s41587-022-01272-8",
    where="scvi.model:CondSCVI",
    needs=(COUNTS, LABELS),
    gives=("latent",),
    prefer="DestVI shall tell what makes up a spot; of little use alone",
    proven="through DestVI: simulated spots of four types",
    make=make,
    read=read,
    verb="cells train destvi --reference",
    plan={"n_epochs_kl_warmup": "warm_up"},
    options={"lr": 2e-3},
    hold=hold,
)
