"""The options of every verb that reads an instrument's export."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from allotrope.stated import Stated


def reading_options(parser: argparse.ArgumentParser) -> None:
    """Add `--as` and the properties of a file that can be stated instead of found."""
    group = parser.add_argument_group("how the file is to be read", "found from the file, with evidence, where not given")
    group.add_argument("--as", dest="instrument", metavar="INSTRUMENT", help="take this instrument instead of detecting it")
    group.add_argument("--timezone", metavar="ZONE", help="zone of times that name none, as Europe/Zurich or +01:00")
    group.add_argument("--encoding", metavar="NAME", help="encoding of text, as utf-16 or cp1252")
    group.add_argument("--decimal", choices=(".", ","), help="decimal sign")
    group.add_argument("--date-order", choices=("DMY", "MDY", "YMD"), help="order of day, month and year")
    group.add_argument("--device", metavar="ID", help="identifier of the device, which exports rarely state")
    group.add_argument("--owner", metavar="NAME", help="who owns the device, kept as custom information")


def reading(options: argparse.Namespace) -> Stated:
    """What the options state of a file; raises BadOption."""
    from allotrope.stated import Stated

    return Stated(
        timezone=options.timezone,
        encoding=options.encoding,
        decimal=options.decimal,
        date_order=options.date_order,
        device=options.device,
        owner=options.owner,
    )
