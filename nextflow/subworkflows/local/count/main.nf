// From reads to one matrix of cells, the same files whichever aligner counted.

include { CALL_CELLS        } from '../../../modules/local/call_cells'
include { COMBINE_MATRICES  } from '../../../modules/local/combine_matrices'
include { KALLISTO_BUSTOOLS } from '../../../modules/local/kallisto_bustools'
include { SAMTOOLS_FLAGSTAT } from '../../../modules/local/samtools_flagstat'
include { STARSOLO          } from '../../../modules/local/starsolo'

workflow COUNT {
    take:
    samples // channel: [ meta, [ barcodes ], [ reads ] ]
    index // value channel
    t2g // value channel
    gtf // value channel
    whitelist // value channel
    choices // map

    main:
    quality = channel.empty()
    counts = channel.empty()
    if (choices.aligner == 'star') {
        STARSOLO(samples, index, whitelist, choices.umi)
        SAMTOOLS_FLAGSTAT(STARSOLO.out.bam)
        counts = STARSOLO.out.counts
        quality = STARSOLO.out.log.mix(SAMTOOLS_FLAGSTAT.out.flagstat).map { _meta, file -> file }
    }
    else {
        KALLISTO_BUSTOOLS(samples, index, t2g, whitelist, choices.technology, choices.correct_umis)
        counts = KALLISTO_BUSTOOLS.out.counts
        quality = KALLISTO_BUSTOOLS.out.info.map { _meta, file -> file }
    }

    CALL_CELLS(counts, gtf)
    COMBINE_MATRICES(
        CALL_CELLS.out.filtered.map { _meta, folder -> folder }.collect(sort: { folder -> folder.name }),
        CALL_CELLS.out.json.map { _meta, file -> file }.collect(sort: { file -> file.name }),
    )

    emit:
    matrix = COMBINE_MATRICES.out.matrix
    metadata = COMBINE_MATRICES.out.metadata
    summary = COMBINE_MATRICES.out.summary
    quality = quality.mix(COMBINE_MATRICES.out.mqc)
}
