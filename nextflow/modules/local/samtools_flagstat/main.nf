process SAMTOOLS_FLAGSTAT {
    tag "${meta.id}"
    label 'process_low'

    conda "${params.envs}/samtools.yaml"

    input:
    tuple val(meta), path(bam)

    output:
    tuple val(meta), path('*.flagstat'), emit: flagstat
    tuple val(meta), path('*.bai'), emit: index
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n 's/^samtools //p'"), topic: versions

    script:
    """
    samtools index -@ ${task.cpus} ${bam}
    samtools flagstat -@ ${task.cpus} ${bam} > ${meta.id}.flagstat
    """

    stub:
    """
    touch ${bam}.bai ${meta.id}.flagstat
    """
}
