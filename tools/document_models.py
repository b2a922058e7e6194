"""docs/models.md from the declared models of single cells."""

from __future__ import annotations

from assayline.cells.models.spec import names, spec
from assayline.cells.models.unproven import UNPROVEN

HEAD = """# Models of single cells

Models are those of scvi-tools. `assayline cells integrate` trains scVI or LinearSCVI, `cells annotate --reference`
scANVI; all are there in Python: `assayline.cells.models.training.fit(name, data, settings, budget)`,
`models.store.save` and `load`. A training is seeded, runs on one thread and the CPU unless told otherwise, stops early
on held-out cells, may have a limit of time, and ends in a verdict. A stored model is a pickle: it is read only by its
digest and with consent.

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
        "## Not proven\n\nThese are refused with status 9, since their output was not held against a known truth here.\n\n"
    )
    parts.append("| name | model | would need | for |\n|---|---|---|---|\n")
    parts += [f"| `{name}` | {one.title} | {one.needs} | {one.prefer} |\n" for name, one in UNPROVEN.items()]
    return "".join(parts)
