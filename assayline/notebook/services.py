"""The services by name; an adapter is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from assayline.errors import BadUsage

if TYPE_CHECKING:
    from assayline.notebook.outbox import Adapter

SERVICES = {"elabftw": ("assayline.notebook.elabftw", "ELabFTW")}


def service(name: str) -> Adapter:
    """The adapter of a service, set up from the environment; raises BadUsage for an unknown name and ServiceMissing."""
    if name not in SERVICES:
        known = ", ".join(sorted(SERVICES))
        raise BadUsage(
            what=f"--to {name}",
            found="no such service",
            expected=f"one of {known}",
            next="Leave --to out for the local notebook.",
        )
    module, kind = SERVICES[name]
    made: Adapter = getattr(import_module(module), kind).from_environment()
    return made
