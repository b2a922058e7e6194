process COMBINE_MATRICES {
    label 'process_medium'

    conda "${params.envs}/assayline.yaml"

    input:
    path matrices
    path summaries

    output:
    path 'combined', emit: matrix
    path 'cells.csv', emit: metadata
    path 'sequencing.json', emit: summary
    path 'cells_called_mqc.json', emit: mqc
    tuple val("${task.process}"), val('python'), eval("python3 --version | sed 's/Python //'"), topic: versions

    script:
    """
    matrix.py combine ${matrices.join(' ')} --summaries ${summaries.join(' ')}
    """

    stub:
    """
    mkdir combined
    for name in matrix.mtx barcodes.tsv features.tsv; do
        echo | gzip -n > combined/\$name.gz
    done
    touch cells.csv
    echo '{}' > sequencing.json
    echo '{"id": "cells_called", "plot_type": "generalstats", "data": {}}' > cells_called_mqc.json
    """
}
