"""Layouts of files as one line of text each: made on disk with real reads in them, and what the sheet must then say."""

from __future__ import annotations

import gzip
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from assayline.deploy.sheet.peek import BGZF_END, CRAM_END

DEFAULTS = {"rnaseq": {"strandedness": "auto"}, "atacseq": {"replicate": "1"}}
COLUMN_OF = {".bam": "bam", ".bai": "bai", ".csi": "bai", ".cram": "cram", ".crai": "crai", ".gz": "", ".table": "table"}


@dataclass(frozen=True)
class Layout:
    """One line of the table."""

    line: int
    pipeline: str
    options: dict[str, str]
    files: str
    rows: str
    left: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.line}-{self.pipeline}-{self.files.split()[0][:40]}"


def read_layouts(path: Path) -> list[Layout]:
    """Every line, once for each pipeline that it names."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        assert len(cells) == 5, f"line {number}: {len(cells)} cells"
        pipelines, options, files, rows, left = cells
        chosen = dict(word.split("=", 1) for word in options.split())
        found += [
            Layout(number, name, chosen, files, rows, tuple(plain for word in left.split() for plain in expanded(word)))
            for name in pipelines.split(",")
        ]
    return found


def expanded(word: str) -> list[str]:
    """`{a,b}` and `[a,b]` multiplied out, lengths (`@28`) taken away, `~` for a space."""
    return [name for name, _, _, _ in _expand(word)]


def _expand(word: str) -> list[tuple[str, str, int, int]]:
    """Name, the key that mates share, bases, and the number in the pair of each file of a word."""
    parts = re.split(r"(\{[^}]*\}|\[[^\]]*\])", word)
    choices = [part[1:-1].split(",") if part[:1] in "{[" and part else [part] for part in parts]
    made = []
    for picked in itertools.product(*choices):
        key = "".join("*" if part[:1] == "[" else text for part, text in zip(parts, picked, strict=True))
        bases = re.search(r"@(\d+)", "".join(picked))
        name = re.sub(r"@\d+", "", "".join(picked)).replace("~", " ")
        mate = next(
            (choice.index(one) + 1 for part, choice, one in zip(parts, choices, picked, strict=True) if part[:1] == "["), 1
        )
        number = (
            int(digits[0])
            if (
                digits := re.findall(
                    r"\d", re.sub(r"@\d+", "", "".join(one for part, one in zip(parts, picked, strict=True) if part[:1] == "["))
                )
            )
            else mate
        )
        made.append((name, re.sub(r"@\d+", "", key), int(bases[1]) if bases else 50, number))
    return made


def title(key: str, name: str, style: str, mate: int) -> str:
    """The title of the first read: the same for mates but for their number."""
    number = sum(map(ord, key)) * 7919 % 9999 + 1000 * len(key)
    lane = re.search(r"_L0*(\d)(?=[_.])", name)
    place = int(lane[1]) if lane and style != "samelane" else 1
    forms = {
        "sra": f"SRR{number}.1 1 length=50",
        "dump": f"SRR{number}.1.{mate} 1 length=50",
        "slash": f"HWI-ST{number}:7:1101:{number}:2/{mate}",
        "plain": "1",
        "bare": f"read_{number}_x",
    }
    return forms.get(style, f"M0:7:FC{number}:{place}:1101:{number}:2000 {mate}:N:0:ACGT")


def build(layout: Layout, root: Path) -> list[Path]:
    """Make the files; those named in one bracket hold reads of the same fragments."""
    made = []
    style = layout.options.get("reads", "")
    for word in layout.files.split():
        files = _expand(word)
        for name, key, bases, mate in files:
            target, _, link = name.partition("->")
            path = root / target
            path.parent.mkdir(parents=True, exist_ok=True)
            made.append(path)
            if link:
                path.symlink_to(root / link)
            else:
                path.write_bytes(_content(path, title(key, name, style, mate), bases))
    return made


def _content(path: Path, read: str, bases: int) -> bytes:
    low = path.name.lower()
    if low.endswith(".bam"):
        return gzip.compress(b"BAM\x01" + str(path).encode(), mtime=0) + BGZF_END
    if low.endswith(".cram"):
        return b"CRAM\x03\x00" + str(path).encode() + CRAM_END
    if not re.search(r"\.(?:fastq|fq)", low):
        return str(path).encode()
    text = "".join(
        f"@{read.replace('.1 ', f'.{at} ', 1) if at > 1 else read}\n{'ACGT' * bases}"[: len(read) + 2 + bases]
        + f"\n+\n{'I' * bases}\n"
        for at in (1,)
    )
    text += f"@{re.sub(r'(\d+)', lambda match: str(int(match[1]) + 1), read, count=1)}\n{'G' * bases}\n+\n{'I' * bases}\n"
    return gzip.compress(text.encode(), mtime=0) if low.endswith(".gz") else text.encode()


def expected_rows(layout: Layout, root: Path) -> list[dict[str, str]]:
    """The rows that the line asks for: braces of one row go in step, brackets fill the columns of the reads in order."""
    rows = []
    for piece in layout.rows.split(" ; "):
        head, _, files = piece.partition(" :")
        groups = re.findall(r"\{([^}]*)\}", piece)
        count = len(groups[0].split(",")) if groups else 1
        for index in range(count):
            step = lambda text, at=index: re.sub(r"\{([^}]*)\}", lambda match: match[1].split(",")[at], text)  # noqa: E731
            sample, *values = step(head).split()
            row = {"sample": sample} | DEFAULTS.get(layout.pipeline, {}) | dict(value.split("=", 1) for value in values)
            names = [name for word in step(files).split() for name in expanded(word)]
            for at, name in enumerate(names, 1):
                column = COLUMN_OF.get(Path(name).suffix, "") or f"fastq_{at}"
                row[column] = str(root / name)
            rows.append(row)
    return rows
