"""Deploy a Nextflow or Snakemake pipeline: engines, sheets, data, launch, verify, bundles"""

from __future__ import annotations

SUBVERBS = {
    "check": "find the engines, and say what a pipeline needs that is not here",
    "sheet": "write a pipeline's sample sheet from folders of FASTQ, BAM or CRAM",
    "fetch": "fetch public reads by accession, with their table of samples",
    "parameters": "check parameters against a pipeline's schema, with advice on them",
    "launch": "run a pipeline in a run folder, and go on with it after any end",
    "verify": "judge a launched run: tasks, outputs, numbers, and a verdict in words",
    "bundle": "pack a pipeline with all it needs, for a cluster without a network",
    "unbundle": "verify a bundle on arrival, and put it in its place",
    "profile": "write a Slurm profile from what an earlier run has used",
}
