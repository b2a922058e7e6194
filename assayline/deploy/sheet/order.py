"""What is asked of a sheet, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from allotrope.errors import Finding
    from assayline.deploy.sheet.columns import Columns
    from assayline.deploy.sheet.found import Left


@dataclass(frozen=True, slots=True)
class Order:
    """Folders or files of reads, and all that names and contents do not say."""

    places: tuple[Path, ...]
    exclude: tuple[str, ...] = ()
    check: str = "auto"
    layout: str = "auto"
    sample_from: str = "auto"
    step: str = ""
    metadata: Path | None = None
    strandedness: str = ""
    kit: str = ""
    status: str = ""
    values: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    link: Path | None = None
    merge: Path | None = None
    run: Path | None = None
    by: str = "auto"


@dataclass(slots=True)
class Sheet:
    """Rows in the order of the columns, the files that are in none, findings, and what was asked of the person or the advisor."""

    columns: Columns
    names: list[str]
    rows: list[dict[str, str]]
    left: list[Left]
    findings: list[Finding]
    used: int

    def to_json(self) -> dict[str, Any]:
        """The sheet and its account as plain JSON."""
        left = [{"file": str(item.path), "reason": item.reason} for item in self.left]
        return {"columns": self.names, "rows": self.rows, "used": self.used, "left": left}

    def text(self, separator: str = ",") -> str:
        """The sheet as the pipeline reads it."""
        import csv
        import io

        stream = io.StringIO()
        writer = csv.DictWriter(stream, self.names, delimiter=separator, lineterminator="\n", extrasaction="raise", restval="")
        writer.writeheader()
        writer.writerows(self.rows)
        return stream.getvalue()
