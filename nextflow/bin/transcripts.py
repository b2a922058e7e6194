#!/usr/bin/env python3
"""Spliced transcripts of a genome, and which gene each belongs to, for kallisto.

    transcripts.py GENOME.fa[.gz] GENES.gtf[.gz] TRANSCRIPTS.fa T2G.tsv

Exons are joined per transcript_id; every gene_id needs one. Standard library only; one chromosome is held in memory at a time.
"""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPLEMENT = str.maketrans("ACGTUNacgtun", "TGCAANtgcaan")
ATTRIBUTE = re.compile(r'(\w+)\s+"([^"]*)"')
Transcript = tuple[str, str, list[tuple[int, int]]]


def opened(path: Path) -> TextIO:
    """A text file, gzipped or not."""
    return cast("TextIO", gzip.open(path, "rt")) if path.suffix == ".gz" else path.open()


def exons(path: Path) -> tuple[dict[str, dict[str, Transcript]], dict[str, tuple[str, str]]]:
    """Chromosome → transcript → (transcript, strand, exons), and transcript → (gene, symbol)."""
    found: dict[str, dict[str, Transcript]] = {}
    genes: dict[str, tuple[str, str]] = {}
    with opened(path) as stream:
        for number, line in enumerate(stream, 1):
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or len(fields) < 9 or fields[2] != "exon":
                continue
            attributes = dict(ATTRIBUTE.findall(fields[8]))
            if "transcript_id" not in attributes or "gene_id" not in attributes:
                sys.exit(f"{path.name}: line {number}: found an exon without gene_id and transcript_id; expected both")
            name = attributes["transcript_id"]
            genes[name] = (attributes["gene_id"], attributes.get("gene_name", attributes["gene_id"]))
            entry = found.setdefault(fields[0], {}).setdefault(name, (name, fields[6], []))
            entry[2].append((int(fields[3]), int(fields[4])))
    if not genes:
        sys.exit(f"{path.name}: found no exon; expected a GTF with lines of the feature 'exon'")
    return found, genes


def chromosomes(path: Path) -> Iterator[tuple[str, str]]:
    """Name and sequence of each record of a FASTA file."""
    name, parts = "", []
    with opened(path) as stream:
        for line in stream:
            if line.startswith(">"):
                if name:
                    yield name, "".join(parts)
                name, parts = line[1:].split()[0], []
            else:
                parts.append(line.strip())
    if name:
        yield name, "".join(parts)


def main() -> None:
    """Read the words and write both files."""
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    genome, annotation, fasta, table = map(Path, sys.argv[1:])
    found, genes = exons(annotation)
    written: set[str] = set()
    with fasta.open("w") as out:
        for name, sequence in chromosomes(genome):
            for transcript, strand, parts in found.get(name, {}).values():
                if max(last for _, last in parts) > len(sequence):
                    sys.exit(f"{annotation.name}: {transcript} ends beyond {name} ({len(sequence)} bases); expected one assembly")
                whole = "".join(sequence[first - 1 : last] for first, last in sorted(parts))
                out.write(f">{transcript}\n{whole if strand == '+' else whole.translate(COMPLEMENT)[::-1]}\n")
                written.add(transcript)
    if not written:
        sys.exit(
            f"{annotation.name}: none of its chromosomes ({', '.join(list(found)[:5])}) is in {genome.name}; expected one naming"
        )
    with table.open("w") as out:
        out.writelines(f"{name}\t{gene}\t{symbol}\n" for name, (gene, symbol) in genes.items() if name in written)


if __name__ == "__main__":
    main()
