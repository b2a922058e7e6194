#!/usr/bin/env python3
"""Write a tiny genome with genes, and 10x 3' reads of cells whose UMI counts are known.

    simulate_reads.py OUT [--seed N] [--cells N] [--genes N] [--umis N] [--errors RATE]

Standard library only; the same words give the same bytes. OUT has genome.fa, genes.gtf, whitelist.txt, samplesheet.csv with the
FASTQ files of two samples (one on two lanes), and truth.tsv.gz: sample, barcode, gene, UMIs. Genes do not overlap and share no
sequence; half of them have an intron, half lie on the reverse strand. Barcodes differ in three places or more, the UMIs of one
cell are all different, and those of one gene in a cell differ in two places or more, so that only read errors can confuse them.
Beside cells there are droplets with a few UMIs, as in any run, and a few broken cells rich in mitochondrial counts.
"""

from __future__ import annotations

import argparse
import gzip
import random
from dataclasses import dataclass
from pathlib import Path

BASES = "ACGT"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
BARCODE, UMI, READ = 16, 12, 75
MITO = {
    "MT-ND1": "ENSG00000198888",
    "MT-ND2": "ENSG00000198763",
    "MT-CO1": "ENSG00000198804",
    "MT-CO2": "ENSG00000198712",
    "MT-ATP8": "ENSG00000228253",
    "MT-ATP6": "ENSG00000198899",
    "MT-CO3": "ENSG00000198938",
    "MT-ND3": "ENSG00000198840",
    "MT-ND4L": "ENSG00000212907",
    "MT-ND4": "ENSG00000198886",
    "MT-ND5": "ENSG00000198786",
    "MT-ND6": "ENSG00000198695",
    "MT-CYB": "ENSG00000198727",
}
TYPES, MARKERS, FOLD = 3, 30, 10.0


@dataclass(frozen=True)
class Gene:
    """One gene: identifier, symbol, chromosome, strand, exons as 1-based closed intervals, and its transcript's sequence."""

    identifier: str
    symbol: str
    chromosome: str
    strand: str
    exons: tuple[tuple[int, int], ...]
    sequence: str


def bases(rng: random.Random, count: int) -> str:
    """Random sequence."""
    return "".join(rng.choices(BASES, k=count))


def reverse(sequence: str) -> str:
    """The reverse complement."""
    return sequence.translate(COMPLEMENT)[::-1]


