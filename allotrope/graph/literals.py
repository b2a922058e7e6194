"""JSON values as literals: lexical form and datatype, and what kind of value an object is."""

from __future__ import annotations

import json
import re
from typing import Any

from allotrope.graph import terms

_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DATE = re.compile(r"-?\d{4,}-\d\d-\d\d", re.ASCII)
FORMS = {"dateTime": _TIME, "dateTimeStamp": _TIME, "date": _DATE, "anyURI": re.compile(r"[a-z][a-z0-9+.-]*:\S+")}


def literal(value: Any, kind: str | None) -> tuple[str, str]:
    """A JSON scalar as lexical form and datatype: the stated XSD type where the value has its form, else the one of JSON."""
    if isinstance(value, bool):
        return ("true" if value else "false"), f"{terms.XSD}boolean"
    if isinstance(value, int) and kind not in ("double", "float", "decimal"):
        short = -(2**63) <= value < 2**63
        return (str(value), terms.INTEGER) if short else (f"{value}.0", f"{terms.XSD}decimal")
    if isinstance(value, int | float):
        return _double(value), f"{terms.XSD}double"
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    form = FORMS.get(kind or "")
    return value, terms.XSD + (kind if kind and form is not None and form.fullmatch(value) else "string")


def _double(value: float) -> str:
    text = repr(float(value)) if abs(value) < 1e308 else repr(value)
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(text, text)


def as_json(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_value(value: dict[str, Any]) -> bool:
    """Whether an object is a scalar in a box or a quantity."""
    return "value" in value and not isinstance(value["value"], dict | list)


def is_cube(value: dict[str, Any]) -> bool:
    """Whether an object is a data cube."""
    return isinstance(value.get("cube-structure"), dict) and isinstance(value.get("data"), dict)
