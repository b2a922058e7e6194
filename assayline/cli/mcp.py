"""Serve these commands as tools of the Model Context Protocol over standard input and output.

Each command is a tool with typed input; a call runs in a process of its own and its answer says how many results there are,
whether some are left out, and which inputs were not found or not processed. Run folders are resources. The program that starts
it, such as Claude Code, talks to it; a person has nothing to type here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome
from assayline.errors import BadUsage

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where the run folders are, and whether only to list."""
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="the folder of run folders (default: runs)"
    )
    parser.add_argument("--list", action="store_true", help="list the tools and end")


def run(options: argparse.Namespace) -> Outcome:
    """Serve until the client closes its end, or list the tools."""
    if options.list:
        return listed()
    if options.json or sys.stdin.isatty():
        found = "--json" if options.json else "a terminal"
        raise BadUsage(what="assayline mcp", found=found, expected="a client on standard input", next="See them with --list.")
    try:
        import anyio

        from assayline.mcp.server import serve
    except ModuleNotFoundError as error:
        from assayline.errors import ExtraMissing

        raise ExtraMissing(package=error.name, extra="advisor") from error
    anyio.run(serve, options.runs)
    return Outcome(text="")


def listed() -> Outcome:
    """Every tool with its command and what a call must name; needs no package of the protocol."""
    from assayline.mcp.offered import OFFERS, commands
    from assayline.mcp.words import input_schema

    table = {name: (command, input_schema(command)) for name, command in commands().items()}
    rows = [
        {"tool": name, "command": command, "reads_only": OFFERS[command].reads, "input": schema}
        for name, (command, schema) in table.items()
    ]
    width = max(len(name) for name in table)
    lines = [f"{name:<{width}}  {', '.join(schema['required']) or '–'}" for name, (_, schema) in table.items()]
    return Outcome(rows, text="\n".join(lines))
