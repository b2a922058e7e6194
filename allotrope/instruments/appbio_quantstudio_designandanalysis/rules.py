"""Design & Analysis: the analyses, the sheets each is known by, and the graph of values that it calculates."""

from __future__ import annotations

from dataclasses import dataclass

from allotrope.families.qpcr import (
    EFFICIENCY,
    INTERCEPT,
    NEEDED_CT,
    RN_MEAN,
    RN_SD,
    SCORE,
    SLOPE,
    Rule,
    Source,
    curve_rule,
    replicate_rule,
    well_rule,
)

QUANTITY = Rule("quantity", "Quantity", "well", (NEEDED_CT, Source(INTERCEPT), Source(SLOPE)))
PLAIN_QUANTITY = well_rule("quantity", "Quantity", NEEDED_CT)
CONFIDENCE = well_rule("cq confidence", "Cq Confidence")
CT_MEAN = replicate_rule("ct mean", "Cq Mean")
CT_SD = replicate_rule("ct sd", "Cq SD")
CT_SE = replicate_rule("ct se", "Cq SE")
QUANTITY_MEAN = replicate_rule("quantity mean", "Quantity Mean", Source(QUANTITY))
EQUIVALENT = replicate_rule("equivalent ct mean", "EqCq Mean", Source(CT_MEAN))
ADJUSTED = Rule("adjusted equivalent ct mean", "Adjusted EqCq Mean", "replicate", (Source(EQUIVALENT),), optional=True)
DELTA = replicate_rule("delta equivalent ct mean", "Delta EqCq Mean", Source(ADJUSTED), Source(ADJUSTED, "target"))
DELTA_DELTA = replicate_rule("delta delta equivalent ct", "Delta Delta EqCq", Source(DELTA), Source(DELTA, "sample"))
RQ = replicate_rule("rq", "Rq", Source(DELTA_DELTA))
RELATIVE_RQ = replicate_rule("relative rq", "Rq", Source(QUANTITY_MEAN))
STANDARD_CURVE = (
    QUANTITY,
    SCORE,
    CONFIDENCE,
    QUANTITY_MEAN,
    replicate_rule("quantity sd", "Quantity SD", Source(QUANTITY)),
    CT_MEAN,
    CT_SD,
    INTERCEPT,
    curve_rule("r^2", "R2"),
    SLOPE,
    EFFICIENCY,
    well_rule("standard deviation", "Standard Deviation"),
    well_rule("standard error", "Standard Error"),
)
RELATIVE = (
    QUANTITY,
    SCORE,
    CONFIDENCE,
    CT_MEAN,
    CT_SD,
    replicate_rule("delta equivalent ct sd", "Delta EqCq SD", Source(CT_SD), Source(CT_SD, "target")),
    replicate_rule("delta equivalent ct se", "Delta EqCq SE", Source(CT_SE), Source(CT_SE, "target")),
    replicate_rule("relative rq min", "Rq Min", Source(RELATIVE_RQ)),
    replicate_rule("relative rq max", "Rq Max", Source(RELATIVE_RQ)),
    Rule("rq min", "Rq Min", "replicate", (Source(RQ),), not_of_reference=True),
    Rule("rq max", "Rq Max", "replicate", (Source(RQ),), not_of_reference=True),
)
GROUP, RQ_GROUP = "Replicate Group Result", "RQ Replicate Group Result"
RQ_LABELS = (
    *("EqCq Mean", "Adjusted EqCq Mean", "Delta EqCq Mean", "Delta EqCq SD", "Delta EqCq SE", "Delta Delta EqCq"),
    *("Rq", "Rq Min", "Rq Max"),
)
CALCULATED = (
    *("Quantity", "Quantity Mean", "Quantity SD", "Cq Mean", "Cq SD", "Cq SE", *RQ_LABELS, "Rn Mean", "Rn SD"),
    *("Y-Intercept", "R2", "Slope", "Efficiency", "Amp Score", "Cq Confidence", "Standard Deviation", "Standard Error"),
)
"""Labels of calculated values."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An analysis: its name, the sheets it has, what its plug-in is called, and the sheet that its results are in.

    `joined` sheets hold values by sample and target; `calls` is the sheet of calls.
    """

    name: str
    sheets: tuple[str, ...] = ()
    plugin: str = ""
    results: str = ""
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    calls: str = ""
    rules: tuple[Rule, ...] = ()


PRIMARY = Kind("primary analysis experiment")
KINDS = (
    Kind(
        "standard curve qPCR experiment",
        ("Standard Curve Result",),
        "Standard Curve",
        "Standard Curve Result",
        rules=STANDARD_CURVE,
    ),
    Kind(
        "relative standard curve qPCR experiment",
        (RQ_GROUP,),
        "Relative Quantification",
        joined=((GROUP, ("Cq SE",)), (RQ_GROUP, RQ_LABELS)),
        rules=RELATIVE,
    ),
    Kind("genotyping qPCR experiment", ("Genotyping Result",), "Genotyping", calls="Genotyping Result"),
    Kind("melt curve qPCR experiment", ("Melt Curve Raw", "Melt Curve Result")),
    Kind(
        "presence/absence qPCR experiment",
        ("Target Call",),
        "Presence Absence",
        calls="Target Call",
        rules=(PLAIN_QUANTITY, SCORE, CONFIDENCE, RN_MEAN, RN_SD),
    ),
    Kind(
        PRIMARY.name,
        ("Amplification Data", "Multicomponent", GROUP),
        r"^Primary Analysis v[\d.]+$",
        joined=((GROUP, ("Cq Mean", "Cq SD", "Cq SE")),),
        rules=(CT_MEAN, CT_SD, CT_SE),
    ),
    PRIMARY,
)
