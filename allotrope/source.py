"""The source of one conversion: the probed file, its settled locale, the stores read from it, and the findings on the way."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, tzinfo
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from allotrope.envelope import Document
from allotrope.errors import Damaged, Empty, Finding
from allotrope.grid import Grid
from allotrope.record import Leaves, Store
from allotrope.values import Locale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allotrope.instrument import Instrument
    from allotrope.probe import Probe
    from allotrope.readers.ole import Stream
    from allotrope.readers.tree import Node

MOST_SHOWN = 400
"""Characters of what was found that an error shows: a workbook may have thousands of sheets."""
_DATES = re.compile(r"([-/.])(?<=\d.)(\d{1,2})\1(\d{4}|\d{2})(?![\d.:/-])")
"""Dates in digits from their first mark on (digits are everywhere, marks are not)."""
_DATE = re.compile(r"(?:^|[^\d.:/-])(\d{1,2})([-/.])(\d{1,2})\2(\d+)$")
"""Such a date with what stands before its first mark."""
_COMMA = re.compile(r",(?<=\d,)\d+(?:[eE][-+]?\d+)?[ ]*(?=$|[\r\t;|\"])", re.MULTILINE)
_WHOLE = re.compile(r"(?:^|[\n\t;|\"])[ ]*([-+]?\d+)$")
"""The fraction of a number from its decimal comma on, and what stands before it."""
_DOT = re.compile(r"(?:^|[\t,;|\"])[ ]*[-+]?\d*\.\d+(?:[eE][-+]?\d+)?%?[ ]*(?=$|[\r\t,;|\"])", re.MULTILINE)


class Source:
    """What an instrument's `read` gets: readers for the container, `document()` for the output, `find()` for findings."""

    def __init__(
        self,
        probe: Probe,
        instrument: Instrument,
        *,
        version: str,
        timezone: tzinfo | None = None,
        decimal: str | None = None,
        date_order: str | None = None,
    ) -> None:
        self.probe = probe
        self.instrument = instrument
        self.version = version
        self.name = probe.name
        self.digest = probe.digest
        self.key = hashlib.blake2b(f"{probe.name}/{probe.digest}".encode("utf-8", "surrogateescape")).digest()
        self.locale = Locale(zone=timezone)
        self.decimal = decimal
        self.date_order = date_order
        self.stores: list[Store] = []
        self.findings: list[Finding] = []
        self.device: str | None = None
        """Identifier of the device, where the laboratory's settings give one."""
        self.owner: str | None = None
        self.trace = False
        self.blanked: tuple[int, int] | None = None
        """Part and handle of a cell to be read as if it were empty, for `explain`."""
        self._settled = False

    def find(self, code: str, message: str, where: str = "", level: str = "note") -> None:
        """Add a finding."""
        self.findings.append(Finding(code, message, where, level))

    def filled(self, key: str, filler: str, count: int) -> None:
        """Say that a key the schema requires was filled `count` times since the source lacks it."""
        given = f"{filler}, when the file was last changed" if key.endswith(" time") else filler
        self.find("filled-required", f"{key}: the schema requires it and the file lacks it; filled {count} times with {given}")

    def damaged(self, where: str, found: str, expected: str) -> Damaged:
        """The error for a file that does not hold what its format promises; `raise source.damaged(…)`."""
        shown = found if len(found) <= MOST_SHOWN else f"{found[:MOST_SHOWN]} …"
        return Damaged(file=self.name, where=where, found=shown, expected=expected)

    def empty(self, where: str, found: str, expected: str) -> Empty:
        """The error for a file without data; `raise source.empty(…)`."""
        return Empty(file=self.name, where=where, found=found, expected=expected)

    def document(self) -> Document:
        """A new ASM document of the instrument's technique, with its declared device and data-system facts."""
        document = Document(self, self.instrument.technique, self.instrument.manifest)
        document.device |= self.instrument.device
        document.system |= self.instrument.system
        return document

    def fallback_time(self) -> str:
        """The file's modification time, for a required time that the source lacks; of a stream the time of conversion; UTC."""
        stamp = self.probe.modified
        moment = datetime.now(UTC) if stamp is None else datetime.fromtimestamp(stamp, tz=UTC)
        return moment.isoformat(timespec="seconds")

    def adopt(self, store: Store, **facts: Any) -> None:
        """Put a store under the ledger; `facts` tell the independent counters how it was split (kind, delimiter …)."""
        store.trace = self.trace
        store.facts = facts
        if self.blanked and self.blanked[0] == len(self.stores):
            store.empty(self.blanked[1])
        self.stores.append(store)

    def grid(self, delimiter: str | None = None, *, quoted: bool = True, member: str = "") -> Grid:
        """The whole text (or an archive member's) as one grid, split at a delimiter (default: the one the file shows)."""
        from allotrope.readers.delimited import delimiter_of, rows_of

        text = self.probe.member_text(member) if member else self.probe.text
        if not text.strip():
            raise self.empty("the file", "nothing but white space", "text")
        mark = delimiter or delimiter_of(text)
        self.settle(text, mark)
        found = rows_of(text, mark, self.name, quoted=quoted)
        rows = found.rows
        grid = Grid(member, rows, self.locale, lines=found.lines, file=self.name)
        self.adopt(grid, kind="delimited", delimiter=mark, quoted=quoted and '"' in text and not found.unclosed)
        if found.unclosed:
            where = f"{member} line {found.unclosed}".lstrip()
            message = "a quote opens a field and nothing closes it near by; the text was read with quotes as plain characters"
            self.find("quote-unclosed", message, where, "warning")
        before = {len(row) for row in rows[-4:-1]}
        if text[-1] not in "\r\n" and len(before) == 1 and len(rows[-1]) < max(before) > 3:
            message = f"the last line ends after {len(rows[-1])} of {max(before)} fields, without a line end: the file may be cut"
            self.find("cut-off", message, f"{member} line {grid.line(len(rows) - 1)}".lstrip(), "warning")
        if rows and rows[0] and rows[0][0].strip().lower().startswith("sep="):
            for cell in grid.cells(0):
                cell.ignore("names the delimiter")
        return grid

    def sheets(self, dropped: Mapping[str, str] = MappingProxyType({})) -> dict[str, Grid]:
        """Every sheet of the workbook, hidden ones too, by name and in order; some `dropped` as wholes, each with its reason."""
        if not self.probe.sheets:
            raise self.empty("the workbook", "no sheet", "at least one sheet")
        grids = {}
        sample: list[str] = []
        for name in self.probe.sheets:
            if name in dropped:
                grids[name] = self._dropped(name, dropped[name])
                continue
            rows = self.probe.rows(name)
            grids[name] = Grid(name, rows, self.locale, sheet=True, file=self.name)
            self.adopt(grids[name], kind="page" if self.probe.page else "workbook")
            if not self._settled and len(sample) < 20_000:
                sample += [value for row in rows[:2000] for value in row if isinstance(value, str)]
        self.settle("\n".join(sample))
        return grids

    def _dropped(self, name: str, because: str) -> Grid:
        from allotrope.dropped import Dropped
        from allotrope.readers.xlsx import extent_of

        extent = extent_of(self.probe.sheet_xml(name))
        grid = Dropped(name, self.locale, because, extent, partial(self.probe.rows, name))
        self.adopt(grid, kind="workbook")
        return grid

    def leaves(self, name: str = "", **facts: Any) -> Leaves:
        """A store that an instrument fills itself, from a tree or a binary stream."""
        leaves = Leaves(name, self.locale)
        self.adopt(leaves, **facts)
        return leaves

    def xml(self, member: str = "") -> Node:
        """The tree of the XML (or of an archive member's): the root element."""
        from allotrope.readers.tree import xml_tree

        if member:
            data: bytes | str = self.probe.member(member)
            text = self.probe.member_text(member)
        else:
            text = self.probe.text
            data = text if self.probe.forced_encoding else self.probe.data
        leaves = self.leaves(member, kind="xml")
        self.settle(text)
        return xml_tree(data, text[:65_536], leaves, f"{self.name}/{member}" if member else self.name)

    def json(self, member: str = "") -> Node:
        """The tree of the JSON (or of an archive member's): a nameless node."""
        from allotrope.readers.tree import json_tree

        text = self.probe.member_text(member) if member else self.probe.text
        leaves = self.leaves(member, kind="json")
        self.settle(text)
        return json_tree(text, leaves, f"{self.name}/{member}" if member else self.name)

    def streams(self) -> dict[str, Stream]:
        """Every stream of an OLE file by its path."""
        from allotrope.readers.ole import Stream

        leaves = self.leaves(kind="ole")
        self.settle("")
        return {path: Stream(path, self.probe.member(path), leaves) for path in self.probe.members}

    def settle(self, text: str, delimiter: str = "") -> None:
        """Settle decimal sign and date order once, from all of the text, and say on what evidence."""
        if self._settled:
            return
        self._settled = True
        self.locale.decimal = self.decimal or self._decimal(text, delimiter)
        self.locale.date_order = self.date_order or self._date_order(text)

    def _decimal(self, text: str, delimiter: str) -> str:
        if "," not in text or (delimiter == "," and '"' not in text):
            return "."
        found = ((_WHOLE.search(text, max(0, one.start() - 40), one.start()), one[0]) for one in _COMMA.finditer(text))
        commas = [whole[1] + fraction for whole, fraction in found if whole]
        if not commas:
            return "."
        dots = len(_DOT.findall(text))
        sign = "," if len(commas) > dots else "."
        if dots or sign == ",":
            evidence = f"{len(commas)} cells with a comma, {dots} with a dot, first {commas[0].strip()!r}"
            self.find("decimal-sign", f"decimal sign {sign!r}: {evidence}; override with --decimal")
        return sign

    def _date_order(self, text: str) -> str:
        seen = {text[max(0, one.start() - 3) : one.end()] for one in _DATES.finditer(text)}
        dates = {date.groups() for part in seen if (date := _DATE.search(part))}
        found = {date[:3] for date in dates if not (date[1] == "." and len(date[3]) == 2 and len(date[0] + date[2]) < 4)}
        firsts, seconds = [int(first) for first, _, _ in found], [int(second) for _, _, second in found]
        marks = {mark for _, mark, _ in found}
        order, evidence = settle_order(firsts, seconds, marks)
        if firsts and evidence:
            level = "warning" if "assumed" in evidence or "contradict" in evidence else "note"
            self.find("date-order", f"{order}: {evidence}; override with --date-order", level=level)
        return order


def settle_order(firsts: Sequence[int], seconds: Sequence[int], marks: set[str]) -> tuple[str, str]:
    """Day-first or month-first, and the evidence, from all numeric dates of a file."""
    day_first, month_first = sum(n > 12 for n in firsts), sum(n > 12 for n in seconds)
    if day_first and not month_first:
        return ("DMY", f"{day_first} distinct dates start above 12") if max(firsts) <= 31 else ("YMD", "dates start with a year")
    if month_first and not day_first:
        return "MDY", f"{month_first} distinct dates have a second number above 12"
    if day_first and month_first:
        return "DMY" if day_first > month_first else "MDY", "the dates contradict each other; the majority decides"
    if marks == {"."}:
        return "DMY", "dates with dots and nothing that decides"
    return "MDY", "nothing in the file decides; month first is assumed"
