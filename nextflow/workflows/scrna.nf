// Counting, cells, and what is kept of a run.

include { MULTIQC       } from '../modules/local/multiqc'
include { RECORD_RUN    } from '../modules/local/record_run'
include { COUNT         } from '../subworkflows/local/count'
include { ANALYSE_CELLS } from '../subworkflows/local/analyse_cells'

// Versions as MultiQC reads them, in one line of JSON, which is YAML too; sorted, so that the same run gives the same text.
def versionsText(rows) {
    def table = new TreeMap()
    rows.each { process, tool, version ->
        table.computeIfAbsent(process.tokenize(':').last(), { _name -> new TreeMap() })[tool] = version
    }
    groovy.json.JsonOutput.toJson(table)
}

workflow SCRNA {
    take:
    samples // channel: [ meta, [ barcodes ], [ reads ] ]
    read_quality // channel: files for MultiQC
    index // value channel: index of the aligner
    t2g // value channel: transcript → gene (kallisto)
    gtf // value channel: genes
    whitelist // value channel: barcodes
    choices // map: what was chosen by parameters
    tape // folder of decisions, or []
    multiqc_config // file

    main:
    COUNT(samples, index, t2g, gtf, whitelist, choices)
    quality = read_quality.mix(COUNT.out.quality)

    run = channel.empty()
    if (choices.cells) {
        ANALYSE_CELLS(COUNT.out.matrix, COUNT.out.metadata, COUNT.out.summary, tape, choices.advisor, choices.seed)
        run = ANALYSE_CELLS.out.run
    }

    report = channel.value([])
    if (choices.multiqc) {
        versions = channel.topic('versions').unique().collect(flat: false).map { rows -> versionsText(rows) }
        MULTIQC(quality.flatten().collect(sort: { file -> file.name }), multiqc_config, versions, choices.title)
        report = MULTIQC.out.report
    }
    RECORD_RUN(run, report, choices.advisor, choices.notebook, choices.title)

    emit:
    matrix = COUNT.out.matrix
    run = RECORD_RUN.out.run
}
