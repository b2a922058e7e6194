# What is run, written first, and where everything of the run came from, written last. A workflow says before what is `given()`, which
# PLACES the configuration names, the SOURCES of its rules (its own folder first), and its RESULTS.


rule record:
    input:
        **given(),
        sources=[path for home in SOURCES for path in sources(home)],
    output:
        "run.json",
        [directory(f"workflow/{home.name}") for home in SOURCES],
    params:
        recorded=recorded(),
        places=PLACES,
        given=list(given()),
        homes=lambda wildcards: [str(home) for home in SOURCES],  # a function, as the linter asks of a folder that inputs lie under
    log:
        "logs/record.log",
    conda:
        "../envs/assayline.yaml"
    script:
        "../scripts/record.py"


rule crate:
    input:
        "run.json",
        RESULTS,
    output:
        "ro-crate-metadata.json",
    log:
        "logs/crate.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline verify . --record > {log:q} 2>&1"
