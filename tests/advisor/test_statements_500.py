"""500 seeded interpretations of true statements and of ones corrupted in the ways models err; both rates are printed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from assayline.advisor.claude import Claude
from assayline.advisor.interpret import Offered, by_advisor, supported
from assayline.advisor.pseudonym import Pseudonyms
from assayline.evidence import Evidence
from tests.advisor.conftest import KEY
from tests.advisor.messages_api import messages_api, says

if TYPE_CHECKING:
    from collections.abc import Callable

INTERPRETATIONS = 500
SAMPLES = ("Miller, Anna", "rm -rf ~; B-17", "Ctrl 3\x1b[31m")
GENES = (["ALB", "APOA", "TTR"], ["MALAT", "XIST", "NEAT"], ["INS", "GCG", "SST"])


def fact(
    name: str, value: Any, unit: str | None = None, what: str = "a value", *, difference: bool = False, **about: str
) -> Evidence:
    return Evidence(name, what, value, unit, "f.json", "/x", about=about, difference=difference)


def world(draw: random.Random) -> dict[str, Evidence]:
    """The evidence of a run with random values."""
    read = draw.randint(300, 9000)
    kept = draw.randint(read // 2, read - 1)
    change, gain = draw.choice([-1, 1]) * draw.uniform(1, 90), draw.choice([-1, 1]) * draw.uniform(1, 9)
    rows = [
        fact("qc.cells.read", read, "cells", "cells before QC"),
        fact("qc.cells.kept", kept, "cells", "cells kept after QC"),
        fact("qc.cells.removed", read - kept, "cells", "cells removed by QC"),
        fact("qc.cells.kept_share", kept / read, "fraction", "share of cells kept after QC"),
        fact("qc.kept.counts_p50", draw.randint(900, 9000), "counts", "median of the counts a cell after QC"),
        fact("qc.change.counts_p50", change, "counts", "median counts a cell after QC minus before", difference=True),
        fact("model.loss_change", gain, "nats", "lowest loss minus the first", difference=True),
        fact("model.converged", draw.random() < 0.5, None, "whether the training converged"),
        fact("clusters.count", 3, "clusters", "clusters"),
        fact("clusters.largest", draw.randint(90, 200), "cells", "cells of the largest cluster"),
    ]
    for number, genes in enumerate(GENES):
        name = f"clusters.c{number}"
        rows.append(fact(f"{name}.name", str(number), None, "name of the cluster"))
        rows.append(fact(f"{name}.cells", draw.randint(20, 300), "cells", "cells of the cluster"))
        rows.append(fact(f"{name}.top", genes, None, "strongest marker genes of the cluster"))
    for number, sample in enumerate(SAMPLES):
        value = round(draw.uniform(40, 99), 1)
        rows.append(fact(f"measured.f1.viability.s{number + 1}", value, "%", "viability of the sample", sample=sample))
    return {row.id: row for row in rows}


def true(facts: dict[str, Evidence]) -> list[str]:
    """Statements that this evidence supports, in words that a model might find."""
    change = "higher" if facts["qc.change.counts_p50"].value > 0 else "lower"
    loss = "rose" if facts["model.loss_change"].value > 0 else "fell"
    cluster = "Cluster {{clusters.c{0}.name:s}} holds {{clusters.c{0}.cells:d}} cells and is marked by {{clusters.c{0}.top:s}}."
    sample = "The viability of {{measured.f1.viability.s{0}@sample}} was {{measured.f1.viability.s{0}:.1f}} %."
    return [
        "Quality control kept {qc.cells.kept:d} of {qc.cells.read:d} cells ({qc.cells.kept_share:.1%}).",
        "{qc.cells.removed:,d} cells were removed as outliers.",
        f"After filtering, the median depth is {change} by {{qc.change.counts_p50:+.1f}} counts.",
        f"The loss {loss} by {{model.loss_change:.1f}} nats during training.",
        "The model {model.converged?has converged|has not converged}, which bears on how far the map can be trusted.",
        "The largest cluster has {clusters.largest:d} cells, so rare populations should be looked at on their own.",
        *(cluster.format(number) for number in range(3)),
        *(sample.format(number + 1) for number in range(3)),
        "A kept cell has {qc.kept.counts_p50:,.0f} counts in the median, which is enough to tell broad groups apart.",
        "Viability in sample-B was {measured.f1.viability.s2:.1f} %, and dying cells would carry their RNA into a library.",
        "Cannot tell from these data whether {measured.f1.viability.s1@sample} would be better after another wash.",
        "Among the {clusters.count:d} clusters, {clusters.c0.top:s} mark cluster {clusters.c0.name:s}.",
        "ALB and TTR stand out in cluster {clusters.c0.name:s} ({clusters.c0.top:s}).",
    ]


def corruptions(draw: random.Random, facts: dict[str, Evidence]) -> list[Callable[[str], str]]:
    """Ways to make a statement say what the evidence does not."""
    up = facts["qc.change.counts_p50"].value > 0
    against = ["fell", "is lower", "declined", "shrank"] if up else ["rose", "is higher", "grew", "climbed"]
    along = ["higher", "increased"] if up else ["lower", "decreased"]
    pair = draw.sample(range(3), 2)

    def put(words: list[str]) -> Callable[[str], str]:
        return lambda text: f"{draw.choice(words)} {text}" if draw.random() < 0.5 else f"{text} {draw.choice(words)}"

    return [
        lambda text: text.replace("{", f"{draw.randint(2, 999)} and {{", 1),
        lambda text: text.replace("}", f"}} ({{{draw.choice(['qc.x', 'model.auc', 'clusters.c9.cells'])}:d}})", 1),
        lambda text: text.rstrip(".") + ": {qc.cells.kept:d} " + draw.choice(["%", "nats", "counts", "fraction"]) + ".",
        put([f"The median depth {word} by {{qc.change.counts_p50:.1f}} counts." for word in against]),
        put([f"The median depth is not {word} by {{qc.change.counts_p50:.1f}} counts." for word in along]),
        put(["GAPDH is found.", "ACTB stands out.", "This looks like FOXP biology."]),
        put(["Most of it holds.", "None of it fails.", "Nearly all agree.", "A dozen failed.", "Half of them are fine."]),
        put(["T cells dominate.", "These are hepatocytes.", "The cells are of endothelial origin.", "Macrophages are seen."]),
        put(["The difference is significant.", "This correlates with age.", "The mean depth is good."]),
        put(["The patient is diagnosed with it.", "The lot complies with its specification.", "The cells are infected."]),
        put([f"Cluster {{clusters.c{pair[0]}.name:s}} is marked by {{clusters.c{pair[1]}.top:s}}."]),
        put([f"{GENES[pair[0]][0]} marks cluster {{clusters.c{pair[1]}.name:s}}, as {{clusters.c{pair[1]}.top:s}} show."]),
        put([f"{{measured.f1.viability.s{pair[0] + 1}@sample}} has {{measured.f1.viability.s{pair[1] + 1}:.1f}} %."]),
        put([f"sample-{'ABC'[pair[0]]} has a viability of {{measured.f1.viability.s{pair[1] + 1}:.1f}} %."]),
        put(["Viability in sample-Q was {measured.f1.viability.s1:.1f} %."]),
        put(["Quality control kept {qc.cells.read:d} of {qc.cells.kept:d} cells."]),
        put(["{qc.cells.kept:d} cells were removed.", "{qc.cells.removed:d} cells were kept."]),
        put(["The training converged.", "Convergence was reached: it converged."]),
        put(["The smallest value is {clusters.largest:d}.", "The best cluster is {clusters.c1.name:s}."]),
        put(["Depth is ten-fold better.", "It doubled.", "A twofold gain."]),
        put(["Kept {qc.cells.kept_share:.0d}.", "Kept {qc.cells.kept:>99d}.", "Kept {qc.cells.kept.__class__}.", "{{x}}"]),
        lambda text: text + draw.choice(["\x1b[31m", "\u202e", "\x00", "\ue000"]),
    ]


def test_no_unsupported_statement_is_emitted_and_no_supported_one_is_lost(capsys):
    draw = random.Random(20)
    emitted, lost = [], []
    wrong = right = 0
    for _ in range(INTERPRETATIONS):
        facts = world(draw)
        names = Pseudonyms.of(facts.values())
        good = draw.sample(true(facts), 5)
        bad = [draw.choice(corruptions(draw, facts))(draw.choice(true(facts))) for _ in range(5)]
        statements = [(text, True) for text in good] + [(text, False) for text in bad]
        draw.shuffle(statements)
        body = supported([Offered(text, (), "medium") for text, _ in statements], [], facts, names)
        kept = {item["template"] for item in body["statements"]}
        reasons = {item["template"]: item["reason"] for item in body["dropped"]}
        emitted += [text for text, fine in statements if not fine and text in kept]
        lost += [(text, reasons[text]) for text, fine in statements if fine and text in reasons]
        right += 5
        wrong += 5
        assert body["rates"]["kept"] + body["rates"]["dropped"] == 10
    with capsys.disabled():
        print(
            f"\n{INTERPRETATIONS} interpretations: {len(emitted)} of {wrong} unsupported statements emitted, "
            f"{len(lost)} of {right} supported ones lost"
        )
    assert emitted == [] and lost == []


@pytest.mark.parametrize("seed", range(6))
def test_the_same_over_the_wire(seed, monkeypatch):
    draw = random.Random(seed)
    facts = world(draw)
    good = draw.sample(true(facts), 5)
    bad = [corrupt(draw.choice(true(facts))) for corrupt in draw.sample(corruptions(draw, facts), 6)]
    offered = [{"template": text, "evidence": [], "confidence": "low", "what_would_change_this": ""} for text in [*good, *bad]]
    with messages_api(
        says({"statements": offered, "limits": ["There are 2 donors.", "Nothing tells the donors' age."]})
    ) as script:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", script.url)
        body, by = by_advisor(facts, Claude())
    assert [item["template"] for item in body["statements"]] == good and len(body["dropped"]) == 7
    assert by["kind"] == "claude" and body["limits"] == ["Nothing tells the donors' age."]
    sent = str(script.bodies)
    assert not any(sample in sent for sample in SAMPLES)
