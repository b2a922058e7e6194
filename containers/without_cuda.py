#!/usr/bin/env python3
"""Print requirements.lock without torch and what only its CUDA build needs; with --torch print torch's own pinned line.

without_cuda.py [--torch] REQUIREMENTS.lock
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CUDA = re.compile(r"^(torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==(\S+)")


def entries(text: str) -> list[str]:
    """The requirements of a lock, each with its hashes and comments."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if found and line[:1] in (" ", "\t"):
            found[-1] += line
        else:
            found.append(line)
    return found


def main() -> None:
    """Print what was asked for."""
    given = entries(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    if "--torch" in sys.argv:
        print(next(match[0] for entry in given if (match := CUDA.match(entry)) and match[1] == "torch"))
    else:
        sys.stdout.writelines(entry for entry in given if not CUDA.match(entry))


if __name__ == "__main__":
    main()
