"""Agilent traces (.ch, .it): one channel over time, with its header; plain doubles, deltas and deltas of deltas."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from sys import byteorder

from allotrope.errors import Damaged

HEADER = {"notebook": 0x35A, "date": 0x957, "method": 0xA0E, "instrument": 0xC11, "unit": 0x104C, "signal": 0x1075}
OLD_HEADER = {"notebook": 0x18, "date": 0xB2, "method": 0xE4, "instrument": 0xDA, "unit": 0x244, "signal": 0x254}
START, OLD_START = 0x1800, 0x400
"""Where the values begin."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A channel: header texts by name, times in seconds, values in the header's unit."""

    version: str
    header: dict[str, str]
    seconds: list[float]
    values: list[float]


def trace(data: bytes, file: str) -> Trace:
    """The trace that some bytes hold; raises Damaged where they hold none, or end too early."""
    version = _text(data, 0, 1)
    try:
        if version in ("179", "181"):
            raw = _doubles(data) if version == "179" else _double_deltas(data)
            first, last = struct.unpack_from(">ff", data, 0x11A)
            scale, names, gap = struct.unpack_from(">d", data, 0x127C)[0], HEADER, 2
        elif version in ("130", "30"):
            old = version == "30"
            raw = _deltas(data, OLD_START if old else START)
            first, last = struct.unpack_from(">ii", data, 0x11A)
            scale, names, gap = (
                struct.unpack_from(">d", data, 0x284 if old else 0x127C)[0],
                OLD_HEADER if old else HEADER,
                1 if old else 2,
            )
        else:
            raise Damaged(
                file=file, where="the header", found=f"version {version!r}", expected="a trace of version 30, 130, 179 or 181"
            )
    except struct.error as error:
        raise Damaged(file=file, where="the values", found=str(error), expected="a complete trace") from error
    step = (last - first) / (len(raw) - 1) if len(raw) > 1 else 0.0
    header = {name: text for name, place in names.items() if (text := _text(data, place, gap))}
    return Trace(version, header, [(first + at * step) / 1000 for at in range(len(raw))], [value * scale for value in raw])


def _text(data: bytes, place: int, gap: int) -> str:
    """A text with its length in the first byte; characters `gap` bytes apart."""
    if place >= len(data):
        return ""
    return data[place + 1 : place + 1 + data[place] * gap : gap].decode("latin-1").strip("\x00 ")


def _doubles(data: bytes) -> list[float]:
    values = array("d", data[START : START + (len(data) - START) // 8 * 8]) if len(data) > START else array("d")
    if byteorder == "big":
        values.byteswap()
    return values.tolist()


def _deltas(data: bytes, place: int) -> list[float]:
    """Segments of 16-bit differences; -32768 announces a 32-bit value."""
    values: list[float] = []
    total = 0
    while place + 2 <= len(data) and data[place] == 0x10:
        count = data[place + 1]
        place += 2
        for _ in range(count):
            (step,) = struct.unpack_from(">h", data, place)
            place += 2
            if step == -0x8000:
                (total,) = struct.unpack_from(">i", data, place)
                place += 4
            else:
                total += step
            values.append(total)
    return values


def _double_deltas(data: bytes) -> list[float]:
    """Differences of differences; 32767 announces a 48-bit value."""
    values: list[float] = []
    place, total, slope = START, 0, 0
    while place + 2 <= len(data):
        (step,) = struct.unpack_from(">h", data, place)
        place += 2
        if step == 0x7FFF:
            high, low = struct.unpack_from(">hi", data, place)
            place += 6
            total, slope = (high << 32) | low, 0
        else:
            slope += step
            total += slope
        values.append(total)
    return values
