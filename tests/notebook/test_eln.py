"""`.eln`: accepted by the format's own schema and by an RO-Crate reader, read back by a second notebook with nothing lost."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from assayline.cli import main
from assayline.notebook.compose import compose
from assayline.notebook.eln import CRATE, export
from assayline.notebook.eln_import import import_eln
from assayline.notebook.entry import File, Text
from assayline.notebook.errors import ElnDamaged
from assayline.notebook.local import LocalNotebook
from assayline.notebook.push import store
from assayline.notebook.run import read_run
from assayline.notebook.verify import verify
from tests.report.test_report import EVIL

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def notebook(make_run: Any, tmp_path: Path) -> Path:
    """A notebook with an amended, signed and locked entry and one full of hostile names."""
    for name, seed, samples in (("one", 1, None), ("two", 2, EVIL)):
        run = read_run(make_run(tmp_path / name, seed, samples=samples))
        store(run, compose(run, authors=["R. Vega", "<b>"], project="Media"), tmp_path / "nb", "vega")
    run = read_run(make_run(tmp_path / "three", 3))
    store(run, compose(run, authors=["R. Vega"]), tmp_path / "nb", "vega", "1", "set by hand")
    with LocalNotebook(tmp_path / "nb", who="head") as local:
        local.sign("1", "reviewed")
        local.lock("1")
    return tmp_path / "nb"


def exported(folder: Path, path: Path) -> Path:
    with LocalNotebook(folder) as local:
        path.write_bytes(export(local, ["1", "2"]))
    return path


def graph(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        body = json.loads(archive.read("assayline-export/ro-crate-metadata.json"))
    return {item["@id"]: item for item in body["@graph"]}


def test_the_archive_is_what_the_format_asks_for(notebook: Path, tmp_path: Path, shared: Path) -> None:
    path = exported(notebook, tmp_path / "all.eln")
    with zipfile.ZipFile(path) as archive:
        body = json.loads(archive.read("assayline-export/ro-crate-metadata.json"))
        assert {name.partition("/")[0] for name in archive.namelist()} == {"assayline-export"}
        schema = json.loads((shared / "specs" / "eln-ro-crate.schema.json").read_bytes())
        jsonschema_rs.validator_for(schema).validate(body)
        for item in graph(path).values():
            if item["@type"] == "File":
                raw = archive.read("assayline-export/" + item["@id"].removeprefix("./"))
                assert item["contentSize"] == str(len(raw))
                assert item["sha256"] == hashlib.sha256(raw).hexdigest()
    items = graph(path)
    assert items["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert len(items["./"]["hasPart"]) == 2
    referred = [part["@id"] for item in items.values() for part in item.get("hasPart", []) + item.get("variableMeasured", [])]
    assert set(referred) <= set(items)
    with LocalNotebook(notebook) as local:
        assert export(local, ["1", "2"]) == path.read_bytes()


def test_what_was_measured_has_its_meaning(notebook: Path, tmp_path: Path) -> None:
    variables = [item for item in graph(exported(notebook, tmp_path / "all.eln")).values() if item["@type"] == "PropertyValue"]
    viability = next(item for item in variables if item["name"] == "viability (cell counter)")
    assert viability["propertyID"] == "http://purl.allotrope.org/ontologies/result#AFR_0001111"
    assert viability["unitCode"] == "http://qudt.org/vocab/unit#Percent"
    assert 82 <= viability["minValue"] <= viability["maxValue"] <= 98
    absorbance = next(item for item in variables if item["name"] == "absorbance at 260 nm")
    assert absorbance["propertyID"].startswith("http://purl.allotrope.org/ontologies/")


def test_an_rocrate_reader_reads_it(notebook: Path, tmp_path: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    with zipfile.ZipFile(exported(notebook, tmp_path / "all.eln")) as archive:
        archive.extractall(tmp_path / "out")
    crate = rocrate.ROCrate(tmp_path / "out" / "assayline-export")
    entries = [entity for entity in crate.root_dataset["hasPart"] if entity.type == "Dataset"]
    known = graph(tmp_path / "all.eln")
    assert [entity["name"] for entity in entries] == [known[part["@id"]]["name"] for part in known["./"]["hasPart"]]
    assert any(one["name"] == "viability (cell counter)" for entity in entries for one in entity["variableMeasured"])


def test_a_second_notebook_reads_it_back_with_nothing_lost(notebook: Path, tmp_path: Path) -> None:
    path = exported(notebook, tmp_path / "all.eln")
    with LocalNotebook(notebook) as first, LocalNotebook(tmp_path / "second", who="other") as second:
        receipts = import_eln(second, path)
        assert [receipt.created for receipt in receipts] == [True, True]
        for line in first.lines():
            versions = range(1, line.version + 1)
            assert [second.entry(line.id, version) for version in versions] == [
                first.entry(line.id, version) for version in versions
            ]
            assert second.line(line.id).title == line.title
            kept = second.history(line.id)[0].content["imported"]
            assert [event["hash"] for event in kept["history"]] == [event.hash for event in first.history(line.id)]
        assert set(second.storage.all()) == set(first.storage.all())
        assert all(second.storage.read(sha256) == first.storage.read(sha256) for sha256 in first.storage.all())
        assert verify(second).sound
        assert [receipt.created for receipt in import_eln(second, path)] == [False, False]
        assert second.history(first.line("1").id)[1].content["reason"] == "set by hand"


def foreign(path: Path, files: dict[str, bytes], *, root: str = "elab", **more: Any) -> Path:
    """An archive as another notebook writes it."""
    parts = [{"@id": f"./1/{name}", "@type": "File", "name": name, "encodingFormat": "text/plain"} for name in files]
    items = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": CRATE}},
        {"@id": "./", "@type": "Dataset", "hasPart": [{"@id": "./1/"}]},
        {
            "@id": "./1/",
            "@type": "Dataset",
            "name": "Title <b>",
            "author": {"@id": "#a"},
            "dateCreated": "2026-01-02T03:04:05+00:00",
            "text": "<h1>Head</h1><p>One &amp; two</p><script>alert(1)</script>",
            "hasPart": [{"@id": part["@id"]} for part in parts],
        },
        {"@id": "#a", "@type": "Person", "name": "Ada"},
        *parts,
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}/ro-crate-metadata.json", json.dumps({"@context": "x", "@graph": items} | more))
        for name, body in files.items():
            archive.writestr(f"{root}/1/{name}", body)
    return path


def test_an_archive_of_another_notebook_is_read_as_text_and_files(tmp_path: Path) -> None:
    with LocalNotebook(tmp_path / "nb") as local:
        (receipt,) = import_eln(local, foreign(tmp_path / "a.eln", {"raw.txt": b"1,2,3"}))
        entry = local.entry(receipt.id)
        assert (entry.title, entry.authors, entry.times) == ("Title <b>", ["Ada"], {"created": "2026-01-02T03:04:05+00:00"})
        assert [part for part in entry.parts if isinstance(part, Text)] == [Text("Head"), Text("One & two")]
        (file,) = [part for part in entry.parts if isinstance(part, File)]
        assert local.storage.read(file.sha256) == b"1,2,3"
        assert not import_eln(local, tmp_path / "a.eln")[0].created
        assert verify(local).sound


def test_archives_that_are_broken_or_hostile_store_nothing(notebook: Path, tmp_path: Path) -> None:
    good = exported(notebook, tmp_path / "good.eln").read_bytes()
    (tmp_path / "cut.eln").write_bytes(good[: len(good) // 2])
    (tmp_path / "text.eln").write_text("no archive")
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            raw = old.read(info)
            new.writestr(info, raw.replace(b"CLB001", b"CLB666") if info.filename.endswith("assayline-entry.json") else raw)
    (tmp_path / "changed.eln").write_bytes(changed.getvalue())
    foreign(tmp_path / "no-graph.eln", {}, **{"@graph": None})
    with zipfile.ZipFile(foreign(tmp_path / "two-roots.eln", {}), "a") as archive:
        archive.writestr("../../evil.txt", "x")
    with LocalNotebook(tmp_path / "new") as local:
        for name in ("cut", "text", "changed", "no-graph", "two-roots", "absent"):
            with pytest.raises(ElnDamaged):
                import_eln(local, tmp_path / f"{name}.eln")
        assert local.count() == 0
    assert not (tmp_path.parent / "evil.txt").exists()


def test_the_verbs_export_and_import(notebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "all.eln")
    assert main(["notebook", "export", "--notebook", str(notebook), "-o", out]) == 0
    assert main(["notebook", "export", "--notebook", str(notebook), "-o", out]) == 9
    assert main(["notebook", "import", out, "--notebook", str(tmp_path / "second")]) == 0
    assert main(["notebook", "verify", "--notebook", str(tmp_path / "second")]) == 0
    assert main(["notebook", "import", str(tmp_path / "absent.eln"), "--notebook", str(tmp_path / "second")]) == 10
    capsys.readouterr()
