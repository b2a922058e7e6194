"""Places of a document as its schema sees them: one node a key, found once, with all that the quick pass of the lint asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.custom import AGGREGATE
from allotrope.custom import CUSTOM as PLAIN_FORM
from allotrope.sources import DEFINING, SOURCE

if TYPE_CHECKING:
    from allotrope.schema.influence import Influence
    from allotrope.schema.shapes import Shape

CUSTOM = (PLAIN_FORM, AGGREGATE)
PLAIN, IDENTIFIER, OWN, REFERENCE, UNIT = range(5)


class Place:
    """What may stand at one place: what the schema declares, and what it can tell apart."""

    __slots__ = (
        "_element",
        "children",
        "free",
        "influence",
        "inside",
        "key",
        "kind",
        "loose",
        "shape",
        "text",
        "unknown",
        "within",
    )

    def __init__(
        self, shape: Shape | None, influence: Influence, key: str = "", within: Place | None = None, *, inside: bool = False
    ) -> None:
        self.shape = shape
        self.influence = influence
        self.key = key
        self.within = within
        self.inside = inside or key in CUSTOM
        """Whether it lies in a free-form part, where the lint looks at values only."""
        self.free = self.inside or shape is None or not shape.known
        """Whether an object here may have any key."""
        self.unknown = bool(key) and shape is None and not self.inside and not key.startswith(("@", "$asm."))
        """Whether the schema does not declare the key that leads here."""
        self.loose = self.free and influence.blind
        """Whether nothing matters of an object here but that it is JSON."""
        self.kind = PLAIN if self.inside else _kind(key)
        self.text = bool(self.kind or influence.by_value or influence.by_time)
        """Whether it matters which text stands here."""
        self.children: dict[str, Place] = {}
        self._element: Place | None = None

    def child(self, key: str) -> Place:
        """The place under a key."""
        if key not in self.children:
            below = None if self.free or self.shape is None else self.shape.child(key)
            self.children[key] = Place(below, self.influence.child(key), key, self, inside=self.free)
        return self.children[key]

    @property
    def element(self) -> Place:
        """The place of a list's items."""
        if self._element is None:
            shape = self.shape.item if self.shape is not None else None
            self._element = Place(shape, self.influence.item, "", self, inside=self.inside or self.shape is None)
        return self._element

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead here from the top; lists have none."""
        return (*(self.within.path if self.within is not None else ()), *((self.key,) if self.key else ()))


def _kind(key: str) -> int:
    """What a text under a key is."""
    if key == SOURCE:
        return REFERENCE
    if key in DEFINING:
        return OWN
    if key.endswith("identifier"):
        return IDENTIFIER
    return UNIT if key == "unit" else PLAIN
