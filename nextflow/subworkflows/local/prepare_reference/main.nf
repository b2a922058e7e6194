// The index of the chosen aligner: the one given, else made from genome and genes.

include { KALLISTO_INDEX      } from '../../../modules/local/kallisto_index'
include { STAR_GENOMEGENERATE } from '../../../modules/local/star_genomegenerate'
include { TRANSCRIPTS         } from '../../../modules/local/transcripts'

workflow PREPARE_REFERENCE {
    take:
    fasta // value channel: genome
    gtf // value channel: genes
    aligner // star or kallisto
    star_index // folder or null
    kallisto_index // file or null
    kallisto_t2g // file or null

    main:
    index = channel.empty()
    t2g = channel.value([])
    if (aligner == 'star') {
        if (star_index) {
            index = channel.value(star_index)
        }
        else {
            STAR_GENOMEGENERATE(fasta, gtf)
            index = STAR_GENOMEGENERATE.out.index
        }
    }
    else if (kallisto_index && kallisto_t2g) {
        index = channel.value(kallisto_index)
        t2g = channel.value(kallisto_t2g)
    }
    else {
        TRANSCRIPTS(fasta, gtf)
        KALLISTO_INDEX(TRANSCRIPTS.out.fasta)
        index = KALLISTO_INDEX.out.index
        t2g = TRANSCRIPTS.out.t2g
    }

    emit:
    index
    t2g
}
