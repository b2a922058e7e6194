process KALLISTO_BUSTOOLS {
    tag "${meta.id}"
    label 'process_high'

    conda "${params.envs}/kallisto.yaml"

    input:
    tuple val(meta), path(barcodes, name: 'barcodes/?.fastq.gz'), path(reads, name: 'reads/?.fastq.gz')
    path index
    path t2g
    path whitelist
    val technology
    val correct_umis

    output:
    tuple val(meta), path('*.bus'), emit: counts
    tuple val(meta), path('*.run_info.json'), emit: info
    tuple val("${task.process}"), val('kallisto'), eval("kallisto version | sed 's/.*version //'"), topic: versions
    tuple val("${task.process}"), val('bustools'), eval("bustools version | sed 's/.*version //'"), topic: versions

    script:
    def args = task.ext.args ?: ''
    def pairs = [[barcodes].flatten(), [reads].flatten()].transpose().flatten().collect { file -> "'${file}'" }.join(' ')
    def genes = "--genemap ${t2g} --ecmap kallisto/matrix.ec --txnames kallisto/transcripts.txt"
    def memory = task.memory ? "--memory ${Math.max(1, task.memory.toGiga().intdiv(2))}G" : ''
    """
    case '${whitelist}' in *.gz) gzip -cd '${whitelist}' > whitelist.plain ;; *) ln -s '${whitelist}' whitelist.plain ;; esac
    kallisto bus --index ${index} --output-dir kallisto --technology ${technology} --threads ${task.cpus} ${args} ${pairs}
    bustools correct --whitelist whitelist.plain --output corrected.bus kallisto/output.bus
    bustools sort --threads ${task.cpus} ${memory} --temp sorting. --output sorted.bus corrected.bus
    if ${correct_umis}; then
        bustools umicorrect ${genes} --output umis.bus sorted.bus
        bustools sort --threads ${task.cpus} ${memory} --temp sorting. --output sorted.bus umis.bus
    fi
    mkdir ${meta.id}.bus
    bustools count --genecounts ${genes} --output ${meta.id}.bus/cells sorted.bus
    cp kallisto/run_info.json ${meta.id}.run_info.json
    rm -rf corrected.bus sorted.bus umis.bus kallisto
    """

    stub:
    """
    mkdir ${meta.id}.bus
    touch ${meta.id}.bus/cells.mtx ${meta.id}.bus/cells.barcodes.txt ${meta.id}.bus/cells.genes.txt
    echo '{}' > ${meta.id}.run_info.json
    """
}
