"""The keys of a document as the graph sees them: the class of each, found once a path, and how often it was used."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from allotrope.schema.vocabulary import borrowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.schema import Shape

CUSTOM = frozenset(("custom information document", "custom information aggregate document"))


class Used(NamedTuple):
    """A key as the graph used it: its path without indices, and its class or None."""

    path: tuple[str, ...]
    iri: str | None


class Key:
    """A key at one path of the document: what the schema says of it, its class, and how often it was a node."""

    __slots__ = ("at", "children", "count", "datatype", "iri", "item", "name", "path", "told")

    def __init__(self, name: str, path: tuple[str, ...], at: Shape | None) -> None:
        self.name = name
        self.path = path
        self.at = at
        self.iri = _class(path, at)
        self.datatype = at.datatype if at is not None else None
        self.children: dict[str, Key] = {}
        self.item: Key | None = None
        self.count = 0
        self.told = False

    def child(self, name: str) -> Key:
        """The key `name` below this one."""
        found = self.children.get(name)
        if found is None:
            at = self.at.child(name) if self.at is not None else None
            found = self.children[name] = Key(name, (*self.path, name), at)
        return found

    def element(self) -> Key:
        """The items of a list under this key; they keep its name."""
        if self.item is None:
            self.item = Key(self.name, self.path, self.at.item if self.at is not None else None)
        return self.item

    def below(self) -> Iterator[Key]:
        """This key and all below it."""
        yield self
        for part in (*self.children.values(), *((self.item,) if self.item is not None else ())):
            yield from part.below()


def _class(path: tuple[str, ...], at: Shape | None) -> str | None:
    """The class of a key: the one its schema names at that place, else the one on which all schemas agree for that name."""
    if at is not None and at.classes:
        return at.classes[0]
    if not path or not CUSTOM.isdisjoint(path[:-1]):
        return None
    return borrowed().get(path[-2:]) or borrowed().get(path[-1:])