def chromosome(rng: random.Random, name: str, names: list[tuple[str, str]], *, introns: bool) -> tuple[str, list[Gene]]:
    """A chromosome with one gene after another, 300 bases apart."""
    parts, place, genes = [bases(rng, 300)], 300, []
    for index, (identifier, symbol) in enumerate(names):
        lengths = [rng.randrange(250, 400), rng.randrange(250, 400)] if introns and index % 2 else [rng.randrange(500, 700)]
        strand = "+-"[(index // 2) % 2]
        exons, spliced = [], []
        for number, length in enumerate(lengths):
            if number:  # canonical splice sites, as seen on the gene's own strand
                intron = "GT" + bases(rng, 146) + "AG"
                parts.append(intron if strand == "+" else reverse(intron))
                place += len(intron)
            sequence = bases(rng, length)
            exons.append((place + 1, place + length))
            parts.append(sequence)
            spliced.append(sequence)
            place += length
        whole = "".join(spliced)
        genes.append(Gene(identifier, symbol, name, strand, tuple(exons), whole if strand == "+" else reverse(whole)))
        parts.append(bases(rng, 300))
        place += 300
    return "".join(parts), genes


def gtf(gene: Gene) -> str:
    """The lines of one gene: gene, transcript, exons."""
    start, end = gene.exons[0][0], gene.exons[-1][1]
    who = f'gene_id "{gene.identifier}"; gene_name "{gene.symbol}"; gene_biotype "protein_coding";'
    transcript = f'{who} transcript_id "{gene.identifier.replace("ENSG", "ENST")}";'
    rows = [("gene", start, end, who), ("transcript", start, end, transcript)]
    rows += [("exon", first, last, transcript) for first, last in gene.exons]
    head = f"{gene.chromosome}\tsimulated"
    return "".join(f"{head}\t{kind}\t{first}\t{last}\t.\t{gene.strand}\t.\t{text}\n" for kind, first, last, text in rows)


def barcodes(rng: random.Random, count: int) -> list[str]:
    """Barcodes whose neighbourhoods of one substitution do not touch: any two differ in three places or more."""
    found: list[str] = []
    taken: set[str] = set()
    while len(found) < count:
        one = bases(rng, BARCODE)
        near = {one, *(one[:at] + base + one[at + 1 :] for at in range(BARCODE) for base in BASES)}
        if not near & taken:
            taken |= near
            found.append(one)
    return found


def umis(rng: random.Random, count: int, used: set[str]) -> list[str]:
    """UMIs for one gene of a cell: new in the cell, no homopolymers, any two different in two places or more."""
    found: list[str] = []
    while len(found) < count:
        one = bases(rng, UMI)
        if one in used or len(set(one)) == 1 or any(sum(a != b for a, b in zip(one, other, strict=True)) < 2 for other in found):
            continue
        used.add(one)
        found.append(one)
    return found


def misread(rng: random.Random, read: str, rate: float) -> str:
    """The read with substitutions, each base wrong with the given probability."""
    if rate <= 0:
        return read
    at = int(rng.expovariate(rate))
    while at < len(read):
        read = read[:at] + rng.choice(BASES.replace(read[at], "")) + read[at + 1 :]
        at += 1 + int(rng.expovariate(rate))
    return read


def weights(rng: random.Random, genes: list[Gene]) -> list[list[float]]:
    """How often each gene is expressed in each type of cell: log-normal, every type with markers of its own."""
    base = [0.02 if gene.chromosome == "MT" else rng.lognormvariate(0, 1) for gene in genes]
    total = sum(base)
    base = [total * 0.004 if gene.chromosome == "MT" else weight for gene, weight in zip(genes, base, strict=True)]
    return [
        [weight * (FOLD if kind * MARKERS <= index < (kind + 1) * MARKERS else 1) for index, weight in enumerate(base)]
        for kind in range(TYPES)
    ]


@dataclass
class Lane:
    """The reads of one lane, both mates."""

    first: list[str]
    second: list[str]


class Library:
    """The reads of one sample: molecules become reads, shuffled over its lanes."""

    def __init__(self, rng: random.Random, errors: float, lanes: int) -> None:
        """Empty lanes."""
        self.rng, self.errors, self.lanes = rng, errors, [Lane([], []) for _ in range(lanes)]

    def droplet(self, barcode: str, counts: dict[int, int], genes: list[Gene], copies: float) -> None:
        """Add the reads of every molecule of one droplet: one read each, and further copies with the given probability."""
        used: set[str] = set()
        for index in sorted(counts):
            for umi in umis(self.rng, counts[index], used):
                while True:
                    self.read(barcode + umi, genes[index].sequence)
                    if self.rng.random() >= copies:
                        break

    def read(self, first: str, transcript: str) -> None:
        """Add one pair of reads from a random place of the transcript."""
        lane = self.rng.choice(self.lanes)
        at = self.rng.randrange(len(transcript) - READ + 1)
        for mates, mate, sequence in ((lane.first, 1, first), (lane.second, 2, transcript[at : at + READ])):
            seen = misread(self.rng, sequence, self.errors)
            mates.append(f"@SIM:{len(mates)} {mate}:N:0:1\n{seen}\n+\n{'F' * len(seen)}\n")

    def write(self, folder: Path, sample: str) -> list[tuple[str, str]]:
        """Write every lane in a shuffled order; returns the names of its two files."""
        names = []
        for number, lane in enumerate(self.lanes, 1):
            order = list(range(len(lane.first)))
            self.rng.shuffle(order)
            pair = [f"{sample}_S1_L{number:03}_R{mate}_001.fastq.gz" for mate in (1, 2)]
            for name, reads in zip(pair, (lane.first, lane.second), strict=True):
                write_gzip(folder / name, "".join(reads[index] for index in order))
            names.append((pair[0], pair[1]))
        return names


def write_gzip(path: Path, text: str) -> None:
    """Gzip without a time stamp, so that the same text gives the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", compresslevel=3, fileobj=raw, mtime=0) as stream:
        stream.write(text.encode())


def tally(chosen: list[int]) -> dict[int, int]:
    """How often each number stands in a list."""
    found: dict[int, int] = {}
    for index in chosen:
        found[index] = found.get(index, 0) + 1
    return found


def reference(rng: random.Random, folder: Path, count: int) -> list[Gene]:
    """Write genome and genes."""
    plain = [(f"ENSG00000{900000 + index}", f"SIM{index:03}") for index in range(1, count - len(MITO) + 1)]
    one, genes = chromosome(rng, "1", plain, introns=True)
    mito, more = chromosome(rng, "MT", [(identifier, symbol) for symbol, identifier in MITO.items()], introns=False)
    with (folder / "genome.fa").open("w", encoding="ascii") as stream:
        for name, sequence in (("1", one), ("MT", mito)):
            stream.write(f">{name}\n" + "".join(f"{sequence[at : at + 60]}\n" for at in range(0, len(sequence), 60)))
    (folder / "genes.gtf").write_text("".join(gtf(gene) for gene in [*genes, *more]), encoding="ascii")
    return [*genes, *more]


def simulate(folder: Path, seed: int, cells: int, genes: int, depth: int, errors: float) -> None:
    """Write everything into the folder."""
    rng = random.Random(seed)  # noqa: S311 - a simulation, nothing secret
    folder.mkdir(parents=True, exist_ok=True)
    table = reference(rng, folder, genes)
    whitelist = barcodes(rng, 4 * cells)
    (folder / "whitelist.txt").write_text("".join(f"{one}\n" for one in sorted(whitelist)), encoding="ascii")
    kinds = weights(rng, table)
    mito = [index for index, gene in enumerate(table) if gene.chromosome == "MT"]
    truth, rows = ["sample\tbarcode\tgene\tumis\tcell\n"], ["sample,fastq_1,fastq_2,expected_cells\n"]
    for number, (sample, lanes) in enumerate((("pbmc_a", 2), ("pbmc_b", 1))):
        library = Library(rng, errors, lanes)
        half = cells // 2
        mine = whitelist[number * 2 * half : (number + 1) * 2 * half]
        for place, barcode in enumerate(mine):
            cell = place < half
            total = max(60, int(rng.lognormvariate(0, 0.25) * depth)) if cell else rng.randrange(1, 6)
            chosen = rng.choices(range(len(table)), weights=kinds[place % TYPES], k=total)
            if cell and place % 20 == 19:  # a broken cell: little is left but mitochondria
                chosen = chosen[: total // 4] + rng.choices(mito, k=total // 8)
            counts = tally(chosen)
            library.droplet(barcode, counts, table, 0.25)
            truth += [f"{sample}\t{barcode}\t{table[at].identifier}\t{counts[at]}\t{int(cell)}\n" for at in sorted(counts)]
        rows += [f"{sample},{first},{second},{half}\n" for first, second in library.write(folder, sample)]
    (folder / "samplesheet.csv").write_text("".join(rows), encoding="ascii")
    write_gzip(folder / "truth.tsv.gz", "".join(truth))


def main() -> None:
    """Read the words and simulate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--cells", type=int, default=240, metavar="N", help="of both samples together")
    parser.add_argument("--genes", type=int, default=300, metavar="N", help="13 of them mitochondrial")
    parser.add_argument("--umis", type=int, default=400, metavar="N", help="of a cell, in the middle")
    parser.add_argument("--errors", type=float, default=0.0, metavar="RATE", help="substitutions a base, in both mates")
    words = parser.parse_args()
    simulate(words.out, words.seed, words.cells, words.genes, words.umis, words.errors)


if __name__ == "__main__":
    main()
