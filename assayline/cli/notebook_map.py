"""Propose or check which column of a run goes into which field of a Benchling tenant

Proposes a mapping from the tenant's own schemas and writes it; with --check reads the mapping and compares it with the tenant
and the run. Nothing is sent that changes the tenant.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse

REFUSED = 9


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, and where the mapping is."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument("--check", action="store_true", help="check the mapping instead of proposing one")
    parser.add_argument("--tenant-project", default="", metavar="ID", help="Benchling project that results belong to (src_…)")
    parser.add_argument("--tenant-folder", default="", metavar="ID", help="Benchling folder that entries go into (lib_…)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the mapping (default: benchling.json in the notebook's folder)"
    )
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--force", action="store_true", help="replace the mapping if it exists")


def run(options: argparse.Namespace) -> Outcome:
    """The proposal with its open points, or the problems that a check found."""
    from allotrope.errors import Finding
    from assayline.errors import WouldOverwrite
    from assayline.json_files import write_json
    from assayline.notebook.benchling import connect
    from assayline.notebook.benchling_map import check, propose, read_mapping
    from assayline.notebook.compose import compose
    from assayline.notebook.place import author, notebook_folder
    from assayline.notebook.run import read_run

    path = options.output or notebook_folder(options.notebook) / "benchling.json"
    entry, service = compose(read_run(options.run), authors=[author()]), connect()
    if options.check:
        problems = check(service, read_mapping(path), entry).problems
        findings = [Finding("mapping-problem", text, path.name, "error") for text in problems]
        verdict = f"{len(problems)} problems" if problems else "the mapping fits"
        return Outcome([{"mapping": str(path), "fits": not problems}], findings, REFUSED if problems else 0, verdict)
    if path.exists() and not options.force:
        raise WouldOverwrite(file=path)
    mapping, left = propose(service, entry, options.tenant_project, options.tenant_folder)
    write_json(path, mapping.to_json())
    findings = [Finding("mapping-open", text, path.name, "warning") for text in left]
    return Outcome(
        [mapping.to_json() | {"file": str(path)}], findings, text=f"{len(mapping.results)} kinds of rows mapped in {path}"
    )
