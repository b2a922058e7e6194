"""Find the engines, and say what a pipeline needs that is not here.

PIPELINE is a pipeline's folder, or `own` for the one of this package; its own files say which Nextflow, plugins and profiles it
needs, and are read, not run. --fix fetches Nextflow through Maven where there is none. Status 7 when something needed is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The pipeline, the profiles it is to run with, and whether to mend."""
    parser.add_argument("pipeline", nargs="?", metavar="PIPELINE", help="a pipeline's folder, or own")
    parser.add_argument("--profile", default="", metavar="NAMES", help="as for nextflow run: engines they name are then required")
    parser.add_argument("--fix", action="store_true", help="fetch what can be fetched")


def run(options: argparse.Namespace) -> Outcome:
    """Each check with its level and the command that helps; 7 if one failed."""
    from assayline.cli.doctor import check_lines
    from assayline.deploy.engines import examine, fix
    from assayline.deploy.engines_pipeline import needs

    wanted = needs(options.pipeline) if options.pipeline else None
    profiles = tuple(name.strip() for name in options.profile.split(",") if name.strip())
    if options.fix:
        fix(wanted, talk)
    checks = list(examine(wanted, profiles))
    failed = any(check.level == "fail" for check in checks)
    return Outcome([check.to_json() for check in checks], status=7 if failed else 0, text=check_lines(checks))
