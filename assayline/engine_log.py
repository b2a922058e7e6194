"""What Snakemake says while it runs: copied to a log, its steps told, and the telling line of a failure."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


STEP = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")


COUNT = re.compile(r"^(\d+) of (\d+) steps")


ERROR = re.compile(r"^(?:Error in (?:rule|checkpoint) (\w+)|\w*(?:Error|Exception)\b)")


VALIDATION = "Error validating config file."
"""What stands between the error and what is wrong with the configuration."""


@dataclass(slots=True)
class Trouble:
    """What snakemake's talk says of a failure: the step, its log, and the first telling line."""

    step: str = ""
    log: str = ""
    line: str = ""

    def hear(self, text: str) -> None:
        """Take what a line says; of a step that failed the name and the log, else the first error with its explanation."""
        wrong = ERROR.match(text)
        if wrong and wrong[1] and not self.step:
            self.step = wrong[1]
        elif wrong and not self.line:
            self.line = text
        elif self.step and not self.log and text.startswith("log: "):
            self.log = text.removeprefix("log: ").partition(" (")[0].partition(",")[0]
        elif self.line.startswith("WorkflowError") and text and ("\n" not in self.line or self.line.endswith(VALIDATION)):
            self.line += f"\n{text.removeprefix('ValidationError: ')}"

    def told(self, folder: Path) -> str:
        """The failure in one line: the last line of the step's log says more than snakemake does."""
        lines: list[str] = []
        with suppress(OSError):
            lines = (folder / self.log).read_text(encoding="utf-8", errors="replace").split("\n") if self.log else []
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        text = last or self.line.rpartition("\n")[2]
        return f"step '{self.step}': {text}" if self.step else text


def follow(lines: IO[str], log: IO[str], say: Callable[[str], None]) -> Trouble:
    """Copy snakemake's talk into the log and say the steps; returns what it says of a failure, if anything."""
    trouble = Trouble()
    for line in lines:
        log.write(line)
        log.flush()
        text = line.strip()
        trouble.hear(text)
        if step := STEP.match(text):
            say(f"· {step[1]}")
        elif count := COUNT.match(text):
            say(f"  {count[1]} of {count[2]} steps done")
    return trouble
