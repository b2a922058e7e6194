process KALLISTO_INDEX {
    label 'process_high'

    conda "${params.envs}/kallisto.yaml"

    input:
    path transcripts

    output:
    path 'transcripts.idx', emit: index
    tuple val("${task.process}"), val('kallisto'), eval("kallisto version | sed 's/.*version //'"), topic: versions

    script:
    def args = task.ext.args ?: ''
    """
    kallisto index ${args} --index transcripts.idx ${transcripts}
    """

    stub:
    """
    touch transcripts.idx
    """
}
