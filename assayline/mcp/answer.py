"""What a tool gives back: the envelope of the command line, cut to a page, with what was not found and not processed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MOST = 100_000
"""Characters of JSON that the results of one answer may take."""
LISTED = 50
"""Items that a list inside a result may have where the whole would be too long."""

_PLACES = {"type": "array", "items": {"type": "string"}}
OUTPUT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "schema": {"const": "assayline/1"},
        "command": {"type": "string"},
        "ok": {"type": "boolean"},
        "status": {"type": "integer", "description": "exit status of the command line; 0 is ok"},
        "results": {"type": "array", "items": {"type": "object"}},
        "total": {"type": "integer", "description": "results there are, shown or not"},
        "truncated": {"type": "boolean", "description": "whether results or parts of them are left out; go on with offset"},
        "shortened": {**_PLACES, "description": "lists inside of results that are cut"},
        "not_found": {**_PLACES, "description": "inputs that are not there"},
        "not_processed": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"input": {"type": "string"}, "error": {"type": "string"}},
                "required": ["input", "error"],
            },
            "description": "inputs that are there and gave no result, with the code of the error",
        },
        "findings": {"type": "array", "items": {"type": "object"}},
        "findings_total": {"type": "integer"},
    },
}
OUTPUT_SCHEMA["required"] = list(OUTPUT_SCHEMA["properties"])


def length(value: Any) -> int:
    """Characters that a value takes as JSON."""
    return len(json.dumps(value, ensure_ascii=False))


def shorten(value: Any, pointer: str, cut: list[str]) -> Any:
    """The value with every list in it cut to LISTED items; `cut` takes the pointers of those that were longer."""
    if isinstance(value, dict):
        return {key: shorten(item, f"{pointer}/{key}", cut) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) > LISTED:
            cut.append(f"{pointer}: {LISTED} of {len(value)}")
        return [shorten(item, f"{pointer}/{place}", cut) for place, item in enumerate(value[:LISTED])]
    return value


def page(results: list[dict[str, Any]], limit: int, offset: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The results from `offset` on, at most `limit` and about MOST characters; one that alone is longer has its lists cut."""
    shown: list[dict[str, Any]] = []
    cut: list[str] = []
    room = MOST
    for number, result in enumerate(results[offset : offset + limit], offset):
        size = length(result)
        if size > room and shown:
            break
        if size > room:
            result = shorten(result, f"/{number}", cut)
        shown.append(result)
        room -= size
    return shown, cut


def unprocessed(body: dict[str, Any], named: list[str]) -> list[dict[str, str]]:
    """Inputs that gave no result: those whose result is an error, and all that were named where there is no result at all."""
    failed = [
        {"input": str(result["input"]), "error": str(result["error"])}
        for result in body["results"]
        if result.get("error") and "input" in result
    ]
    if body["results"] or body["ok"]:
        return [one for one in failed if Path(one["input"]).exists()]
    codes = [finding["code"] for finding in body["findings"] if finding.get("level") == "error"]
    return [{"input": name, "error": (codes or ["internal"])[0]} for name in named if Path(name).exists()]


def answer(body: dict[str, Any], status: int, named: list[str], *, limit: int, offset: int) -> dict[str, Any]:
    """The answer of a tool from the command line's envelope; `named` are the inputs of the call."""
    shown, cut = page(body["results"], limit, offset)
    findings, lost = page(body["findings"], limit, 0)
    missing = [name for name in named if not Path(name).exists()]
    missing += [
        str(result["input"])
        for result in body["results"]
        if result.get("error")
        and "input" in result
        and not Path(str(result["input"])).exists()
        and str(result["input"]) not in missing
    ]
    return body | {
        "status": status,
        "results": shown,
        "total": len(body["results"]),
        "truncated": len(shown) < len(body["results"]) or bool(cut or lost),
        "shortened": cut,
        "not_found": missing,
        "not_processed": unprocessed(body, named),
        "findings": findings,
        "findings_total": len(body["findings"]),
    }
