// Counting, cells, and what is kept of a run.

include { FASTQC           } from '../modules/local/fastqc'
include { FASTP            } from '../modules/local/fastp'
include { MULTIQC          } from '../modules/local/multiqc'
include { RECORD_RUN       } from '../modules/local/record_run'
include { COUNT            } from '../subworkflows/local/count'
include { ANALYSE_CELLS    } from '../subworkflows/local/analyse_cells'

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
    lanes // channel: [ meta, barcodes, reads ]
    index // value channel: index of the aligner
    t2g // value channel: transcript → gene (kallisto)
    gtf // value channel: genes
    whitelist // value channel: barcodes
    choices // map: what was chosen by parameters
    tape // folder of decisions, or []
    multiqc_config // file

    main:
    quality = channel.empty()
    if (choices.fastqc) {
        FASTQC(lanes)
        quality = quality.mix(FASTQC.out.zip.map { _meta, zips -> zips })
    }
    trimmed = lanes
    if (choices.trimming) {
        FASTP(lanes.map { meta, _barcodes, reads -> [meta, reads] })
        quality = quality.mix(FASTP.out.json.map { _meta, json -> json })
        trimmed = lanes.map { meta, barcodes, _reads -> [meta, barcodes] }.join(FASTP.out.reads, failOnMismatch: true, failOnDuplicate: true)
    }

    // All lanes of a sample, always in the order of the sheet.
    samples = trimmed
        .map { meta, barcodes, reads -> [groupKey(meta.id, meta.lanes), meta, barcodes, reads] }
        .groupTuple()
        .map { _id, metas, barcodes, reads ->
            def order = (0..<metas.size()).toList().sort { at -> metas[at].number }
            [
                [id: metas[0].id, expected_cells: metas[0].expected_cells],
                order.collect { at -> barcodes[at] },
                order.collect { at -> reads[at] },
            ]
        }

    COUNT(samples, index, t2g, gtf, whitelist, choices)
    quality = quality.mix(COUNT.out.quality)

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
