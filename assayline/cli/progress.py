"""Progress on a terminal: one line of stderr that is rewritten, and nothing at all elsewhere."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def progress[T](things: Iterable[T], total: int, label: str = "") -> Iterator[T]:
    """Pass things on and show how many of the total have come; silent if stderr is no terminal or there is only one."""
    if total < 2 or not sys.stderr.isatty():
        yield from things
        return
    try:
        for count, thing in enumerate(things, 1):
            width = max(10, min(30, shutil.get_terminal_size().columns - len(label) - 20))
            bar = "━" * (width * count // total)
            sys.stderr.write(f"\r\x1b[K{label} {bar:<{width}} {count}/{total}")
            sys.stderr.flush()
            yield thing
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
