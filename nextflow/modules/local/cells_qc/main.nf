process CELLS_QC {
    label 'process_medium'
    label 'process_assayline'

    conda "${params.envs}/assayline.yaml"

    input:
    path before, name: 'before'
    path tape, name: 'tape'
    val advisor

    output:
    path 'run', emit: run
    tuple val("${task.process}"), val('assayline'), eval("assayline --version | sed 's/.* //'"), topic: versions

    script:
    def tapes = tape ? '--tape tape' : ''
    """
    cp -rL before run
    assayline advise qc_thresholds --run run --by ${advisor} ${tapes}
    assayline cells qc --run run
    """

    stub:
    """
    cp -rL before run
    touch run/cells/kept.h5ad
    """
}
