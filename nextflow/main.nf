#!/usr/bin/env nextflow
// From 10x-style FASTQ files to a count matrix, clusters with markers, and an entry in the notebook.

include { PREPARE_INPUT     } from './subworkflows/local/prepare_input'
include { PREPARE_READS     } from './subworkflows/local/prepare_reads'
include { PREPARE_REFERENCE } from './subworkflows/local/prepare_reference'
include { SIMULATE_READS    } from './modules/local/simulate_reads'
include { SCRNA             } from './workflows/scrna'

// Length of the UMI and kallisto's word for each --protocol; the barcode has 16 bases in all of them.
def protocols() {
    [
        '10XV2': [umi: 10, technology: '10xv2'],
        '10XV3': [umi: 12, technology: '10xv3'],
        '10XV4': [umi: 12, technology: '10xv3'],
    ]
}

// A file that a parameter names, or an end with what was expected.
def required(value, name, what) {
    if (!value) {
        error("--${name}: found nothing; expected ${what}. Give --${name}, or run the simulated data with -profile test.")
    }
    file(value, checkIfExists: true)
}

workflow {
    main:
    if (!(params.protocol in protocols())) {
        error("--protocol: found '${params.protocol}'; expected one of ${protocols().keySet().join(', ')}.")
    }
    if (!(params.aligner in ['star', 'kallisto'])) {
        error("--aligner: found '${params.aligner}'; expected star or kallisto.")
    }
    def protocol = protocols()[params.protocol]

    if (params.simulate_cells > 0) {
        SIMULATE_READS([params.simulate_cells, params.simulate_genes, params.simulate_errors, params.simulate_seed])
        sheet = SIMULATE_READS.out.sheet.first()
        fasta = SIMULATE_READS.out.fasta.first()
        gtf = SIMULATE_READS.out.gtf.first()
        whitelist = SIMULATE_READS.out.whitelist.first()
    }
    else {
        sheet = channel.value(required(params.input, 'input', 'a sample sheet'))
        fasta = channel.value(required(params.fasta, 'fasta', 'the genome as FASTA'))
        gtf = channel.value(required(params.gtf, 'gtf', 'its genes as GTF'))
        whitelist = channel.value(required(params.barcode_whitelist, 'barcode_whitelist', "the list of barcodes of ${params.protocol}"))
    }

    PREPARE_INPUT(
        sheet,
        file("${projectDir}/assets/schema_input.json"),
        groovy.json.JsonOutput.toJson(params),
        file("${projectDir}/nextflow_schema.json"),
        params.expected_cells,
        16 + protocol.umi,
    )
    // Before anything that depends on --aligner, so that another one takes up the same reads with -resume.
    PREPARE_READS(PREPARE_INPUT.out.lanes, !params.skip_fastqc, !params.skip_trimming)
    PREPARE_REFERENCE(
        fasta,
        gtf,
        params.aligner,
        params.star_index ? file(params.star_index, checkIfExists: true) : null,
        params.kallisto_index ? file(params.kallisto_index, checkIfExists: true) : null,
        params.kallisto_t2g ? file(params.kallisto_t2g, checkIfExists: true) : null,
    )
    SCRNA(
        PREPARE_READS.out.samples,
        PREPARE_READS.out.quality,
        PREPARE_REFERENCE.out.index,
        PREPARE_REFERENCE.out.t2g,
        gtf,
        whitelist,
        [
            aligner: params.aligner,
            umi: protocol.umi,
            technology: protocol.technology,
            correct_umis: params.correct_umis,
            cells: !params.skip_cells,
            multiqc: !params.skip_multiqc,
            advisor: params.advisor,
            seed: params.seed,
            title: params.title ?: '',
            notebook: params.notebook ? file(params.notebook).toString() : '',
        ],
        params.tape ? file(params.tape, checkIfExists: true) : [],
        file("${projectDir}/assets/multiqc_config.yml"),
    )

    workflow.onComplete = {
        if (workflow.success) {
            log.info("Done: ${params.outdir}")
        }
        else {
            log.error("Not done: ${workflow.errorMessage ?: 'a task failed'}. The same command with -resume goes on where this stopped.")
        }
    }
}
