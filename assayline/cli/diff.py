"""Compare two conversions by meaning, so that an upgrade can be judged.

OLD and NEW are ASM documents, or folders of them as `convert` writes them. Values, units, paths and findings are compared;
identifiers that the converter makes stand one to one, lists keep their order, and the converter's version is no difference by
itself. The exit status is 0 where both mean the same and 9 (refused by a check) where they do not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome
from assayline.judge import judge, pairs, read_written

if TYPE_CHECKING:
    import argparse

DIFFERENT = 9
SHOWN = 20
"""Lines that a person sees of one document."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The two conversions."""
    parser.add_argument("old", type=Path, metavar="OLD", help="a document, or a folder of documents")
    parser.add_argument("new", type=Path, metavar="NEW", help="the same, converted again")


def run(options: argparse.Namespace) -> Outcome:
    """Compare pair by pair; a document that only one folder has is a difference."""
    results: list[dict[str, Any]] = []
    for name, (old, new) in pairs(options.old, options.new).items():
        result: dict[str, Any] = {"document": name, "old": old, "new": new}
        if old is None or new is None:
            results.append(result | {"same": False, "only_in": "new" if old is None else "old"})
        else:
            results.append(result | judge(read_written(old), read_written(new)).to_json())
    different = sum(not result["same"] for result in results)
    lines = [line for result in results for line in told(result)]
    lines.append(f"{len(results) - different} of {len(results)} documents mean the same")
    return Outcome(results, status=DIFFERENT if different else 0, text="\n".join(lines))


def told(result: dict[str, Any]) -> list[str]:
    """The lines of one document for a person; none where both mean the same."""
    if result["same"]:
        return []
    if "only_in" in result:
        return [f"{result['document']}: only in {result['only_in'].upper()}"]
    versions = result["versions"]
    changed = f" (converter {versions['old']} → {versions['new']})" if versions["old"] != versions["new"] else ""
    lines = [f"{result['document']}: {result['count']} differences{changed}"]
    for group in result["by_path"][:SHOWN]:
        more = f" (and {group['count'] - 1} more)" if group["count"] > 1 else ""
        lines.append(f"  {group['kind']:<5} {group['path']}: {_change(group)}{more}")
    if len(result["by_path"]) > SHOWN:
        lines.append(f"  … at {len(result['by_path']) - SHOWN} more paths; read them with --json")
    for word in ("gone", "new"):
        shown = result[f"findings_{word}"][:SHOWN]
        lines += [f"  finding {word}: {finding['message']} [{finding['code']}]" for finding in shown]
    counts = (f"{name} {change['old']} → {change['new']}" for name, change in result["ledger"].items())
    ledger = ", ".join(counts)
    return [*lines, f"  cells: {ledger}"] if ledger else lines


def _change(group: dict[str, Any]) -> str:
    sides = [_short(group[side]) for side in ("old", "new") if side in group]
    return " → ".join(sides)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['values']} values"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
