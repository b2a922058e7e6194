"""Where a launched pipeline keeps its things in a run folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Paths of one launch; nothing is made here."""

    run: Path

    @property
    def folder(self) -> Path:
        """What was asked and how it went; also the folder in which Nextflow is started."""
        return self.run / "pipeline"

    @property
    def parameters(self) -> Path:
        """The parameters as JSON."""
        return self.folder / "params.json"

    @property
    def command(self) -> Path:
        """The command with engine, pipeline and digests."""
        return self.folder / "command.json"

    @property
    def config(self) -> Path:
        """The configuration that is laid over the pipeline's: where the trace goes."""
        return self.folder / "launch.config"

    @property
    def trace(self) -> Path:
        """One line a task."""
        return self.folder / "trace.txt"

    @property
    def log(self) -> Path:
        """What Nextflow printed."""
        return self.folder / "console.log"

    @property
    def state(self) -> Path:
        """Process, beginning and end of the latest attempt."""
        return self.folder / "state.json"

    @property
    def results(self) -> Path:
        """The pipeline's outputs."""
        return self.run / "results"

    @property
    def work(self) -> Path:
        """Nextflow's working folder."""
        return self.run / "work"
