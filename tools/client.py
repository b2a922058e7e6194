"""The plugin as the pinned Claude Code client sees it: an export of this checkout, and conversations in a clean environment."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
QUIET = {
    "DISABLE_TELEMETRY": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "BASH_MAX_TIMEOUT_MS": "1500000",
}


def install() -> Path | None:
    """The pinned client's program, installed if need be; None where it cannot be had."""
    done = subprocess.run([str(ROOT / "tools" / "claude-client")], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def export(to: Path) -> Path:
    """The tracked files as they are now, in an empty folder: what a marketplace would bring, and nothing else."""
    git = ["git", "-C", str(ROOT), "-c", "user.name=export", "-c", "user.email=export@localhost"]
    changed = subprocess.run([*git, "stash", "create"], capture_output=True, text=True, check=True).stdout.strip()
    archive = subprocess.run([*git, "archive", changed or "HEAD"], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(to, filter="data")
    return to


def environment(home: Path, **more: str) -> dict[str, str]:
    """A clean environment with a home of its own; `more` adds to it, and overrides."""
    return {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"} | QUIET | more


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation without a person did: exit status, the client's events, its talk."""

    status: int
    events: list[dict[str, Any]]
    err: str

    @property
    def start(self) -> dict[str, Any]:
        """The event that lists tools, skills, plugins and MCP servers."""
        return next(event for event in self.events if event.get("subtype") == "init")

    @property
    def answer(self) -> str:
        """The last words of the model."""
        return next((str(event.get("result", "")) for event in reversed(self.events) if event.get("type") == "result"), "")

    def calls(self) -> list[dict[str, Any]]:
        """Every call of a tool, in order: name and input."""
        parts = [part for event in self.events if event.get("type") == "assistant" for part in event["message"]["content"]]
        return [part for part in parts if part.get("type") == "tool_use"]


def converse(client: Path, prompt: str, *words: str, folder: Path, env: dict[str, str], seconds: int = 600) -> Conversation:
    """One prompt, all turns that follow, and the end; the client asks nobody."""
    line = [str(client), *words, "-p", prompt, "--output-format", "stream-json", "--verbose"]
    done = subprocess.run(
        line, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=seconds, check=False
    )
    return Conversation(
        done.returncode, [json.loads(part) for part in done.stdout.splitlines() if part.startswith("{")], done.stderr
    )
