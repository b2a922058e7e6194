# Words of commands, and places as the person who started the run means them: what several workflows share.
import json
import os
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from snakemake.exceptions import WorkflowError

from assayline.provenance.record import software, sources

# Children of this process see the same variables, and find relative paths where the person who started the run means them.
FROM = Path(os.environ.setdefault("ASSAYLINE_FROM", os.environ.get("PWD", os.getcwd())))
os.environ.setdefault("OMP_NUM_THREADS", "1")

if shutil.which("assayline") is None:
    shell.prefix(f'assayline() {{{{ {shlex.quote(sys.executable)} -m assayline "$@"; }}}}; ')


def place(text):
    """A path of the configuration, absolute."""
    return str(FROM / text)


def counts():
    """The count matrix or sheet of samples: the configured one, else the sample in the installed celltypist package."""
    if config["counts"]:
        return place(config["counts"])
    package = find_spec("celltypist")
    if package is None or package.origin is None:
        raise WorkflowError("configuration: counts: empty, and the package celltypist that holds the sample is not installed (extra [cells]).")
    return str(Path(package.origin).parent / "data" / "samples" / "sample_cell_by_gene.csv")


def flag(name, key=None, path=False):
    """`--name value` where the configuration has the key and a value for it, else nothing."""
    value = config.get(key or name.replace("-", "_"), "")
    return f"--{name} {shlex.quote(place(value) if path else str(value))}" if value != "" else ""


def agreed(name, key=None):
    """`--name` where the configuration says true, else nothing."""
    return f"--{name}" if config.get(key or name.replace("-", "_")) is True else ""


def recorded():
    """What the run's record depends on beside its inputs, as JSON, so that a change of it makes the record anew."""
    return json.dumps({"parameters": dict(config), "software": software()}, sort_keys=True)
