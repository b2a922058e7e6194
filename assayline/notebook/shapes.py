"""What the files of a run hold where this program relies on it: a small shape for each kind of file; other keys are free."""

from __future__ import annotations

from typing import Any

Shape = Any
"""A type, a list with the shape of its items, or a mapping with the shapes of some keys; null always counts as absent."""

FINDINGS = [{"code": str, "message": str, "where": str, "level": str}]
BY = {"kind": str, "model": str, "request_id": str, "name": str}

SHAPES: dict[str, Shape] = {
    "asm/": {},
    "ledger/": {
        "cells": int,
        "mapped": int,
        "kept": int,
        "ignored": int,
        "runs": [{"fate": str, "count": int}],
        "findings": FINDINGS,
    },
    "cells/": {"findings": FINDINGS},
    "figures/": {"title": str, "caption": str, "alt": str, "evidence": [str]},
    "evidence.jsonl": {"id": str, "what": str, "unit": str, "source": str, "pointer": str, "station": str},
    "decisions/": {
        "question": str,
        "choice": dict,
        "rule_choice": dict,
        "bounds": dict,
        "because": [{"text": str, "evidence": [str]}],
        "evidence": [str],
        "confidence": str,
        "decided_by": BY,
        "findings": FINDINGS,
    },
    "interpretation.json": {
        "statements": [{"text": str, "evidence": [str], "confidence": str}],
        "dropped": [{"template": str, "reason": str}],
        "limits": list,
        "decided_by": BY,
        "findings": FINDINGS,
    },
}
"""The shapes by the beginning of a file's name."""

NAMED = {str: "a text", int: "a whole number", dict: "an object", list: "a list"}


def shape_of(name: str) -> Shape:
    """The shape of a file, by its name in the run."""
    return next((shape for start, shape in SHAPES.items() if name.startswith(start)), {})


def misfit(value: Any, shape: Shape, where: str = "") -> tuple[str, str] | None:
    """Where a value does not have its shape and what was expected there, or nothing."""
    if value is None:
        return None
    if isinstance(shape, type):
        sound = isinstance(value, shape) and not (shape is int and isinstance(value, bool))
        return None if sound else (where, NAMED[shape])
    if isinstance(shape, list):
        if not isinstance(value, list):
            return where, NAMED[list]
        found = (
            misfit(item, shape[0], f"{where}/{index}") or absent(item, f"{where}/{index}") for index, item in enumerate(value)
        )
        return next((item for item in found if item), None)
    if not isinstance(value, dict):
        return where, NAMED[dict]
    parts = (misfit(value.get(key), inner, f"{where}/{key}") for key, inner in shape.items())
    return next((item for item in parts if item), None)


def absent(item: Any, where: str) -> tuple[str, str] | None:
    """A list has no use for null."""
    return (where, "an item") if item is None else None
