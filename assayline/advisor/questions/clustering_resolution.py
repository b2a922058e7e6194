"""At which of the surveyed resolutions should the cells be clustered?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, decimals, number, plain

STABLE, SMALLEST, NEAR = 0.9, 10, 0.8


@dataclass(frozen=True, slots=True)
class ClusteringResolution:
    """A Leiden resolution."""

    resolution: float


def surveyed(facts: Facts) -> dict[str, float]:
    """Prefix of evidence ids → resolution, for every resolution that was surveyed."""
    suffix = ".resolution"
    return {
        name.removesuffix(suffix): number(facts, name) for name in facts if name.startswith("survey.") and name.endswith(suffix)
    }


def bounds(facts: Facts) -> dict[str, Bound]:
    """Only resolutions that were surveyed, since nothing is known of any other."""
    return {"resolution": Bound(one_of=tuple(sorted(surveyed(facts).values())))}


def lasting(facts: Facts, found: dict[str, float]) -> dict[str, int]:
    """At how many resolutions in a row there are as many clusters as at each."""
    steps: dict[str, int] = {}
    for _, run in groupby(sorted(found, key=found.__getitem__), key=lambda name: number(facts, f"{name}.clusters")):
        names = list(run)
        steps |= dict.fromkeys(names, len(names))
    return steps


def rule(facts: Facts) -> Answer:
    """Among stable clusterings without tiny clusters, of a silhouette near the best, the number of clusters that lasts longest.

    Of equals that of the best silhouette, then of the best stability, to two digits. If none is stable, the cells are not
    split where a resolution leaves them whole, else the most stable one is taken.
    """
    found = surveyed(facts)
    several = [name for name in found if number(facts, f"{name}.clusters") > 1] or list(found)
    stable = [
        name for name in several if number(facts, f"{name}.stability") >= STABLE and number(facts, f"{name}.smallest") >= SMALLEST
    ]
    if stable:
        keys, steps = ("silhouette", "stability"), lasting(facts, found)
        enough = NEAR * max(number(facts, f"{name}.silhouette") for name in stable)
        near = [name for name in stable if number(facts, f"{name}.silhouette") >= enough] or stable
        worth = {name: [round(number(facts, f"{name}.{key}"), 2) for key in keys] for name in near}
        best = max(near, key=lambda name: (steps[name], *worth[name], -found[name]))
        text = "is stable under resampling, and of the stable ones was taken for its silhouette and for lasting over resolutions"
    elif whole := [name for name in found if number(facts, f"{name}.clusters") <= 1]:
        best = min(whole, key=lambda name: found[name])
        text = "leaves the cells whole, since no finer clustering came back under resampling"
    else:
        best = max(several, key=lambda name: (number(facts, f"{name}.stability"), -found[name]))
        text = "came out as the steadiest under resampling, though not steady enough to rely on"
    ids = tuple(f"{best}.{key}" for key in ("clusters", "stability", "silhouette", "smallest"))
    shown = {key: decimals(facts, f"{best}.{key}") for key in ("stability", "silhouette")}
    words = (
        f"Resolution {{choice.resolution:g}} gives {{{best}.clusters:d}} clusters (stability "
        f"{{{best}.stability:{shown['stability']}}}, silhouette {{{best}.silhouette:{shown['silhouette']}}}); it {text}."
    )
    reasons = [Reason(words, ids)]
    agreement = f"{best}.agreement"
    if agreement in facts and "model.name" in facts and facts["model.name"].value != "pca":
        shown_as = decimals(facts, agreement)
        words = f"The other space that was looked at gives clusters with an adjusted Rand index of {{{agreement}:{shown_as}}}."
        reasons.append(Reason(words, (agreement,)))
    confidence = "medium" if stable else "low"
    change = "Marker genes that split a cluster, or known labels; a finer question about subtypes asks for a finer resolution."
    return Answer(plain(ClusteringResolution(found[best])), tuple(reasons), confidence, change)


def default(_: Facts) -> dict[str, float]:
    """Resolution 1, as it stands in most tutorials."""
    return {"resolution": 1.0}


QUESTION = Question(
    "clustering_resolution",
    "At which of the surveyed resolutions should the cells be clustered?",
    ClusteringResolution,
    ("survey.*", "model.name"),
    ("model.*", "qc.cells.kept"),
    bounds,
    rule,
    (
        "stability under resampling as a label-blind criterion: Lange et al. 2004 "
        "(doi:10.1162/089976604773717621), Patterson-Cross et al. 2021 (doi:10.1186/s12859-021-03957-4)"
    ),
    None,
    default,
)
