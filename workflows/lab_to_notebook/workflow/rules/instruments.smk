# From exports to documents, ledgers, tables and evidence of what was measured.


rule convert:
    input:
        lambda wildcards: EXPORTS[wildcards.name],
    output:
        asm="asm/{name}.asm.json",
        ledger="ledger/{name}.ledger.json",
    params:
        options=flag("timezone"),
        folder="asm/.part/{name}",
    wildcard_constraints:
        name="[^/]+",
    log:
        "logs/convert/{name}.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline convert {input:q} -o {params.folder:q} --force {params.options} > {log:q} 2>&1"
        " && mv {params.folder:q}/*.asm.json {output.asm:q} && mv {params.folder:q}/*.ledger.json {output.ledger:q}"
        " && rm -rf {params.folder:q}"


rule tables:
    input:
        expand("asm/{name}.asm.json", name=EXPORTS),
    output:
        directory("tables/instruments"),
    log:
        "logs/tables.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "assayline flatten {input:q} -o {output:q} --force > {log:q} 2>&1"


rule measured:
    input:
        asm=expand("asm/{name}.asm.json", name=EXPORTS),
        ledger=expand("ledger/{name}.ledger.json", name=EXPORTS),
    output:
        report="tables/measured.json",
        evidence="evidence/instruments.measured.jsonl",
        checks="tables/checks.json",
        checked="evidence/instruments.checks.jsonl",
    log:
        "logs/measured.log",
    conda:
        "../envs/assayline.yaml"
    script:
        "../scripts/measured.py"
