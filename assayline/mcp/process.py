"""One command line in a process of its own: what it prints never reaches the protocol, and it ends with the call."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from assayline.cli.show import SCHEMA


async def envelope(words: list[str]) -> tuple[dict[str, Any], int]:
    """Run `assayline WORDS` and return its envelope and exit status; a cancelled call takes its processes along."""
    import anyio

    alone = {"start_new_session": True} if os.name == "posix" else {}
    process = await anyio.open_process(
        [sys.executable, "-m", "assayline", *words],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"NO_COLOR": "1"},
        **alone,  # type: ignore[arg-type]
    )
    printed: dict[str, bytes] = {}

    async def read(name: str, stream: Any) -> None:
        printed[name] = b"".join([part async for part in stream])

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(read, "out", process.stdout)
            group.start_soon(read, "err", process.stderr)
        status = await process.wait()
    finally:
        if process.returncode is None:
            _kill(process.pid)
        with anyio.CancelScope(shield=True):
            await process.aclose()
    return _body(words, printed, status), status


def _kill(pid: int) -> None:
    """End a process with all that it started, as far as the system knows groups."""
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def _body(words: list[str], printed: dict[str, bytes], status: int) -> dict[str, Any]:
    """The envelope among what was printed; where there is none, one that says so with the end of the talk."""
    try:
        found: dict[str, Any] = json.loads(printed["out"])
    except ValueError:
        talk = printed["err"].decode("utf-8", "replace")[-2000:]
        message = f"assayline {words[0]}: ended with status {status} and no answer; it said: {talk}"
        finding = {"code": "internal", "message": message, "where": "", "level": "error"}
        found = {"schema": SCHEMA, "command": words[0], "ok": False, "results": [], "findings": [finding]}
    return found
