"""The quick yes of the lint: one tight pass that says whether a document can have a closed-world finding at all.

Nearly every document is clean, and then this pass is all that is needed; where it says no, `lint` walks the document again and
says what is wrong and where. Both follow the same shapes, so a document that is clean here has no finding there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container

    from allotrope.schema.shapes import Shape

CUSTOM = ("custom information document", "custom information aggregate document")
OWNED = frozenset(("measurement identifier", "calculated data identifier", "processed data identifier"))
SOURCE = "data source identifier"
PLAIN, IDENTIFIER, OWN, REFERENCE, UNIT = range(5)


class Plan:
    """What may stand at one place: its keys with a plan each, found once; a free-form place allows any key."""

    __slots__ = ("children", "free", "item", "kind", "quantity", "shape")

    def __init__(self, shape: Shape | None, key: str, *, free: bool = False) -> None:
        self.shape = shape
        self.free = free or shape is None or not shape.known
        self.children: dict[str, Plan | None] = {}
        self.item: Plan | None = None
        self.quantity = not self.free and shape is not None and {"value", "unit"} <= shape.known
        self.kind = PLAIN
        if key == SOURCE:
            self.kind = REFERENCE
        elif key in OWNED:
            self.kind = OWN
        elif key.endswith("identifier"):
            self.kind = IDENTIFIER
        elif key == "unit" and not free:
            self.kind = UNIT

    def child(self, key: Any) -> Plan | None:
        """The plan under a key; None where the schema does not know the key, or where it is no text."""
        if not isinstance(key, str):
            return None
        if key not in self.children:
            below = None if self.free or self.shape is None else self.shape.child(key)
            unknown = below is None and not self.free and key not in CUSTOM and not key.startswith(("@", "$asm."))
            self.children[key] = None if unknown else Plan(below, key, free=self.free or key in CUSTOM)
        return self.children[key]

    def element(self) -> Plan:
        """The plan of a list's objects."""
        if self.item is None:
            self.item = Plan(self.shape.item if self.shape is not None else None, "", free=self.free and self.shape is None)
        return self.item


@cache
def plan_of(shape: Shape) -> Plan:
    """The plan of a whole document, kept for the next document of the same schema."""
    return Plan(shape, "")


class Clean:
    """One pass over one document."""

    def __init__(self, units: Container[str]) -> None:
        self.units = units
        self.seen: set[str] = set()
        """Units that were looked up and are known."""
        self.identifiers: set[str] = set()
        self.owned: set[tuple[str, str]] = set()
        self.sources: set[str] = set()

    def whole(self, asm: dict[str, Any], shape: Shape) -> bool:
        """Whether the document has no closed-world finding."""
        return self.node(asm, plan_of(shape)) and self.sources <= self.identifiers

    def node(self, node: dict[str, Any], plan: Plan) -> bool:
        """Whether an object and all below it are clean."""
        children = plan.children
        for key, value in node.items():
            child = children.get(key)
            if child is None:
                child = plan.child(key)
                if child is None:
                    return False
            kind = type(value)
            if kind is str:
                if child.kind and not self.text(key, value, child.kind):
                    return False
            elif kind is dict:
                if child.quantity and len(value) == 2 and value.get("unit") in self.seen and _is_finite(value.get("value")):
                    continue
                if not (finite(value) if child.free else self.node(value, child)):
                    return False
            elif kind is list:
                if not (finite(value) if child.free and key in CUSTOM else self.values(value, child)):
                    return False
            elif kind is float:
                if value - value != 0:
                    return False
            elif kind is not int and kind is not bool and value is not None:
                return False
        return True

    def text(self, key: str, value: str, kind: int) -> bool:
        """Note an identifier or a reference; check a unit."""
        if kind == UNIT:
            if value in self.seen or value in self.units:
                self.seen.add(value)
                return True
            return False
        if kind == REFERENCE:
            self.sources.add(value)
            return True
        if kind == OWN:
            if (key, value) in self.owned:
                return False
            self.owned.add((key, value))
        self.identifiers.add(value)
        return True

    def values(self, values: list[Any], plan: Plan) -> bool:
        """Whether a list is clean: objects, lists of numbers, scalars."""
        kinds = set(map(type, values))
        if kinds == {dict}:
            element = plan.element()
            return all(self.node(value, element) for value in values)
        if kinds == {list}:
            element = plan.element()
            return all(self.values(value, element) for value in values)
        if dict in kinds or list in kinds:
            return False
        if float in kinds:
            return all(value - value == 0 for value in values if type(value) is float)
        return kinds <= {int, bool, str, type(None)}


def finite(part: Any) -> bool:
    """Whether a free-form part holds only what JSON can, with finite numbers; identifiers in it are nobody's business here."""
    for value in part.values() if type(part) is dict else part:
        kind = type(value)
        if kind is float:
            if value - value != 0:
                return False
        elif kind is dict or kind is list:
            if not finite(value):
                return False
        elif kind is not str and kind is not int and kind is not bool and value is not None:
            return False
    return True


def _is_finite(value: Any) -> bool:
    """Whether a value is a plain finite number."""
    kind = type(value)
    return kind is int or (kind is float and value - value == 0)
