"""What the scripts of all skills share: find the command line, call it with --json, print one JSON object. Asks nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import argparse

PLUGIN = Path(__file__).resolve().parents[3]


def parse(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, list[str]]:
    """The script's own options, and the words after `--`, which are for the command line."""
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    return parser.parse_args(words[:end]), words[end + 1 :]


def program() -> str:
    """The command line: the one of PATH, else the plugin's own way to it."""
    return shutil.which("assayline") or str(PLUGIN / "bin" / "assayline")


def call(*words: object) -> tuple[int, dict[str, Any]]:
    """Run `assayline WORDS --json`; its exit status and its envelope. Ends with the status where there is no envelope."""
    done = subprocess.run([program(), *map(str, words), "--json"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    try:
        body: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        sys.stderr.write(done.stderr.decode("utf-8", "replace")[-4000:])
        raise SystemExit(done.returncode or 1) from None
    return done.returncode, body


def need(*words: object) -> dict[str, Any]:
    """The envelope of a command that must succeed; else its errors go to stderr and its status ends the script."""
    status, body = call(*words)
    if status:
        for finding in body["findings"]:
            if finding["level"] == "error":
                print(finding["message"], file=sys.stderr)
        raise SystemExit(status)
    return body


def decided(run: object, question: str, by: str) -> dict[str, Any]:
    """The decision of a question for a run, made now or replayed; `decided_by` is a person's where the file was edited."""
    need("advise", question, "--run", run, "--by", by)
    return next(row for row in need("advise", "--list", "--run", run)["results"] if row["question"] == question)


def finish(result: dict[str, Any], status: int = 0) -> NoReturn:
    """Print the result as JSON and end with the status."""
    print(json.dumps(result, ensure_ascii=False, indent=1))
    raise SystemExit(status)
