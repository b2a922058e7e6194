"""ASM documents as graphs: the statements, as rdflib graph or as a stream, in the terms of the Allotrope ontologies and QUDT."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from allotrope.graph.terms import STRING, Triple
from allotrope.graph.triples import Statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    import rdflib

__all__ = ["Statements", "Triple", "base_of", "statements", "to_rdf"]

PREFIXES = {
    "af-r": "http://purl.allotrope.org/ontologies/result#",
    "af-x": "http://purl.allotrope.org/ontologies/property#",
    "dct": "http://purl.org/dc/terms/",
    "obo": "http://purl.obolibrary.org/obo/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "qb": "http://purl.org/linked-data/cube#",
    "qudt": "http://qudt.org/schema/qudt/",
    "unit": "http://qudt.org/vocab/unit/",
}


def base_of(asm: dict[str, Any]) -> str:
    """The base of a document's own IRIs: the digest of its content (RFC 6920), the same on every machine."""
    try:
        import orjson

        content = orjson.dumps(asm, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        content = json.dumps(asm, sort_keys=True, separators=(",", ":")).encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"ni:///sha-256;{digest}"


def statements(asm: dict[str, Any], base: str | None = None, ledger: Mapping[str, Any] | None = None) -> Statements:
    """The statements of a document, to be gone through once; raises `NotAsm` if the document or its manifest is unknown.

    With the ledger of its conversion the account of that is stated too.
    """
    return Statements(asm, base or base_of(asm), ledger)


def to_rdf(asm: dict[str, Any], base: str | None = None) -> rdflib.Graph:
    """The document as rdflib graph; raises `NotAsm` if the document or its manifest is unknown."""
    from rdflib import Graph, Literal, URIRef

    graph = Graph(bind_namespaces="core")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    datatypes: dict[str, URIRef] = {}
    for subject, predicate, value, datatype in statements(asm, base):
        if datatype is None:
            graph.add((URIRef(subject), URIRef(predicate), URIRef(value)))
        elif datatype == STRING:
            graph.add((URIRef(subject), URIRef(predicate), Literal(value)))
        else:
            kind = datatypes.setdefault(datatype, URIRef(datatype))
            graph.add((URIRef(subject), URIRef(predicate), Literal(value, datatype=kind, normalize=False)))
    return graph
