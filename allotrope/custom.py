"""Custom information in the standard's own form, where a technique's schema defines it: labelled, typed scalars."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from allotrope.alike import all_are, columns_of

if TYPE_CHECKING:
    from allotrope.schema import Shape

AGGREGATE = "custom information aggregate document"
CUSTOM = "custom information document"
KINDS: dict[type, str] = {
    str: "scalar string datum",
    bool: "scalar boolean datum",
    int: "scalar double datum",
    float: "scalar double datum",
}
"""The key of a scalar by its type."""
MANY = 8
"""So many nodes are sooner looked at label by label."""
Node = dict[str, Any]


def standardise(node: Node, shape: Shape | None) -> None:
    """Rewrite `custom information document` objects below a node, in place, wherever the schema defines the aggregate form.

    Some releases define it so that no entry can be valid (every alternative matches at once); there the plain form stays.
    """
    _standardise([node], shape)


def _standardise(nodes: list[Node], shape: Shape | None) -> None:
    """The same for nodes of one place, key by key."""
    if shape is None:
        return
    for key in dict.fromkeys(chain.from_iterable(nodes)):
        if key == CUSTOM:
            if _usable(shape):
                holders = [node for node in nodes if CUSTOM in node]
                for node, listed in zip(holders, _listed([node.pop(CUSTOM) for node in holders]), strict=True):
                    node[AGGREGATE] = {CUSTOM: listed}
            continue
        child = shape.child(key) if key != AGGREGATE else None
        if child is None or not _branches(child):
            continue
        values = [node[key] for node in nodes if key in node]
        found = set(map(type, values))
        if dict in found:
            _standardise([value for value in values if type(value) is dict and "unit" not in value], child)
        if list in found:
            lists = [value for value in values if type(value) is list and value and type(value[0]) is dict]
            _standardise([*chain.from_iterable(lists)], child.item)


@cache
def _branches(shape: Shape) -> bool:
    """Whether custom information can stand below a place: it is no scalar and no quantity."""
    return (bool(shape.known) or shape.item is not None) and not {"value", "unit"} <= shape.known


def _listed(customs: list[Node]) -> list[list[Node]]:
    """The entries of many nodes: label by label where all have the same labels, each with scalars of one type."""
    found = columns_of(customs) if len(customs) >= MANY else None
    kinds = {label: type(values[0]) for label, values in (found or {}).items()}
    if not found or not all(kinds[label] in KINDS and all_are(kinds[label], values) for label, values in found.items()):
        return [entries(custom) for custom in customs]
    keyed = ((label, KINDS[kinds[label]], values) for label, values in found.items())
    return list(
        map(list, zip(*([{"datum label": label, key: value} for value in values] for label, key, values in keyed), strict=True))
    )


def entries(custom: Node) -> list[Node]:
    """One labelled, typed scalar for each value; nested groups become entries of their own."""
    found: list[Node] = []
    for label, value in custom.items():
        key = KINDS.get(type(value))
        if key is not None:
            found.append({"datum label": label, key: value})
        elif isinstance(value, dict) and "value" in value:
            found.append({"datum label": label, **typed(value["value"]), **({"unit": value["unit"]} if "unit" in value else {})})
        elif isinstance(value, dict):
            found += entries(value)
        elif isinstance(value, list):
            for part in value:
                found += entries(part) if isinstance(part, dict) else [{"datum label": label, **typed(part)}]
        else:
            found.append({"datum label": label, **typed(value)})
    return found


def typed(value: Any) -> Node:
    """The scalar under the key that names its type."""
    kind = next((kind for kind in (bool, int, float) if isinstance(value, kind)), str)
    return {KINDS[kind]: value}


@cache
def _usable(shape: Shape) -> bool:
    """Whether the aggregate form is defined here and its alternatives can be told apart."""
    aggregate = shape.child(AGGREGATE)
    listed = aggregate.child(CUSTOM) if aggregate is not None else None
    item = listed.item if listed is not None else None
    alternatives = [branch for part in (item.fragments if item is not None else ()) for branch in part.get("oneOf", ())]
    return bool(alternatives) and all(_told_apart(branch) for branch in alternatives if "properties" in branch)


def _told_apart(branch: Node) -> bool:
    keys = [key for key in branch["properties"] if key.startswith("scalar ")]
    return not keys or bool(branch.get("required"))
