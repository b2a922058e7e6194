"""Whether what a run says still refers to what exists: evidence, decisions, interpretation, figures, documents and ledgers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from allotrope.origin import origin
from assayline.advisor.statements import check
from assayline.advisor.tape import FOLLOWERS
from assayline.advisor.unsupported import Unsupported
from assayline.errors import AssaylineError
from assayline.evidence import Evidence, at
from assayline.notebook.run import read_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assayline.notebook.run import Run

UNREADABLE = "unreadable"


def links(run: Run, inputs: frozenset[str] = frozenset()) -> list[Finding]:
    """Every reference of a run that leads nowhere or elsewhere; `inputs` are the digests of the inputs that the crate names."""
    checks: tuple[Callable[[], Iterable[Finding]], ...] = (
        lambda: assembled(run),
        lambda: evidence(run),
        lambda: decisions(run),
        lambda: interpretation(run),
        lambda: figures(run),
        lambda: documents(run, inputs),
    )
    found: list[Finding] = []
    for one in checks:
        try:
            found += one()
        except AssaylineError as error:
            damaged = Finding(UNREADABLE, str(error), str(error.facts.get("file") or error.facts.get("what", "")), "error")
            found += [] if damaged in found else [damaged]
    return found


def _error(code: str, message: str, where: str) -> Finding:
    return Finding(code, message, where, "error")


def _cited(run: Run, names: Iterable[Any], where: str) -> Iterator[Finding]:
    for name in dict.fromkeys(str(name) for name in names):
        if name not in run.evidence:
            yield _error("evidence-missing", f"{where} cites '{name}'; expected an id of evidence.jsonl, found none", where)


def assembled(run: Run) -> Iterator[Finding]:
    """The evidence is the stations' parts, one after the other."""
    parts = [file.path for file in run.files if file.name.startswith("evidence/") and file.name.endswith(".jsonl")]
    whole = next((file.path for file in run.files if file.name == "evidence.jsonl"), None)
    if whole and parts and whole.read_bytes() != b"".join(part.read_bytes() for part in sorted(parts)):
        yield _error("evidence-differs", "is not what the stations' parts in evidence/ say one after the other", "evidence.jsonl")


def evidence(run: Run) -> Iterator[Finding]:
    """The value of each fact stands in its source, at its pointer."""
    files, bodies = {file.name: file for file in run.files}, {}
    for name, fact in run.evidence.items():
        source, pointer, where = str(fact.get("source", "")), str(fact.get("pointer", "")), f"evidence.jsonl '{name}'"
        if source not in files:
            yield _error("source-missing", f"its source '{source}' is not in the run", where)
            continue
        if not source.endswith(".json"):
            continue
        if source not in bodies:
            bodies[source] = read_object(files[source])
        try:
            found = at(bodies[source], pointer)
        except (KeyError, IndexError, ValueError, TypeError):
            yield _error("source-differs", f"{source}: nothing stands at {pointer}; expected {fact.get('value')!r}", where)
            continue
        if found != fact.get("value"):
            message = f"{source}: at {pointer} stands {found!r}; expected {fact.get('value')!r}, as the evidence says"
            yield _error("source-differs", message, where)


def decisions(run: Run) -> Iterator[Finding]:
    """Every reason of a decision cites evidence that exists, and each station followed its decision."""
    digests = {file.name: f"sha256:{file.sha256}" for file in run.files}
    for question, body in run.decisions.items():
        where = f"decisions/{question}.json"
        reasons = [name for reason in body.get("because") or [] for name in reason.get("evidence") or []]
        yield from _cited(run, [*(body.get("evidence") or []), *reasons], where)
        station = FOLLOWERS.get(question, "")
        followed = run.cells.get(Path(station).stem, {}).get("decision") if station else None
        told = followed.get("sha256") if isinstance(followed, dict) else None
        if told and told != digests.get(where):
            yield _error("decision-not-followed", f"{station} was made by another decision ({told:.19}…)", where)


def interpretation(run: Run) -> Iterator[Finding]:
    """Every statement cites evidence that exists and still says what its evidence says."""
    facts = {name: _fact(name, body) for name, body in run.evidence.items()}
    for index, statement in enumerate(run.interpretation.get("statements") or []):
        where, cited = f"interpretation.json statement {index + 1}", tuple(map(str, statement.get("evidence") or ()))
        broken = list(_cited(run, cited, where))
        yield from broken
        template = statement.get("template")
        if broken or not isinstance(template, str):
            continue
        try:
            text = check(template, cited, facts).text
        except Unsupported as error:
            yield Finding("statement-unsupported", f"this version would drop it: {error}", where, "warning")
            continue
        if text != statement.get("text"):
            yield _error("statement-differs", f"says {statement.get('text')!r}; its evidence gives {text!r}", where)


def _fact(name: str, body: dict[str, Any]) -> Evidence:
    """A fact as statements see it; a value of no allowed kind counts as absent, so that no statement can show it."""
    empty: dict[str, Any] = {"what": "", "value": None, "unit": None, "source": "", "pointer": "", "station": ""}
    about = body.get("about") if isinstance(body.get("about"), dict) else {}
    value = body.get("value")
    listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
    sound = listed or isinstance(value, str | int | float)
    return Evidence.from_json(empty | body | {"id": name, "about": about, "value": value if sound else None})


def figures(run: Run) -> Iterator[Finding]:
    """The words of every figure cite evidence that exists and belong to a picture."""
    names = {file.name for file in run.files}
    for file in run.files:
        if file.name.startswith("figures/") and file.name.endswith(".json"):
            yield from _cited(run, read_object(file).get("evidence") or [], file.name)
            if file.name.removesuffix(".json") + ".png" not in names:
                yield _error("figure-missing", "words of a figure without its picture", file.name)


def documents(run: Run, inputs: frozenset[str]) -> Iterator[Finding]:
    """Every ledger balances, belongs to a document, and both name one source, which is an input of the run."""
    for name, ledger in run.ledgers.items():
        cells, sorts = ledger.get("cells"), [ledger.get(fate) for fate in ("mapped", "kept", "ignored")]
        if cells != sum(count for count in sorts if isinstance(count, int)):
            yield _error("ledger-unbalanced", f"{cells} cells; {' + '.join(map(str, sorts))} are mapped + kept + ignored", name)
        place = "asm/" + name.removeprefix("ledger/").removesuffix(".ledger.json") + ".asm.json"
        if place not in run.documents:
            yield _error("document-missing", f"the ledger's document '{place}' is not in the run", name)
            continue
        told, source = ledger.get("source digest"), origin(run.documents[place]).get("source.digest", "")
        if told and source and told != source:
            yield _error("origin-differs", f"its source has {source:.19}…; the ledger says {told:.19}…", place)
        elif told and inputs and told not in inputs:
            yield _error("origin-differs", f"its source ({told:.19}…) is no input that the crate names", place)
