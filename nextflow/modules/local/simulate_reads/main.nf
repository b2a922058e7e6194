process SIMULATE_READS {
    label 'process_single'

    conda "${params.envs}/assayline.yaml"

    input:
    tuple val(cells), val(genes), val(errors), val(seed)

    output:
    path 'simulated/samplesheet.csv', emit: sheet
    path 'simulated/genome.fa', emit: fasta
    path 'simulated/genes.gtf', emit: gtf
    path 'simulated/whitelist.txt', emit: whitelist
    path 'simulated/*.fastq.gz', emit: reads
    path 'simulated/truth.tsv.gz', emit: truth
    tuple val("${task.process}"), val('python'), eval("python3 --version | sed 's/Python //'"), topic: versions

    script:
    """
    simulate_reads.py simulated --cells ${cells} --genes ${genes} --errors ${errors} --seed ${seed}
    """

    stub:
    """
    mkdir simulated
    for lane in a_S1_L001 a_S1_L002 b_S1_L001; do
        for mate in 1 2; do
            echo | gzip -n > simulated/pbmc_\${lane}_R\${mate}_001.fastq.gz
        done
    done
    {
        echo sample,fastq_1,fastq_2,expected_cells
        echo pbmc_a,pbmc_a_S1_L001_R1_001.fastq.gz,pbmc_a_S1_L001_R2_001.fastq.gz,120
        echo pbmc_a,pbmc_a_S1_L002_R1_001.fastq.gz,pbmc_a_S1_L002_R2_001.fastq.gz,120
        echo pbmc_b,pbmc_b_S1_L001_R1_001.fastq.gz,pbmc_b_S1_L001_R2_001.fastq.gz,120
    } > simulated/samplesheet.csv
    touch simulated/genome.fa simulated/genes.gtf simulated/whitelist.txt
    echo | gzip -n > simulated/truth.tsv.gz
    """
}
