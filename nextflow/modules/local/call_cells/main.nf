process CALL_CELLS {
    tag "${meta.id}"
    label 'process_medium'

    conda "${params.envs}/assayline.yaml"

    input:
    tuple val(meta), path(counts)
    path gtf

    output:
    tuple val(meta), path('*_raw'), emit: raw
    tuple val(meta), path('*_filtered'), emit: filtered
    tuple val(meta), path('*.cells.json'), emit: json
    tuple val("${task.process}"), val('python'), eval("python3 --version | sed 's/Python //'"), topic: versions

    script:
    """
    matrix.py call ${counts} --gtf '${gtf}' --expected ${meta.expected_cells} --sample ${meta.id}
    """

    stub:
    """
    for kind in raw filtered; do
        mkdir ${meta.id}_\$kind
        for name in matrix.mtx barcodes.tsv features.tsv; do
            echo | gzip -n > ${meta.id}_\$kind/\$name.gz
        done
    done
    echo '{}' > ${meta.id}.cells.json
    """
}
