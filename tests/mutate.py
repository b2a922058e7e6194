"""Seeded damage: bytes flipped, ends cut off, rows shuffled, columns dropped or doubled, encodings swapped, cells blown up.

Archives and workbooks are damaged as bytes and, one member at a time, inside; every mutation is a pure function of file and seed.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Change up to twenty bytes."""
    body = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def truncate(data: bytes, chance: random.Random) -> bytes:
    """Cut the end off."""
    return data[: chance.randrange(1, len(data) + 1)]


def shuffle(data: bytes, chance: random.Random) -> bytes:
    """Shuffle the lines, all of them or a stretch."""
    lines = data.split(b"\n")
    start = chance.randrange(len(lines))
    end = chance.randint(start, len(lines))
    part = lines[start:end]
    chance.shuffle(part)
    return b"\n".join([*lines[:start], *part, *lines[end:]])


def columns(data: bytes, chance: random.Random) -> bytes:
    """Drop or double one column of every line."""
    mark = max((b"\t", b",", b";"), key=data.count)
    which, double = chance.randrange(12), chance.random() < 0.5
    lines = []
    for line in data.split(b"\n"):
        fields = line.split(mark)
        if which < len(fields):
            fields[which : which + 1] = [fields[which], fields[which]] if double else []
        lines.append(mark.join(fields))
    return b"\n".join(lines)


def encoding(data: bytes, chance: random.Random) -> bytes:
    """Write the text in another encoding, with or without its mark."""
    text = data.decode("utf-8", "replace")
    return text.encode(
        chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "shift_jis", "utf-32")), "replace"
    )


def blow_up(data: bytes, chance: random.Random) -> bytes:
    """Make one cell very long, or a number very large."""
    at = chance.randrange(len(data) + 1)
    return (
        data[:at]
        + chance.choice((b"9" * 5000, b"A" * 300_000, b"1e999", b"-" * 400, b"NaN", b"\xff\xfe\x00", b'"' * 7))
        + data[at:]
    )


def numbers(data: bytes, chance: random.Random) -> bytes:
    """Replace some numbers by text, by nothing, or by numbers of other forms."""
    words = (
        b"",
        b"ERROR",
        b"N/A",
        b"1,5",
        b"1.234.567",
        b"-0.0",
        b"inf",
        b"1e400",
        b"#DIV/0!",
        b"0x1F",
        b"99999999999999999999",
        "½".encode(),
    )
    return re.sub(rb"\d+(\.\d+)?", lambda found: chance.choice(words) if chance.random() < 0.05 else found[0], data)


def lines_out(data: bytes, chance: random.Random) -> bytes:
    """Drop a stretch of lines."""
    lines = data.split(b"\n")
    start = chance.randrange(len(lines))
    return b"\n".join(lines[:start] + lines[start + chance.randint(1, 10) :])


TEXT: tuple[Mutation, ...] = (flip, truncate, shuffle, columns, encoding, blow_up, numbers, lines_out)
BINARY: tuple[Mutation, ...] = (flip, truncate, blow_up)
INSIDE: tuple[Mutation, ...] = (flip, truncate, numbers, blow_up, lines_out)


def mutate(data: bytes, seed: str) -> tuple[bytes, str]:
    """One mutation of a file, and its name."""
    chance = random.Random(seed)
    if data.startswith(b"PK") and chance.random() < 0.8:
        return inside(data, chance)
    kind = BINARY if data.startswith((b"PK", b"\xd0\xcf")) else TEXT
    mutation = chance.choice(kind)
    return mutation(data, chance) or b"\n", mutation.__name__


_ELEMENT = re.compile(rb"<(\w+)(?:\s[^<>]*)?>[^<>]*</\1>|<\w+(?:\s[^<>]*)?/>")
"""An element of XML with nothing below it."""


def repeated(data: bytes, seed: str, times: int = 20_000, most: int = 400_000) -> tuple[bytes, str]:
    """A text in which one line, one field of a line or one element stands so many times (within `most` bytes), and what it is."""
    chance = random.Random(seed)
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
        found = chance.choice([*_ELEMENT.finditer(data)] or [re.match(b"", data)])
        count = min(times, most // (len(found[0]) + 1))
        return data[: found.start()] + found[0] * count + data[found.end() :], f"element {found[0][:40]!r}"
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    if chance.random() < 0.5:
        count = min(times, most // (len(lines[at]) + 1))
        return b"\n".join([*lines[:at], *[lines[at]] * count, *lines[at + 1 :]]), f"line {at + 1}"
    mark = max((b"\t", b",", b";"), key=lines[at].count)
    fields = lines[at].split(mark)
    which = chance.randrange(len(fields))
    fields[which : which + 1] = [fields[which]] * min(times, most // (len(fields[which]) + 1))
    return b"\n".join([*lines[:at], mark.join(fields), *lines[at + 1 :]]), f"field {which + 1} of line {at + 1}"


def inside(data: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Damage one member of an archive and pack it again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if archive.getinfo(name).file_size]
        chosen, mutation = chance.choice(names), chance.choice(INSIDE)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name in names:
                body = archive.read(name)
                copy.writestr(name, mutation(body, chance) if name == chosen else body)
    return packed.getvalue(), f"{mutation.__name__} in {chosen}"
