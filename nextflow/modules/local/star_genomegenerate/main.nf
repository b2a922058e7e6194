process STAR_GENOMEGENERATE {
    tag "${fasta.name}"
    label 'process_high'

    conda "${params.envs}/star.yaml"

    input:
    path fasta
    path gtf

    output:
    path 'star', emit: index
    tuple val("${task.process}"), val('star'), eval("STAR --version"), topic: versions

    script:
    def args = task.ext.args ?: ''
    def ram = task.memory ? "--limitGenomeGenerateRAM ${task.memory.toBytes() - 100000000}" : ''
    """
    plain() { case "\$1" in *.gz) gzip -cd "\$1" > "\$2" ;; *) ln -s "\$1" "\$2" ;; esac; }
    plain '${fasta}' reference.fa
    plain '${gtf}' reference.gtf
    bases=\$(grep -v '>' reference.fa | tr -d '\\n' | wc -c)
    sa=\$(awk -v n="\$bases" 'BEGIN { v = int(log(n) / log(2) / 2 - 1); print (v < 14 ? v : 14) }')
    mkdir star
    STAR --runMode genomeGenerate --genomeDir star --genomeFastaFiles reference.fa --sjdbGTFfile reference.gtf \\
        --genomeSAindexNbases \$sa --runThreadN ${task.cpus} ${ram} ${args}
    """

    stub:
    """
    mkdir star
    touch star/Genome star/SA star/SAindex star/genomeParameters.txt
    """
}
