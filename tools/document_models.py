"""docs/models.md from the declared models of single cells."""

from __future__ import annotations

from assayline.cells.models.spec import names, spec
from assayline.cells.models.unproven import UNPROVEN

HEAD = """# Models of single cells

Models are those of scvi-tools. `assayline cells integrate` trains scVI or LinearSCVI, `cells annotate --reference`
scANVI; all others are there in Python, for an AnnData that has what the model needs. Data that lack it are refused with
what was found and what was expected. A training is seeded, runs on one thread and the CPU unless told otherwise, stops
early on held-out cells (resolVI has none), may have a limit of time, and ends in a verdict. A stored model is a pickle:
it is read only by its digest and with consent.

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

`destvi` is given the trained reference: `fit("destvi", spots, first=fit("condscvi", reference))`. `velovi` reads what
`assayline.cells.models.moments.moments(data)` makes of spliced and unspliced counts. The simulated data on which the
wider models were proven are small (hundreds of cells): real data may ask for more epochs, which the verdict says.

"""


def models() -> str:
    """The document: a part for every model, and a table of those that are not offered."""
    parts = [HEAD]
    for name in names():
        one = spec(name)
        parts.append(f"## {one.title}\n\n`{name}` ({one.cites})\n\n")
        parts.append("- needs: " + "; ".join(f"{need.what} ({need.kind}) at `{need.place}`" for need in one.needs) + "\n")
        if one.first:
            parts.append(f"- starts from: {one.first.removeprefix('given:')}\n")
        parts.append(f"- gives: {', '.join(one.gives)}\n- prefer it when: {one.prefer}\n- proven on: {one.proven}\n\n")
    parts.append(
        "## Not proven\n\nThese are refused with status 9, since their output was not shown right on a known truth here.\n\n"
    )
    parts.append("| name | model | would need | for | why not |\n|---|---|---|---|---|\n")
    parts += [f"| `{name}` | {one.title} | {one.needs} | {one.prefer} | {one.because} |\n" for name, one in UNPROVEN.items()]
    return "".join(parts)
