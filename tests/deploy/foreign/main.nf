#!/usr/bin/env nextflow
// Counts the reads of each library: a small pipeline whose layout is not nf-core's, and which needs no plugin.

process COUNT {
    tag "${library}"
    errorStrategy { task.exitStatus in [104, 137] ? 'retry' : 'finish' }
    maxRetries 2
    memory { 20.MB * task.attempt }
    time '10m'
    publishDir "${params.results_dir}/counts", mode: 'copy'

    input:
    tuple val(library), path(first, stageAs: 'first?/*'), path(second, stageAs: 'second?/*')

    output:
    path "${library}.counts.tsv", emit: table

    script:
    """
    sleep ${params.pause}
    if [ "${params.weak}" = "${library}" ] && [ ${task.attempt} -eq 1 ]; then exit 137; fi
    if [ "${params.broken}" = "${library}" ]; then echo "no such reference" >&2; exit 3; fi
    if [ "${params.hollow}" = "${library}" ]; then : > ${library}.counts.tsv; exit 0; fi
    n1=\$(gzip -dc ${first} | wc -l); n2=\$(gzip -dc ${second} < /dev/null | wc -l)
    printf 'library\\tread_1\\tread_2\\n%s\\t%d\\t%d\\n' ${library} \$((n1 / 4)) \$((n2 / 4)) > ${library}.counts.tsv
    """
}

process SUMMARY {
    publishDir params.results_dir, mode: 'copy'

    input:
    path tables

    output:
    path 'multiqc_data/multiqc_general_stats.txt'

    script:
    """
    mkdir multiqc_data
    printf 'Sample\\tCount_mqc-generalstats-count-reads\\tStar_mqc-generalstats-star-uniquely_mapped_percent\\n' > multiqc_data/multiqc_general_stats.txt
    for table in ${tables}; do
        awk -v mapped=${params.mapped} 'NR > 1 { print \$1 "\\t" \$2 "\\t" mapped }' \$table >> multiqc_data/multiqc_general_stats.txt
    done
    """
}

workflow {
    rows = channel.fromPath(params.libraries, checkIfExists: true).splitCsv(header: true)
    libraries = rows
        .map { row -> [row.id, file(row.read1, checkIfExists: true), file(row.read2, checkIfExists: true)] }
        .groupTuple(sort: 'hash')
    COUNT(libraries)
    SUMMARY(COUNT.out.table.collect(sort: { table -> table.name }))
}
