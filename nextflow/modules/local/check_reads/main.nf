process CHECK_READS {
    tag "${meta.lane}"
    label 'process_single'

    conda "${params.envs}/assayline.yaml"

    input:
    tuple val(meta), path(barcodes, name: 'fastq_1.fastq.gz'), path(reads, name: 'fastq_2.fastq.gz'), val(names)
    val least

    output:
    tuple val(meta), path('*.reads.json'), emit: json
    tuple val("${task.process}"), val('python'), eval("python3 --version | sed 's/Python //'"), topic: versions

    script:
    def quoted = names.collect { name -> "'" + name.replace("'", "'\\''") + "'" }.join(' ')
    """
    check_reads.py fastq_1.fastq.gz fastq_2.fastq.gz --least ${least} --output ${meta.lane}.reads.json --names ${quoted}
    """

    stub:
    """
    echo '{"pairs": 0}' > ${meta.lane}.reads.json
    """
}
