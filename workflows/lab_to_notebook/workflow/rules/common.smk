# Configuration and inputs; what other workflows share with this one is in words.smk. Outputs are relative to the run folder.
import os
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

validate(config, "../schemas/config.schema.yaml")


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


def given():
    """Parameter → the places it names that are read; nothing for those that are empty."""
    others = {name: [place(config[name])] for name in ("metadata", "tape") if config[name]}
    return {"instruments": list(EXPORTS.values()), "counts": [counts()]} | others


EXPORTS = exports()
PLACES = ["instruments", "counts", "metadata", "tape", "notebook"]
SOURCES = [Path(workflow.basedir).parent]
MATRICES = []
RESULTS = ["interpretation.json", "notebook.json", "report.html"]
