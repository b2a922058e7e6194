"""Labels compare after NFKC, case folding and white-space folding (which also joins the micro sign and the Greek mu)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65536)
def fold(label: str) -> str:
    """The form in which two labels compare equal."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def column_name(index: int) -> str:
    """The spreadsheet name of a column counted from 0: A, B, …, Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
