#!/usr/bin/env python3
"""Check one pair of FASTQ files: whole gzip, whole records, as many reads in both, the same names, barcodes long enough.

    check_reads.py BARCODES.fastq.gz READS.fastq.gz --least N --output FILE.json [--names NAME NAME]

Standard library only. A damaged pair ends with status 1 and says what was found where.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import zlib
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Read = tuple[bytes, int]


def reads(path: Path, name: str) -> Iterator[Read]:
    """Name and length of every read; what is damaged ends the program."""
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            while head := stream.readline():
                number += 1
                sequence, plus, quality = stream.readline(), stream.readline(), stream.readline()
                if head[:1] != b"@" or plus[:1] != b"+" or len(sequence.rstrip()) != len(quality.rstrip()):
                    sys.exit(f"{name}: read {number}: found no whole FASTQ record; expected @name, bases, +, as many qualities")
                word = head.split(maxsplit=1)[0]
                yield (word[:-2] if word[-2:] in (b"/1", b"/2") else word), len(sequence.rstrip())
    except (OSError, EOFError, zlib.error) as error:
        sys.exit(f"{name}: after read {number}: found a damaged gzip file ({error}); expected a whole one: get it again")
    if number == 0:
        sys.exit(f"{name}: found no read; expected some")


def main() -> None:
    """Walk both files side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs=2)
    parser.add_argument("--least", type=int, required=True, help="bases of barcode and UMI together")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--names", nargs=2, help="how the files are called in messages")
    words = parser.parse_args()
    first, second = words.names or [path.name for path in words.files]
    pairs, short = 0, 0
    for left, right in zip_longest(reads(words.files[0], first), reads(words.files[1], second)):
        if left is None or right is None:
            longer, shorter = (second, first) if left is None else (first, second)
            sys.exit(f"{shorter}: found {pairs} reads; expected as many as {longer}, which has more: the files are no pair")
        if left[0] != right[0]:
            names = f"{left[0].decode(errors='replace')} and {right[0].decode(errors='replace')}"
            sys.exit(f"{first}, {second}: read {pairs + 1}: found the names {names}; expected one name: the files are no pair")
        pairs += 1
        short += left[1] < words.least
    if short > pairs // 2:
        sys.exit(
            f"{first}: found {short} of {pairs} reads shorter than {words.least} bases; expected barcode and UMI in fastq_1 "
            "(are the files swapped, or is it another --protocol?)"
        )
    words.output.write_text(json.dumps({"pairs": pairs, "short": short}) + "\n")


if __name__ == "__main__":
    main()
