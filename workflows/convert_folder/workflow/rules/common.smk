# Configuration, and the exports in batches: always the same files in the same batch, whatever was converted before.
import os
import shlex
import shutil
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

if config["instruments"]:
    validate(config, "../schemas/config.schema.yaml")

# Children of this process see the same variables, and find relative paths where the person who started the run means them.
FROM = Path(os.environ.setdefault("ASSAYLINE_FROM", os.environ.get("PWD", os.getcwd())))

if shutil.which("assayline") is None:
    shell.prefix(f'assayline() {{{{ {shlex.quote(sys.executable)} -m assayline "$@"; }}}}; ')


def batches():
    """Name of a batch → its files, sorted by path; nothing when no folder is configured, so that the workflow can be looked at."""
    if not config["instruments"]:
        return {}
    folder = FROM / config["instruments"]
    if not folder.is_dir():
        raise WorkflowError(f"configuration: instruments: found no folder '{folder}'; expected one of instrument exports.")
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise WorkflowError(f"configuration: instruments: found no file in '{folder}'; expected instrument exports.")
    size = config["batch"]
    return {f"{at // size + 1:04}": files[at : at + size] for at in range(0, len(files), size)}


BATCHES = batches()
OPTIONS = f"--timezone {shlex.quote(config['timezone'])}" if config["timezone"] else ""
