process RECORD_RUN {
    label 'process_low'
    label 'process_assayline'

    conda "${params.envs}/assayline.yaml"

    input:
    path before, name: 'before'
    path multiqc, name: 'multiqc/*'
    val advisor
    val notebook
    val title

    output:
    path 'run', emit: run
    path 'notebook', emit: notebook, optional: true

    script:
    def titled = title ? "--title '${title.replace("'", "'\\''")}'" : ''
    """
    cp -rL before run
    assayline interpret run --by ${advisor}
    assayline notebook push run --notebook '${notebook ?: 'notebook'}' ${titled}
    assayline report run ${titled}
    """

    stub:
    """
    cp -rL before run
    mkdir notebook
    touch run/interpretation.json run/notebook.json run/report.html notebook/notebook.db
    """
}
