"""Models of scvi-tools that this project does not offer: their output was not shown to be right on a known truth here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unproven:
    """Name and source of a model, what it would need, when one would prefer it, and why it is not offered."""

    title: str
    where: str
    needs: str
    prefer: str
    because: str


UNPROVEN = {
    "sysvi": Unproven(
        "sysVI",
        "scvi.external:SysVI",
        "normalised log values, not counts",
        "systems far apart, as two species",
        "on simulated systems these mixed within types in no setting tried (iLISI 0), and types were grouped in few of them",
    ),
}
