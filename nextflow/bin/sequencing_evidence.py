#!/usr/bin/env python3
"""Put what was found while counting into a run folder: tables/sequencing.json and its evidence.

sequencing_evidence.py SEQUENCING.json RUN
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from assayline.evidence import facts_of, publish
from assayline.json_files import write_json
from assayline.run_folder import RunFolder

SOURCE = "tables/sequencing.json"
FACTS = (
    ("droplets", "barcodes with any UMI", "barcodes"),
    ("cells", "barcodes called cells", "cells"),
    ("least_umis", "fewest UMIs of a cell", "UMIs"),
    ("umis", "UMIs counted", "UMIs"),
    ("share_in_cells", "share of the UMIs that lie in cells", None),
    ("median_umis", "median UMIs of a cell", "UMIs"),
    ("median_genes", "median genes of a cell", "genes"),
)


def main() -> None:
    """Copy the table and publish its facts, each sample's with the sample they are about."""
    run = RunFolder(Path(sys.argv[2])).create()
    body = json.loads(Path(sys.argv[1]).read_text())
    write_json(run.root / SOURCE, body)
    facts = []
    for index, sample in enumerate(body["samples"]):
        name = re.sub(r"[^a-z0-9]+", "_", str(sample["sample"]).lower()).strip("_") or "sample"
        rows = [(f"sequencing.s{index + 1}_{name}.{key}", what, unit, f"/samples/{index}/{key}") for key, what, unit in FACTS]
        facts += facts_of(body, SOURCE, rows, {"sample": str(sample["sample"])})
    publish(run, "sequencing.counted", facts)


if __name__ == "__main__":
    main()
