# Many files a command. Status 8 says that some did not convert: the report names them, and the others stay.


rule convert:
    input:
        lambda wildcards: BATCHES[wildcards.batch],
    output:
        asm=directory("asm/{batch}"),
        report="reports/{batch}.json",
    params:
        options=OPTIONS,
    wildcard_constraints:
        batch="[0-9]+",
    log:
        "logs/convert/{batch}.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "mkdir -p {output.asm:q} && {{ assayline convert {input:q} -o {output.asm:q} --force --jobs {threads} {params.options} --json"
        " > {output.report:q} 2> {log:q} || [ $? -eq 8 ]; }}"


rule tables:
    input:
        expand("asm/{batch}", batch=BATCHES),
    output:
        directory("tables/instruments"),
    log:
        "logs/tables.log",
    conda:
        "../envs/assayline.yaml"
    shell:
        "mapfile -d '' -t documents < <(find {input:q} -name '*.asm.json' -print0 | sort -z)"
        ' && assayline flatten "${{documents[@]}}" -o {output:q} --force > {log:q} 2>&1'
