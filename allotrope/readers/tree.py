"""Trees: XML and JSON as nodes whose attributes, texts and scalars are cells with an address each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from allotrope.errors import Damaged
from allotrope.labels import told_apart
from allotrope.record import Cell, Leaves, Record, index_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 400
"""Levels of nesting; more is a damaged or hostile file."""


class Node:
    """One element or object.

    `record` holds its attributes and scalars by name, `nodes` what lies below, `cells` the texts or numbers of the
    element itself (an array's scalars in JSON).
    """

    __slots__ = ("_record", "cells", "labelled", "leaves", "name", "nodes", "path")

    def __init__(self, name: str, path: str, leaves: Leaves) -> None:
        self.name = name
        self.path = path
        self.leaves = leaves
        self.labelled: list[tuple[str, int]] = []
        self.cells: list[Cell] = []
        self.nodes: list[Node] = []
        self._record: Record | None = None

    @property
    def record(self) -> Record:
        """Attributes, and the scalars of child elements that hold nothing else, by name; doubled names get `.1`, `.2` …."""
        if self._record is None:
            plain = [
                (node.name, node.cells[0].handle)
                for node in self.nodes
                if not node.nodes and not node.labelled and len(node.cells) == 1
            ]
            self._record = Record(self.leaves, index_labels([*self.labelled, *plain]))
        return self._record

    def all(self, name: str) -> list[Node]:
        """The children of a name, in order."""
        return [node for node in self.nodes if node.name == name]

    def child(self, name: str) -> Node | None:
        """The first child of a name."""
        return next((node for node in self.nodes if node.name == name), None)

    def find(self, path: str) -> Node | None:
        """The first descendant along a path of names, `A/B/C`."""
        node: Node | None = self
        for name in path.split("/"):
            node = node.child(name) if node is not None else None
        return node

    def walk(self) -> Iterator[Node]:
        """This node and everything below, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.nodes))

    @property
    def text(self) -> Cell | None:
        """The cell of the element's own text, None where it has none."""
        return self.cells[0] if self.cells else None

    def every_cell(self) -> Iterator[Cell]:
        """Every cell of this node and below."""
        for node in self.walk():
            for label, handle in node.labelled:
                yield Cell(self.leaves, handle, label)
            yield from node.cells

    def ignore(self, because: str) -> None:
        """Drop everything in and below this node, with the reason."""
        for cell in self.every_cell():
            if cell:
                cell.ignore(because)

    def rest(self) -> dict[str, Any]:
        """Custom information from every unread cell in and below this node: names joined by ` > ` below the first level."""
        found: list[tuple[str, Cell]] = []
        skip, fates = len(self.path) + 1, self.leaves.fates
        for node in self.walk():
            trail = node.path[skip:].replace("/", " > ")
            found += [
                (f"{trail} > {label}" if trail else label, Cell(self.leaves, handle, label))
                for label, handle in node.labelled
                if not fates[handle]
            ]
            found += [(trail or self.name, cell) for cell in node.cells if not fates[cell.handle]]
        return told_apart((label, value) for label, cell in found if (value := cell.keep()) is not None)


class EntitiesDeclared(ValueError):
    """An XML text declares entities of its own, which no instrument needs."""


def xml_root(data: bytes | str, head: str) -> ElementTree.Element:
    """The root element of an XML text whose first characters are `head`; raises ParseError and EntitiesDeclared."""
    if "<!ENTITY" in head:
        raise EntitiesDeclared
    return ElementTree.fromstring(data)  # noqa: S314 - entities are refused above, and this parser loads nothing from outside


def xml_tree(data: bytes | str, head: str, leaves: Leaves, file: str) -> Node:
    """The tree of an XML text; names without their namespaces. Raises Damaged for broken XML and for declared entities."""
    try:
        top = xml_root(data, head)
    except EntitiesDeclared as error:
        expected = "XML without entities of its own"
        raise Damaged(file=file, where="the prolog", found="entity declarations", expected=expected) from error
    except ElementTree.ParseError as error:
        line, column = error.position
        raise Damaged(file=file, where=f"line {line} column {column}", found=str(error), expected="well-formed XML") from error
    except (ValueError, LookupError) as error:
        raise Damaged(file=file, where="the XML declaration", found=str(error), expected="a known encoding") from error
    root = Node(_local(top.tag), _local(top.tag), leaves)
    stack: list[tuple[Any, Node, int]] = [(top, root, 0)]
    while stack:
        element, node, depth = stack.pop()
        if depth > DEEPEST:
            raise Damaged(file=file, where=node.path[:200], found=f"more than {DEEPEST} levels", expected="less nesting")
        for key, value in element.attrib.items():
            node.labelled.append((_local(key), leaves.add(f"{node.path}/@{_local(key)}", value)))
        if element.text and not element.text.isspace():
            node.cells.append(leaves.cell(leaves.add(node.path, element.text), node.name))
        counts: dict[str, int] = {}
        for child in element:
            name = _local(child.tag) if isinstance(child.tag, str) else "comment"
            counts[name] = counts.get(name, 0) + 1
            below = Node(name, f"{node.path}/{name}" + (f"[{counts[name]}]" if counts[name] > 1 else ""), leaves)
            node.nodes.append(below)
            stack.append((child, below, depth + 1))
            if child.tail and not child.tail.isspace():
                node.cells.append(leaves.cell(leaves.add(f"{below.path}/following text", child.tail), node.name))
    return root


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, doubled keys included."""


def json_tree(text: str, leaves: Leaves, file: str) -> Node:
    """The tree of a JSON text; raises Damaged where it is broken or nested too deeply."""
    try:
        top = json.loads(text, object_pairs_hook=_Pairs, parse_constant=str)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Damaged(file=file, where=where, found=error.msg, expected="well-formed JSON") from error
    except RecursionError as error:
        raise Damaged(file=file, where="the document", found="too many levels", expected="less nesting") from error
    except ValueError as error:
        raise Damaged(file=file, where="the document", found=str(error), expected="numbers of a usable length") from error
    root = Node("", "", leaves)
    stack: list[tuple[Any, Node, int]] = [(top, root, 0)]
    while stack:
        value, node, depth = stack.pop()
        if depth > DEEPEST:
            raise Damaged(file=file, where=node.path[:200], found=f"more than {DEEPEST} levels", expected="less nesting")
        members = (
            value
            if isinstance(value, _Pairs)
            else [(node.name, part) for part in value]
            if isinstance(value, list)
            else [("", value)]
        )
        for number, (key, part) in enumerate(members):
            place = f"{node.path}[{number}]" if not isinstance(value, _Pairs) else f"{node.path}/{key}" if node.path else key
            if isinstance(part, list):
                below = Node(_whole(key), _whole(place), leaves)
                node.nodes.append(below)
                stack.append((part, below, depth + 1))
            elif isinstance(value, _Pairs):
                node.labelled.append((_whole(key), leaves.add(_whole(place), _whole(part))))
            else:
                node.cells.append(leaves.cell(leaves.add(place, _whole(part)), key))
    return root


def _whole(value: Any) -> Any:
    """Text without half characters (lone surrogates), which UTF-8 cannot hold; all else as it is."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
