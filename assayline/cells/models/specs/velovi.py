"""veloVI: from spliced and unspliced values of the same genes, in which direction each cell changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import Input
from assayline.cells.models.moments import moments
from assayline.cells.models.plain import steady_state
from assayline.cells.models.spec import Settings, Spec, most_variable
from assayline.cells.needs import FEWEST_GENES
from assayline.errors import Refused

SPLICED, UNSPLICED = "Ms", "Mu"
FEWEST = 20  # counts of a gene
HOW = "Give an h5ad or loom with the layers spliced and unspliced (velocyto, STARsolo, alevin-fry) to `cells inspect`."


def hold(data: Any) -> Any:
    """Counts smoothed over neighbouring cells in `layers['Ms']` and `layers['Mu']`, which is what the model reads."""
    moments(data)
    return data


def kinetic(data: Any, count: int) -> Any:
    """The cells with the genes that vary most among those with at least twenty counts of either kind."""
    seen = [np.asarray(data.layers[name].sum(axis=0)).ravel() >= FEWEST for name in ("spliced", "unspliced")]
    enough = seen[0] & seen[1]
    if enough.sum() < FEWEST_GENES:
        raise Refused(
            what="genes for model velovi",
            found=f"{int(enough.sum())} with {FEWEST} spliced and {FEWEST} unspliced counts",
            expected=f"at least {FEWEST_GENES}",
            next="Check that unspliced transcripts were counted apart.",
        )
    return most_variable(data[:, enough].copy(), count)


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on the smoothed layers, as `assayline.cells.models.moments` makes them."""
    from scvi.external import VELOVI

    VELOVI.setup_anndata(data, spliced_layer=SPLICED, unspliced_layer=UNSPLICED)
    return VELOVI(data, n_latent=settings.latent, n_layers=settings.layers, n_hidden=settings.hidden)


def read(model: Any) -> dict[str, Any]:
    """For every cell and gene the change of spliced values in time, and how far the cell is along the gene's course."""
    words = {"n_samples": 25, "return_mean": True, "return_numpy": True}
    return {"velocity": model.get_velocity(**words), "time": model.get_latent_time(**words)}


def beside(data: Any, outputs: dict[str, Any], _first: Any) -> dict[str, float]:
    """In how many cells and genes the direction of change is that of the steady-state ratio."""
    plain = steady_state(data.layers[SPLICED], data.layers[UNSPLICED])
    same = float((np.sign(plain) == np.sign(outputs["velocity"])).mean())
    return {"share of cells and genes whose direction is that of the steady-state ratio": same}


SPEC = Spec(
    name="velovi",
    title="veloVI",
    cites="Gayoso et al. 2024, doi:10.1038/s41592-023-01994-w",
    where="scvi.external:VELOVI",
    needs=(
        Input("layers/spliced", "counts", "spliced counts", HOW),
        Input("layers/unspliced", "counts", "unspliced counts"),
    ),
    gives=("velocity", "time"),
    prefer="cells were caught on their way and spliced and unspliced transcripts were counted apart",
    proven="simulated transcription along a known time: direction of change right in 0.89–0.93 of genes and cells that "
    "change; of the steady-state ratio in 0.83–0.86",
    make=make,
    read=read,
    plan={"lr": 1e-2, "n_epochs_kl_warmup": "warm_up"},
    hold=hold,
    select=kinetic,
    beside=beside,
)
