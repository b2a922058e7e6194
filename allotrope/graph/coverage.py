"""How far the keys of documents are terms of the ontology: weighted by use, with the reason for each that is not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.graph.triples import Statements
from allotrope.schema import manifest_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_VOCABULARIES = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2001/XMLSchema#",
)
_NUMBERED = re.compile(r"(.*[#/][A-Z]+_)(\d+)")


@dataclass(frozen=True, slots=True)
class Ontology:
    """A release of the ontology: its classes, and the highest number of each numbered series of terms."""

    classes: frozenset[str]
    highest: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> Ontology:
        """Read a release in Turtle (one second for the merged Allotrope ontologies)."""
        from rdflib import OWL, RDF, RDFS, Graph, URIRef

        graph = Graph().parse(path, format="turtle")
        kinds = (OWL.Class, RDFS.Class)
        classes = {str(term) for kind in kinds for term in graph.subjects(RDF.type, kind) if isinstance(term, URIRef)}
        highest: dict[str, int] = {}
        for term in graph.subjects(RDF.type):
            match = _NUMBERED.fullmatch(str(term))
            if match:
                highest[match[1]] = max(int(match[2]), highest.get(match[1], 0))
        return cls(frozenset(classes), highest)

    def verdict(self, iri: str | None) -> str:
        """`resolved`; else `absent` (no class is named), `newer` than the release, or `wrong` (not a class of the release)."""
        if iri is None or iri.startswith(_VOCABULARIES):
            return "absent"
        if iri in self.classes:
            return "resolved"
        match = _NUMBERED.fullmatch(iri)
        return "newer" if match and int(match[2]) > self.highest.get(match[1], int(match[2])) else "wrong"


@dataclass(slots=True)
class Coverage:
    """The keys of one technique in use: how often, how often resolved, and the unresolved ones with reason, key and IRI."""

    technique: str
    uses: int = 0
    resolved: int = 0
    unresolved: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Resolved uses among all, from 0 to 1."""
        return self.resolved / self.uses if self.uses else 1.0

    def __str__(self) -> str:
        reasons = Counter[str]()
        for (reason, _, _), count in self.unresolved.items():
            reasons[reason] += count
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        return f"{self.technique}: {self.share:.1%} of {self.uses} keys" + (f" ({told})" if told else "")


def coverage(documents: Iterable[dict[str, Any]], ontology: Ontology) -> dict[str, Coverage]:
    """Technique → coverage over the documents; what stands in custom information is free-form and not counted."""
    found: dict[str, Coverage] = {}
    for asm in documents:
        technique = manifest_of(asm).rpartition("/")[2].removesuffix(".manifest")
        part = found.setdefault(technique, Coverage(technique))
        told = Statements(asm, "urn:coverage")
        for _ in told:
            pass
        for used, count in told.uses().items():
            part.uses += count
            verdict = ontology.verdict(used.iri)
            if verdict == "resolved":
                part.resolved += count
            else:
                part.unresolved[verdict, used.path[-1], used.iri or ""] += count
    return found
