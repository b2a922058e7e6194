"""`assayline verify`: what changed, is missing or is new, and every kind of reference that no longer holds."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from assayline.provenance.crate import write_crate
from assayline.provenance.verify import verify
from tests.provenance.conftest import SOURCES, edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Command

LEDGER = f"ledger/{SOURCES[0].name}.ledger.json"
DOCUMENT = f"asm/{SOURCES[0].name}.asm.json"


def errors(run: Path) -> set[tuple[str, str]]:
    return {(finding.code, finding.where) for finding in verify(run).findings if finding.level == "error"}


def line(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the first fact of the evidence, in the whole and in its part."""
    path = run / "evidence.jsonl"
    first, *rest = path.read_text("utf-8").splitlines()
    body = json.loads(first)
    change(body)
    path.write_text("\n".join([json.dumps(body), *rest]) + "\n", "utf-8")
    shutil.copy(path, run / "evidence" / "cells.jsonl")


def test_a_run_as_it_was_recorded_is_whole(run: Path, assayline: Command) -> None:
    done = assayline("verify", run)
    assert done.status == 0 and "whole" in done.out and "2 decisions, 9 facts, 2 statements" in done.out
    before = (run / "ro-crate-metadata.json").read_bytes()
    assert assayline("verify", run, "--record").status == 0
    assert (run / "ro-crate-metadata.json").read_bytes() == before


def test_it_says_what_changed_is_missing_and_is_new(run: Path, assayline: Command) -> None:
    (run / "tables" / "new.csv").write_text("a,b\n")
    (run / "figures" / "qc.png").write_bytes((run / "figures" / "qc.png").read_bytes() + b"!")
    (run / "cells" / "markers.parquet").unlink()
    (run / "notes.txt").write_text("a person's own")
    done = assayline("verify", run, "--json")
    (result,) = done.envelope["results"]
    assert done.status == 9 and not result["whole"]
    assert (result["changed"], result["missing"], result["new"]) == (
        ["figures/qc.png"],
        ["cells/markers.parquet"],
        ["tables/new.csv"],
    )
    assert {(item["code"], item["level"]) for item in done.envelope["findings"]} == {
        ("changed", "error"),
        ("missing", "error"),
        ("new", "error"),
        ("not-of-the-run", "note"),
    }
    shown = assayline("verify", run)
    assert "1 changed, 1 missing, 1 new" in shown.out and "--record" in shown.out
    assert "cells/markers.parquet is missing" in shown.err and "bytes, sha256" in shown.err
    assert assayline("verify", run, "--record").status == 0 == assayline("verify", run).status


DAMAGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a value that its source does not have": (
        lambda run: edit(run / "cells/inspect.json", lambda body: body.update(cells=560)),
        "source-differs",
        "evidence.jsonl 'inspect.cells'",
    ),
    "a place that is gone": (
        lambda run: edit(run / "cells/inspect.json", lambda body: body.pop("genes")),
        "source-differs",
        "evidence.jsonl 'inspect.genes'",
    ),
    "a source that is gone": (
        lambda run: (run / "cells/model.json").unlink(),
        "source-missing",
        "evidence.jsonl 'model.latent'",
    ),
    "a source outside": (
        lambda run: line(run, lambda body: body.update(source="../../etc/passwd")),
        "source-missing",
        "evidence.jsonl 'inspect.cells'",
    ),
    "evidence other than its parts": (
        lambda run: (run / "evidence.jsonl").write_bytes((run / "evidence.jsonl").read_bytes() + b"\n"),
        "evidence-differs",
        "evidence.jsonl",
    ),
    "a decision on nothing": (
        lambda run: edit(run / "decisions/model.json", lambda body: body.update(evidence=["no.such"])),
        "evidence-missing",
        "decisions/model.json",
    ),
    "a reason on nothing": (
        lambda run: edit(run / "decisions/model.json", lambda body: body["because"][0].update(evidence=["no.such"])),
        "evidence-missing",
        "decisions/model.json",
    ),
    "a station that followed another decision": (
        lambda run: edit(run / "cells/qc.json", lambda body: body.update(decision={"sha256": "sha256:" + "0" * 64})),
        "decision-not-followed",
        "decisions/qc_thresholds.json",
    ),
    "a statement on nothing": (
        lambda run: edit(run / "interpretation.json", lambda body: body["statements"][1].update(evidence=["no.such"])),
        "evidence-missing",
        "interpretation.json statement 2",
    ),
    "a statement that says another number": (
        lambda run: edit(run / "interpretation.json", lambda body: body["statements"][0].update(text="12 of 13 cells passed.")),
        "statement-differs",
        "interpretation.json statement 1",
    ),
    "a figure on nothing": (
        lambda run: edit(run / "figures/qc.json", lambda body: body.update(evidence=["no.such"])),
        "evidence-missing",
        "figures/qc.json",
    ),
    "words without their figure": (lambda run: (run / "figures/qc.png").unlink(), "figure-missing", "figures/qc.json"),
    "a ledger that does not balance": (
        lambda run: edit(run / LEDGER, lambda body: body.update(mapped=body["mapped"] + 1)),
        "ledger-unbalanced",
        LEDGER,
    ),
    "a ledger without its document": (lambda run: (run / DOCUMENT).unlink(), "document-missing", LEDGER),
    "a ledger of another source": (
        lambda run: edit(run / LEDGER, lambda body: body.update({"source digest": "sha256:" + "1" * 64})),
        "origin-differs",
        DOCUMENT,
    ),
    "a document of no input": (
        lambda run: edit(run / "run.json", lambda body: body["inputs"].pop(0)),
        "origin-differs",
        DOCUMENT,
    ),
    "a file that cannot be read": (
        lambda run: (run / "interpretation.json").write_text("{"),
        "unreadable",
        "interpretation.json",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_reference_that_does_not_hold_is_found_even_when_the_digests_are_recorded_anew(run: Path, name: str) -> None:
    damage, code, where = DAMAGE[name]
    assert errors(run) == set()
    damage(run)
    assert {found for found, _ in errors(run)} & {"changed", "missing"}
    if code != "unreadable":
        write_crate(run)
        assert {found for found, _ in errors(run)} & {"changed", "missing", "new"} == set()
    assert (code, where) in errors(run)


def test_inputs_are_found_by_content_whatever_they_are_called(run: Path, tmp_path: Path, assayline: Command) -> None:
    given = tmp_path / "exports"
    given.mkdir()
    for number, source in enumerate(SOURCES):
        shutil.copy(source, given / f"{number}.dat")
    assert assayline("verify", run, "--inputs", given).status == 0
    (given / "0.dat").unlink()
    done = assayline("verify", run, "--inputs", given, "--json")
    assert done.status == 9 and [item["code"] for item in done.envelope["findings"]] == ["input-not-given"]
    (given / SOURCES[0].name).write_text("something else")
    done = assayline("verify", run, "--inputs", given, "--json")
    assert done.status == 9 and [item["code"] for item in done.envelope["findings"]] == ["input-changed"]
    assert assayline("verify", run, "--inputs", tmp_path / "nowhere").status == 10


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"@graph": 7}', '{"@graph": [7]}', '{"@graph": [{"@id": "x", "@type": "Thing"}]}', "[" * 100_000],
    ids=["empty", "cut", "a list", "no graph", "no entity", "no file", "deep"],
)
def test_a_crate_that_is_none_is_unreadable(run: Path, assayline: Command, text: str) -> None:
    (run / "ro-crate-metadata.json").write_text(text)
    done = assayline("verify", run)
    assert done.status == 10 and "ro-crate-metadata.json" in done.err and "--record" in done.err


