# What the evidence means, and the page for people.

QUESTIONS = ["qc_thresholds", "integration_model", "clustering_resolution"]


rule interpret:
    input:
        expand("decisions/{question}.json", question=QUESTIONS),
        expand("samples/{sample}/cells/inspect.json", sample=SAMPLES),
        expand("evidence/{station}.jsonl", station=["cells.inspect", "cells.qc", "cells.model", "cells.clusters"]),
    output:
        update("interpretation.json"),
    params:
        options=" ".join([flag("by", "advisor"), flag("model")]),
    log:
        "logs/interpret.log",
    conda:
        "../../../lab_to_notebook/workflow/envs/assayline.yaml"
    shell:
        "assayline interpret . {params.options} > {log:q} 2>&1"


rule report:
    input:
        "interpretation.json",
        "cells/cells.h5ad",
    output:
        "report.html",
    params:
        options=flag("title"),
    log:
        "logs/report.log",
    conda:
        "../../../lab_to_notebook/workflow/envs/assayline.yaml"
    shell:
        "assayline report . {params.options} > {log:q} 2>&1"
