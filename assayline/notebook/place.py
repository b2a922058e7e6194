"""Where the local notebook is: named on the command line, in the environment, or the platform's place for a user's data."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "ASSAYLINE_NOTEBOOK"


def notebook_folder(named: Path | None = None) -> Path:
    """The folder of the local notebook; nothing is made here."""
    if named is not None:
        return named
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    return data_home() / "assayline" / "notebook"


def data_home() -> Path:
    """The platform's folder for a user's data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def author() -> str:
    """Who writes: ASSAYLINE_AUTHOR, else the name of the account, else `unknown`."""
    import getpass

    if os.environ.get("ASSAYLINE_AUTHOR"):
        return os.environ["ASSAYLINE_AUTHOR"]
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
