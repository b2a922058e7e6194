"""Instrument: what a format's file declares about itself, and the function that reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from allotrope.technique import TECHNIQUES, Technique

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.envelope import Document
    from allotrope.signature import Signature
    from allotrope.source import Source


def beside(package: str) -> Callable[[Source], Document]:
    """`read` of the module `read` in a format's folder, loaded with its first file: detection asks all formats, reading one."""

    def read(source: Source) -> Document:
        found: Document = import_module(f"{package}.read").read(source)
        return found

    return read


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """One format: names, schema, signature, constant facts of device and data system, `read`, and what documents should say."""

    name: str
    vendor: str
    product: str
    manifest: str
    """Such as `cell-counting/REC/2024/09/cell-counting`."""
    signature: Signature
    read: Callable[[Source], Document]
    device: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    export: str = ""
    """How a person exports such a file."""
    not_covered: str = ""
    """What the format can hold that is not mapped."""

    @property
    def technique(self) -> Technique:
        """The technique of the manifest, with what its schema demands."""
        return TECHNIQUES[self.manifest]

    @property
    def standing(self) -> str:
        """REC (released), BENCHLING (vendor extension) or WD (working draft)."""
        return self.manifest.split("/")[1]
