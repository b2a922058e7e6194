"""The run folder: where everything of a run lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.errors import BadInput, CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("asm", "ledger", "tables", "cells", "figures", "evidence", "decisions")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths of one run; `RunFolder(path).create()` makes its folders, everything else only names places."""

    root: Path

    def create(self) -> RunFolder:
        """Make the folders that are missing; raises `CannotWrite` if the place does not take them."""
        try:
            for part in PARTS:
                (self.root / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(file=self.root, found=error.strerror or error) from error
        return self

    def existing(self) -> RunFolder:
        """This folder, or `BadInput` if there is none."""
        if not self.root.is_dir():
            raise BadInput(
                what=self.root,
                found="no such folder",
                expected="a run folder",
                next="Name the folder that `assayline run` printed.",
            )
        return self

    @property
    def cells(self) -> Path:
        """Folder of the single-cell stations' files."""
        return self.root / "cells"

    @property
    def tables(self) -> Path:
        """Folder of Parquet tables."""
        return self.root / "tables"

    @property
    def figures(self) -> Path:
        """Folder of figures and their sidecars."""
        return self.root / "figures"

    @property
    def evidence(self) -> Path:
        """The assembled evidence, one JSON object a line."""
        return self.root / "evidence.jsonl"

    @property
    def evidence_parts(self) -> Path:
        """Folder with one `<station>.jsonl` a station, from which `evidence` is assembled."""
        return self.root / "evidence"

    def decision(self, question: str) -> Path:
        """The file that holds the decision on one question."""
        return self.root / "decisions" / f"{question}.json"

    @property
    def interpretation(self) -> Path:
        """The checked statements of the run."""
        return self.root / "interpretation.json"

    def inside(self, path: Path) -> str:
        """`path` relative to the run folder with forward slashes, as evidence names its sources."""
        return path.resolve().relative_to(self.root.resolve()).as_posix()
