# Every sample of the sheet passes the gate alone, side by side, before the samples are read as one matrix.


rule gate:
    input:
        lambda wildcards: SAMPLES[wildcards.sample],
    output:
        "samples/{sample}/cells/inspect.json",
    params:
        folder="samples/{sample}",
        options=" ".join(map(flag, ["orientation", "chemistry"])),
    wildcard_constraints:
        sample="[^/]+",
    log:
        "logs/gate/{sample}.log",
    conda:
        "../../../lab_to_notebook/workflow/envs/assayline.yaml"
    shell:
        "assayline cells inspect {input:q} --run {params.folder:q} {params.options} > {log:q} 2>&1"
