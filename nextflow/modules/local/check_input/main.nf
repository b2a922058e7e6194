process CHECK_INPUT {
    label 'process_single'

    conda "${params.envs}/assayline.yaml"

    input:
    path sheet, name: 'given/*'
    path sheet_schema
    val parameters
    path parameter_schema

    output:
    path 'samples.csv', emit: samples
    tuple val("${task.process}"), val('assayline'), eval("assayline --version | sed 's/.* //'"), topic: versions

    script:
    """
    cat > parameters.json <<'END_OF_PARAMETERS'
    ${parameters}
    END_OF_PARAMETERS
    check_input.py --parameters parameters.json --parameter-schema ${parameter_schema} \\
        --sheet '${sheet}' --sheet-schema ${sheet_schema} --output samples.csv
    """

    stub:
    """
    cp '${sheet}' samples.csv
    """
}
