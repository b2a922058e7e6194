"""Graphs as bytes: Turtle and JSON-LD through rdflib, N-Triples as a stream that holds no graph."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, BinaryIO

from allotrope.graph import statements, to_rdf
from allotrope.graph.terms import JSON, STRING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allotrope.graph import Triple

_SPECIAL = re.compile(r'["\\\n\r]')
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def lines(asm: dict[str, Any], base: str | None = None) -> Iterator[str]:
    """The statements of a document as lines of N-Triples."""
    for triple in statements(asm, base):
        yield _line(triple)


def _line(triple: Triple) -> str:
    subject, predicate, value, datatype = triple
    if datatype is None:
        return f"<{subject}> <{predicate}> <{value}> .\n"
    if datatype == STRING:
        text = value.translate(_ESCAPES) if _SPECIAL.search(value) else value
        return f'<{subject}> <{predicate}> "{text}" .\n'
    return f'<{subject}> <{predicate}> "{value.translate(_ESCAPES) if datatype == JSON else value}"^^<{datatype}> .\n'


def stream(asm: dict[str, Any], into: BinaryIO, base: str | None = None) -> int:
    """Write a document as N-Triples; memory does not grow with the graph. Returns the number of statements."""
    count = 0
    for line in lines(asm, base):
        into.write(line.encode())
        count += 1
    return count


def ntriples(asm: dict[str, Any]) -> bytes:
    """A document as N-Triples."""
    buffer = io.BytesIO()
    stream(asm, buffer)
    return buffer.getvalue()


def turtle(asm: dict[str, Any]) -> bytes:
    """A document as Turtle."""
    return to_rdf(asm).serialize(format="turtle", encoding="utf-8")


def jsonld(asm: dict[str, Any]) -> bytes:
    """A document as JSON-LD, without a context to be fetched."""
    return to_rdf(asm).serialize(format="json-ld", encoding="utf-8")


FORMATS: dict[str, Callable[[dict[str, Any]], bytes]] = {"ttl": turtle, "nt": ntriples, "jsonld": jsonld}
"""Format name (and ending of a file) → function from a document to bytes."""
