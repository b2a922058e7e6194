"""Numbers and times as instruments write them, read under the file's own decimal sign, date order and time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from allotrope.errors import BadOption

EXACT = 2.0**53
"""Up to here whole numbers stay integers; JSON readers hold larger ones as floats."""
FIRST_YEAR = 1904
"""The year in which, at the latest, a spreadsheet begins to count days."""
Scalar = str | int | float | bool

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero ene gennaio gen",
            "feb february februar fev fevr fevrier febrero febbraio",
            "mar march mrz marz mars marzo",
            "apr april avr avril abr abril aprile",
            "may mai mayo maggio mag",
            "jun june juni juin junio giugno giu",
            "jul july juli juil juillet julio luglio lug",
            "aug august aout ago agosto",
            "sep sept september septembre septiembre settembre set",
            "oct october okt oktober octobre octubre ottobre ott",
            "nov november novembre noviembre",
            "dec december dez dezember decembre dic diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<![\d:])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?![\d:])")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})[\s\-/.]*([^\W\d_]{3,9})\.?[\s\-/.,]*(\d{4}|\d{2})(?![\d:])")
_YEAR_NAMED = re.compile(r"(?<!\d)(\d{4})[\s\-/.]([^\W\d_]{3,9})[\s\-/.](\d{1,2})(?!\d)")
_NAME_FIRST = re.compile(r"([^\W\d_]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_CLOCK_INSIDE = re.compile(r"([^\W\d_]{3})\s+(\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+(?:[A-Z]{3,4}\s+)?(\d{4})(?!\d)")
"""`Tue Oct 03 14:44:50 2023`, as C libraries write a time."""
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:[T_ -]?(\d{2})(\d{2})(\d{2}))?(?!\d)")
_HALF = r"\s*([AaPp]\.?\s?[Mm]\b\.?|[上下]午|오[전후])"
_CLOCK = re.compile(rf"(?<!\d)(\d{{1,2}})[:hH](\d{{2}})(?::(\d{{2}})(?:[.,:](\d+))?)?(?:{_HALF})?")
_DOTTED = re.compile(rf"(?<![\d.])(\d{{1,2}})\.(\d{{2}})\.(\d{{2}})()(?:{_HALF})?(?![\d.])")
_HOUR = re.compile(rf"(?<!\d)(\d{{1,2}})()()(){_HALF}")
_BEFORE = re.compile(r"([上下]午|오[전후])\s*(?=\d)")
_ZONE = re.compile(r"^\s*\(?([Zz]\b|UTC|GMT|[ECMP][SD]T\b|[CEW]ES?T\b|BST\b|JST\b)?\s*([+-]\d{2}(?::?\d{2})?)?\)?")
_HOURS = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "CET": 1,
    "CEST": 2,
    "WET": 0,
    "WEST": 1,
    "EET": 2,
    "EEST": 3,
    "BST": 1,
    "JST": 9,
}
"""Zones that instruments name by letters; hours from UTC."""
_GROUPED = {
    ".": re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"),
    ",": re.compile(r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"),
}
_PLAIN = re.compile(r"^-?(0|[1-9]\d{0,14})(\.\d{1,15})?([eE][+-]?\d{1,2})?$")


@dataclass(slots=True)
class Locale:
    """What a file's numbers and times mean: decimal sign, order of day and month, time zone; settled once per file."""

    decimal: str = "."
    date_order: str = "MDY"
    zone: tzinfo | None = None
    zoneless: bool = False
    """Whether a time was read that names no zone."""
    odd: set[str] = field(default_factory=set)
    """Wall clocks that the given zone has twice (`ambiguous`) or never (`missing`): summer time begins or ends there."""


def zone_named(name: str) -> tzinfo:
    """A time zone from an IANA name or an offset such as +02:00; raises BadOption."""
    offset = re.fullmatch(r"([+-])(\d{2})(?::?(\d{2}))?", name)
    try:
        if offset:
            minutes = int(offset[2]) * 60 + int(offset[3] or 0)
            return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        expected = "an IANA name such as Europe/Berlin or an offset such as +02:00"
        raise BadOption(option="--timezone", found=name, expected=expected) from error


def number(value: Any, decimal: str = ".") -> int | float | None:
    """The finite number a cell holds, or None; an integer where the text is one."""
    if not isinstance(value, str):
        usable = isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0
        try:
            return (float(value) if abs(value) >= EXACT else value) if usable else None
        except OverflowError:
            return None
    text = value.strip().replace("\u2212", "-")
    if decimal == ",":
        if "." in text and not _GROUPED[","].match(text):
            return None
        text = text.replace(".", "").replace(",", ".")
    elif "," in text:
        if not _GROUPED["."].match(text):
            return None
        text = text.replace(",", "")
    try:
        found = float(text)
    except ValueError:
        return None
    if found - found != 0 or "_" in text:
        return None
    return int(text) if text.lstrip("+-").isdigit() and abs(found) < EXACT else found


def number_within(text: str, decimal: str) -> int | float | None:
    """A number that stands in a text with other words, or None: with the file's decimal sign, else with the other one.

    A name keeps its own sign, a spreadsheet rewrites only fields that are numbers, and some exports have no other number.
    """
    found = number(text, decimal)
    return number(text, "," if decimal == "." else ".") if found is None else found


