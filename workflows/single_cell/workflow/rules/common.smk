# Configuration, and the samples of the sheet where one was given. Paths of outputs are relative to the run folder.
from snakemake.utils import validate

validate(config, "../schemas/config.schema.yaml")


def sheet():
    """Sample → its matrix, for a sheet of samples, and the tables of their cells that it names; nothing for one matrix."""
    from assayline.cells.sheet import is_sheet, sheet_rows
    from assayline.errors import BadInput

    path = Path(counts())
    if not path.exists():
        raise WorkflowError(f"configuration: counts: found no '{path}'; expected a matrix or a sheet of samples.")
    if path.is_dir() or not is_sheet(path):
        return {}, []
    try:
        rows = sheet_rows(path)
    except BadInput as error:
        raise WorkflowError(str(error))
    found, tables = {}, []
    for number, row in rows:
        matrix = path.parent / row["path"]
        if not matrix.exists() or matrix == path.parent:
            raise WorkflowError(f"{path}: line {number}, sample '{row['sample']}': found no '{matrix}'; expected its matrix.")
        found[row["sample"]] = str(matrix)
        if row.get("metadata"):
            tables.append(str(path.parent / row["metadata"]))
    return found, tables


def given():
    """Parameter → the places it names that are read; nothing for those that are empty."""
    others = {name: [place(config[name])] for name in ("metadata", "tape", "reference", "celltypist") if config[name]}
    return {"counts": [counts(), *MATRICES]} | others


SAMPLES, TABLES = sheet()
MATRICES = [*SAMPLES.values(), *TABLES]
SOURCES = [Path(workflow.basedir).parent, Path(workflow.basedir).parents[1] / "lab_to_notebook"]
PLACES = ["counts", "metadata", "tape", "reference", "celltypist"]
RESULTS = ["interpretation.json", "report.html"]
