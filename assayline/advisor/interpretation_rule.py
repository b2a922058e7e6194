"""The interpretation that needs no model: sentences for what the evidence holds, under the same checks as a model's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assayline.advisor.question import Facts, decimals, number
from assayline.advisor.questions.measurement_use import problems

if TYPE_CHECKING:
    from assayline.evidence import Evidence

Statement = tuple[str, tuple[str, ...], str]
LOW_VIABILITY, AGREES = 80.0, 0.8
TELLING = (
    ".viability.",
    ".viable_cell_density.",
    ".mass_concentration.",
    "concentration.",
    ".a260_280.",
    ".glucose.",
    ".cycle_threshold",
    ".absorbance_at_",
)


def statements(facts: Facts) -> list[Statement]:
    """Template, cited ids and confidence of every sentence that the evidence allows, the most important first."""
    cells = [*_cells(facts), *_model(facts), *_clusters(facts), *_labels(facts)]
    return [*cells, *_measured(facts), *_checked(facts), *_converted(facts)]


def limits(facts: Facts) -> list[str]:
    """What the data cannot tell, in sentences without numbers."""
    found = []
    if "inspect.samples" in facts and number(facts, "inspect.samples") == 1:
        found.append(
            "The cells come from a single sample: differences between donors, batches or conditions "
            "cannot be told from these data."
        )
    if "clusters.count" in facts:
        if "annotate.cells" not in facts:
            found.append(
                "Clusters are groups of similar cells, not cell types: naming them needs a reference or known marker genes."
            )
        found.append(
            "Marker genes were ranked on the same cells that made the clusters, so their p-values overstate the evidence."
        )
        scored = any(number(facts, name) for name in facts if name.startswith("qc.doublets.") and name.endswith(".scored"))
        found.append(
            f"Doublets {'of cells of the same kind cannot be found' if scored else 'were not scored'}; a small cluster with "
            "markers of other clusters may be doublets."
        )
        if not any(name.startswith("qc.ambient.") for name in facts):
            found.append("Ambient RNA was not estimated: what empty droplets hold is not known.")
    if any(name.startswith("measured.") for name in facts) and "clusters.count" in facts:
        found.append(
            "Nothing in the files links the instruments' samples to the cells; they are reported side by side and not compared."
        )
    return found


def _has(facts: Facts, *names: str) -> bool:
    return all(name in facts and facts[name].value is not None for name in names)


def _cells(facts: Facts) -> list[Statement]:
    found: list[Statement] = []
    if _has(facts, "qc.cells.kept", "qc.cells.read", "qc.cells.kept_share"):
        words = (
            "Quality control kept {qc.cells.kept:d} of {qc.cells.read:d} cells "
            "({qc.cells.kept_share:.1%}) and {qc.genes.kept:d} of {qc.genes.read:d} genes."
        )
        found.append((words, ("qc.cells.kept", "qc.cells.read"), "high"))
    if _has(facts, "qc.cells.kept_share") and number(facts, "qc.cells.kept_share") > 0.98:
        words = (
            "With {qc.cells.removed:d} cells removed the matrix looks as if it had been filtered before; "
            "what was removed then is not known."
        )
        found.append((words, ("qc.cells.removed", "qc.cells.kept_share"), "medium"))
    if _has(facts, "qc.kept.counts_p50", "qc.kept.genes_p50"):
        words = "A kept cell has {qc.kept.counts_p50:,.0f} counts and {qc.kept.genes_p50:,.0f} genes in the median."
        if _has(facts, "qc.kept.mitochondrial_share_p50"):
            words += (
                " The median mitochondrial share is {qc.kept.mitochondrial_share_p50:.2%}, found by {inspect.mitochondrial_by:s}."
            )
        found.append((words, ("qc.kept.counts_p50", "qc.kept.genes_p50"), "high"))
    return found


def _model(facts: Facts) -> list[Statement]:
    if not _has(facts, "model.name", "model.converged"):
        return []
    if number(facts, "model.epochs") == 0:
        return [
            (
                "The latent space ({model.name:s}) was computed without training from {model.genes_used:d} genes.",
                ("model.name", "model.genes_used"),
                "high",
            )
        ]
    words = (
        "The training of {model.name:s} on {model.cells:d} cells "
        "{model.converged?has converged|has not converged} after {model.epochs:d} epochs: "
        "{model.because:s}."
    )
    found: list[Statement] = [(words, ("model.converged", "model.epochs"), "high")]
    if _has(facts, "model.held_out.model", "model.held_out.pca"):
        words = (
            "Relative to the mean of their sample, cells that were held out have a log-likelihood a cell of "
            "{model.held_out.model:+,.0f} nats under the model and {model.held_out.pca:+,.0f} nats under principal components."
        )
        found.append((words, ("model.held_out.model", "model.held_out.pca"), "high"))
    if _has(facts, "integrate.used", "integrate.because"):
        words = "The cells are clustered in the space {integrate.used:s}: {integrate.because:s}."
        found.append((words, ("integrate.used", "integrate.because"), "high"))
    if _has(facts, "clusters.agreement", "integrate.other"):
        agrees = number(facts, "clusters.agreement") >= AGREES
        tail = (
            "so the groups do not hang on that choice" if agrees else "so the groups depend on the space and need a second look"
        )
        words = (
            "Clusters of the space {integrate.other:s} agree with these at an adjusted Rand index of "
            f"{{clusters.agreement:{decimals(facts, 'clusters.agreement')}}}, " + tail + "."
        )
        found.append((words, ("clusters.agreement", "integrate.other"), "medium"))
    return found


def _clusters(facts: Facts) -> list[Statement]:
    if not _has(facts, "clusters.count", "clusters.stability"):
        return []
    shown = decimals(facts, "clusters.stability")
    words = (
        "The cells form {clusters.count:d} clusters at resolution {clusters.resolution:g}; under "
        f"resampling they come back with an adjusted Rand index of {{clusters.stability:{shown}}}."
    )
    found: list[Statement] = [(words, ("clusters.count", "clusters.stability"), "medium")]
    for name in sorted(name.removesuffix(".name") for name in facts if name.startswith("clusters.c") and name.endswith(".name")):
        if _has(facts, f"{name}.top") and facts[f"{name}.top"].value:
            words = f"Cluster {{{name}.name:s}} ({{{name}.cells:d}} cells, {{{name}.share:.1%}}) is marked by {{{name}.top:s}}."
            found.append((words, (f"{name}.cells", f"{name}.top"), "medium"))
        else:
            words = (
                f"Cluster {{{name}.name:s}} ({{{name}.cells:d}} cells) has {{{name}.markers:d}} marker "
                "genes, which makes it doubtful as a group of its own."
            )
            found.append((words, (f"{name}.cells", f"{name}.markers"), "low"))
    return found


def _labels(facts: Facts) -> list[Statement]:
    """How many cells got a label, and every label with its cells."""
    if not _has(facts, "annotate.cells", "annotate.unknown", "annotate.method"):
        return []
    words = (
        "Labels come from {annotate.method:s}: {annotate.unknown:d} of {annotate.cells:d} cells are unlike every label "
        "({annotate.unknown_share:.1%})."
    )
    found: list[Statement] = [(words, ("annotate.cells", "annotate.unknown"), "medium")]
    for name in sorted(
        name.removesuffix(".label") for name in facts if name.startswith("annotate.l") and name.endswith(".label")
    ):
        if facts[f"{name}.label"].value != "unknown" and _has(facts, f"{name}.cells"):
            words = f"{{{name}.cells:d}} cells are labelled {{{name}.label:s}}"
            if _has(facts, f"{name}.markers", f"{name}.borne_out"):
                words += f"; {{{name}.borne_out:d}} of {{{name}.markers:d}} marker genes of the label are borne out by them"
            found.append((words + ".", (f"{name}.cells", f"{name}.label"), "medium"))
    return found


def _measured(facts: Facts) -> list[Statement]:
    """A sentence for each of the quantities that matter most, two a file, and one for each sample of low viability."""
    found: list[Statement] = []
    shown: dict[str, int] = {}
    done: set[str] = set()
    for wanted in TELLING:
        for samples in [name for name in facts if name.startswith("measured.") and name.endswith(".samples") and wanted in name]:
            name, file = samples.removesuffix(".samples"), ".".join(samples.split(".")[:2])
            low, high, instrument = f"{name}.lowest", f"{name}.highest", f"{file}.instrument"
            if name not in done and shown.get(file, 0) < 2 and _has(facts, low, high, instrument):
                shown[file] = shown.get(file, 0) + 1
                done.add(name)
                words = (
                    f"{{{instrument}:s}}: {_subject(facts[low])} of {{{samples}:d}} samples ran from "
                    f"{{{low}{_form(facts[low])}}} {{{low}@unit}} in {{{low}@sample}} "
                    f"to {{{high}{_form(facts[high])}}} {{{high}@unit}} in {{{high}@sample}}."
                )
                found.append((words, (low, high, samples), "high"))
    for name, fact in facts.items():
        if (
            re.fullmatch(r"measured\.f\d+\.viability\.s\d+", name)
            and isinstance(fact.value, int | float)
            and fact.value < LOW_VIABILITY
        ):
            words = (
                f"The viability of {{{name}@sample}} is {{{name}:.1f}} %; RNA of its dying cells would be carried into a library."
            )
            found.append((words, (name,), "medium"))
    return found


def _checked(facts: Facts) -> list[Statement]:
    """A sentence for everything that the checks of the measurements found."""
    return [(words, ids, "high") for _, _, words, ids in problems(facts)]


def _subject(fact: Evidence) -> str:
    """The name of the quantity from `lowest QUANTITY of the samples …`."""
    return re.sub(r" at [0-9.]+ nm", "", fact.what.removeprefix("lowest ").partition(" of the samples")[0])


def _form(fact: Evidence) -> str:
    value = fact.value
    if isinstance(value, int) or (isinstance(value, float) and value == int(value)):
        return ":,d"
    return ":.1f" if isinstance(value, float) and 1 <= abs(value) < 1e4 else ":.3g"


def _converted(facts: Facts) -> list[Statement]:
    if not _has(facts, "convert.files", "convert.cells", "convert.mapped"):
        return []
    words = (
        "{convert.files:d} instrument files were converted; of their {convert.cells:,d} fields "
        "{convert.mapped:,d} were mapped, {convert.kept:,d} kept as they are and {convert.ignored:,d} "
        "ignored for a reason."
    )
    return [(words, ("convert.files", "convert.cells", "convert.mapped", "convert.kept", "convert.ignored"), "high")]
