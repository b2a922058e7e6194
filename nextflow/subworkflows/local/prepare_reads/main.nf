// Quality and trimming of every lane, then the lanes of a sample together.

include { FASTP  } from '../../../modules/local/fastp'
include { FASTQC } from '../../../modules/local/fastqc'

workflow PREPARE_READS {
    take:
    lanes // channel: [ meta, barcodes, reads ]
    fastqc // whether FastQC looks at both mates
    trimming // whether fastp trims the cDNA read

    main:
    quality = channel.empty()
    if (fastqc) {
        FASTQC(lanes)
        quality = quality.mix(FASTQC.out.zip.map { _meta, zips -> zips })
    }
    trimmed = lanes
    if (trimming) {
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

    emit:
    samples // channel: [ meta, [ barcodes ], [ reads ] ]
    quality // channel: files for MultiQC
}
