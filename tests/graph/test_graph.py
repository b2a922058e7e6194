"""Graphs of documents: the statements, their forms, units, coverage and the queries of the documentation."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef

import allotrope
from allotrope.graph import statements, terms
from allotrope.graph.coverage import coverage
from allotrope.schema import manifests, shape
from allotrope.schema.unitlist import released
from allotrope.writers import rdf
from tests.documents import cell_counting
from tests.graph.conftest import NOT_FINITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.graph.coverage import Ontology

Corpus = "Callable[[int], dict[str, dict[str, Any]]]"
DOCS = Path(__file__).parents[2] / "docs" / "graph.md"
ABSORBING = (
    "thermo_fisher_visionlite/02",
    "agilent_gen5/21",
    "roche_cedex_bioht/01",
    "roche_cedex_bioht/02",
    "thermo_fisher_nanodrop_eight/01",
)
PREDICATES = {
    *(terms.TYPE, terms.LABEL, terms.RANGE, terms.PART, terms.VALUE, terms.INDEX),
    *(terms.NUMBER, terms.UNIT, terms.CONFORMS, terms.REFERENCES, terms.DERIVED),
    *(terms.GENERATED, terms.USED, terms.ASSOCIATED, terms.PROV_VALUE),
}
NO_QUDT = {
    *("10^6 cells/mL", "Counts.s", "RFU", "RFU.mL", "RFU.s", "RLU", "RLU.mL", "RLU.s", "RU", "[S/m].s", "cell", "cm^2/mol"),
    *("kDa", "mAU", "mAU.mL", "mAU.s", "mV.s", "nC.s", "pA.s", "ug/µL", "µL/min"),
}
"""Units of the schemas' quantities that today's QUDT does not have."""


def odd() -> dict[str, Any]:
    asm = cell_counting(2)
    part = asm["cell counting aggregate document"]["cell counting document"][0]["measurement aggregate document"]
    part["measurement document"][0]["custom information document"] = {
        'a "quoted" key\\': 'text with "quotes"\n\r\tand lines',
        "µ/~ü": "µ ü 漢 \U0001f9eb",
        "list": [[1, [2.5]], {"deep": None}, True],
        "<iri> {}|^`": "<x>",
        "lone": "\ud800",
        "big": 2**70,
        "number": {"value": 1e-7, "unit": "furlong"},
    }
    return asm


def test_the_stream_is_the_graph(corpus: Corpus) -> None:  # type: ignore[valid-type]
    references = corpus(30_000)
    documents = [odd(), *(asm for case, asm in references.items() if case not in NOT_FINITE)]
    assert len(documents) > 40
    for asm in documents:
        graph = allotrope.to_rdf(asm)
        read = Graph().parse(data=rdf.ntriples(asm), format="nt")
        assert set(read) == set(graph)
        assert len(set(rdf.lines(asm))) == len(graph)


@pytest.mark.parametrize(("form", "write"), [("turtle", rdf.turtle), ("json-ld", rdf.jsonld)])
def test_every_form_holds_the_same_statements(form: str, write: Callable[[dict[str, Any]], bytes]) -> None:
    asm = odd()
    read = Graph().parse(data=write(asm), format=form)
    assert set(read) == set(allotrope.to_rdf(asm))


def test_classes_type_nodes_and_are_never_predicates(corpus: Corpus) -> None:  # type: ignore[valid-type]
    classes = {iri for manifest in manifests() for _, at in shape(manifest).walk() for iri in at.classes}
    assert len(classes) > 300
    assert classes.isdisjoint(PREDICATES)
    for asm in corpus(30_000).values():
        for triple in statements(asm):
            assert triple.predicate in PREDICATES
            assert "TODO" not in triple.object or triple.datatype is not None
            assert triple.object or triple.datatype is not None


def test_a_quantity_has_number_and_unit_of_today() -> None:
    graph = allotrope.to_rdf(cell_counting(1))
    (node,) = graph.subjects(RDF.type, URIRef("http://purl.allotrope.org/ontologies/result#AFR_0001111"))
    assert graph.value(node, URIRef(terms.NUMBER)) == Literal(90.0)
    assert graph.value(node, URIRef(terms.UNIT)) == URIRef("http://qudt.org/vocab/unit/PERCENT")
    assert str(node).startswith("ni:///sha-256;")
    assert str(node).endswith("/processed%20data%20document/0/viability%20(cell%20counter)")


def test_keys_and_units_without_iri_are_of_the_document_and_listed() -> None:
    told = statements(odd(), "urn:example")
    list(told)
    assert told.own["urn:example#unit=furlong"] == "furlong"
    assert told.own["urn:example#key=lone"] == "lone"
    assert all(iri.startswith("urn:example#") for iri in told.own)


def test_the_base_is_the_digest_of_the_content() -> None:
    one = next(iter(statements(cell_counting(1)))).subject
    assert one == next(iter(statements(json.loads(json.dumps(cell_counting(1)))))).subject
    assert one != next(iter(statements(cell_counting(2)))).subject


def test_calculated_data_leads_to_its_measurement() -> None:
    graph = allotrope.to_rdf(cell_counting(2))
    ((calculated, measurement),) = graph.subject_objects(URIRef(terms.DERIVED))
    assert str(calculated).endswith("calculated%20data%20document/0")
    assert str(measurement).endswith("cell%20counting%20document/0/measurement%20aggregate%20document/measurement%20document/0")


def test_every_unit_of_the_table_is_one_of_qudt() -> None:
    known = set((Path(__file__).parent / "qudt_units.txt").read_text(encoding="utf-8").split())
    table = (Path(terms.__file__).parent / "qudt.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in table]
    assert len({old for old, _ in rows}) == len(rows)
    assert [(old, new) for old, new in rows if new not in known] == []
    names = {iri.rpartition("#")[2] for iri in released().values()} | set(released())
    assert [old for old, _ in rows if old not in names and old not in ("mm^2", "#/µL", "ng/μL")] == []


def test_units_that_qudt_does_not_have_are_known() -> None:
    used = {symbol: iri for manifest in manifests() for _, at in shape(manifest).walk() for symbol, iri in at.units.items()}
    left = {symbol for symbol, iri in used.items() if not str(terms.unit_iri(symbol, iri)).startswith(terms.QUDT)}
    assert left == NO_QUDT


def test_coverage_of_the_corpus_per_technique(corpus: Corpus, ontology: Ontology) -> None:  # type: ignore[valid-type]
    found = coverage(corpus(250_000).values(), ontology)
    for part in sorted(found.values(), key=lambda part: part.technique):
        print(part)
        for (reason, key, iri), count in part.unresolved.most_common(3):
            print(f"    {reason}: {key} {iri} ({count})")
    assert len(found) == 12
    for part in found.values():
        assert part.uses == part.resolved + part.unresolved.total()
        assert {reason for reason, _, _ in part.unresolved} <= {"newer", "absent", "wrong"}
    assert found["liquid-chromatography"].share > 0.9
    assert found["cell-counting"].share > 0.8


def test_terms_of_rdf_and_xsd_do_not_count(ontology: Ontology) -> None:
    assert ontology.verdict(str(RDFS.Class)) == "absent"
    assert ontology.verdict("http://purl.allotrope.org/ontologies/result#AFR_0002375") == "resolved"
    assert ontology.verdict("http://purl.allotrope.org/ontologies/result#AFR_0009999") == "newer"
    assert ontology.verdict("http://purl.allotrope.org/ontologies/result#AFR_0000000") == "wrong"
    assert ontology.verdict(None) == "absent"


def queries() -> list[str]:
    return [part.split("```")[0] for part in DOCS.read_text(encoding="utf-8").split("```sparql\n")[1:]]


def test_absorbance_whatever_the_instrument(corpus: Corpus) -> None:  # type: ignore[valid-type]
    documents = corpus(60_000)
    graph = Graph()
    for case in ABSORBING:
        if case in documents:
            graph += allotrope.to_rdf(documents[case])
    rows = list(graph.query(queries()[0]))
    assert {str(row.technique).split("/")[4] for row in rows} >= {"spectrophotometry", "solution-analyzer"}  # type: ignore[union-attr]
    assert {str(row.unit) for row in rows} == {"mAU"}  # type: ignore[union-attr]
    cases = [case for case in ABSORBING if case in documents]
    assert len(rows) == sum(json.dumps(documents[case]).count('"absorbance": {') for case in cases)


def test_every_kind_of_concentration_by_its_superclass(corpus: Corpus, ontology_file: Path) -> None:  # type: ignore[valid-type]
    documents = corpus(60_000)
    graph = Graph().parse(ontology_file, format="turtle")
    for case, asm in documents.items():
        if case.startswith(("roche_cedex_bioht", "thermo_fisher_qubit4", "novabio_flex2")):
            graph += allotrope.to_rdf(asm)
    rows = {(str(row.kind), str(row.unit).rpartition("/")[2]): int(row.results) for row in graph.query(queries()[1])}  # type: ignore[union-attr]
    assert rows["mass concentration", "GM-PER-L"] > 1
    assert rows["molar concentration", "MilliMOL-PER-L"] > 1


def test_what_a_result_rests_on() -> None:
    rows = {(str(row.name), str(row.identifier)) for row in allotrope.to_rdf(cell_counting(3)).query(queries()[2])}  # type: ignore[union-attr]
    assert rows == {("mean viability", "measurement 0")}


def test_streaming_holds_no_graph() -> None:
    class Nowhere(io.RawIOBase):
        size = 0

        def write(self, data: Any) -> int:
            self.size += len(data)
            return len(data)

    def peak(number: int) -> tuple[int, int]:
        asm, sink = cell_counting(number), Nowhere()
        rdf.stream(asm, sink, "urn:x")  # type: ignore[arg-type]
        tracemalloc.start()
        rdf.stream(asm, sink, "urn:x")  # type: ignore[arg-type]
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found, sink.size

    (small, first), (large, second) = peak(50), peak(1000)
    assert second > 15 * first
    assert large < 2 * small + 100_000
