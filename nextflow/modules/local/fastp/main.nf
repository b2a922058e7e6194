// Only the cDNA read goes through fastp. The barcode read is not given to it, so that nothing can trim or filter it; what fastp leaves
// nothing of comes back as a single N in its place, so that both files keep the same pairs in the same order.
process FASTP {
    tag "${meta.lane}"
    label 'process_low'

    conda "${params.envs}/fastp.yaml"

    input:
    tuple val(meta), path(reads, name: 'given_2.fastq.gz')

    output:
    tuple val(meta), path('*.trimmed.fastq.gz'), emit: reads
    tuple val(meta), path('*.fastp.json'), emit: json
    tuple val(meta), path('*.fastp.html'), emit: html
    tuple val("${task.process}"), val('fastp'), eval("fastp --version 2>&1 | sed 's/fastp //'"), topic: versions

    script:
    def args = task.ext.args ?: ''
    """
    fastp --in1 given_2.fastq.gz --out1 kept.fastq.gz --disable_quality_filtering --disable_length_filtering \\
        --thread ${task.cpus} --json ${meta.lane}.fastp.json --html ${meta.lane}.fastp.html ${args}
    keep_pairs.sh given_2.fastq.gz kept.fastq.gz ${meta.lane}.trimmed.fastq.gz
    """

    stub:
    """
    echo | gzip -n > ${meta.lane}.trimmed.fastq.gz
    echo '{}' > ${meta.lane}.fastp.json
    touch ${meta.lane}.fastp.html
    """
}
