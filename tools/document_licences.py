"""docs/licences.md from the metadata of what is installed: who stands under which licence, and through which extra it comes."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution, metadata
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRAS = ("", "cells", "workflows", "advisor", "notebook")
HEAD = """# Licences

This project stands under Apache-2.0. Nothing of others is copied into it; what it installs stands under the licences below, read
from the packages' own metadata on Linux. Nothing copyleft is part of this project's wheel; GPL packages come only with an extra.
An image that holds them has to be labelled with their licences.

The Allotrope schemas come inside `allotropy` and may not be redistributed in changed form: they are prepared in memory, at run
time.

"""


def _requirements(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in distribution(name).requires or ():
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in (extras or {""})):
            yield one


def closure(extra: str) -> set[str]:
    """Names of everything that the base ('') or an extra brings, on this machine."""
    found: dict[str, frozenset[str]] = {}
    waiting = [("assayline", frozenset({extra}))]
    while waiting:
        name, extras = waiting.pop()
        if name in found and extras <= found[name]:
            continue
        found[name] = found.get(name, frozenset()) | extras
        try:
            waiting += [(canonicalize_name(one.name), frozenset(one.extras)) for one in _requirements(name, extras)]
        except PackageNotFoundError:
            del found[name]
    return set(found) - {"assayline"}


def licence(name: str) -> str:
    """The licence of a package as it states it: the SPDX expression, else the classifiers, else the first line of the text."""
    data = metadata(name)
    if data["License-Expression"]:
        return str(data["License-Expression"])
    named = [str(line).rpartition(" :: ")[2] for line in data.get_all("Classifier") or () if str(line).startswith("License ::")]
    named = [line for line in named if line != "OSI Approved"]
    text = str(data["License"] or "").strip().partition("\n")[0]
    return " / ".join(named) or text[:60] or "not stated"


def _copyleft(text: str) -> bool:
    return "GPL" in text or "General Public" in text


def _section(title: str, names: set[str]) -> str:
    rows = "".join(f"| {name} | {licence(name)} |\n" for name in sorted(names))
    return f"## {title}\n\n| package | licence |\n|---|---|\n{rows}\n"


def licences() -> str:
    """The whole document."""
    base = closure("")
    parts = {extra: closure(extra) - base for extra in EXTRAS[1:]}
    every = base.union(*parts.values())
    copyleft = {name for name in every if _copyleft(licence(name))}
    rows = "".join(
        f"| {name} | {licence(name)} | {', '.join(f'[{extra}]' for extra in parts if name in parts[extra]) or 'base'} |\n"
        for name in sorted(copyleft)
    )
    text = f"{HEAD}## Copyleft, at a glance\n\n| package | licence | comes with |\n|---|---|---|\n{rows}\n" + _section(
        "Base", base
    )
    return (text + "".join(_section(f"Extra [{extra}]", names) for extra, names in parts.items())).rstrip() + "\n"
