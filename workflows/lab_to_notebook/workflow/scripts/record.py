"""What is run: the workflow's source, inputs with digests, parameters and software, written by the installed library."""

import json
import os
from pathlib import Path

from assayline.provenance.record import record

with Path(snakemake.log[0]).open("w", encoding="utf-8") as log:  # noqa: F821
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
wanted = snakemake.params  # noqa: F821
places = {name: [Path(path) for path in snakemake.input.get(name)] for name in wanted.given}  # noqa: F821
body = record(Path.cwd(), [Path(home) for home in wanted.homes], json.loads(wanted.recorded)["parameters"], places, wanted.places)
print(f"{len(body['inputs'])} inputs, {len(body['parameters'])} parameters, {len(body['software'])} packages")