def test_a_folder_without_a_crate_says_how_to_get_one(run: Path, tmp_path: Path, assayline: Command) -> None:
    (run / "ro-crate-metadata.json").unlink()
    done = assayline("verify", run)
    assert done.status == 10 and f"assayline verify {run} --record" in done.err
    done = assayline("verify", tmp_path / "nothing")
    assert done.status == 10 and "no such folder" in done.err


def test_a_crate_cannot_lead_out_of_the_folder(run: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")

    def add(body: dict[str, Any]) -> None:
        body["@graph"] += [
            {"@id": name, "@type": "File", "sha256": "0" * 64} for name in ("../secret.txt", str(tmp_path / "secret.txt"))
        ]

    edit(run / "ro-crate-metadata.json", add)
    verdict = verify(run)
    assert sorted(verdict.missing) == sorted(["../secret.txt", str(tmp_path / "secret.txt")]) and not verdict.changed


def test_a_crate_of_others_is_held_to_what_it_says(run: Path) -> None:
    (run / "notes.txt").write_text("named by the crate")

    def add(body: dict[str, Any]) -> None:
        body["@graph"] += [{"@id": "./notes.txt", "@type": ["File"], "sha256": 7}]

    edit(run / "ro-crate-metadata.json", add)
    verdict = verify(run)
    warned = [(finding.code, finding.where) for finding in verdict.findings if finding.level == "warning"]
    assert warned == [("no-digest", "notes.txt")] and "notes.txt" not in verdict.changed


def test_a_statement_that_todays_rules_would_drop_is_a_warning(run: Path, assayline: Command) -> None:
    def older(body: dict[str, Any]) -> None:
        statement = body["statements"][1]
        statement.update(template=statement["template"].replace("form", "rise into"), text="whatever it said then")

    edit(run / "interpretation.json", older)
    done = assayline("verify", run, "--record", "--json")
    assert done.status == 0 and [item["code"] for item in done.envelope["findings"]] == ["statement-unsupported"]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(schema="other"),
        lambda body: body.update(workflow=7),
        lambda body: body.update(inputs=[7]),
        lambda body: body["inputs"][0].update(digest="sha256:xyz"),
        lambda body: body["inputs"][0].pop("name"),
        lambda body: body.update(software=["scanpy"]),
        lambda body: body.update(parameters="all"),
    ],
)
def test_a_record_that_is_none_is_refused_by_name(
    run: Path, assayline: Command, change: Callable[[dict[str, Any]], None]
) -> None:
    edit(run / "run.json", change)
    done = assayline("verify", run, "--record")
    assert done.status == 10 and "run.json" in done.err and "run the workflow again" in done.err


@pytest.mark.parametrize("value", [{"a": 1}, [1, [2]], None, True, "text", 1e308])
def test_a_value_of_any_kind_is_said_and_breaks_nothing(run: Path, value: Any) -> None:
    lines = (run / "evidence.jsonl").read_text("utf-8").splitlines()
    bodies = [json.loads(text) for text in lines]
    for body in bodies:
        body.update(value=value, about=value, unit=None)
    (run / "evidence.jsonl").write_text("".join(json.dumps(body) + "\n" for body in bodies))
    found = {finding.code for finding in verify(run).findings}
    assert {"changed", "evidence-differs", "source-differs"} <= found and found & {"statement-unsupported", "statement-differs"}
