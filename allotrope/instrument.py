"""Instrument: what a format's file declares about itself, and the function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.signature import Signature
    from allotrope.source import Source

TECHNIQUES = {
    "binding-affinity-analyzer": "binding affinity analyzer",
    "cell-counting": "cell counting",
    "electrophoresis": "electrophoresis",
    "flow-cytometry": "flow cytometry",
    "liquid-chromatography": "liquid chromatography",
    "liquid-handler": "liquid handler",
    "multi-analyte-profiling": "multi analyte profiling",
    "dpcr": "dPCR",
    "qpcr": "qpcr",
    "plate-reader": "plate reader",
    "solution-analyzer": "solution analyzer",
    "spectrophotometry": "spectrophotometry",
}
"""Last part of a manifest's name → the name its documents carry."""
TIME_OF_GROUP = frozenset({"binding affinity analyzer", "electrophoresis", "plate reader", "spectrophotometry"})
"""Techniques whose time stands in the measurement aggregate document; elsewhere it stands in each measurement."""


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """One format: names, schema, signature, constant facts of device and data system, `read`, and what the documents should say."""

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
    def technique(self) -> str:
        """The technique's name in the document's keys."""
        return TECHNIQUES[self.manifest.rpartition("/")[2]]

    @property
    def time_level(self) -> str:
        """Where the measurement time stands: `group` or `measurement`."""
        return "group" if self.technique in TIME_OF_GROUP else "measurement"

    @property
    def standing(self) -> str:
        """REC (released), BENCHLING (vendor extension) or WD (working draft)."""
        return self.manifest.split("/")[1]
