"""Which of some pipelines fits these reads, and which of its parameters should leave their defaults?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain, text, true, words

if TYPE_CHECKING:
    from collections.abc import Iterator

ASK = "?"
BARCODE, CDNA = 30, 50  # bases: a first read this short with a second this long holds barcode and UMI, not sequence
ASSAYS: dict[str, tuple[str, ...]] = {
    "single-cell": ("single cell", "single-cell", "scrna", "snrna", "10x", "droplet", "nuclei"),
    "rna": ("rna sequencing", "rna-seq", "rnaseq", "transcriptome", "isoform", "gene expression", "mrna", "rna"),
    "atac": ("atac", "chromatin accessib", "peak-calling"),
    "variants": ("variant", "germline", "somatic", "whole genome", "exome", "wgs", "wes", "mutation", "tumour", "tumor", "dna"),
    "methylation": ("methyl", "bisulfite"),
    "amplicon": ("amplicon", "16s", "its region"),
    "metagenome": ("metagenom", "shotgun"),
}
"""Kind of assay → words by which data and pipelines name it, the more telling first."""
GENOMES = {
    "human": ("GRCh38", "GATK.GRCh38", "hg38", "GRCh37"),
    "mouse": ("GRCm39", "GRCm38", "mm10"),
    "rat": ("mRatBN7.2", "Rnor_6.0", "rn6"),
    "zebrafish": ("GRCz11", "GRCz10", "danRer10"),
    "fly": ("BDGP6", "dm6"),
    "yeast": ("R64-1-1", "sacCer3"),
}
SOMATIC = "mutect2"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that leaves its default, and its value as text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PipelineChoice:
    """The pipeline, `?` where a person must say, and its parameters that are set."""

    pipeline: str
    parameters: tuple[Parameter, ...]


def _pipelines(facts: Facts) -> dict[str, str]:
    found = [name for name in facts if re.fullmatch(r"pipeline\.p\d+\.name", name)]
    return {name.removesuffix(".name"): text(facts, name) for name in found}


def _parameters(facts: Facts, pipeline: str) -> dict[str, str]:
    """Name → prefix of ids, of every parameter of a pipeline."""
    start, end = f"{pipeline}.parameter.", ".name"
    found = [name for name in facts if name.startswith(start) and name.endswith(end)]
    return {text(facts, name): name.removesuffix(end) for name in found}


def bounds(facts: Facts) -> dict[str, Bound]:
    """The pipelines that are offered and the parameters that they have; values are held to the schema by `check`."""
    pipelines = _pipelines(facts)
    names = dict.fromkeys(name for pipeline in pipelines for name in _parameters(facts, pipeline))
    return {
        "pipeline": Bound(one_of=(*pipelines.values(), ASK)),
        "parameters.name": Bound(one_of=tuple(names) or ("",)),
    }


def check(facts: Facts, choice: dict[str, Any]) -> list[str]:
    """Each parameter once, one of the chosen pipeline, with a value of its type, bounds and pattern; genomes that it has."""
    chosen = next((prefix for prefix, name in _pipelines(facts).items() if name == choice["pipeline"]), "")
    known, wrong = _parameters(facts, chosen), []
    names = [item["name"] for item in choice["parameters"]]
    wrong += [f"parameters: '{name}' stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    for item in choice["parameters"]:
        if item["name"] not in known:
            wrong.append(f"parameters: '{item['name']}' is none of {choice['pipeline'] or 'no pipeline'}")
        elif why := _wrong(facts, known[item["name"]], item["value"]):
            wrong.append(f"parameters: {item['name']}: found {item['value']!r}, expected {why}")
        elif item["name"] == "genome" and item["value"] not in (have := words(facts, f"{chosen}.genomes") or [item["value"]]):
            wrong.append(f"parameters: genome: found {item['value']!r}, expected one of {', '.join(have[:12])}")
    return wrong


def _wrong(facts: Facts, prefix: str, value: str) -> str:
    """What a parameter's schema expects where a value is something else; empty for a good one."""
    allowed, kind = words(facts, f"{prefix}.allowed"), text(facts, f"{prefix}.kind")
    if allowed:
        return "" if value in allowed else f"one of {', '.join(allowed)}"
    if kind == "truth value":
        return "" if value in ("true", "false") else "true or false"
    if kind in ("integer", "number"):
        if not re.fullmatch(r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?(e-?\d+)?", value):
            return f"a value of type {kind}"
        least, most = number(facts, f"{prefix}.least", float("-inf")), number(facts, f"{prefix}.most", float("inf"))
        return "" if least <= float(value) <= most else f"{least:g} to {most:g}"
    pattern = text(facts, f"{prefix}.pattern")
    return f"a text like {pattern}" if pattern and not _matches(pattern, value) else ""


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def kind_of(said: str) -> str:
    """The kind of assay that a text names; empty when it names none."""
    folded = said.casefold()
    return next((kind for kind, names in ASSAYS.items() if any(name in folded for name in names)), "")


def _assay(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """The kind of assay, and the evidence that says so: what was stated, else the reads' own build; empty for unknown."""
    if kind := kind_of(text(facts, "data.assay")):
        return kind, ("data.assay",)
    if 0 < number(facts, "data.read_length_1") <= BARCODE and number(facts, "data.read_length_2") >= CDNA:
        return "single-cell", ("data.read_length_1", "data.read_length_2")
    if number(facts, "data.tumour_samples") > 0:
        return "variants", ("data.tumour_samples",)
    return "", ()


def rule(facts: Facts) -> Answer:
    """The one pipeline that says of itself that it is for this assay; parameters only where the data demand it."""
    kind, basis = _assay(facts)
    fitting = [
        prefix
        for prefix, name in _pipelines(facts).items()
        if kind and kind_of(f"{name} {text(facts, f'{prefix}.about')}") == kind
    ]
    if len(fitting) != 1:
        why = "what was sequenced is not known" if not kind else "no pipeline offered says that it is for it alone"
        ids = basis or tuple(f"{prefix}.name" for prefix in _pipelines(facts))[:4]
        reason = Reason(f"Cannot tell from these data which pipeline fits: {why}.", ids)
        return Answer(plain(PipelineChoice(ASK, ())), (reason,), "low", "A word on what was sequenced, and how.")
    chosen = fitting[0]
    reasons = [_chosen(chosen, basis)]
    parameters = []
    for one, reason in _set(facts, chosen):
        if not check(facts, plain(PipelineChoice(_pipelines(facts)[chosen], (one,)))):
            parameters.append(one)
            reasons.append(reason)
    choice = PipelineChoice(_pipelines(facts)[chosen], tuple(parameters))
    confidence = "high" if "data.assay" in basis else "medium"
    change = "Another assay or kit than the one stated, or a reference that the laboratory prefers."
    return Answer(plain(choice), tuple(reasons[:12]), confidence, change)


def _chosen(chosen: str, basis: tuple[str, ...]) -> Reason:
    ids = (f"{chosen}.name", f"{chosen}.about", *basis)
    if basis == ("data.assay",):
        return Reason(f"{{data.assay:s}} is what {{{chosen}.name:s}} says that it is for.", ids)
    if "data.read_length_1" in basis:
        words_ = (
            "A first read of {data.read_length_1:d} bases beside a second of {data.read_length_2:d} holds a barcode and not "
            f"sequence: these are droplets, which {{{chosen}.name:s}} is for."
        )
        return Reason(words_, ids)
    return Reason(f"{{data.tumour_samples:d}} tumour samples ask for somatic variants, which {{{chosen}.name:s}} calls.", ids)


def _set(facts: Facts, chosen: str) -> Iterator[tuple[Parameter, Reason]]:
    """Parameters that the data speak for, each with its reason; what the schema does not take is left out by the caller."""
    known = _parameters(facts, chosen)
    have = words(facts, f"{chosen}.genomes")
    wanted = (text(facts, "data.genome"),) if "data.genome" in facts else GENOMES.get(text(facts, "data.organism").casefold(), ())
    genome = next((name for name in wanted if name in have or (not have and "data.genome" in facts)), "")
    if genome and "genome" in known:
        ids = tuple(name for name in ("data.genome", "data.organism") if name in facts)
        yield Parameter("genome", genome), Reason(f"The reads are said to be of {{{ids[0]}:s}}.", ids)
    if "single_end" in known and "data.paired" in facts and not true(facts, "data.paired"):
        words_ = "The samples {data.paired?have both reads|do not all have both reads}."
        yield Parameter("single_end", "true"), Reason(words_, ("data.paired",))
    if "protocol" in known and "data.chemistry" in facts:
        yield (
            Parameter("protocol", text(facts, "data.chemistry")),
            Reason("The chemistry is stated as {data.chemistry:s}.", ("data.chemistry",)),
        )
    if "read_length" in known and number(facts, "data.read_length_1") > 0:
        lengths = sorted(int(one) for one in words(facts, f"{known['read_length']}.allowed") if one.isdecimal())
        best = min(lengths, key=lambda one: abs(one - number(facts, "data.read_length_1")), default=0)
        if best:
            yield Parameter("read_length", str(best)), Reason("Reads have {data.read_length_1:d} bases.", ("data.read_length_1",))
    if "with_umi" in known and true(facts, "data.umi"):
        yield (
            Parameter("with_umi", "true"),
            Reason("The reads {data.umi?carry|do not carry} molecular identifiers.", ("data.umi",)),
        )
    if "wes" in known and true(facts, "data.targeted"):
        words_ = "The library {data.targeted?was captured for a panel or exome|covers the genome}."
        yield Parameter("wes", "true"), Reason(words_, ("data.targeted",))
    if "tools" in known and number(facts, "data.tumour_samples") > 0 and SOMATIC in text(facts, f"{known['tools']}.pattern"):
        words_ = "{data.tumour_samples:d} samples are of a tumour, so somatic variants are to be called."
        yield Parameter("tools", SOMATIC), Reason(words_, ("data.tumour_samples",))


def default(facts: Facts) -> dict[str, Any]:
    """The first pipeline offered, with nothing set."""
    return plain(PipelineChoice(next(iter(_pipelines(facts).values())), ()))


QUESTION = Question(
    "pipeline_choice",
    "Which of these pipelines fits the reads, and which of its parameters should leave their defaults?",
    PipelineChoice,
    ("pipeline.*", "data.*"),
    (),
    bounds,
    rule,
    (
        "each pipeline's own nextflow_schema.json; read layouts of droplet chemistries: 10x Genomics CG000315; nf-core usage "
        "documentation"
    ),
    check,
    default,
    lambda _: plain(PipelineChoice(ASK, ())),
    (
        "\nSet only parameters that the evidence speaks for and leave the others at their defaults; values are text. Where "
        "nothing says what was sequenced, `pipeline` is `?`.\n"
    ),
)
