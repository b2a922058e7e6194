"""Parsers: argparse, with usage problems as declared errors and `--json` on every verb."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from assayline.cli.verbs import GROUPS, help_line, load, subverbs, verbs
from assayline.errors import BadArguments

if TYPE_CHECKING:
    from types import ModuleType

STATUSES = {
    0: "ok",
    1: "internal error, or a ledger that does not balance",
    2: "usage",
    3: "not recognised",
    4: "ambiguous",
    5: "output breaks its schema",
    6: "unaccounted or unparsed (--strict)",
    7: "environment missing",
    8: "part of a batch failed",
    9: "refused by a check",
    10: "input damaged, unreadable or too large",
}
EPILOG = "Data goes to stdout, talk to stderr. Exit status: " + " · ".join(f"{code} {text}" for code, text in STATUSES.items())


NEGATIVE = re.compile(r"^-\d[\d:.]*$")
"""Words that start with a minus sign and are values, as the zone -05:00."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises `BadArguments` instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the arguments as a declared error of status 2."""
        raise BadArguments(command=self.prog, problem=message)


def path(word: str) -> Path:
    """A path; an empty word, as a shell makes of an unset variable, is none and not the working folder."""
    if not word:
        raise argparse.ArgumentTypeError("found an empty word; expected a file or a folder")
    return Path(word)


def verb_parser(prog: str, module: ModuleType) -> Parser:
    """The parser of one verb or sub-verb, with its own arguments and `--json`."""
    body = (module.__doc__ or "").strip()
    parser = Parser(prog=prog, description=body, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser._negative_number_matcher = NEGATIVE
    module.arguments(parser)
    for action in parser._actions:
        if action.type is Path:
            action.type = path
    parser.add_argument("--json", action="store_true", help="print one JSON envelope instead of text")
    return parser


def overview(prog: str, lines: dict[str, dict[str, str]], epilog: str) -> str:
    """Help for a level that only chooses among words: groups of `word  help`."""
    width = max((len(word) for group in lines.values() for word in group), default=0) + 2
    parts = [f"usage: {prog} VERB [--json] …\n"]
    for group, words in lines.items():
        parts.append(f"{group}:\n" + "".join(f"  {word:<{width}}{text}\n" for word, text in words.items()))
    return "\n".join(parts) + f"\n{epilog}\n"


def top_help() -> str:
    """What `assayline --help` prints: every verb with its line of help, and the exit statuses."""
    present = verbs()
    lines = {
        group: {verb: help_line(load(verb)) for verb in members if verb in present}
        for group, members in GROUPS.items()
        if any(verb in present for verb in members)
    }
    more = "`assayline VERB --help` tells more; `assayline --version` prints the version.\n"
    return overview("assayline", lines, more + EPILOG)


def subverb_help(verb: str, module: ModuleType) -> str:
    """What `assayline cells --help` prints: the sub-verbs of one verb."""
    return overview(f"assayline {verb}", {help_line(module): subverbs(module)}, f"`assayline {verb} VERB --help` tells more.")
