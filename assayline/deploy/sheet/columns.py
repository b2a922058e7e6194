"""The columns of a pipeline's sample sheet by what they take, from the schema alone: patterns, enums, formats and names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PROBES = {
    "fastq": ("/d/x.fastq.gz", "/d/x.fq.gz", "/d/x.fastq", "/d/x.fq"),
    "spring": ("/d/x.fastq.gz.spring",),
    "bam": ("/d/x.bam",),
    "bai": ("/d/x.bai",),
    "cram": ("/d/x.cram",),
    "crai": ("/d/x.crai",),
    "vcf": ("/d/x.vcf.gz",),
    "table": ("/d/x.table",),
}
"""A path of each kind, to ask a column's pattern whether it takes that kind."""


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet; `roles` says which column takes which file."""

    schema: dict[str, Any]

    @cached_property
    def items(self) -> dict[str, Any]:
        """The schema of one row."""
        found = self.schema.get("items")
        return found if isinstance(found, dict) else {}

    @cached_property
    def properties(self) -> dict[str, dict[str, Any]]:
        """Schema of each column by name, in the order of the file."""
        return {name: item for name, item in (self.items.get("properties") or {}).items() if isinstance(item, dict)}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Columns that every row fills."""
        return tuple(self.items.get("required") or ())

    @cached_property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """Columns whose values together may stand only once: `uniqueEntries` of nf-schema, `unique` of nf-validation."""
        found = [self.schema.get("uniqueEntries"), self.items.get("uniqueEntries")]
        sets = [tuple(names) for names in found if isinstance(names, list) and names]
        for name, item in self.properties.items():
            said = item.get("unique")
            if said is True:
                sets.append((name,))
            elif isinstance(said, list):
                sets.append((name, *map(str, said)))
        return tuple(sets)

    @cached_property
    def roles(self) -> dict[str, str]:
        """Role → column: `1` and `2` for reads, `spring1`, `spring2`, and the kinds of alignments where one column takes them."""
        found: dict[str, str] = {}
        for kind, probes in PROBES.items():
            names = [name for name, item in self.properties.items() if any(takes(item, probe) for probe in probes)]
            if kind in ("fastq", "spring"):
                found |= _mates(names, "" if kind == "fastq" else kind)
            elif kind in names or len(names) == 1:
                found[kind] = kind if kind in names else names[0]
        return found

    @cached_property
    def sample(self) -> str:
        """The column that names the sample."""
        if "sample" in self.properties:
            return "sample"
        meta = [name for name, item in self.properties.items() if "id" in (item.get("meta") or ())]
        files = set(self.roles.values())
        rest = [name for name in (*self.required, *self.properties) if name not in files]
        return (meta or rest or [""])[0]

    def has(self, *names: str) -> bool:
        """Whether there are columns of all these names."""
        return all(name in self.properties for name in names)


def takes(item: dict[str, Any], path: str) -> bool:
    """Whether a column takes a path, by its pattern or one of its alternatives."""
    parts = [item, *(part for key in ("anyOf", "oneOf", "allOf") for part in item.get(key) or () if isinstance(part, dict))]
    patterns = [str(part["pattern"]) for part in parts if "pattern" in part and r"\." in str(part["pattern"])]
    return any(_matches(pattern, path) for pattern in patterns)


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern, in Java's or Python's words, matches; one that Python cannot read matches nothing."""
    try:
        return re.search(pattern, path) is not None
    except re.error:
        return False


def _mates(names: list[str], prefix: str) -> dict[str, str]:
    """Columns for read 1 and read 2 among those that take reads: by the number at their end, or the only one."""
    numbered = {match[1]: name for name in names if (match := re.search(r"([12])$", name))}
    if not numbered and names:
        return {f"{prefix}1": names[0]}
    return {f"{prefix}{number}": name for number, name in sorted(numbered.items())}
