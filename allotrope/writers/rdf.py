"""Graphs as bytes: N-Triples and Turtle as streams that hold no graph, JSON-LD through rdflib."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, BinaryIO

from allotrope.graph import PREFIXES, statements, to_rdf
from allotrope.graph.terms import JSON, RDF, STRING, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from allotrope.graph import Triple

_SPECIAL = re.compile(r'["\\\n\r]')
_LOCAL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
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


def turtle_lines(asm: dict[str, Any], base: str | None = None, ledger: Mapping[str, Any] | None = None) -> Iterator[str]:
    """A document as lines of Turtle: IRIs of the document relative to its base, statements of one subject together."""
    told = statements(asm, base, ledger)
    yield f"@base <{told.base}> .\n"
    yield from (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    short = _Short(told.base)
    last = ""
    for subject, predicate, value, datatype in told:
        if datatype is None:
            written = short(value)
        elif datatype == f"{XSD}integer" or (datatype == f"{XSD}boolean"):
            written = value
        else:
            written = f'"{value.translate(_ESCAPES)}"' + ("" if datatype == STRING else f"^^{short(datatype)}")
        if subject == last:
            yield f" ;\n    {short(predicate)} {written}"
        else:
            yield f"{' .' if last else ''}\n\n{short(subject)} {short(predicate)} {written}"
            last = subject
    yield " .\n"


class _Short:
    """IRIs as Turtle writes them shortest: relative to the base, or with a prefix."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._known: dict[str, str] = {f"{RDF}type": "a"}

    def __call__(self, iri: str) -> str:
        if iri.startswith(self._base):
            return f"<{iri[len(self._base) :]}>"
        found = self._known.get(iri)
        if found is None:
            found = self._known[iri] = next(
                (
                    f"{prefix}:{iri[len(space) :]}"
                    for prefix, space in PREFIXES.items()
                    if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space))
                ),
                f"<{iri}>",
            )
        return found


def turtle(asm: dict[str, Any], ledger: Mapping[str, Any] | None = None) -> bytes:
    """A document as Turtle; memory does not grow with the graph but for the text itself."""
    buffer = io.BytesIO()
    for line in turtle_lines(asm, ledger=ledger):
        buffer.write(line.encode())
    return buffer.getvalue()


def jsonld(asm: dict[str, Any]) -> bytes:
    """A document as JSON-LD, without a context to be fetched."""
    return to_rdf(asm).serialize(format="json-ld", encoding="utf-8")


FORMATS: dict[str, Callable[[dict[str, Any]], bytes]] = {"ttl": turtle, "nt": ntriples, "jsonld": jsonld}
"""Format name (and ending of a file) → function from a document to bytes."""
