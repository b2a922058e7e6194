"""A loopback service that plays Claude for a whole run: answers made from the request alone, some statements of them wrong.

`python -m tests.advisor.plays_claude` serves until it is ended, and prints the address for ANTHROPIC_BASE_URL.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from tests.advisor.messages_api import Reply, messages_api, says


def plays(body: dict[str, Any]) -> Reply:
    """The answer to a request: by what its question says and its evidence holds."""
    asked = json.loads(body["messages"][0]["content"])
    facts = {one["id"]: one for one in asked["evidence"]}
    if "bounds" not in asked:
        return says({"statements": _statements(facts), "limits": ["Nothing tells how the cells were handled before loading."]})
    return says(_choice(set(asked["bounds"]), asked["bounds"], facts))


def _choice(fields: set[str], bounds: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    because, choice = [], {}
    if "mads_counts" in fields:
        choice = {"mads_counts": 4.0, "mads_genes": 4.0, "mads_mitochondrial": 3.0, "minimum_mitochondrial_difference": 0.05}
        choice["minimum_cells_per_gene"] = min(3, bounds["minimum_cells_per_gene"]["maximum"])
        words = "Limits of {choice.mads_counts:g} MADs would remove {inspect.removed_at.mads_4:d} of {inspect.cells:d} cells."
        because = [(words, ["inspect.removed_at.mads_4", "inspect.cells"]), ("Most tutorials do so.", ["inspect.cells"])]
    elif "latent" in fields:
        choice = {"model": bounds["model"]["one_of"][0], "variable_genes": min(1500, bounds["variable_genes"]["maximum"])}
        choice |= {"latent": 10, "layers": 1, "hidden": 64, "max_epochs": 60, "likelihood": "nb", "correct_samples": False}
        because = [("{qc.cells.kept:d} cells were kept, enough for a small network.", ["qc.cells.kept"])]
    elif "resolution" in fields:
        name = next(one for one in facts if one.startswith("survey.") and one.endswith(".clusters") and facts[one]["value"] > 1)
        choice = {"resolution": facts[name.replace(".clusters", ".resolution")]["value"]}
        because = [(f"It gives {{{name}:d}} clusters.", [name])]
    elif "use" in fields:
        choice = {"use": "use", "problems": []}
        because = [("{checks.f1.measurements:d} measurements were checked.", ["checks.f1.measurements"])]
    reasons = [{"template": words, "evidence": ids} for words, ids in because]
    change = "A second peak in the distribution of counts."
    return {"choice": choice or None, "because": reasons, "confidence": "medium", "what_would_change_this": change}


def _statements(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """True statements of what a run of cells has, and some as a careless model would make them."""
    said = [
        ("Of {qc.cells.read:d} cells {qc.cells.kept:d} passed quality control ({qc.cells.kept_share:.1%}).", ["qc.cells.kept"]),
        (
            "A kept cell has {qc.kept.counts_p50:,.0f} counts in the median, enough to tell broad groups apart.",
            ["qc.kept.counts_p50"],
        ),
        ("The training {model.converged?came to rest|did not come to rest} after {model.epochs:d} epochs.", ["model.converged"]),
        ("The cells form {clusters.count:d} groups.", ["clusters.count"]),
        ("Cluster {clusters.c0.name:s} is marked by {clusters.c0.top:s}.", ["clusters.c0.top"]),
        ("Cluster {clusters.c0.name:s} is marked by {clusters.c1.top:s}.", ["clusters.c1.top"]),
        ("About 90 % of the cells are T cells.", ["clusters.count"]),
        ("The patient's cells look malignant.", ["clusters.count"]),
        ("Quality control removed most of the debris.", ["qc.cells.removed"]),
    ]
    return [
        {
            "template": words,
            "evidence": ids,
            "confidence": "medium",
            "what_would_change_this": "Another sample of the same donor.",
        }
        for words, ids in said
        if all(one in facts for one in ids)
    ]


def main() -> None:
    """Serve until ended."""
    with messages_api(plays) as script:
        print(script.url, flush=True)
        while True:
            time.sleep(1)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
