# What is run, written first, and where everything of the run came from, written last.


rule record:
    input:
        **given(),
        sources=sources(HOME),
    output:
        "run.json",
        directory(f"workflow/{HOME.name}"),
    params:
        recorded=recorded(),
        places=PLACES,
        given=list(given()),
        home=lambda wildcards: str(HOME),  # a function, as the linter asks of a folder that inputs lie under
    log:
        "logs/record.log",
    conda:
        "../envs/assayline.yaml"
    script:
        "../scripts/record.py"


rule crate:
    input:
        "run.json",
        "interpretation.json",
        "notebook.json",
        "report.html",
    output:
        "ro-crate-metadata.json",
    log:
        "logs/crate.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline verify . --record > {log:q} 2>&1"
