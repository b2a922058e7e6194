"""Counts of Debian's drop-seq-testdata: reads of a library of human and mouse cells, counted by barcode, gene and molecule."""

from __future__ import annotations

import gzip
import struct
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path("/usr/share/doc/drop-seq/examples/org/broadinstitute/dropseq/utils")
SIZES = {"A": 1, "c": 1, "C": 1, "s": 2, "S": 2, "i": 4, "I": 4, "f": 4}


def human_and_mouse() -> tuple[list[str], list[str], Any]:
    """Barcodes, genes with their reference as prefix (`HUMAN_ACTB`), and molecules (barcodes × genes, dense)."""
    import numpy as np

    molecules: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reference, tags in _reads(FOLDER / "human_mouse_smaller.bam.gz"):
        gene = tags.get("gn", "").partition(",")[0]
        if gene and reference.startswith(("HUMAN_", "MOUSE_")):
            molecules[tags["XC"], f"{reference.partition('_')[0]}_{gene}"].add(tags["XM"])
    cells, genes = (sorted({key[place] for key in molecules}) for place in (0, 1))
    counts = np.zeros((len(cells), len(genes)))
    row, column = ({name: number for number, name in enumerate(names)} for names in (cells, genes))
    for (cell, gene), seen in molecules.items():
        counts[row[cell], column[gene]] = len(seen)
    return cells, genes, counts


def _reads(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The reference and the text tags of every mapped read of a BAM file inside a gzip file."""
    with gzip.open(path) as outer, gzip.GzipFile(fileobj=outer, mode="rb") as stream:  # type: ignore[arg-type]
        assert stream.read(4) == b"BAM\x01"
        stream.read(struct.unpack("<i", stream.read(4))[0])
        names = []
        for _ in range(struct.unpack("<i", stream.read(4))[0]):
            names.append(stream.read(struct.unpack("<i", stream.read(4))[0])[:-1].decode())
            stream.read(4)
        while size := stream.read(4):
            record = stream.read(struct.unpack("<i", size)[0])
            reference, _, name, _, _, operations, _, length = struct.unpack("<iiBBHHHi", record[:20])
            if reference >= 0:
                yield names[reference], _tags(record, 32 + name + 4 * operations + (length + 1) // 2 + length)


def _tags(record: bytes, at: int) -> dict[str, str]:
    tags = {}
    while at < len(record):
        key, kind, at = record[at : at + 2].decode(), chr(record[at + 2]), at + 3
        if kind in "ZH":
            end = record.index(0, at)
            tags[key], at = record[at:end].decode(), end + 1
        elif kind == "B":
            at += 5 + SIZES[chr(record[at])] * struct.unpack("<i", record[at + 1 : at + 5])[0]
        else:
            at += SIZES[kind]
    return tags
