process FASTQC {
    tag "${meta.lane}"
    label 'process_low'

    conda "${params.envs}/fastqc.yaml"

    input:
    tuple val(meta), path(barcodes, name: 'given_1.fastq.gz'), path(reads, name: 'given_2.fastq.gz')

    output:
    tuple val(meta), path('*_fastqc.html'), emit: html
    tuple val(meta), path('*_fastqc.zip'), emit: zip
    tuple val("${task.process}"), val('fastqc'), eval("fastqc --version | sed 's/FastQC v//'"), topic: versions

    script:
    def args = task.ext.args ?: ''
    """
    for mate in 1 2; do
        ln -s given_\$mate.fastq.gz ${meta.lane}_R\$mate.fastq.gz
    done
    fastqc ${args} --threads ${task.cpus} ${meta.lane}_R1.fastq.gz ${meta.lane}_R2.fastq.gz
    """

    stub:
    """
    for mate in 1 2; do
        touch ${meta.lane}_R\${mate}_fastqc.html ${meta.lane}_R\${mate}_fastqc.zip
    done
    """
}
