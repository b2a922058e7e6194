"""One technique's schema made self-contained in memory: every reference resolved as its own root sees it, nothing else kept.

The published files cannot be handed to a validator as they are: fragments are partly percent-encoded (`%2F` stands for a slash
inside a name), eight references point to nothing, and five technique files carry edited copies of shared schemas under the
unchanged `$id`. So each root gets a namespace of its own, where an embedded copy goes before the file of the same `$id`, and the
reachable definitions are renamed `#/$defs/r0`, `#/$defs/r1` and so on. References that point to nothing are dropped and listed;
schemas under a word that draft 2020-12 does not know (a slip of one file, and `dependencies` of older drafts) are dropped too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from allotrope.schema.files import read

_MAPS = frozenset(("properties", "patternProperties"))
_LISTS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NODES = frozenset(("items", "contains", "not", "if", "then", "else"))
_DROPPED = frozenset(("$id", "$schema", "$defs", "$comment", "description", "title", "default"))


class Prepared:
    """A root schema with its definitions: `schema` is self-contained draft 2020-12, `dangling` lists the dropped references."""

    def __init__(self, root: dict[str, Any]) -> None:
        embedded = (part for part in root.get("$defs", {}).values() if isinstance(part, dict) and "$id" in part)
        self._documents: dict[str, dict[str, Any] | None] = {str(root["$id"]): root}
        self._documents.update((str(part["$id"]), part) for part in embedded)
        self._names: dict[tuple[str, str], str | None] = {}
        self.definitions: dict[str, Any] = {}
        self.dangling: list[str] = []
        self.schema: dict[str, Any] = self._node(root, str(root["$id"]))
        self.schema["$defs"] = self.definitions

    def units(self) -> dict[str, str]:
        """Symbol → IRI of every unit in the unit lists this technique refers to; empty if it refers to none."""
        found: dict[str, str] = {}
        for url in sorted(self._documents):
            document = self._documents[url]
            if "/qudt/" in url and document is not None:
                for body in document["$defs"].values():
                    unit = body.get("properties", {}).get("unit", {})
                    if "const" in unit:
                        found[unit["const"]] = unit.get("$asm.unit-iri", "")
        return found

    def _node(self, node: Any, base: str) -> Any:
        if not isinstance(node, dict):
            return node
        out: dict[str, Any] = {}
        for key, value in node.items():
            if key in _DROPPED:
                continue
            if key == "$ref":
                name = self._reference(value, base)
                if name is not None:
                    out[key] = f"#/$defs/{name}"
            elif key in _MAPS:
                out[key] = {label: self._node(part, base) for label, part in value.items()}
            elif key in _LISTS:
                out[key] = [self._node(part, base) for part in value]
            elif key in _NODES:
                out[key] = self._node(value, base)
            elif not isinstance(value, dict):
                out[key] = value
        return out

    def _reference(self, reference: str, base: str) -> str | None:
        url, _, fragment = reference.partition("#")
        key = (url or base, fragment)
        if key not in self._names:
            node = self._target(*key)
            if node is None:
                self.dangling.append(reference)
                self._names[key] = None
            else:
                name = self._names[key] = f"r{len(self._names)}"
                self.definitions[name] = self._node(node, key[0])
        return self._names[key]

    def _target(self, url: str, fragment: str) -> Any:
        if url not in self._documents:
            self._documents[url] = read(url)
        node: Any = self._documents[url]
        for token in fragment.split("/")[1:]:
            name = unquote(token).replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
        return node
