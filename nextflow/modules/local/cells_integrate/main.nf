process CELLS_INTEGRATE {
    label 'process_high'
    label 'process_assayline'

    conda "${params.envs}/assayline.yaml"

    input:
    path before, name: 'before'
    path tape, name: 'tape'
    val advisor
    val seed

    output:
    path 'run', emit: run
    tuple val("${task.process}"), val('assayline'), eval("assayline --version | sed 's/.* //'"), topic: versions

    script:
    def tapes = tape ? '--tape tape' : ''
    """
    cp -rL before run
    assayline advise integration_model --run run --by ${advisor} ${tapes}
    assayline cells integrate --run run --seed ${seed}
    """

    stub:
    """
    cp -rL before run
    touch run/cells/embedded.h5ad
    """
}
