"""What the advisor makes of a metadata table: which column fills which column of the sheet, and what its values mean there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.facts.words import tokens

if TYPE_CHECKING:
    from allotrope.errors import Finding
    from assayline.deploy.sheet.columns import Columns
    from assayline.facts.table import Table
    from assayline.run_folder import RunFolder

QUESTION = "sheet_columns"
OPEN = ("", "?")


@dataclass(slots=True)
class Advice:
    """Column of the sheet → column of the table, and the meaning of values; `decided` when it is a decision of a run."""

    sources: dict[str, str] = field(default_factory=dict)
    meanings: dict[tuple[str, str], str] = field(default_factory=dict)
    limited: frozenset[str] = frozenset()
    decided: bool = False
    findings: list[Finding] = field(default_factory=list)

    def translated(self, row: dict[str, str]) -> dict[str, str]:
        """A row under the sheet's names; a value whose meaning is open is left out, so that somebody is asked."""
        found = {}
        for role, column in self.sources.items():
            value = row.get(column, "")
            if value and role in self.limited:
                words = (value, *(word for word, _ in tokens(value)))
                value = next((self.meanings[role, word] for word in words if (role, word) in self.meanings), "?")
            if value not in OPEN:
                found[role] = value
        return found


def advice(table: Table, columns: Columns, run: RunFolder | None, by: str) -> Advice:
    """Ask the advisor, or the rules where there is no run folder to hold a decision; an existing decision is followed."""
    from assayline.advisor.asking import prepare
    from assayline.advisor.decide import decide
    from assayline.facts import sheet

    wanted = sheet.roles(_without_files(columns))
    findings: list[Finding] = []
    if run is not None:
        sheet.station(run.create(), table, wanted)
        decided = decide(run, QUESTION, by)
        choice, findings = decided.choice, list(decided.findings)
    else:
        facts = {fact.id: fact for fact in sheet.facts(sheet.report(table, wanted), table.path.name)}
        choice = prepare(facts, QUESTION).ruled["choice"]
    return _read(choice, wanted, findings, decided=run is not None)


def _read(choice: dict[str, Any], wanted: list[dict[str, Any]], findings: list[Finding], *, decided: bool) -> Advice:
    """A choice as an advice."""
    return Advice(
        {item["role"]: item["column"] for item in choice["columns"] if item["column"] not in OPEN},
        {(item["role"], item["value"]): item["meaning"] for item in choice["values"]},
        frozenset(role["name"] for role in wanted if role["allowed"]),
        decided,
        findings,
    )


def _without_files(columns: Columns) -> dict[str, Any]:
    """The schema of the sheet without columns that files fill."""
    files = set(columns.roles.values())
    properties = {name: item for name, item in columns.properties.items() if name not in files}
    return {"items": {"properties": properties, "required": [name for name in columns.required if name in properties]}}
