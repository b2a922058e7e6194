process STARSOLO {
    tag "${meta.id}"
    label 'process_high'

    conda "${params.envs}/star.yaml"

    input:
    tuple val(meta), path(barcodes, name: 'barcodes/?.fastq.gz'), path(reads, name: 'reads/?.fastq.gz')
    path index
    path whitelist
    val umi_length

    output:
    tuple val(meta), path('*.solo'), emit: counts
    tuple val(meta), path('*.Log.final.out'), emit: log
    tuple val(meta), path('*.bam'), emit: bam, optional: true
    tuple val("${task.process}"), val('star'), eval("STAR --version"), topic: versions

    script:
    def args = task.ext.args ?: ''
    def firsts = [barcodes].flatten().join(',')
    def seconds = [reads].flatten().join(',')
    """
    plain=whitelist.plain
    case '${whitelist}' in *.gz) gzip -cd '${whitelist}' > \$plain ;; *) ln -s '${whitelist}' \$plain ;; esac
    STAR --genomeDir ${index} --readFilesIn '${seconds}' '${firsts}' --readFilesCommand gzip -cd \\
        --soloType CB_UMI_Simple --soloCBwhitelist \$plain --soloCBlen 16 --soloUMIstart 17 --soloUMIlen ${umi_length} \\
        --soloBarcodeReadLength 0 --soloFeatures Gene --soloCellFilter None --soloUMIdedup 1MM_CR --soloUMIfiltering MultiGeneUMI_CR \\
        --soloCBmatchWLtype 1MM_multi_Nbase_pseudocounts --clipAdapterType CellRanger4 --outFilterScoreMin 30 \\
        --alignSJDBoverhangMin 1 --outFileNamePrefix ${meta.id}. --runThreadN ${task.cpus} ${args}
    mkdir ${meta.id}.solo
    cp ${meta.id}.Solo.out/Gene/raw/*.tsv ${meta.id}.Solo.out/Gene/raw/*.mtx ${meta.id}.Solo.out/Gene/Summary.csv ${meta.id}.solo/
    rm -r ${meta.id}.Solo.out
    """

    stub:
    """
    mkdir ${meta.id}.solo
    touch ${meta.id}.solo/matrix.mtx ${meta.id}.solo/barcodes.tsv ${meta.id}.solo/features.tsv ${meta.id}.solo/Summary.csv
    touch ${meta.id}.Log.final.out
    """
}
