"""One session of a sample as a measurement: its analytes, their errors, and what is kept beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.aside import set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.families.analyte import concentration
from allotrope.required import measured

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.instruments.roche_cedex_bioht.session import Row, Session


FLAGS = {"v": "verification", "c": "calibration"}
BELOW = "< TEST RNG"
DENSITY = "optical_density"
LDH_UNIT = 0.0167
"""The reference's factor from U/L of lactate dehydrogenase to what it writes as mmol/L; the activity itself is kept beside it."""


def measure(document: Document, group: Group, session: Session) -> None:
    """A measurement for each optical density of a session, and one for all its analytes, with the errors of them all."""
    tests = sorted(session.tests.values(), key=lambda row: row.order)
    for row in [row for row in tests if row.kit.analyte == DENSITY]:
        node = _node(group, session, row)
        measured(document, node, "absorbance", row.record.number("result"), "mAU")
        put(node, CUSTOM, _custom(row, session))
    analytes = [(row, _analyte(document, row, session)) for row in tests if row.kit.analyte != DENSITY]
    found = [analyte for _, analyte in analytes if analyte is not None]
    if found:
        node = _node(group, session, analytes[0][0])
        node["analyte aggregate document"] = {"analyte document": found}
    elif not group.measurements:
        for row, _ in analytes:
            set_aside(document, row.record, f"the schema has no place for results in {row.record.peek('unit') or 'no unit'}")
        return
    node = group.measurements[-1]
    for row in tests:
        error = _error(row)
        if row.result is None and error:
            add_error(node, error, f"{row.kit.analyte} - {row.kit.name}")
    for row, analyte in analytes:
        if analyte is None:
            put(node, CUSTOM, {f"{row.identity} {label}": value for label, value in _custom(row, session).items()})
    for row in session.passed_over:
        put(node, CUSTOM, {f"{row.identity} repeat {label}": value for label, value in row.record.rest().items()})


def _node(group: Group, session: Session, row: Row) -> Node:
    node = group.measurement({"device control/device type": "solution-analyzer", "measurement time": session.time or None})
    put(node, "sample document/sample identifier", row.record.text("sample"))
    put(node, "sample document/batch identifier", row.record.text("batch"))
    return node


def _own_time(row: Row, session: Session) -> str | None:
    """The time of a test that is not the one its measurement states."""
    cell = row.record.cell("time")
    if not cell or not row.time:
        return None
    if row.time == session.time:
        cell.mapped()
        return None
    cell.keep()
    return row.time


def _analyte(document: Document, row: Row, session: Session) -> Node | None:
    """The analyte document of a test; None where the schema has no place for its unit."""
    node: Node = {"analyte name": row.kit.analyte}
    unit = row.record.peek("unit")
    if row.kit.analyte == "ldh" and unit.casefold() == "u/l":
        activity = None if row.result is None else row.result * LDH_UNIT
        concentration(document, node, activity, "mmol/L")
        if row.result is not None:
            put(node, CUSTOM, {"catalytic activity (U/L)": row.result})
    elif not concentration(document, node, row.result, unit):
        return None
    row.record.number("result")
    row.record.text("unit")
    put(node, CUSTOM, _custom(row, session))
    return node


def _error(row: Row) -> str | None:
    """What a flag says: below the range, the result as written; a flag without a known meaning is unknown."""
    flag = row.record.peek("flag")
    return row.record.peek("result") if flag == BELOW else FLAGS.get(flag, "unknown") if flag else None


def _custom(row: Row, session: Session) -> dict[str, Any]:
    """What custom information says of a test: code, kit, flag, its own time, and every cell that nothing has read."""
    record = row.record
    error = _error(row)
    facts = {"analyte code": record.text("code"), "detection kit": row.kit.name, "detection kit range": row.kit.range}
    if error is not None:
        facts["flag"] = error
        facts["flag as written"] = record.text("flag")
    facts["measurement time of the test"] = _own_time(row, session)
    record.text("sample")
    record.text("batch")
    rest: dict[str, Any] = record.rest()
    return {key: value for key, value in facts.items() if value is not None} | rest
