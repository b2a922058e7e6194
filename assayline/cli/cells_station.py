"""What the stations of `cells` that follow a decision share: their run folder, and the choice that was decided for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from assayline.run_folder import RunFolder


def add_run(parser: argparse.ArgumentParser) -> None:
    """The argument that names the run folder."""
    parser.add_argument("--run", dest="folder", type=Path, required=True, metavar="DIR", help="the run folder")


def add_budget(parser: argparse.ArgumentParser) -> None:
    """What a training may use."""
    parser.add_argument("--device", choices=("cpu", "cuda", "auto"), default="cpu", help="where to train (default: cpu)")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="end a training after S seconds, and say so")


def decided(options: argparse.Namespace, question: str) -> tuple[RunFolder, dict[str, Any], str]:
    """The run folder, the choice that its decision file holds, and that file's digest; raises `ExtraMissing` and `BadInput`."""
    from assayline.advisor.tape import chosen
    from assayline.cells.extra import require_extra
    from assayline.run_folder import RunFolder

    require_extra()
    folder = RunFolder(options.folder).existing().create()
    choice, digest = chosen(folder, question)
    return folder, choice, digest
