"""The unit lists that the schemas publish, over all releases: which symbols exist, and which one a misspelt symbol is near to."""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache
from types import MappingProxyType

from allotrope.schema.files import root


@cache
def released() -> MappingProxyType[str, str]:
    """Symbol → IRI over every published unit list, newest release first (about 20 ms the first time)."""
    found: dict[str, str] = {}
    for path in sorted((root() / "qudt").rglob("units.schema.json"), key=lambda path: path.parts[-3:], reverse=True):
        for body in json.loads(path.read_bytes())["$defs"].values():
            unit = body.get("properties", {}).get("unit", {})
            if "const" in unit:
                found.setdefault(unit["const"], unit.get("$asm.unit-iri", ""))
    return MappingProxyType(found)


def fold(symbol: str) -> str:
    """A symbol for comparison: NFKC (which joins the two signs for micro), without white space; case is kept, mS is not MS."""
    return "".join(unicodedata.normalize("NFKC", symbol).split())


@lru_cache(maxsize=1024)
def nearest(symbol: str, preferred: frozenset[str] = frozenset()) -> str | None:
    """The published symbol that equals `symbol` once both are folded, those in `preferred` first; None if there is none."""
    folded = fold(symbol)
    near = (known for known in sorted(preferred) if fold(known) == folded)
    return next(near, None) or _folded().get(folded)


@cache
def _folded() -> dict[str, str]:
    """Folded symbol → the published symbol, of two that fold alike the newer."""
    return {fold(known): known for known in reversed(released())}
