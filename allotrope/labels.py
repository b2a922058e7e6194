"""Labels compare after NFKC, case folding and white-space folding (which also joins the micro sign and the Greek mu)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable


@lru_cache(maxsize=65536)
def fold(label: str) -> str:
    """The form in which two labels compare equal."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def free(label: str, taken: Container[str], form: Callable[[str], str] = str) -> str:
    """The label, or where it is taken (in this form) the next of `label.1`, `label.2`, and so on.

    The next is searched for by halves, since thousands of cells may have one label.
    """
    if form(label) not in taken:
        return label
    below, above = 0, 1
    while form(f"{label}.{above}") in taken:
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if form(f"{label}.{middle}") in taken else (below, middle)
    return f"{label}.{above}"


def told_apart(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Labels and values as a dict; of equal labels nothing is lost."""
    found: dict[str, Any] = {}
    for label, value in pairs:
        found[free(label, found)] = value
    return found


def column_name(index: int) -> str:
    """The spreadsheet name of a column counted from 0: A, B, …, Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
