"""The services by name; an adapter is imported only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.errors import BadUsage

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.notebook.outbox import Adapter

SERVICES = ("benchling", "elabftw")


def service(name: str, folder: Path) -> Adapter:
    """The adapter of a service, set up from the environment and the notebook's folder; raises BadUsage and ServiceMissing."""
    if name == "elabftw":
        from assayline.notebook.elabftw import ELabFTW

        return ELabFTW.from_environment()
    if name == "benchling":
        from assayline.notebook.benchling import Benchling

        return Benchling.from_environment(folder)
    known = ", ".join(SERVICES)
    raise BadUsage(
        what=f"--to {name}", found="no such service", expected=f"one of {known}", next="Leave --to out for the local notebook."
    )
