"""Schema errors as findings: the alternative that was nearest, at its own place, in words a person can act on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import Draft202012Validator, ValidationError

LIMIT = 200
Path = tuple[str | int, ...]
_SHOWN = 12
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "minItems": "at least this many items:",
    "maxItems": "at most this many items:",
}


def pointer(path: Iterable[str | int]) -> str:
    """A path of keys and indices as JSON pointer (RFC 6901); the document itself is the empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def show(value: Any) -> str:
    """A value in short: scalars as JSON, containers by size and first keys."""
    if isinstance(value, dict):
        keys = ", ".join(repr(str(key)) for key in list(value)[:3])
        return f"an object with {len(value)} keys ({keys}{', …' if len(value) > 3 else ''})" if value else "an empty object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else text[:77] + "…"


def check(asm: dict[str, Any], validator: Draft202012Validator, skip: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Findings `schema` of a document, at most `LIMIT` and one that says there are more; places in `skip` are passed over."""
    seen = 0
    told: set[tuple[str, str]] = set()
    for outer in validator.iter_errors(asm):
        for error in _innermost(outer):
            where = pointer(error.instance_path)
            if where in skip:
                continue
            message = f"found {show(error.instance)}; expected {_expected(error)}"
            if (where, message) in told:
                continue
            if seen == LIMIT:
                yield Finding(
                    "schema", f"more than {LIMIT} places break the schema; only the first {LIMIT} are listed", "", "error"
                )
                return
            seen += 1
            told.add((where, message))
            yield Finding("schema", message, where, "error")


def _innermost(error: ValidationError) -> Iterator[ValidationError]:
    """The errors of the alternative that came nearest to fitting: the one that fails deepest, then with the fewest errors."""
    branches = getattr(error.kind, "context", None)
    usable = [branch for branch in branches or () if branch]
    if error.kind.name not in ("anyOf", "oneOf") or not usable or len(usable) < len(branches or ()):
        yield error
        return
    nearest = max(usable, key=lambda branch: (min(len(part.instance_path) for part in branch), -len(branch)))
    for part in nearest:
        yield from _innermost(part)


def _expected(error: ValidationError) -> str:
    kind = error.kind
    name, value = kind.name, kind.value
    if name == "required":
        return f"the key {value!r}"
    if name == "type":
        return "type " + " or ".join(sorted(map(str, value)) if isinstance(value, list | tuple | set) else [str(value)])
    if name == "const":
        return show(value)
    if name == "enum":
        return "one of " + ", ".join(show(one) for one in value[:_SHOWN]) + (", …" if len(value) > _SHOWN else "")
    if name in _BOUNDS:
        return f"{_BOUNDS[name]} {value}"
    if name == "format":
        return f"the format {value}"
    if name == "oneOf" and any(not branch for branch in getattr(kind, "context", ())):
        return "exactly one alternative of the schema to fit, more than one does"
    return f"what `{name}` of the schema demands ({show(error.message)})"
