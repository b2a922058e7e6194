"""SHACL shapes of a manifest, derived at run time from its schema: what must stand below a node, and what a value may be.

A node shape targets a class and holds what every place of that class in the schema has in common, so a violation names the
offending node: required parts, one number and one allowed unit for a quantity, one value of the right datatype for a scalar, the
allowed values of an enumeration, and data sources that lead somewhere.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from allotrope.graph import terms
from allotrope.graph.rules import Rules, rules
from allotrope.schema import shape, units

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

SH = "http://www.w3.org/ns/shacl#"
BASE = "urn:assayline:shapes:"


@cache
def shapes(manifest: str) -> rdflib.Graph:
    """The shapes of a manifest as rdflib graph; `NotAsm` if the manifest is unknown."""
    from rdflib import RDF, Graph, Literal, URIRef

    graph = Graph()
    graph.bind("sh", SH)
    build = _Build(graph, units(manifest))
    for iri, rule in sorted(rules(manifest).items()):
        node = URIRef(BASE + iri.rpartition("#")[2].rpartition("/")[2])
        graph.add((node, RDF.type, URIRef(f"{SH}NodeShape")))
        graph.add((node, URIRef(f"{SH}targetClass"), URIRef(iri)))
        graph.add((node, URIRef(f"{SH}name"), Literal(rule.label)))
        for key in sorted(rule.required):
            build.part(node, key)
        if rule.kinds == {"quantity"}:
            build.quantity(node, rule)
        elif rule.kinds == {"scalar"}:
            build.scalar(node, rule)
        if rule.referring and "object" in rule.kinds:
            build.reference(node)
    build.root(sorted(shape(manifest).required - {"$asm.manifest"}), manifest)
    return graph


class _Build:
    """Adds property shapes to the graph of shapes."""

    def __init__(self, graph: rdflib.Graph, known: dict[str, str]) -> None:
        self._graph = graph
        self._known = known

    def _property(self, node: Node, path: str, message: str, **facts: Node) -> Node:
        from rdflib import BNode, Literal, URIRef

        made = BNode()
        self._graph.add((node, URIRef(f"{SH}property"), made))
        self._graph.add((made, URIRef(f"{SH}path"), URIRef(path)))
        self._graph.add((made, URIRef(f"{SH}message"), Literal(message)))
        for name, value in facts.items():
            self._graph.add((made, URIRef(SH + name), value))
        return made

    def part(self, node: Node, key: str) -> None:
        """A part named `key` must be there: a node whose class carries that label."""
        from rdflib import BNode, Literal, URIRef
        from rdflib.collection import Collection

        inner, steps, labelled = BNode(), BNode(), BNode()
        Collection(self._graph, steps, [URIRef(terms.TYPE), URIRef(terms.LABEL)])
        self._graph.add((inner, URIRef(f"{SH}property"), labelled))
        self._graph.add((labelled, URIRef(f"{SH}path"), steps))
        self._graph.add((labelled, URIRef(f"{SH}hasValue"), Literal(key)))
        self._property(node, terms.PART, f"expected the part {key!r}", qualifiedValueShape=inner, qualifiedMinCount=Literal(1))

    def quantity(self, node: Node, rule: Rules) -> None:
        """Exactly one number, and exactly one unit of those allowed."""
        from rdflib import BNode, Literal, URIRef
        from rdflib.collection import Collection

        one = Literal(1)
        double = URIRef(f"{terms.XSD}double")
        self._property(node, terms.NUMBER, f"expected one number for {rule.label!r}", minCount=one, maxCount=one, datatype=double)
        facts: dict[str, Node] = {"minCount": one, "maxCount": one, "nodeKind": URIRef(f"{SH}IRI")}
        if rule.units:
            allowed = BNode()
            iris = {terms.unit_iri(symbol, self._known.get(symbol, "")) for symbol in rule.units}
            if None not in iris:
                Collection(self._graph, allowed, [URIRef(str(iri)) for iri in sorted(map(str, iris))])
                facts["in"] = allowed
        told = f" of {', '.join(sorted(rule.units))}" if rule.units else ""
        self._property(node, terms.UNIT, f"expected one unit{told} for {rule.label!r}", **facts)

    def scalar(self, node: Node, rule: Rules) -> None:
        """Exactly one value, of a datatype and of the choices that the schema allows."""
        from rdflib import BNode, Literal, URIRef
        from rdflib.collection import Collection

        facts: dict[str, Node] = {"minCount": Literal(1), "maxCount": Literal(1)}
        if rule.choices:
            listed = BNode()
            Collection(self._graph, listed, [Literal(choice) for choice in sorted(rule.choices)])
            facts["in"] = listed
        elif rule.datatypes:
            options = BNode()
            members: list[Node] = []
            for datatype in sorted(rule.datatypes):
                member = BNode()
                self._graph.add((member, URIRef(f"{SH}datatype"), URIRef(datatype)))
                members.append(member)
            Collection(self._graph, options, members)
            facts["or"] = options
        self._property(node, terms.VALUE, f"expected one value for {rule.label!r}", **facts)

    def reference(self, node: Node) -> None:
        """A data source must lead to a node that carries its identifier."""
        from rdflib import Literal

        self._property(node, terms.REFERENCES, "expected a data source that the document holds", minCount=Literal(1))

    def root(self, keys: list[str], manifest: str) -> None:
        """What names the manifest must hold the parts that every document has."""
        from rdflib import RDF, URIRef

        node = URIRef(f"{BASE}document")
        self._graph.add((node, RDF.type, URIRef(f"{SH}NodeShape")))
        self._graph.add((node, URIRef(f"{SH}targetSubjectsOf"), URIRef(terms.CONFORMS)))
        self._property(node, terms.CONFORMS, f"expected the manifest {manifest}", hasValue=URIRef(manifest))
        for key in keys:
            self.part(node, key)


def report(graph: rdflib.Graph, manifest: str) -> tuple[bool, list[tuple[str, str]]]:
    """Check a graph against the shapes of its manifest: whether it conforms, and offending nodes with messages, sorted."""
    from pyshacl import validate
    from rdflib import Graph, URIRef

    conforms, results, _ = validate(graph, shacl_graph=shapes(manifest), advanced=False, inplace=True)
    found = []
    if isinstance(results, Graph):
        for result in results.subjects(URIRef(f"{SH}focusNode")):
            focus, message = results.value(result, URIRef(f"{SH}focusNode")), results.value(result, URIRef(f"{SH}resultMessage"))
            found.append((str(focus), str(message)))
    return bool(conforms), sorted(found)
