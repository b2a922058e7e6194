"""Says in one sentence what to install when the packages of the extra [cells] are not there."""

from __future__ import annotations

from importlib.util import find_spec

from assayline.errors import ExtraMissing

PACKAGES = ("anndata", "scanpy", "scvi", "matplotlib")


def require_extra() -> None:
    """Raise `ExtraMissing` for the first package of the extra that is not installed; imports none of them."""
    for package in PACKAGES:
        if find_spec(package) is None:
            raise ExtraMissing(package=package, extra="cells")
