"""Strandedness as reads tell it (RSeQC's infer_experiment, Salmon's library type), against what the sheet said."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STRANDED, UNSTRANDED = 0.8, 0.1
"""nf-core/rnaseq's own thresholds: share of reads on one strand, and difference of the shares."""

FRACTION = re.compile(r'Fraction of reads explained by "(?P<how>[^"]+)":\s*(?P<share>[\d.]+)')
FORWARD = ("++,--", "1++,1--,2+-,2-+")
TYPES = {"F": "forward", "R": "reverse", "U": "unstranded"}


@dataclass(frozen=True, slots=True)
class Inferred:
    """What the reads of a sample tell, by which file, and what the sheet said."""

    sample: str
    said: str
    found: str
    source: str

    @property
    def level(self) -> str:
        """Ok where both agree or nothing was said; fail where the sheet said another strand; warn where it is undetermined."""
        if self.found == "undetermined":
            return "warn"
        return "ok" if self.said in ("", "auto", self.found) else "fail"


def by_shares(text: str) -> str:
    """What infer_experiment's shares mean; empty when the text has none."""
    shares = {match["how"]: float(match["share"]) for match in FRACTION.finditer(text)}
    if len(shares) < 2:
        return ""
    forward = sum(share for how, share in shares.items() if how in FORWARD)
    reverse = sum(share for how, share in shares.items() if how not in FORWARD)
    whole = forward + reverse
    if whole == 0:
        return "undetermined"
    if forward / whole >= STRANDED:
        return "forward"
    if reverse / whole >= STRANDED:
        return "reverse"
    return "unstranded" if abs(forward - reverse) / whole <= UNSTRANDED else "undetermined"


def inferred(results: Path, sheet: Mapping[str, str]) -> list[Inferred]:
    """What was inferred for each sample of the sheet (sample → strandedness) for which a file tells."""
    found: dict[str, Inferred] = {}
    for path in sorted(results.rglob("*infer_experiment.txt")):
        sample = _sample(path, sheet)
        value = by_shares(path.read_text("utf-8", "replace"))
        if sample and value:
            found[sample] = Inferred(sample, sheet[sample], value, path.relative_to(results).as_posix())
    for path in sorted(results.rglob("lib_format_counts.json")):
        sample = _sample(path, sheet)
        if sample and sample not in found:
            value = _library(path)
            if value:
                found[sample] = Inferred(sample, sheet[sample], value, path.relative_to(results).as_posix())
    return list(found.values())


def _library(path: Path) -> str:
    """The strand of Salmon's library type, as ISR; empty when it does not say."""
    try:
        body = json.loads(path.read_bytes())
    except ValueError:
        return ""
    kind = str(body.get("expected_format", "")) if isinstance(body, dict) else ""
    return TYPES.get(kind[-1:], "")


def _sample(path: Path, sheet: Mapping[str, str]) -> str:
    """The sample of the sheet that a path names, the longest name that fits."""
    fits = [name for name in sheet if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", path.as_posix())]
    return max(fits, key=len, default="")
