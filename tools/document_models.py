"""docs/models.md from the declared models of single cells."""

from __future__ import annotations

from assayline.cells.models.spec import names, spec

HEAD = """# Models of single cells

Models are those of scvi-tools. `assayline cells integrate` trains scVI or LinearSCVI as decided for the run, `cells annotate
--reference` scANVI, `cells train MODEL` the wider ones; those without a command are there in Python. Data that lack what a
model needs are refused with status 9, with what was found, what was expected and how it is given. A training is seeded, runs on
one thread and the CPU unless told otherwise, stops early on held-out cells (resolVI has none), may have a limit of time, and ends
in a verdict. A stored model is a pickle: it is read only by its digest and with consent.

```sh
assayline cells inspect cite.h5 --run runs/cite                  # proteins go to obsm['antibody_capture'], peaks to obsm['peaks']
assayline cells train totalvi --run runs/cite                    # after `cells qc`, or without: that is said
assayline cells train destvi --run runs/spots --reference cells.h5ad --label-key type
```

`cells/train_MODEL.h5ad` then holds the cells over the features the model saw (`--features`), raw counts in `layers["counts"]`,
the latent space in `obsm["X_MODEL"]`, simple spaces beside it (`X_pca`, `X_lsi`, `X_harmony`), and what else the model gives as
`MODEL_OUTPUT` in `layers` or `obsm`. `cells/train_MODEL.json` holds the verdict (convergence, loss on held-out cells), of
totalVI, MultiVI and PeakVI how well half of a held-out cell's counts foretells the other beside principal components, the
indices of [single cells](cells.md) for the model's space and the simple ones, and how the output compares with the simple way of
its modality: least squares for spots, the steady-state ratio for velocity, pseudobulk for samples. Of an h5ad or zarr the layers
`spliced`, `unspliced`, and `spatial`, `antibody_capture` and `peaks` of `obsm` are read. For MultiVI quality control would remove
cells of which only peaks were measured: train it on what the gate accepted.

In Python:

```python
from pathlib import Path

from assayline.cells.models.spec import Settings
from assayline.cells.models.store import load, save
from assayline.cells.models.training import Budget, fit

fitted = fit("totalvi", data, Settings(latent=10), Budget(seed=0, max_epochs=400))
print(fitted.verdict["converged"], fitted.verdict["because"])
data.obsm["X_totalvi"] = fitted.outputs()["latent"]
digest = save(fitted, Path("models/totalvi"))
again = load(Path("models/totalvi"), data, sha256=digest, consent=True)
```

`destvi` is given the trained reference: `fit("destvi", spots, first=fit("condscvi", reference))`. `velovi` smooths spliced and
unspliced counts over neighbouring cells itself (`assayline.cells.models.moments`).

## What the proofs are worth

The wider models were proven on simulated data of their own modality: hundreds of cells, some dozen to a thousand features, every
assumption of the simulation known. Several of these simulations were tuned after first figures were seen (how far groups lie
apart, depth, background, how far systems differ): the figures show that a model's output is right there, not how well it does
elsewhere, nor that it beats the simple way. Ranges are over three seeds of simulation and training, and the limits of the tests
hold on all three (`TRUTH_SEED=1 pytest -m truth -s tests/cells/models`). What was seen on the way:

- Trained until they stop, models answer otherwise than after a fixed few epochs. DestVI was as good as least squares after
  100 epochs (worse on one seed of three) and is better after 200. MultiVI mixes the kinds better (iLISI 0.36 → 0.48–0.52),
  but fewer cells lie beside their group (0.94 → 0.88–0.92). MrVI's distances grow where nothing differs, too (ratio 2.5 →
  1.3–1.4). The loss of veloVI rose again or still fell after 340 to 500 epochs; its directions were as right as after 150.
- resolVI holds out no cells, so that nothing tells when to stop: on the same cells 300 epochs left shares farther from the
  truth than 60 (0.23 against 0.14; as seen 0.46). So `cells train resolvi` trains for 60 unless told otherwise.
- sysVI was refused before, since its systems never mixed. The cause was too little training: with 128 cells a step and a rate
  of 0.001 nothing mixed after 100 to 200 epochs (iLISI 0.00, whatever the prior and the cycle weight), with 64 cells and 400
  epochs a little (0.19), with 32 cells and a rate of 0.003 it does (0.79–0.82, stopping by itself after some 180 epochs). So
  `sysvi` has these. With 128 cells a step and that rate one seed of two stopped early, unmixed, and the verdict said that it
  had not converged. Where genes stand twice as far apart (log-normal 1.0, not 0.5) it fails on the one seed tried (iLISI
  0.28, ARI 0.51) and scVI does not (0.52, 0.99): the case for it was not found here. A cycle weight of 20 tore types apart
  (ARI 0.06). iLISI gives 0.76 for a space known to be mixed, Harmony 0.00 on the same cells.

"""


def models() -> str:
    """The document: a part for every model."""
    parts = [HEAD]
    for name in names():
        one = spec(name)
        parts.append(f"## {one.title}\n\n`{name}` ({one.cites})\n\n")
        parts.append("- needs: " + "; ".join(f"{need.what} ({need.kind}) at `{need.place}`" for need in one.needs) + "\n")
        command = f"`assayline {one.verb}" + (f" {name}`" if one.verb == "cells train" else "`") if one.verb else "in Python only"
        parts.append(f"- trained by: {command}\n")
        if one.first:
            parts.append(f"- starts from: {one.first.removeprefix('given:')}\n")
        parts.append(f"- gives: {', '.join(one.gives)}\n- prefer it when: {one.prefer}\n- proven on: {one.proven}\n\n")
    return "".join(parts)
