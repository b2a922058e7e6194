"""A proposal that follows a decision on technique and columns; what the decision leaves out stays as the rules have it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assayline.sketch.propose import KEPT, SURE, Choice, Proposal, propose

if TYPE_CHECKING:
    from assayline.sketch.look import Look

ASK = "?"


def follow(decision: dict[str, Any], proposal: Proposal, sample: Look) -> Proposal:
    """The proposal for the decided technique, with the decided columns in the places that were chosen for them."""
    choice = decision["choice"]
    by = decision.get("decided_by") or {}
    if choice["technique"] == ASK or by.get("kind") == "rules":
        return proposal
    who = str(by.get("model") or by.get("kind") or "a person")
    made = propose(sample, proposal.name, proposal.vendor, proposal.product, choice["technique"])
    decided = {item["label"]: item for item in choice["columns"]}
    taken = {item["path"] for item in choice["columns"]}
    columns = tuple(_column(one, decided.get(one.label), taken, who) for one in made.columns)
    return replace(made, columns=columns, techniques=proposal.techniques)


def _column(one: Choice, decided: dict[str, str] | None, taken: set[str], who: str) -> Choice:
    """What becomes of a column: as decided, or as the rules have it unless its place is taken."""
    if decided is None:
        clash = one.certainty == SURE and one.path in taken
        return replace(one, path="", unit="", read="", certainty=KEPT, because="another column has that place") if clash else one
    if (one.path, one.unit) == (decided["path"], decided["unit"]) and one.certainty == SURE:
        return one
    read = "as_time" if decided["path"].endswith("measurement time") else ""
    because = f"decided by {who}; look at it once"
    return Choice(one.label, decided["path"], decided["unit"], read, certainty=SURE, because=because)
