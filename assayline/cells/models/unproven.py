"""Models of scvi-tools that this project does not offer yet: nobody has held their output against a known truth here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unproven:
    """Name and source of a model, what it would need, and when one would prefer it."""

    title: str
    where: str
    needs: str
    prefer: str


UNPROVEN = {
    "sysvi": Unproven("sysVI", "scvi.external:SysVI", "normalised log values, not counts", "systems far apart, as two species"),
}
