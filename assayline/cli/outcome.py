"""What a verb gives back to the dispatcher, and the one way to talk to a person."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allotrope.errors import Finding

COLOURS = {"error": "31", "warning": "33", "note": "2", "good": "32"}


@dataclass(slots=True)
class Outcome:
    """Results for machines, findings for both, text for a person (stdout, when not `--json`), and the exit status."""

    results: list[dict[str, Any]] = field(default_factory=list)
    findings: Sequence[Finding] = ()
    status: int = 0
    text: str | None = None


def coloured(stream: TextIO) -> bool:
    """Whether escape codes may be written to the stream: a terminal, and neither NO_COLOR nor TERM=dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def talk(*words: object, level: str | None = None) -> None:
    """Write one line to stderr, where data never goes; `level` (error, warning, note, good) colours it on a terminal."""
    line = " ".join(str(word) for word in words)
    if level in COLOURS and coloured(sys.stderr):
        line = f"\x1b[{COLOURS[level]}m{line}\x1b[0m"
    print(line, file=sys.stderr, flush=True)
