"""A run folder held against its crate: which files changed, are missing or are new, and whether every reference still holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.json_files import file_digest
from assayline.notebook.run import Run
from assayline.provenance.layout import members, walk
from assayline.provenance.links import links
from assayline.provenance.read import read_crate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assayline.provenance.read import Crate, Named


@dataclass(slots=True)
class Verdict:
    """How many files the crate names, which of them differ, and the findings; `whole` when nothing contradicts."""

    named: int = 0
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    decisions: int = 0
    evidence: int = 0
    statements: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether there is no error among the findings."""
        return not any(finding.level == "error" for finding in self.findings)


def verify(folder: Path, given: Iterable[Path] = ()) -> Verdict:
    """Compare the folder with its crate, and inputs with the files `given`; raises BadInput when one cannot be read."""
    crate = read_crate(folder)
    files, others = members(folder)
    verdict = Verdict(named=len(crate.files))
    present = {file.name: (file.sha256, file.size) for file in files}
    present |= {name: _digested(folder / name) for name in _inside(folder, others) & {file.name for file in crate.files}}
    for file in crate.files:
        _compare(file, present, verdict)
    known = {file.name for file in crate.files}
    for name in sorted(present.keys() - known):
        verdict.new.append(name)
        verdict.findings.append(
            Finding("new", f"{name} is new: the crate does not name it, and readers of the run would read it", name, "error")
        )
    for name in sorted(set(others) - known):
        verdict.findings.append(
            Finding("not-of-the-run", f"{name} is no part of a run: the crate does not cover it", name, "note")
        )
    run = Run(folder, tuple(files))
    verdict.findings += links(run, frozenset(f"sha256:{named.sha256}" for named in crate.inputs))
    _count(run, verdict)
    verdict.findings += _inputs(crate, given)
    return verdict


def _inside(folder: Path, names: list[str]) -> set[str]:
    """Those of the names that are files of the folder itself, not links that lead out."""
    base = folder.resolve()
    return {name for name in names if (folder / name).is_file() and (folder / name).resolve().is_relative_to(base)}


def _digested(path: Path) -> tuple[str, int]:
    return file_digest(path).removeprefix("sha256:"), path.stat().st_size


def _compare(file: Named, present: dict[str, tuple[str, int]], verdict: Verdict) -> None:
    """One named file: missing, changed, or the same."""
    if file.name not in present:
        verdict.missing.append(file.name)
        verdict.findings.append(
            Finding("missing", f"{file.name} is missing: the crate names it, the folder lacks it", file.name, "error")
        )
        return
    sha256, size = present[file.name]
    if not file.sha256:
        verdict.findings.append(
            Finding("no-digest", f"{file.name}: the crate gives no digest: nothing can be said of it", file.name, "warning")
        )
    elif file.sha256 != sha256:
        verdict.changed.append(file.name)
        found = f"found {size} bytes, sha256 {sha256:.12}…"
        message = f"{file.name} has changed: {found}; expected {file.size or '?'} bytes, sha256 {file.sha256:.12}…"
        verdict.findings.append(Finding("changed", message, file.name, "error"))


def _count(run: Run, verdict: Verdict) -> None:
    """How much was looked at; what cannot be read is among the findings already."""
    if not any(finding.code == "unreadable" for finding in verdict.findings):
        verdict.decisions, verdict.evidence = len(run.decisions), len(run.evidence)
        verdict.statements = len(run.interpretation.get("statements") or [])


def _inputs(crate: Crate, given: Iterable[Path]) -> list[Finding]:
    """The inputs that the crate names against files: by digest, whatever they are called now."""
    places = [path for place in given for path in ([place / name for name in walk(place)] if place.is_dir() else [place])]
    if not places:
        return []
    found = {path: file_digest(path).removeprefix("sha256:") for path in places}
    names, held = {path.name: path for path in places}, set(found.values())
    findings = []
    for named in crate.inputs:
        last = named.name.rpartition("/")[2]
        if named.sha256 in held:
            continue
        if last in names:
            message = f"input has changed: found sha256 {found[names[last]]:.12}…; expected {named.sha256:.12}…"
            findings.append(Finding("input-changed", message, str(names[last]), "error"))
        else:
            findings.append(Finding("input-not-given", "none of the files given has its content", named.name, "error"))
    return findings
