"""The IRIs of the graph: predicates, datatypes, and the units of ASM in the names that QUDT uses today."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote

from allotrope.schema.unitlist import released

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
STRING = f"{XSD}string"
INTEGER = f"{XSD}integer"
TYPE = f"{RDF}type"
JSON = f"{RDF}JSON"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RANGE = "http://www.w3.org/2000/01/rdf-schema#range"
PART = "http://purl.obolibrary.org/obo/BFO_0000051"
VALUE = "http://purl.allotrope.org/ontologies/property#AFX_0000690"
INDEX = "http://purl.allotrope.org/ontologies/property#AFX_0000684"
NUMBER = "http://qudt.org/schema/qudt/numericValue"
UNIT = "http://qudt.org/schema/qudt/hasUnit"
CONFORMS = "http://purl.org/dc/terms/conformsTo"
REFERENCES = "http://purl.org/dc/terms/references"
PROV = "http://www.w3.org/ns/prov#"
DERIVED = f"{PROV}wasDerivedFrom"
GENERATED = f"{PROV}wasGeneratedBy"
USED = f"{PROV}used"
ASSOCIATED = f"{PROV}wasAssociatedWith"
ACTIVITY = f"{PROV}Activity"
SOFTWARE = f"{PROV}SoftwareAgent"
PROV_VALUE = f"{PROV}value"
DIMENSION = "http://purl.org/linked-data/cube#DimensionProperty"
MEASURE = "http://purl.org/linked-data/cube#MeasureProperty"
QUDT = "http://qudt.org/vocab/unit/"


class Triple(NamedTuple):
    """A statement: subject and predicate are IRIs, the object an IRI where `datatype` is None, else a literal."""

    subject: str
    predicate: str
    object: str
    datatype: str | None = None


@cache
def _current() -> dict[str, str]:
    """Old unit name, or symbol where the schemas give no IRI → name in current QUDT, each checked against its vocabulary."""
    lines = (files("allotrope.graph") / "qudt.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)


def unit_iri(symbol: str, old: str) -> str | None:
    """The IRI of a unit: in current QUDT where it has it, else the one of the schemas; None if there is neither."""
    old = old or released().get(symbol, "")
    name = _current().get(old.rpartition("#")[2] or symbol) or _current().get(symbol)
    return QUDT + name if name else old or None


@cache
def step(key: str) -> str:
    """A key as one step of a JSON pointer inside an IRI."""
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="~()!*'$,;@=+&")