def text_of(value: Any) -> str:
    """The stripped text of a cell, empty where there is none; a whole number of a sheet without its `.0`."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def part_of_time(value: Any) -> str:
    """The text of a day, or of a time of day, in a cell of its own.

    A spreadsheet may hold the one as its first moment, the other on the first day that it knows.
    """
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, datetime) and value.year <= FIRST_YEAR:
        return value.time().isoformat()
    return text_of(value)


def scalar(value: Any) -> Scalar:
    """A cell for custom information: numbers in plain form become numbers, all else stays the text it was."""
    if isinstance(value, str):
        text = value.strip()
        if _PLAIN.match(text) and sum(map(str.isdigit, text)) <= 15:
            return float(text) if any(mark in text for mark in ".eE") else int(text)
        return text
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value - value != 0:
        return str(value)
    if isinstance(value, int) and abs(value) >= EXACT:
        return str(value)
    return value  # type: ignore[no-any-return]


def moment(value: Any, locale: Locale) -> str | None:
    """An ISO 8601 time from a cell, or None; the wall clock stays as it is, a zone is added where file or option gives one."""
    if isinstance(value, datetime):
        found: datetime | None = value
    elif isinstance(value, date):
        found = datetime.combine(value, time.min)
    elif isinstance(value, str):
        found = _parse(" ".join(value.split()), locale.date_order)
    else:
        found = None
    if found is None:
        return None
    if found.tzinfo is None:
        locale.zoneless = True
        if locale.zone is not None:
            found = _placed(found, locale)
    return found.isoformat()


def _placed(wall: datetime, locale: Locale) -> datetime:
    """The wall clock in the given zone; an hour that the zone has twice, or never, is noted."""
    found = wall.replace(tzinfo=locale.zone)
    later = found.replace(fold=1)
    if found.utcoffset() != later.utcoffset():
        back = found.astimezone(UTC).astimezone(locale.zone).replace(tzinfo=None)
        locale.odd.add(f"{wall.isoformat()} {'ambiguous' if back == wall else 'missing'}")
    return found


@lru_cache(maxsize=4096)
def _parse(text: str, order: str) -> datetime | None:
    day = _calendar(text, order)
    if day is None:
        return None
    *ymd, rest = day
    year, month, date_ = ymd[:3]
    before = _BEFORE.search(rest)
    if before:
        rest = rest[: before.start()] + rest[before.end() :]
    compact = len(ymd) == 6
    clock = None if compact else _CLOCK.search(rest) or _DOTTED.search(rest) or _HOUR.search(rest)
    hour, minute, second = ymd[3:] if compact else (0, 0, 0)
    micro = 0
    if clock:
        hour, minute, second = int(clock[1]), int(clock[2] or 0), int(clock[3] or 0)
        micro = int((clock[4] or "0").ljust(6, "0")[:6])
        half = (clock[5] or (before[1] if before else "")).lower()
        if half:
            hour = hour % 12 + (12 if half[0] in "p下" or half == "오후" else 0)
    before_zone, after = (rest[: clock.start()], rest[clock.end() :]) if clock else ("", rest)
    mark = _ZONE.match(after) if clock or compact else None
    if any(letter.isdigit() for letter in before_zone + after[mark.end() if mark else 0 :]):
        return None
    try:
        zone = _zone(mark[1], mark[2]) if mark else None
        return datetime(year, month, date_, hour, minute, second, micro, tzinfo=zone)
    except (BadOption, ValueError):
        return None


def _zone(name: str | None, offset: str | None) -> tzinfo | None:
    """The zone behind a clock, by its offset or else its letters; None where there is neither; raises BadOption."""
    if offset:
        return zone_named(offset)
    hours = _HOURS.get((name or "").upper(), 0)
    return timezone(timedelta(hours=hours)) if hours else UTC if name else None


def _calendar(text: str, order: str) -> tuple[Any, ...] | None:
    """Year, month, day (and hour, minute, second of a compact stamp), then the text without the date."""
    found = _YEAR_FIRST.search(text)
    if found:
        ymd: tuple[int, ...] = (int(found[1]), int(found[2]), int(found[3]))
    elif found := _YEAR_LAST.search(text):
        first, second = int(found[1]), int(found[3])
        day_first = first > 12 or (order == "DMY" and second <= 12)  # no month is above 12, whatever the order of the others
        if order == "YMD" and len(found[4]) == 2:
            ymd = (_year(found[1]), second, int(found[4]))
        else:
            ymd = (_year(found[4]), second, first) if day_first else (_year(found[4]), first, second)
    elif found := _CLOCK_INSIDE.search(text):
        return _year(found[4]), _month(found[1]), int(found[2]), found[3]
    elif found := _YEAR_NAMED.search(text):
        ymd = (int(found[1]), _month(found[2]), int(found[3]))
    elif found := _NAMED.search(text):
        ymd = (_year(found[3]), _month(found[2]), int(found[1]))
    elif found := _NAME_FIRST.search(text):
        ymd = (_year(found[3]), _month(found[1]), int(found[2]))
    elif found := _COMPACT.search(text):
        ymd = tuple(int(part) for part in found.groups() if part is not None)
    else:
        return None
    return *ymd, f"{text[: found.start()]} {text[found.end() :].lstrip('T')}"


def _month(name: str) -> int:
    plain = name.casefold().translate(str.maketrans("éûäà", "euaa"))
    return MONTHS.get(plain, MONTHS.get(plain[:3], 0))


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)
