// A run folder goes from station to station: each copies what it was given, adds its files, and hands the whole on.
process CELLS_INSPECT {
    label 'process_medium'
    label 'process_assayline'

    conda "${params.envs}/assayline.yaml"

    input:
    path matrix
    path metadata
    path sequencing

    output:
    path 'run', emit: run
    tuple val("${task.process}"), val('assayline'), eval("assayline --version | sed 's/.* //'"), topic: versions

    script:
    """
    assayline cells inspect ${matrix} --metadata ${metadata} --sample-key sample --run run
    sequencing_evidence.py ${sequencing} run
    """

    stub:
    """
    mkdir -p run/cells run/evidence
    touch run/cells/counts.h5ad
    """
}
