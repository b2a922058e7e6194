"""Deploy a Nextflow or Snakemake pipeline: engines, sheets, data, launch, verify, bundles"""

from __future__ import annotations

SUBVERBS = {
    "check": "find the engines, and say what a pipeline needs that is not here",
    "sheet": "write a pipeline's sample sheet from folders of FASTQ, BAM or CRAM",
    "fetch": "fetch public reads by accession, with their table of samples",
    "launch": "run a pipeline in a run folder, and go on with it after any end",
    "verify": "judge a launched run: tasks, outputs, numbers, and a verdict in words",
}
