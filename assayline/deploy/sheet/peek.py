"""The beginning of a file of reads, or all of it: is it whole, which read comes first, how long are its reads."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from typing import IO, TYPE_CHECKING

from assayline.deploy.sheet.found import Peek

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = 32 << 20
"""Bytes up to which a file is read to its end when nobody says otherwise."""

BLOCK = 1 << 20
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
CRAM_END = bytes.fromhex("0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b")
ILLUMINA = re.compile(r"^[^\s:]+:\d+:[^\s:]+:(\d):\d+:\d+:\d+")
NUMBERED = re.compile(r"^\S+\s+([1-4]):[YN]:")
SLASHED = re.compile(r"/([1-4])$")
DUMPED = re.compile(r"^([SED]RR\d+\.\d+)\.([1-4])$")
Stream = IO[bytes]


def opened(path: Path) -> Stream:
    """The file's plain bytes, by what it is and not by what it is called."""
    with path.open("rb") as raw:
        magic = raw.read(6)
    if magic[:2] == b"\x1f\x8b":
        return gzip.open(path)  # type: ignore[return-value]
    if magic[:3] == b"BZh":
        return bz2.open(path)
    return lzma.open(path) if magic == b"\xfd7zXZ\x00" else path.open("rb")


def look(path: Path, kind: str, check: str = "auto") -> Peek:
    """What a file shows; `check` is quick (its beginning), full (all of it) or auto (all of it if it is small)."""
    try:
        size = path.stat().st_size
        if size == 0:
            return Peek(problem="it is empty")
        if kind in ("bam", "cram"):
            return Peek(problem=_alignments(path, kind))
        if kind != "fastq":
            return Peek()
        if path.name.lower().endswith(".gz"):
            with path.open("rb") as raw:
                if raw.read(2) != b"\x1f\x8b":
                    return Peek(problem="it is named .gz and is not compressed with gzip")
        return _reads(path, whole=check == "full" or (check == "auto" and size <= WHOLE))
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError) as error:
        return Peek(problem=f"its compressed data are broken ({error})")
    except OSError as error:
        return Peek(problem=error.strerror or str(error))


def _alignments(path: Path, kind: str) -> str:
    """What is wrong with a BAM or CRAM file, judged by its first and last bytes."""
    end, magic = (BGZF_END, b"BAM\x01") if kind == "bam" else (CRAM_END, b"CRAM")
    with path.open("rb") as raw:
        head = raw.read(BLOCK)
        raw.seek(max(0, path.stat().st_size - len(end)))
        tail = raw.read()
    if kind == "bam":
        head = zlib.decompressobj(31).decompress(head, 4) if head[:2] == b"\x1f\x8b" else head
    if not head.startswith(magic):
        return f"it does not begin as {kind.upper()} does"
    return "" if tail == end else f"it is truncated: the end mark of {kind.upper()} is missing"


def _reads(path: Path, *, whole: bool) -> Peek:
    with opened(path) as stream:
        first = [stream.readline(BLOCK) for _ in range(4)]
        if not first[0]:
            return Peek(problem="it holds no reads")
        sound = first[0][:1] == b"@" and first[2][:1] == b"+"
        if not sound or len(first[1].strip()) != len(first[3].strip()):
            return Peek(problem="it does not begin with a FASTQ record")
        name, number, lane = read_name(first[0][1:].decode("utf-8", "replace").strip())
        second = [line for line in (stream.readline(BLOCK) for _ in range(4)) if line]
        if second and number == 1 and read_name(second[0][1:].decode("utf-8", "replace").strip())[:2] == (name, 2):
            return Peek(problem="it holds both reads of each pair in turn (interleaved): split it first")
        count, tail = 4 + len(second), False
        if not whole:
            return Peek(name, number, len(first[1].strip()), lane)
        while block := stream.read(BLOCK):
            count += block.count(b"\n")
            tail = not block.endswith(b"\n")
        count += tail
    problem = "" if count % 4 == 0 else f"it ends within a record (line {count})"
    return Peek(name, number, len(first[1].strip()), lane, count // 4, problem)


def read_name(title: str) -> tuple[str, int, str]:
    """The id that both reads of a pair share, the number in the pair (0 when it is not said), and the lane by Illumina's form."""
    number = NUMBERED.match(title)
    word = title.split()[0] if title.split() else ""
    lane = ILLUMINA.match(title)
    found = int(number[1]) if number else 0
    if dumped := DUMPED.match(word):
        word, found = dumped[1], int(dumped[2])
    elif slashed := SLASHED.search(word):
        word, found = word[: slashed.start()], int(slashed[1])
    return word, found, lane[1] if lane else ""
