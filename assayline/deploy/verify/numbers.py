"""Numbers of MultiQC against limits: which column means what is known by patterns, since modules change their prefixes."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GENERAL = "multiqc_general_stats.txt"
LIMIT = re.compile(r"(?P<name>[\w.*?-]+)\s*(?P<sign>>=|<=)\s*(?P<value>-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Limit:
    """Columns that fit a pattern, what they mean, and where they are poor or unusable: below if `low`, else above."""

    pattern: str
    what: str
    unit: str
    poor: float
    unusable: float | None
    low: bool

    def level(self, value: float) -> str:
        """ok, warn or fail."""
        sign = 1 if self.low else -1
        if self.unusable is not None and sign * value < sign * self.unusable:
            return "fail"
        return "warn" if sign * value < sign * self.poor else "ok"


LIMITS: tuple[Limit, ...] = (
    Limit(r"uniquely_mapped_percent$", "uniquely mapped reads", "%", 60.0, 20.0, low=True),
    Limit(
        r"(?:percent_mapped|mapped_passed_pct|reads_mapped_percent|pct_mapped|overall_alignment_rate)$",
        "mapped reads",
        "%",
        60.0,
        20.0,
        low=True,
    ),
    Limit(r"pct_surviving$", "reads left after trimming", "%", 80.0, 40.0, low=True),
    Limit(
        r"(?:percent_duplicates|pct_duplication|percent_duplication|PERCENT_DUPLICATION)$",
        "duplicates",
        "%",
        80.0,
        None,
        low=False,
    ),
    Limit(r"(?:rrna|rRNA)_pct$", "ribosomal reads", "%", 20.0, None, low=False),
    Limit(r"(?:percent_contam|freemix|FREEMIX)$", "contamination", "%", 5.0, 20.0, low=False),
)
"""Limits that hold for most libraries; `--limit` says others. Below 60 % mapped a library deserves a look, below 20 % it is
hardly of this genome (ENCODE's and nf-core/rnaseq's own thresholds lie between)."""


@dataclass(frozen=True, slots=True)
class Number:
    """One value of the table: sample, column, value, and its limit with the level."""

    sample: str
    column: str
    value: float
    limit: Limit
    level: str


def parse_limits(said: Sequence[str]) -> list[Limit]:
    """`name>=number` or `name<=number`, where the name is the end of a column or a pattern with stars; raises BadUsage."""
    found = []
    for text in said:
        match = LIMIT.fullmatch(text.strip())
        if match is None:
            raise BadUsage(
                what="--limit",
                found=repr(text),
                expected="NAME>=NUMBER or NAME<=NUMBER",
                next="As 'uniquely_mapped_percent>=70'.",
            )
        pattern = re.escape(match["name"]).replace(r"\*", ".*").replace(r"\?", ".") + "$"
        value = float(match["value"])
        found.append(Limit(pattern, match["name"], "", value, value, low=match["sign"] == ">="))
    return found


def general_stats(results: Path) -> Path | None:
    """MultiQC's table of general statistics, the newest if there are several."""
    found = [path for path in results.rglob(GENERAL) if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def numbers(path: Path, limits: Sequence[Limit]) -> list[Number]:
    """Every value for which there is a limit, those of the person before the built-in ones."""
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    found = []
    for row in rows:
        sample = next(iter(row.values()), "") or ""
        for column, text in list(row.items())[1:]:
            limit = next((limit for limit in limits if column and re.search(limit.pattern, column)), None)
            value = _number(text)
            if limit is not None and value is not None:
                found.append(Number(sample, column, value, limit, limit.level(value)))
    return found


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
