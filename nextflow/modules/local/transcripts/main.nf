process TRANSCRIPTS {
    tag "${gtf.name}"
    label 'process_medium'

    conda "${params.envs}/assayline.yaml"

    input:
    path fasta
    path gtf

    output:
    path 'transcripts.fa', emit: fasta
    path 't2g.tsv', emit: t2g
    tuple val("${task.process}"), val('python'), eval("python3 --version | sed 's/Python //'"), topic: versions

    script:
    """
    transcripts.py '${fasta}' '${gtf}' transcripts.fa t2g.tsv
    """

    stub:
    """
    touch transcripts.fa t2g.tsv
    """
}
