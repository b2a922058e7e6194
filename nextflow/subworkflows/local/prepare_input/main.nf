// The sample sheet, checked, as one entry a pair of files; every pair is checked before anything is counted.

include { CHECK_INPUT } from '../../../modules/local/check_input'
include { CHECK_READS } from '../../../modules/local/check_reads'

// A file of the sheet: an address or an absolute path as it stands, else from the sheet's own folder.
def located(sheet, name) {
    def plain = name.startsWith('/') || name.contains('://')
    file(plain ? name : "${sheet.parent}/${name}", checkIfExists: true, glob: false)
}

workflow PREPARE_INPUT {
    take:
    sheet // value channel: sample sheet
    sheet_schema // file
    parameters // JSON text
    parameter_schema // file
    expected_cells // of samples for which the sheet says none
    least // bases of barcode and UMI

    main:
    CHECK_INPUT(sheet, sheet_schema, parameters, parameter_schema)

    pairs = CHECK_INPUT.out.samples
        .combine(sheet)
        .flatMap { samples, original ->
            def rows = samples.splitCsv(header: true)
            def lanes = rows.countBy { row -> row.sample }
            def seen = [:]
            rows.collect { row ->
                def number = (seen[row.sample] ?: 0) + 1
                seen[row.sample] = number
                def meta = [
                    id: row.sample,
                    lane: "${row.sample}_${number}",
                    number: number,
                    lanes: lanes[row.sample],
                    expected_cells: (row.expected_cells ?: expected_cells) as Integer,
                ]
                [meta, located(original, row.fastq_1), located(original, row.fastq_2)]
            }
        }

    CHECK_READS(pairs.map { meta, barcodes, reads -> [meta, barcodes, reads, [barcodes.name, reads.name]] }, least)

    emit:
    lanes = pairs.join(CHECK_READS.out.json).map { meta, barcodes, reads, _json -> [meta, barcodes, reads] } // [ meta, barcodes, reads ]
}
