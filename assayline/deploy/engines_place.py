"""Where engines that this project fetches are kept: a cache that may be deleted at any time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "ASSAYLINE_CACHE"


def cache_home() -> Path:
    """The folder of everything that can be fetched again: ASSAYLINE_CACHE, else `assayline` in the platform's cache folder."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE]).absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "assayline"


def engine_home(name: str, version: str) -> Path:
    """The folder of one version of one engine."""
    return cache_home() / "engines" / f"{name}-{version}"
