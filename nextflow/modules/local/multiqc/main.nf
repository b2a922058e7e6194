// No version goes to the topic from here on: this process waits until all versions are known.
process MULTIQC {
    label 'process_low'

    conda "${params.envs}/assayline.yaml"

    input:
    path files, name: '?/*'
    path configuration
    val versions
    val title

    output:
    path '*multiqc_report.html', emit: report
    path '*_data', emit: data
    path 'software_mqc_versions.yml', emit: versions

    script:
    def args = task.ext.args ?: ''
    def titled = title ? "--title '${title.replace("'", "'\\''")}' --filename multiqc_report.html" : ''
    """
    cat > software_mqc_versions.yml <<'END_OF_VERSIONS'
    ${versions}
    END_OF_VERSIONS
    multiqc --force --no-version-check --config ${configuration} ${titled} ${args} .
    """

    stub:
    """
    mkdir multiqc_data
    touch software_mqc_versions.yml multiqc_report.html multiqc_data/multiqc_data.json
    """
}
