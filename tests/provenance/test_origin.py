"""Every output of a conversion states where it came from: source digest, converter, schema, findings, ledger counts."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from rdflib import RDF, RDFS, Graph, Namespace, URIRef

import allotrope
from allotrope.origin import account, content_iri, origin
from allotrope.tables import tables
from allotrope.writers.rdf import ntriples, turtle

if TYPE_CHECKING:
    from tests.conftest import Command

PROV = Namespace("http://www.w3.org/ns/prov#")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "instruments"
SOURCES = sorted(path for path in EXAMPLES.iterdir() if path.suffix != ".md")


def made(assayline: Command, source: Path, folder: Path) -> dict[str, Path]:
    done = assayline("convert", source, "-o", folder, "--to", "json,parquet,rdf,xlsx", "--json")
    assert done.status == 0, done.err
    return {name: Path(path) for name, path in done.envelope["results"][0]["outputs"].items()}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_output_states_source_converter_schema_findings_and_counts(
    assayline: Command, source: Path, tmp_path: Path
) -> None:
    outputs = made(assayline, source, tmp_path)
    digest = f"sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}"
    asm, ledger = (json.loads(outputs[name].read_bytes()) for name in ("json", "ledger"))
    stated = origin(asm)
    assert stated["source.digest"] == digest == ledger["source digest"]
    assert stated["source.name"] == source.name and stated["converter.name"] == f"assayline/{ledger['instrument']}"
    wanted = stated | {name: str(count) for name, count in account(ledger).items()}
    assert int(wanted["ledger.cells"]) == sum(int(wanted[f"ledger.{fate}"]) for fate in ("mapped", "kept", "ignored")) > 0
    assert int(wanted["findings"]) == len(ledger["findings"])

    schema = pq.read_schema(outputs["parquet"])
    assert {key.decode(): value.decode() for key, value in schema.metadata.items()}.items() >= wanted.items()

    book = load_workbook(io.BytesIO(outputs["xlsx"].read_bytes()), read_only=True)
    assert dict(list(book["origin"].values)[1:]) == wanted
    told = {row[3] for row in book["findings"].values}
    assert {finding["message"] for finding in ledger["findings"]} <= told

    graph = Graph().parse(outputs["rdf"])
    iri = URIRef(content_iri(digest))
    (document,) = (subject for subject in graph.subjects(PROV.wasDerivedFrom, iri) if "#" not in subject)
    work = graph.value(document, PROV.wasGeneratedBy)
    assert graph.value(work, PROV.used) == iri and (work, RDF.type, PROV.Activity) in graph
    agent = graph.value(work, PROV.wasAssociatedWith)
    assert str(graph.value(agent, RDFS.label)).startswith(stated["converter.name"])
    counts = {str(graph.value(node, RDFS.label)): value.toPython() for node, value in graph.subject_objects(PROV.value)}
    assert counts == account(ledger)


def test_the_iri_of_a_source_is_that_of_rfc_6920() -> None:
    body = b"Hello World!"
    told = content_iri(f"sha256:{hashlib.sha256(body).hexdigest()}")
    assert told == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
    assert base64.urlsafe_b64decode(told.partition(";")[2] + "=") == hashlib.sha256(body).digest()


def test_a_document_of_others_states_what_it_has() -> None:
    asm: dict[str, Any] = allotrope.convert(EXAMPLES / "qubit_flex_cdna.csv").asm
    system = asm["spectrophotometry aggregate document"]["data system document"]
    system.pop("custom information document")
    assert "source.digest" not in origin(asm) and origin(asm)["asm.manifest"] == asm["$asm.manifest"]
    assert (None, PROV.used, None) not in Graph().parse(data=turtle(asm))
    system["custom information document"] = {"source digest": "sha256:not one"}
    system["ASM converter name"] = 7
    assert "source.digest" not in origin(asm) and "converter.name" not in origin(asm)
    assert b"/prov#wasGeneratedBy" not in ntriples(asm)


def test_a_table_without_ledger_has_no_counts_and_every_table_has_the_origin() -> None:
    asm = allotrope.convert(SOURCES[0]).asm
    for name, table in tables(asm).items():
        assert table.schema.metadata[b"source.digest"].startswith(b"sha256:"), name
        assert not any(key.startswith((b"ledger.", b"findings")) for key in table.schema.metadata)
