"""Conversion by the reference package, on request only: for formats that this project does not convert itself."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import allotrope
from allotrope.errors import Finding, NotRecognised, UnknownInstrument
from assayline.errors import EnvironmentMissing, ReferenceFailed

if TYPE_CHECKING:
    from pathlib import Path


def _finite(value: Any) -> Any:
    """The value without keys whose number JSON cannot hold; such an element of a list becomes null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items() if not _unwritable(inner)}
    if isinstance(value, list):
        return [None if _unwritable(inner) else _finite(inner) for inner in value]
    return value


def _unwritable(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _format_of(source: Path, instrument: str | None, known: set[str]) -> str | None:
    """The reference package's name of the format: as asked, else as detected, else left to the package (None)."""
    if instrument is not None and instrument.upper() not in known:
        raise UnknownInstrument(file=source, found=instrument, expected=", ".join(sorted(name.lower() for name in known)))
    try:
        name = (instrument or allotrope.detect(source).instrument).upper()
    except NotRecognised:
        return None
    return name if name in known else None


def convert_with_reference(source: Path, instrument: str | None) -> tuple[dict[str, Any], list[Finding]]:
    """The document that the reference package makes of a file, and the finding that says so.

    Raises EnvironmentMissing without the package, UnknownInstrument for a name it does not know, ReferenceFailed if it gives up.
    It runs in a thread of its own because it may raise anything at all, and a future hands over whatever that was.
    """
    try:
        from allotropy.parser_factory import Vendor
        from allotropy.to_allotrope import allotrope_from_file
    except ImportError as missing:
        raise EnvironmentMissing(
            what="--reference", found=f"no module '{missing.name}'", expected="allotropy 0.1.134", next="Run `assayline doctor`."
        ) from missing
    name = _format_of(source, instrument, set(Vendor.__members__))
    with ThreadPoolExecutor(1) as thread:
        job = thread.submit(allotrope_from_file, str(source), Vendor[name] if name else None, encoding="chardet")
        error = job.exception()
    shown = name.lower() if name else "a format of its own finding"
    if error is not None:
        raise ReferenceFailed(file=source, format=shown, found=f"{type(error).__name__}: {error}".rstrip(".")) from error
    note = f"converted by the reference package as {shown}: its values are not accounted for and there is no ledger"
    return _finite(job.result()), [Finding("reference-converter", note, "", "warning")]
