"""Claude Code hook after `assayline convert`: a note on cells that no mapping had a place for, and on what was assumed.

Reads the hook's JSON on stdin, and the ledgers that the command's output names. Prints a note, or nothing. Changes nothing.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

LEDGER = re.compile(r"[^\s\"',]+\.(?:ledger|asm)\.json")
MOST = 8


def ledgers(text: str, folder: Path) -> list[Path]:
    """The ledgers of the documents that a text names, each once."""
    names = dict.fromkeys(name.removesuffix(".asm.json").removesuffix(".ledger.json") for name in LEDGER.findall(text))
    found = (folder / f"{name}.ledger.json" for name in names)
    return [path for path in found if path.is_file()]


def notes(path: Path) -> list[str]:
    """What the user should hear of one conversion; the finding's own words stay in the ledger."""
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    codes = [one["code"] for one in told.get("findings", []) if one["level"] != "note" or one["code"] == "kept-unplaced"]
    return [f"{json.dumps(path.name, ensure_ascii=False)}: {code}" for code in dict.fromkeys(codes)]


def main() -> None:
    """Read, look, tell."""
    try:
        event = json.load(sys.stdin)
        answer = event.get("tool_response") or {}
        text = "\n".join(str(answer.get(key, "")) for key in ("stdout", "stderr")) if isinstance(answer, dict) else str(answer)
        found = [note for path in ledgers(text, Path(event.get("cwd") or ".")) for note in notes(path)]
    except (ValueError, OSError, KeyError, TypeError, AttributeError):
        return  # a note is a courtesy: what cannot be read is not told, and nothing fails
    if found:
        more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
        told = "; ".join(found[:MOST]) + more
        words = f"assayline: tell the user about these findings of the conversion (codes; the words are in the ledgers): {told}"
        print(json.dumps({"hookSpecificOutput": {"hookEventName": "PostToolUse", "additionalContext": words}}))


if __name__ == "__main__":
    main()
