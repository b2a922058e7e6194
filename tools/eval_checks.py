"""The checks that a skill's evaluation may use; each looks at what is on disk, at the commands, or at the answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left: its folder, the inputs as they were, the shell commands in order, the last answer."""

    folder: Path
    inputs: dict[str, bytes]
    commands: list[str]
    answer: str


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of check: the facts it needs, those it may take, and its test."""

    needs: tuple[str, ...]
    passes: Callable[..., bool]
    takes: tuple[str, ...] = ()

    def unfit(self, facts: dict[str, Any]) -> list[str]:
        """What is wrong with the facts that an assertion gives."""
        told = [f"no {name}" for name in self.needs if name not in facts]
        told += [f"{name} is not understood" for name in facts if name not in self.needs + self.takes]
        try:
            re.compile(facts.get("pattern", "")) if "pattern" in facts else None
        except re.error as error:
            told.append(f"pattern: {error}")
        return told


def ran(outcome: Outcome, pattern: str) -> bool:
    """Whether a shell command matches."""
    return any(re.search(pattern, command) for command in outcome.commands)


def same_as_convert(outcome: Outcome, path: str, source: str) -> bool:
    """Whether a document means what the converter makes of its source; only a stated zone may differ."""
    import allotrope
    from assayline.difference import differences

    file = outcome.folder / path
    if not file.is_file():
        return False
    found = json.loads(file.read_text(encoding="utf-8"))
    wanted = allotrope.convert(outcome.folder / source).asm
    return all(re.search(r"\btime$", one.path) for one in differences(wanted, found))


def has_value(outcome: Outcome, path: str, pointer: str, first: int = 0) -> bool:
    """Whether the answer says the value (or its first characters) that a JSON file holds at a pointer."""
    file = outcome.folder / path
    if not file.is_file():
        return False
    value: Any = json.loads(file.read_text(encoding="utf-8"))
    for key in pointer.strip("/").split("/"):
        value = value[int(key)] if isinstance(value, list) else value[key]
    text = str(value)[:first] if first else str(value)
    return re.search(rf"(?<![\w.]){re.escape(text)}", outcome.answer.replace(",", "")) is not None


CHECKS: dict[str, Check] = {
    "file_exists": Check(("path",), lambda outcome, path: (outcome.folder / path).is_file()),
    "no_file": Check(("glob",), lambda outcome, glob: not list(outcome.folder.rglob(glob))),
    "inputs_unchanged": Check(
        (), lambda outcome: all((outcome.folder / name).read_bytes() == body for name, body in outcome.inputs.items())
    ),
    "command_ran": Check(("pattern",), ran),
    "command_not_ran": Check(("pattern",), lambda outcome, pattern: not ran(outcome, pattern)),
    "answer_matches": Check(("pattern",), lambda outcome, pattern: re.search(pattern, outcome.answer) is not None),
    "answer_lacks": Check(("pattern",), lambda outcome, pattern: re.search(pattern, outcome.answer) is None),
    "answer_has_value": Check(("path", "pointer"), has_value, ("first",)),
    "same_as_convert": Check(("path", "source"), same_as_convert),
}


def judge(outcome: Outcome, assertions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each assertion with whether it holds."""
    told = []
    for assertion in assertions:
        facts = dict(assertion["check"])
        check = CHECKS[facts.pop("kind")]
        told.append({"text": assertion["text"], "passed": bool(check.passes(outcome, **facts))})
    return told
