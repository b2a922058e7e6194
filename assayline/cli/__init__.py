"""The command `assayline`: one file a verb, found through one static table, so that a verb imports only what it needs."""

from assayline.cli.main import main

__all__ = ["main"]
