# Configuration, inputs, and the words of commands that several rules share. Paths of outputs are relative to the run folder.
import json
import os
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from assayline.provenance.record import software, sources

validate(config, "../schemas/config.schema.yaml")

# Children of this process see the same variables, and find relative paths where the person who started the run means them.
FROM = Path(os.environ.setdefault("ASSAYLINE_FROM", os.environ.get("PWD", os.getcwd())))
os.environ.setdefault("OMP_NUM_THREADS", "1")

if shutil.which("assayline") is None:
    shell.prefix(f'assayline() {{{{ {shlex.quote(sys.executable)} -m assayline "$@"; }}}}; ')


def place(text):
    """A path of the configuration, absolute."""
    return str(FROM / text)


def exports():
    """Name → path of every instrument export; two of one name would be written to one place and are refused."""
    given = config["instruments"] or str(Path(os.environ.get("ASSAYLINE_SHARE") or Path(workflow.basedir).parents[2], "examples", "instruments"))
    found = {}
    for text in [given] if isinstance(given, str) else given:
        path = Path(place(text))
        if not path.exists():
            raise WorkflowError(f"configuration: instruments: found no '{path}'; expected a file or a folder of instrument exports.")
        files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.name.startswith(".") or file.suffix.lower() in (".md", ".yaml", ".yml"):
                continue
            if found.setdefault(file.name, str(file)) != str(file):
                raise WorkflowError(f"configuration: instruments: '{file.name}' stands twice; rename one of {found[file.name]} and {file}.")
    return found


def counts():
    """The count matrix: the configured one, else the sample in the installed celltypist package."""
    if config["counts"]:
        return place(config["counts"])
    package = find_spec("celltypist")
    if package is None or package.origin is None:
        raise WorkflowError("configuration: counts: empty, and the package celltypist that holds the sample is not installed (extra [cells]).")
    return str(Path(package.origin).parent / "data" / "samples" / "sample_cell_by_gene.csv")


def flag(name, key=None, path=False):
    """`--name value` where the configuration has a value for the key, else nothing."""
    value = config[key or name.replace("-", "_")]
    return f"--{name} {shlex.quote(place(value) if path else str(value))}" if value != "" else ""


def given():
    """Parameter → the places it names that are read; nothing for those that are empty."""
    others = {name: [place(config[name])] for name in ("metadata", "tape") if config[name]}
    return {"instruments": list(EXPORTS.values()), "counts": [counts()]} | others


def recorded():
    """What the run's record depends on beside its inputs, as JSON, so that a change of it makes the record anew."""
    return json.dumps({"parameters": dict(config), "software": software()}, sort_keys=True)


EXPORTS = exports()
PLACES = ["instruments", "counts", "metadata", "tape", "notebook"]
HOME = Path(workflow.basedir).parent
