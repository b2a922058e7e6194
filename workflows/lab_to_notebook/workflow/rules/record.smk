# What the evidence means, the entry in the notebook, and the page for people.


rule interpret:
    input:
        expand("decisions/{question}.json", question=EVIDENCE_FOR),
        expand("evidence/{station}.jsonl", station=["instruments.measured", "cells.inspect", "cells.qc", "cells.model", "cells.clusters"]),
    output:
        update("interpretation.json"),
    params:
        options=" ".join([flag("by", "advisor"), flag("model")]),
    log:
        "logs/interpret.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline interpret . {params.options} > /dev/null 2> {log:q}"


rule notebook:
    input:
        "interpretation.json",
        "tables/instruments",
    output:
        "notebook.json",
    params:
        options=" ".join([flag("notebook", path=True), flag("title")]),
    log:
        "logs/notebook.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline notebook push . {params.options} > {log:q} 2>&1"


rule report:
    input:
        "interpretation.json",
        "tables/instruments",
        "notebook.json",
    output:
        "report.html",
    params:
        options=flag("title"),
    log:
        "logs/report.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline report . {params.options} > {log:q} 2>&1"
