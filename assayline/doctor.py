"""The health of an installation: each check says ok, warn or fail, what it found, and the command that helps."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from allotrope.errors import DeclaredError
from assayline import __version__
from assayline.check import Check
from assayline.machine import engines, machine

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRAS = ("cells", "workflows", "advisor", "notebook")
KEYS = ("ANTHROPIC_API_KEY", "BENCHLING_API_KEY", "ELABFTW_API_KEY")


def python() -> Iterator[Check]:
    """The interpreter and this package."""
    found = f"{sys.version.split()[0]} ({sys.executable})"
    fit = sys.version_info >= (3, 12)
    yield Check("python", "ok" if fit else "fail", found, "" if fit else "make setup")
    yield Check("assayline", "ok", __version__)


def missing(extra: str | None) -> tuple[list[str], int]:
    """Unmet requirements of the base (None) or of an extra, and how many requirements there are in all."""
    try:
        lines = requires("assayline") or []
    except PackageNotFoundError:
        return ["assayline itself is not installed"], 1
    wanted = []
    for line in lines:
        requirement = Requirement(line)
        base = _applies(requirement, "")
        chosen = base if extra is None else not base and _applies(requirement, extra)
        if chosen and requirement.name != "assayline":
            wanted.append(requirement)
    return [problem for requirement in wanted if (problem := unfit(requirement))], len(wanted)


def _applies(requirement: Requirement, extra: str) -> bool:
    """Whether a requirement holds on this machine for an extra ('' for the base)."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def unfit(requirement: Requirement) -> str:
    """What is wrong with the installed version of a requirement; empty if nothing is."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is missing"
    fit = requirement.specifier.contains(found, prereleases=True)
    return "" if fit else f"{requirement.name} is {found}, not {requirement.specifier}"


def packages() -> Iterator[Check]:
    """The base packages (fail) and each extra (warn)."""
    problems, count = missing(None)
    yield Check(
        "base packages", "fail" if problems else "ok", ", ".join(problems) or f"{count} fit", "make setup" if problems else ""
    )
    for extra in EXTRAS:
        problems, count = missing(extra)
        command = f"uv pip install 'assayline[{extra}]'"
        yield Check(
            f"extra [{extra}]", "warn" if problems else "ok", ", ".join(problems) or f"{count} fit", command if problems else ""
        )


def schemas() -> Iterator[Check]:
    """The package that carries the ASM schemas."""
    from allotrope.schema import manifests

    try:
        found = len(manifests())
    except DeclaredError as error:
        yield Check("ASM schemas", "fail", str(error), "uv pip install allotropy==0.1.134")
    else:
        yield Check("ASM schemas", "ok" if found else "fail", f"{found} schemas in allotropy {version('allotropy')}")


def keys() -> Iterator[Check]:
    """Which keys are set; never what they are."""
    for key in KEYS:
        found = bool(os.environ.get(key))
        yield Check(key, "ok" if found else "warn", "set" if found else "not set (optional)", "" if found else f"export {key}=…")


def examine() -> list[Check]:
    """Every check, in order."""
    return [check for group in (python, packages, schemas, engines, machine, keys) for check in group()]
