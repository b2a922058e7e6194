"""A command's arguments as the typed input of a tool, and a call's input as the words of a command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from assayline.cli.parsing import path, verb_parser
from assayline.cli.verbs import load
from assayline.errors import BadUsage
from assayline.mcp.offered import OFFERS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGING: dict[str, Any] = {
    "max_results": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50, "description": "at most so many results"},
    "offset": {"type": "integer", "minimum": 0, "default": 0, "description": "leave out so many results"},
}
TYPES: dict[Any, dict[str, Any]] = {int: {"type": "integer"}, float: {"type": "number"}}


def actions(command: str) -> Iterator[tuple[str, argparse.Action]]:
    """Each argument of a command that a tool takes, by its name in the tool: an option's own word, a positional's destination."""
    verb, _, sub = command.partition(" ")
    for action in verb_parser(f"assayline {command}", load(verb, sub))._actions:
        shared = action.dest in ("help", "json")
        # words for another program
        beyond = action.nargs == argparse.REMAINDER or (not action.option_strings and str(action.metavar).startswith("-- "))
        if not (shared or beyond) and name_of(action) not in OFFERS[command].without:
            yield name_of(action), action


def name_of(action: argparse.Action) -> str:
    """The name of an argument in a tool's input."""
    long = next((word for word in action.option_strings if word.startswith("--")), action.dest)
    return long.removeprefix("--").replace("-", "_")


def many(action: argparse.Action) -> bool:
    """Whether an argument takes a list."""
    return action.nargs in ("+", "*") or isinstance(action, argparse._AppendAction)


def is_flag(action: argparse.Action) -> bool:
    """Whether an argument takes no value."""
    return action.nargs == 0


def schema(action: argparse.Action) -> dict[str, Any]:
    """One argument as JSON Schema."""
    if is_flag(action):
        one: dict[str, Any] = {"type": "boolean"}
    else:
        one = dict(TYPES.get(action.type, {"type": "string", "minLength": 1}))
        if action.choices:
            one = {"type": "string", "enum": list(action.choices)}
    if many(action):
        one = {"type": "array", "items": one} | ({"minItems": 1} if action.nargs == "+" else {})
    return one | ({"description": action.help} if action.help else {})


def input_schema(command: str) -> dict[str, Any]:
    """The input of a command's tool as JSON Schema; nothing else is taken."""
    found = dict(actions(command))
    needed = [name for name, action in found.items() if action.required and action.nargs not in ("?", "*")]
    needed += [name for name in OFFERS[command].named if name not in needed]
    properties = {name: schema(action) for name, action in found.items()} | PAGING
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def words(command: str, given: dict[str, Any]) -> list[str]:
    """The words of the command line for a tool's input; a value never becomes an option. Raises BadUsage for one that would."""
    options: list[str] = []
    places: list[str] = []
    for name, action in actions(command):
        if name not in given or given[name] is False:
            continue
        values = [str(value) for value in given[name]] if many(action) else [str(given[name])]
        if not action.option_strings:
            places += values
        elif is_flag(action):
            options.append(action.option_strings[-1])
        elif isinstance(action, argparse._AppendAction | argparse._ExtendAction) or not many(action):
            options += [f"{action.option_strings[-1]}={value}" for value in values]
        else:
            options += [action.option_strings[-1], *refuse_options(name, values)]
    return [*command.split(), *options, "--json", "--", *places] if places else [*command.split(), *options, "--json"]


def refuse_options(name: str, values: list[str]) -> list[str]:
    """The values of a list, none of which may begin as an option does; raises BadUsage."""
    for value in values:
        if value.startswith("-"):
            raise BadUsage(what=name, found=repr(value), expected="a value", next="Write a path as ./-name.")
    return values


def inputs(command: str, given: dict[str, Any]) -> list[str]:
    """The files and folders that a call names as what it reads: the command's own positional paths, if no destination is one."""
    found = [name for name, action in actions(command) if not action.option_strings and action.type is path]
    values = [given[name] for name in found if name in given and name not in OFFERS[command].named]
    return [str(word) for value in values for word in (value if isinstance(value, list) else [value])]
