"""Sheets that are left out as wholes: counted by their XML, laid out only where one of their cells is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.grid import Grid, is_filled
from allotrope.labels import column_name
from allotrope.record import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allotrope.readers.xlsx import Extent
    from allotrope.values import Locale


class Dropped(Grid):
    """A sheet whose cells are all ignored for one reason; `extent` (None: not to be told without laying it out) counts them."""

    def __init__(self, name: str, locale: Locale, because: str, extent: Extent | None, lay: Callable[[], list[Any]]) -> None:
        self.sheet, self.lines, self._turned, self.indented = True, None, None, set()
        self._lay = lay
        self.filled_cells, height, self.width = extent or (0, 0, 0)
        Store.__init__(self, name, height * self.width, locale)
        self.fates = bytearray([self.reason(because)]) * (height * self.width)
        if extent is None:
            self._lay_out()

    def __getattr__(self, name: str) -> Any:
        """The rows, laid out when they are first asked for."""
        if name != "rows":
            raise AttributeError(name)
        self._lay_out()
        return self.rows

    def _lay_out(self) -> None:
        fate = self.reason(self.reasons[0])
        self.rows = self._lay()
        self.width = max(map(len, self.rows), default=0)
        self.fates = bytearray([fate]) * (len(self.rows) * self.width)

    def unread(self) -> Iterator[int]:
        """Nothing: the whole sheet has its fate."""
        return iter(())

    def whole(self) -> tuple[str, int, int]:
        """The region, the fate and the number of filled cells of the sheet."""
        if "rows" in vars(self):
            self.filled_cells = sum(map(is_filled, (value for row in self.rows for value in row)))
        height = len(self.fates) // self.width if self.width else 0
        return f"{self.name}!A1:{column_name(max(self.width - 1, 0))}{height}", self.reason(self.reasons[0]), self.filled_cells
