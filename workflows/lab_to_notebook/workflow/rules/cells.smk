# From a count matrix to clusters with markers; MATRICES are the files that a sheet of samples names. Between the stations a question is decided; the decision files are followed as they stand.

EVIDENCE_FOR = {
    "measurement_use": ["evidence/instruments.checks.jsonl"],
    "qc_thresholds": ["evidence/cells.inspect.jsonl"],
    "integration_model": ["evidence/cells.inspect.jsonl", "evidence/cells.qc.jsonl"],
    "clustering_resolution": ["evidence/cells.qc.jsonl", "evidence/cells.model.jsonl"],
}
READING = ["orientation", "sample-key", "donor-key", "condition-key", "batch-key", "chemistry"]


rule inspect:
    input:
        counts=counts(),
        beside=MATRICES,
    output:
        "cells/counts.h5ad",
        "cells/inspect.json",
        "evidence/cells.inspect.jsonl",
    params:
        options=" ".join([flag("metadata", path=True), *map(flag, READING)]),
    log:
        "logs/inspect.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline cells inspect {input.counts:q} --run . {params.options} > {log:q} 2>&1"


rule decide:
    input:
        lambda wildcards: EVIDENCE_FOR[wildcards.question],
    output:
        update("decisions/{question}.json"),
    params:
        options=" ".join([flag("by", "advisor"), flag("model"), flag("tape", path=True)]),
    wildcard_constraints:
        question="|".join(EVIDENCE_FOR),
    log:
        "logs/decide/{question}.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline advise {wildcards.question} --run . {params.options} > /dev/null 2> {log:q}"


rule qc:
    input:
        "cells/counts.h5ad",
        "decisions/qc_thresholds.json",
    output:
        "cells/kept.h5ad",
        "cells/qc.json",
        "tables/cells_qc.parquet",
        "figures/qc.png",
        "evidence/cells.qc.jsonl",
    log:
        "logs/qc.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline cells qc --run . > {log:q} 2>&1"


rule integrate:
    input:
        "cells/kept.h5ad",
        "decisions/integration_model.json",
    output:
        "cells/embedded.h5ad",
        "cells/model.json",
        "figures/model.png",
        "evidence/cells.model.jsonl",
    params:
        options=" ".join(map(flag, ["seed", "use", "max-seconds", "device"])),
    log:
        "logs/integrate.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline cells integrate --run . {params.options} > {log:q} 2>&1"


rule annotate:
    input:
        "cells/embedded.h5ad",
        "cells/model.json",
        "decisions/clustering_resolution.json",
    output:
        "cells/cells.h5ad",
        "cells/clusters.json",
        "cells/markers.parquet",
        "figures/clusters.png",
        "evidence/cells.clusters.jsonl",
    params:
        options=" ".join(
            [flag("reference", path=True), flag("label-key"), flag("celltypist", path=True), flag("sha256", "celltypist_sha256")]
            + [agreed("allow-pickle"), *map(flag, ["seed", "max-seconds", "device"])]
        ),
    log:
        "logs/annotate.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline cells annotate --run . {params.options} > {log:q} 2>&1"
