"""Ask a program something, with patience that ends."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said: its status (None when it could not be started or did not answer in time) and its words."""

    status: int | None
    text: str

    @property
    def first(self) -> str:
        """The first line that says something."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")


def ask(*words: str, patience: float = PATIENCE, env: dict[str, str] | None = None) -> Answer:
    """Run a program of PATH without a terminal and return what it said on both streams, seconds of patience at most."""
    if shutil.which(words[0]) is None:
        return Answer(None, "")
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=patience,
            check=False,
            env=os.environ | (env or {}),
        )
    except OSError as error:
        return Answer(None, error.strerror or str(error))
    except subprocess.TimeoutExpired:
        return Answer(None, f"no answer within {patience:g} s")
    return Answer(done.returncode, f"{done.stdout}\n{done.stderr}".strip())
