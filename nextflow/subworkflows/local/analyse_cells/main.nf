// The stations of `assayline cells`, one after the other in one run folder; between them a question is decided.

include { CELLS_ANNOTATE  } from '../../../modules/local/cells_annotate'
include { CELLS_INSPECT   } from '../../../modules/local/cells_inspect'
include { CELLS_INTEGRATE } from '../../../modules/local/cells_integrate'
include { CELLS_QC        } from '../../../modules/local/cells_qc'

workflow ANALYSE_CELLS {
    take:
    matrix // channel: 10x folder of all samples
    metadata // channel: table of barcode and sample
    summary // channel: what was found while counting
    tape // folder of decisions, or []
    advisor // who decides
    seed // of training and survey

    main:
    CELLS_INSPECT(matrix, metadata, summary)
    CELLS_QC(CELLS_INSPECT.out.run, tape, advisor)
    CELLS_INTEGRATE(CELLS_QC.out.run, tape, advisor, seed)
    CELLS_ANNOTATE(CELLS_INTEGRATE.out.run, tape, advisor)

    emit:
    run = CELLS_ANNOTATE.out.run
}
