"""What all schemas together call a key: the class of a key at a place whose own schema names none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def borrowed() -> Mapping[tuple[str, ...], str]:
    """Class of a key under its parent key, and of a key alone, where all published schemas agree on one (about 0.3 s once)."""
    from allotrope.schema import manifests, shape

    found: dict[tuple[str, ...], set[str]] = {}
    for manifest in manifests():
        for path, at in shape(manifest).walk():
            for iri in at.classes[:1]:
                found.setdefault(path[-2:], set()).add(iri)
                found.setdefault(path[-1:], set()).add(iri)
    return {path: classes.pop() for path, classes in found.items() if len(classes) == 1}
