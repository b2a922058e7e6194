"""Conversion: probe, detect, read, account for every cell, validate; the result is a document with its ledger and findings."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from allotrope import __version__
from allotrope.columns import ABSENT
from allotrope.detect import Detection, detect_probe
from allotrope.errors import Damaged, Finding
from allotrope.instrument import Instrument
from allotrope.ledger import Ledger, balance
from allotrope.probe import Probe
from allotrope.record import KEPT, not_parsed
from allotrope.registry import load
from allotrope.source import Source
from allotrope.stated import NOTHING, Stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allotrope.record import Cell

NO_RESULT = frozenset(("undetermined", "not determined"))
"""Words, beside signs alone, that instruments write in place of a number without anything being wrong."""
TRUTHS = frozenset(("true", "false"))
OPTICAL = frozenset(("plate reader", "spectrophotometry", "solution analyzer"))
FROZEN_AT_START = 1000
"""Python hides some hundred objects of its own from the collector; more are a caller's, and stay hidden."""
Input = str | PurePath | BinaryIO


@dataclass(frozen=True, slots=True)
class Conversion:
    """An ASM document, the ledger of the source's cells, and what a person should know about both."""

    asm: dict[str, Any]
    ledger: Ledger
    findings: tuple[Finding, ...]
    instrument: str
    standing: str
    """Of the schema: REC (released), BENCHLING (vendor extension) or WD (working draft)."""
    digest: str
    """SHA-256 of the source."""

    def to_json(self) -> bytes:
        """The document as JSON bytes; the same source gives the same bytes."""
        from allotrope.writers.json import dumps

        return dumps(self.asm)

    def ledger_json(self, version: str) -> dict[str, Any]:
        """The ledger with its findings and the provenance of the document."""
        facts = {
            "instrument": self.instrument,
            "source digest": f"sha256:{self.digest}",
            "standing": self.standing,
            "converter version": version,
        }
        return self.ledger.to_json() | facts | {"findings": [finding.to_json() for finding in self.findings]}


@contextmanager
def _many_objects() -> Iterator[None]:
    """Leave out cyclic garbage collection while a document is built: millions of new objects, none of them garbage.

    They count as old afterwards, so that the collector does not look through all of them at its next small step.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if gc.get_freeze_count() <= FROZEN_AT_START:
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def detect(source: Input) -> Detection:
    """The instrument that wrote a file; raises NotRecognised or Ambiguous."""
    return detect_probe(Probe(source))


def convert(
    source: Input,
    instrument: str | Instrument | None = None,
    *,
    timezone: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    date_order: str | None = None,
    device: str | None = None,
    owner: str | None = None,
    validate: bool = True,
) -> Conversion:
    """Convert a file to ASM. `source` is a path or a binary file with a name; options overrule what the file shows.

    `device` (an identifier) and `owner` say what exports rarely do.
    """
    read = reader(source, instrument, Stated(timezone, encoding, decimal, date_order, device, owner))
    with _many_objects():
        found, asm = read(None)
        ledger = balance(found.stores, found.name)
        findings = [*found.findings, *_unparsed(found), *_assumed(found), *_conventions(asm, found.instrument.technique.name)]
        if validate:
            from allotrope.schema import validate as check

            findings += check(asm)
        chosen, digest = found.instrument, found.digest
        del read, found  # the cells are let go before the rest counts as old
    return Conversion(asm, ledger, tuple(findings), chosen.name, chosen.standing, digest)


def reader(
    source: Input, instrument: str | Instrument | None = None, stated: Stated = NOTHING
) -> Callable[[Callable[[Source], None] | None], tuple[Source, dict[str, Any]]]:
    """A function that reads the source into a document, as often as asked; `prepare` may alter the source before."""
    probe = Probe(source, encoding=stated.encoding)
    if isinstance(instrument, Instrument):
        chosen = instrument
    else:
        chosen = load(instrument, probe.name) if instrument else load(detect_probe(probe).instrument)

    def read(prepare: Callable[[Source], None] | None = None) -> tuple[Source, dict[str, Any]]:
        found = Source(probe, chosen, version=__version__, timezone=stated.zone, decimal=stated.decimal, date_order=stated.order)
        found.device, found.owner = stated.device, stated.owner
        if prepare:
            prepare(found)
        if chosen.signature.kinds and probe.kind not in chosen.signature.kinds:
            expected = " or ".join(chosen.signature.kinds)
            raise Damaged(
                file=probe.name, where="the file", found=f"{probe.kind} data", expected=f"{expected}, as {chosen.name} writes"
            )
        return found, chosen.read(found).finish()

    return read


def _conventions(asm: dict[str, Any], technique: str) -> list[Finding]:
    """Findings about units that the schema forces: a person must know that the number is the file's own."""
    documents = asm[f"{technique} aggregate document"][f"{technique} document"] if technique in OPTICAL else []
    groups = (one["measurement aggregate document"] for one in documents)
    if not any("absorbance" in node for group in groups for node in group["measurement document"]):
        return []
    message = (
        "absorbance: the schema knows only the unit mAU, and as in the reference implementation the numbers are those of "
        "the file, which are in AU in most exports: take them as the instrument wrote them"
    )
    return [Finding("unit-convention", message)]


def _unparsed(source: Source) -> list[Finding]:
    """Findings about cells that were asked for a number or a time, hold none, and stayed: by label, with the first."""
    texts: dict[str, list[Cell]] = {}
    for store in source.stores:
        for handle in sorted(store.unparsed):
            cell = store.cell(handle, store.unparsed[handle])
            if store.fates[handle] == KEPT and cell.text not in ABSENT and cell.text.casefold() not in TRUTHS:
                texts.setdefault(cell.label, []).append(cell)
    found = []
    for cells in texts.values():
        known = all(cell.text.casefold() in NO_RESULT or not any(map(str.isalnum, cell.text)) for cell in cells)
        found.append(Finding("not-parsed", not_parsed(len(cells), cells[0]), cells[0].where, "note" if known else "warning"))
    return found


def _assumed(source: Source) -> list[Finding]:
    """Findings about what was assumed of the whole file: time zone and encoding."""
    found = []
    locale, probe = source.locale, source.probe
    if locale.zoneless and locale.zone is None:
        message = "times name no zone and keep their wall clock; give the zone with --timezone"
        found.append(Finding("zone-unknown", message))
    elif locale.odd:
        when = ", ".join(sorted(locale.odd)[:3])
        message = f"{len(locale.odd)} times stand where {locale.zone} changes its clocks ({when}); the first reading was taken"
        found.append(Finding("time-at-clock-change", message, level="warning"))
    elif locale.zoneless:
        found.append(Finding("zone-assumed", f"times name no zone; {locale.zone} was given for them"))
    if probe.kind == "text" and probe.encoding == "cp1252" and not probe.forced_encoding:
        found.append(Finding("encoding-assumed", f"read as Windows-1252: {probe.encoding_evidence}; override with --encoding"))
    return found
