"""The texts that a model is given, with their versions."""

from __future__ import annotations

import re
from pathlib import Path

VERSION = re.compile(r"<!-- version: (\d+) -->\n")


def prompt(name: str) -> tuple[str, str]:
    """A prompt's text and its name with version, as `choice@1`."""
    text = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8")
    match = VERSION.match(text)
    assert match, f"prompts/{name}.md does not start with its version"
    return text[match.end() :], f"{name}@{match[1]}"
