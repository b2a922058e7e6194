"""Settings of a folder: `assayline.toml`, a commented file that `assayline init` writes and a person edits.

`[convert]` holds defaults of `convert`, `[instruments.NAME]` what differs for one instrument, `[run]` defaults of `run`,
`[advisor]` which model is asked and what a run may spend on it.
The command line wins over an instrument's table, and that over `[convert]`.
The file is looked for in the working folder, or where ASSAYLINE_CONFIG says. How a file is read may also be said by an
`assayline.toml` in its own folder, or in the nearest folder above that has one; that one wins.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from allotrope.errors import BadOption
from allotrope.registry import built_in_names, third_party_names
from allotrope.stated import Stated
from assayline.errors import BadUsage

NAME = "assayline.toml"
READING: dict[str, type] = {"timezone": str, "encoding": str, "decimal": str, "date_order": str, "device": str, "owner": str}
KEYS: dict[str, dict[str, type]] = {
    "convert": READING | {"jobs": int, "to": str, "strict": bool},
    "run": {"cores": int, "folder": str, "config": dict},
    "advisor": {"model": str, "seconds": int, "retries": int, "tokens": int, "answer": int}
    | dict.fromkeys(("dollars", "price_input", "price_output"), float),
}

TEMPLATE = """\
# Settings of this folder for assayline. Everything is optional; what the command line says wins. Lines that start with # are off.
# How files are read may also stand in an assayline.toml beside them or in a folder above: the nearest one wins over this file.

[convert]
# timezone = "Europe/Zurich"   # zone of times that name none; without it they keep their wall clock and a finding says so
# date_order = "DMY"           # DMY, MDY or YMD; without it found from the whole file
# decimal = ","                # "." or ","; without it found from the whole file
# encoding = "cp1252"          # of text files; without it found from the bytes
# to = "json,parquet"          # formats, of json, parquet, rdf, xlsx
# jobs = 2                     # files at a time
# strict = false               # true: fail where a value does not parse

# What differs for one instrument; the names are those of `assayline instruments`.
# [instruments.beckman_vi_cell_blu]
# timezone = "America/New_York"
# device = "VICELL-07"           # identifier of the device
# owner = "Cell culture core"

[run]
# cores = 2
# folder = "runs/today"
# [run.config]                 # configuration of the workflow, as --config key=value
# project = "PRJ-1"

[advisor]
# model = "claude-opus-4-5"      # default: the newest Opus that the SDK knows
# tokens = 500000                # tokens a run may use, failed requests included
# dollars = 5.0                  # US dollars a run may cost
# price_input = 5.0              # US dollars a million tokens, where the model's price is another
# price_output = 25.0
# seconds = 120                  # silence after which a request is given up
# retries = 3                    # tries after the first
# answer = 8192                  # longest answer, in tokens
"""


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """What the file says: tables of checked values, empty where it is silent."""

    convert: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    advisor: dict[str, Any] = field(default_factory=dict)
    instruments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def general(self) -> dict[str, Any]:
        """How files are read where nothing else is said."""
        return {key: self.convert[key] for key in READING if key in self.convert}


def _wrong(path: Path, where: str, found: object, expected: str) -> BadUsage:
    return BadUsage(what=f"{path}: {where}", found=found, expected=expected, next="`assayline init` writes a commented example.")


def _checked(path: Path, name: str, table: object, allowed: dict[str, type]) -> dict[str, Any]:
    """A table with known keys of the right types; raises BadUsage for any other."""
    if not isinstance(table, dict):
        raise _wrong(path, f"[{name}]", repr(table), "a table")
    for key, value in table.items():
        if key not in allowed:
            raise _wrong(path, f"[{name}]", f"the key '{key}'", f"one of {', '.join(allowed)}")
        if not isinstance(value, (int, float) if allowed[key] is float else allowed[key]) or (
            allowed[key] is int and isinstance(value, bool)
        ):
            raise _wrong(path, f"[{name}] {key}", repr(value), f"a value of type {allowed[key].__name__}")
    return table


def _readable(path: Path, name: str, table: dict[str, Any]) -> dict[str, Any]:
    """A table whose values conversion can use; raises BadUsage that names the key."""
    for key in READING.keys() & table.keys():
        try:
            Stated(**{key: table[key]})
        except BadOption as error:
            raise _wrong(path, f"[{name}] {key}", repr(table[key]), error.facts["expected"]) from error
    return table


def folder_settings() -> FolderSettings:
    """The settings that hold here; empty without a file; raises BadUsage for a file that cannot be used."""
    given = os.environ.get("ASSAYLINE_CONFIG")
    path = Path(given or NAME)
    if not path.is_file():
        if given:
            raise _wrong(path, "ASSAYLINE_CONFIG", "no such file", "a TOML file")
        return FolderSettings()
    return _read(path)


@lru_cache
def settings_above(folder: Path) -> FolderSettings:
    """What the nearest file in a folder (absolute) or above it says; of it only how files are read counts."""
    found = next((place / NAME for place in (folder, *folder.parents) if (place / NAME).is_file()), None)
    return _read(found) if found is not None else FolderSettings()


def _read(path: Path) -> FolderSettings:
    import tomllib

    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _wrong(path, "the file", f"no TOML ({error})", "TOML") from error
    unknown = [name for name in body if name not in (*KEYS, "instruments")]
    if unknown:
        raise _wrong(path, "the top", f"'{unknown[0]}'", "[convert], [instruments.NAME], [run] or [advisor]")
    tables = {name: _checked(path, name, body.get(name, {}), keys) for name, keys in KEYS.items()}
    _readable(path, "convert", tables["convert"])
    if tables["convert"].get("jobs", 0) < 0:
        raise _wrong(path, "[convert] jobs", tables["convert"]["jobs"], "0 (one a processor) or more")
    own = _checked(path, "instruments", body.get("instruments", {}), dict.fromkeys(body.get("instruments", {}), dict))
    for name in own:
        if name not in built_in_names() and name not in third_party_names():
            near = get_close_matches(name, built_in_names(), n=3, cutoff=0.3)
            raise _wrong(
                path, "[instruments]", f"'{name}'", f"a name of `assayline instruments`, as {', '.join(near) or 'flowjo'}"
            )
    each = {
        name: _readable(path, f"instruments.{name}", _checked(path, f"instruments.{name}", own[name], READING)) for name in own
    }
    return FolderSettings(tables["convert"], tables["run"], tables["advisor"], each)
