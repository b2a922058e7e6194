"""docs/errors.md from the declared errors, wherever in the packages they stand."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from allotrope.errors import AllotropeError, DeclaredError
from assayline.cli.parsing import STATUSES
from assayline.errors import AssaylineError

ROOT = Path(__file__).resolve().parents[1]
CLASS = re.compile(r"^class (\w+)\((\w+)\):", re.MULTILINE)
HEAD = """# Errors

Every error is declared: a code, a message that says what – where – found – expected, a next step, and the exit status. Under
`--json` the code stands in `findings[].code`. What is in braces is filled in. Anything else that reaches you is a bug (status 1).

"""


def declared() -> list[type[DeclaredError]]:
    """Every declared error of both packages, by status and code; modules without one are not imported."""
    sources = {
        path: path.read_text(encoding="utf-8")
        for package in ("allotrope", "assayline")
        for path in (ROOT / package).rglob("*.py")
    }
    known = {"DeclaredError"}
    for _ in range(6):
        known |= {name for text in sources.values() for name, base in CLASS.findall(text) if base in known}
    for path, text in sources.items():
        if any(name in known for name, _ in CLASS.findall(text)):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found: set[type[DeclaredError]] = set()
    waiting: list[type[DeclaredError]] = [DeclaredError]
    while waiting:
        for one in waiting.pop().__subclasses__():
            found.add(one)
            waiting.append(one)
    return sorted(found - {AllotropeError, AssaylineError}, key=lambda one: (one.status, one.code))


def errors() -> str:
    """The whole document."""
    parts = [HEAD]
    status = None
    for one in declared():
        if one.status != status:
            status = one.status
            parts.append(f"## Status {status}: {STATUSES.get(status, '')}\n\n")
        hint = f"\n> {one.hint}" if one.hint else ""
        doc = " ".join((one.__doc__ or "").split("; facts:")[0].split()).rstrip(".")
        parts.append(f"### `{one.code}`: {one.title}\n\n{doc}.\n\n> {one.template}{hint}\n\n")
    return "".join(parts).rstrip() + "\n"
