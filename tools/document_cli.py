"""docs/cli.md from the parsers themselves."""

from __future__ import annotations

import argparse
import inspect
from typing import TYPE_CHECKING

from assayline.cli.parsing import STATUSES, verb_parser
from assayline.cli.verbs import GROUPS, help_line, load, subverbs, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HEAD = """# Command line

Data goes to stdout, talk to stderr. `--json` prints one envelope
`{"schema": "assayline/1", "command", "ok", "results", "findings"}` instead of text. Nothing is overwritten without `--force`;
colours and progress appear on a terminal only, and `NO_COLOR` is honoured.

| status | meaning |
|---|---|
"""


def _name(action: argparse.Action) -> str:
    """How an argument is written: `-o, --output DIR`, `PATH …`."""
    plain = isinstance(action.metavar, str)
    value = action.metavar if plain else "|".join(map(str, action.choices or ())) or action.dest.upper()
    more = " …" if action.nargs in ("+", "*") else ""
    if not action.option_strings:
        return f"{value}{more}" if action.nargs not in ("?", "*") else f"[{value}{more}]"
    takes = "" if action.nargs == 0 else f" {value}{more}"
    return ", ".join(action.option_strings) + takes


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _verb(title: str, module: ModuleType) -> Iterator[str]:
    """The section of one verb or sub-verb."""
    parser = verb_parser(title, module)
    yield f"### {title}\n\n{inspect.cleandoc(module.__doc__ or '')}\n\n| argument | |\n|---|---|\n"
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction):
            needed = " **required**" if action.required and action.option_strings else ""
            yield f"| `{_cell(_name(action))}` | {_cell(action.help or '')}{needed} |\n"
    yield "\n"


def cli() -> str:
    """The whole document."""
    parts = [HEAD, *(f"| {status} | {meaning} |\n" for status, meaning in STATUSES.items()), "\n"]
    for group, members in GROUPS.items():
        present = [verb for verb in members if verb in verbs()]
        parts += [f"## {group}\n\n"] if present else []
        for verb in present:
            module = load(verb)
            table = subverbs(module)
            if not table:
                parts += _verb(f"assayline {verb}", module)
                continue
            parts.append(f"`assayline {verb}`: {help_line(module)}.\n\n")
            for subverb in table:
                parts += _verb(f"assayline {verb} {subverb}", load(verb, subverb))
    return "".join(parts).rstrip() + "\n"
