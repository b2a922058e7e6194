"""The published schemas: found without importing their package, prepared once, and facts read off them."""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from allotrope import schema
from allotrope.errors import NotAsm, SchemaMissing
from allotrope.schema import files
from allotrope.schema.prepare import Prepared
from allotrope.schema.unitlist import fold, nearest, released

if TYPE_CHECKING:
    from pathlib import Path

CELLS = "http://purl.allotrope.org/manifests/cell-counting/REC/2024/09/cell-counting.manifest"
NOT_FINITE = {"revvity_kaleido/04", "revvity_kaleido/05", "thermo_fisher_nanodrop_one/01"}
"""Cases whose reference holds NaN, which JSON does not know and the schemas refuse."""


def test_every_schema_compiles_and_says_what_it_is() -> None:
    found = schema.manifests()
    assert CELLS in found
    assert len(found) == 21
    for manifest in found:
        assert schema.validator(manifest) is schema.validator(manifest)
        assert schema.standing(manifest) in ("REC", "BENCHLING", "WD")
        assert f"/{schema.standing(manifest)}/" in manifest


def test_references_that_point_to_nothing_are_dropped_and_listed() -> None:
    dropped = {reference.rpartition("/")[2] for manifest in schema.manifests() for reference in schema.dangling(manifest)}
    assert dropped == {"tNullableQuantityValue", "tQuantityValueUnitless"}


def test_an_embedded_copy_goes_before_the_file_of_the_same_id() -> None:
    manifest = next(name for name in schema.manifests() if name.endswith("electrophoresis.manifest"))
    url = f"{files.SCHEMAS}adm/core/REC/2024/09/hierarchy.schema"
    copy, published = files.technique(manifest)["$defs"][url], files.read(url)
    assert published is not None
    assert copy["$defs"]["techniqueDocument"] != published["$defs"]["techniqueDocument"]

    def keys(node: Any) -> set[str]:
        if isinstance(node, dict):
            return set(node.get("properties", ())).union(*map(keys, node.values()))
        return set().union(*map(keys, node)) if isinstance(node, list) else set()

    own = keys(copy["$defs"]["techniqueDocument"]) - keys(published["$defs"]["techniqueDocument"])
    assert own
    assert own <= {key for path, _ in schema.shape(manifest).walk() for key in path}


def test_the_package_of_the_schemas_is_not_imported() -> None:
    code = "import sys, allotrope.schema as s; s.validate({'$asm.manifest': sys.argv[1]}); print('allotropy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, CELLS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_missing_package_is_a_declared_error(monkeypatch: pytest.MonkeyPatch) -> None:
    files.root.cache_clear()
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    with pytest.raises(SchemaMissing, match="uv pip install allotropy") as caught:
        files.root()
    assert caught.value.status == 7
    monkeypatch.undo()
    files.root.cache_clear()
    assert importlib.util.find_spec(files.PACKAGE) is not None
    assert files.root().is_dir()


@pytest.mark.parametrize(
    "manifest",
    [
        "http://purl.allotrope.org/manifests/no-such/REC/2024/09/no-such.manifest",
        "http://purl.allotrope.org/manifests/../../../../etc/passwd.manifest",
        "http://purl.allotrope.org/manifests/core/REC/2024/09/core.manifest",
        "http://purl.allotrope.org/manifests/absorbance/REC/2024/09/absorbance-point-detector.manifest",
        "cell-counting/REC/2024/09/cell-counting",
        "",
    ],
)
def test_an_unknown_manifest_is_a_declared_error(manifest: str) -> None:
    with pytest.raises(NotAsm, match="known manifests"):
        schema.validate({"$asm.manifest": manifest})


@pytest.mark.parametrize("asm", [{}, [], None, "text", {"$asm.manifest": 3}, {"$asm.manifest": {"vocabulary": []}}])
def test_what_is_not_asm_is_a_declared_error(asm: Any) -> None:
    with pytest.raises(NotAsm):
        schema.validate(asm)


def test_facts_of_a_place() -> None:
    at = schema.shape(CELLS)
    for key in ("cell counting aggregate document", "cell counting document"):
        at = at.child(key)  # type: ignore[assignment]
        assert at is not None
    measurement = at.item.child("measurement aggregate document").child("measurement document").item  # type: ignore[union-attr]
    assert measurement is not None
    assert measurement.classes == ("http://purl.allotrope.org/ontologies/result#AFR_0002375",)
    assert "measurement identifier" in measurement.required
    processed = measurement.child("processed data aggregate document").child("processed data document").item  # type: ignore[union-attr]
    viability = processed.child("viability (cell counter)")  # type: ignore[union-attr]
    assert viability.units == {"%": "http://qudt.org/vocab/unit#Percent"}  # type: ignore[union-attr]
    assert viability.annotations("pattern") == ("quantity datum",)  # type: ignore[union-attr]


def test_what_only_an_alternative_requires_is_not_required() -> None:
    manifest = next(name for name in schema.manifests() if "plate-reader/REC/2025/03" in name)
    control = [at for path, at in schema.shape(manifest).walk() if path and path[-1] == "device control document"]
    assert control
    assert all("fluorescent tag setting" not in at.required for at in control)


def test_units_know_both_signs_for_micro() -> None:
    assert fold("µL") == fold("μL")
    assert nearest("µL") in released()
    assert nearest("ug/mL") != "mg/mL"
    assert nearest("furlongs per fortnight") is None


def test_a_prepared_schema_refers_to_nothing_outside() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for part in node.values() for found in references(part)]
        return [found for part in node for found in references(part)] if isinstance(node, list) else []

    for manifest in schema.manifests():
        prepared = Prepared(files.technique(manifest))
        assert {name.removeprefix("#/$defs/") for name in references(prepared.schema)} <= set(prepared.definitions)


def test_the_references_of_the_corpus(shared: Path) -> None:
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    codes: dict[str, set[str]] = {}
    for row in rows:
        asm = json.loads((shared / "corpus" / row["reference"]).read_bytes())
        codes[row["case"]] = {finding.code for finding in schema.validate(asm) if finding.level == "error"}
    assert {case for case, found in codes.items() if found} == NOT_FINITE
    assert all(codes[case] == {"not-finite"} for case in NOT_FINITE)
