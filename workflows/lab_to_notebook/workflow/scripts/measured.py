"""Evidence and figure of what the instruments measured, and checks of it, by the installed library."""

import sys
from pathlib import Path

from assayline.facts.wells import station as checks
from assayline.measured import station
from assayline.run_folder import RunFolder

with Path(snakemake.log[0]).open("w", encoding="utf-8") as log:  # noqa: F821
    sys.stderr = sys.stdout = log
    run = RunFolder(Path.cwd()).create()
    report = station(run)
    checks(run)
    print(f"{len(report['files'])} files, {sum(len(file['quantities']) for file in report['files'])} quantities")
