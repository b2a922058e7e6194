"""SOLO: a classifier on scVI's latent space that tells doublets, trained on pairs of the cells themselves."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.spec import Settings, Spec
from assayline.cells.models.specs.scvi import COUNTS, SAMPLES


def make(_data: Any, settings: Settings, first: Any) -> Any:
    """The untrained classifier; `more['sample']` restricts it to one sample, as doublets form within one."""
    from scvi.external import SOLO

    return SOLO.from_scvi_model(first.model, restrict_to_batch=settings.more.get("sample"))


def read(model: Any) -> dict[str, Any]:
    """For every cell the probability that it is a doublet."""
    return {"doublet": model.predict(include_simulated_doublets=False)["doublet"].to_numpy()}


SPEC = Spec(
    name="solo",
    title="SOLO",
    cites="Bernstein et al. 2020, doi:10.1016/j.cels.2020.05.010",
    where="scvi.external:SOLO",
    needs=(COUNTS, SAMPLES),
    gives=("doublet",),
    prefer="doublets shall be told with a model that is trained anyway; one sample at a time",
    proven="pairs of cells of different lines added in silico, found among singlets by genotype",
    make=make,
    read=read,
    verb="",
    first="scvi",
    monitor="validation_loss",
    options={"early_stopping_monitor": None, "early_stopping_min_delta": 0.0},
)
