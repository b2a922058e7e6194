"""What a person states of a file instead of having it found: zone, encoding, decimal sign, date order, device, owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.errors import BadOption
from allotrope.values import zone_named

if TYPE_CHECKING:
    from datetime import tzinfo

ORDERS = ("DMY", "MDY", "YMD")


@dataclass(frozen=True, slots=True)
class Stated:
    """The options of a conversion, checked when it is made: raises BadOption; None leaves a property to be found."""

    timezone: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    date_order: str | None = None
    device: str | None = None
    """Identifier of the device."""
    owner: str | None = None
    """Who owns the device."""

    def __post_init__(self) -> None:
        if self.decimal not in (None, ".", ","):
            raise BadOption(option="--decimal", found=self.decimal, expected="'.' or ','")
        try:
            "a".encode(self.encoding or "utf-8")
        except (LookupError, ValueError) as error:
            expected = "a text encoding, as utf-8, utf-16 or cp1252"
            raise BadOption(option="--encoding", found=self.encoding, expected=expected) from error
        if self.order not in (None, *ORDERS):
            raise BadOption(option="--date-order", found=self.date_order, expected="DMY, MDY or YMD")
        self.zone  # noqa: B018 - a zone that nobody knows is refused here

    @property
    def order(self) -> str | None:
        """The date order in capitals."""
        return self.date_order.upper() if self.date_order else None

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times that name none."""
        return zone_named(self.timezone) if self.timezone else None


NOTHING = Stated()
"""Nothing stated: every property is found from the file."""
