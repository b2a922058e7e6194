"""QuantStudio real-time PCR: the experiments, and for each the graph of values that the program calculates."""

from __future__ import annotations

from allotrope.families.qpcr import (
    CT,
    EFFICIENCY,
    INTERCEPT,
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

GENOTYPING = "genotyping qPCR experiment"
COMPARATIVE = "comparative CT qPCR experiment"
RELATIVE = "relative standard curve qPCR experiment"
KINDS = (
    ("relative standard curve", RELATIVE),
    ("standard curve", "standard curve qPCR experiment"),
    ("comparative", COMPARATIVE),
    ("melt curve", "melt curve qPCR experiment"),
    ("genotyping", GENOTYPING),
    ("presence/absence", "presence/absence qPCR experiment"),
)
"""How the experiment's name starts, and what the standard calls it."""
QUANTITY = Rule("quantity", "Quantity", "well", (CT, Source(INTERCEPT), Source(SLOPE)))
PLAIN_QUANTITY = well_rule("quantity", "Quantity")
CONFIDENCE = well_rule("cq confidence", "Cq Conf")
QUANTITIES = (
    replicate_rule("quantity mean", "Quantity Mean", Source(QUANTITY)),
    replicate_rule("quantity sd", "Quantity SD", Source(QUANTITY)),
)
CT_MEAN = replicate_rule("ct mean", "Ct Mean")
SHARED = (QUANTITY, SCORE, CONFIDENCE, *QUANTITIES, CT_MEAN, replicate_rule("ct sd", "Ct SD"))
CURVE = (INTERCEPT, curve_rule("r^2", "R(superscript 2)"), SLOPE, EFFICIENCY)
RELATIVE_RQ = replicate_rule("relative rq", "RQ", Source(QUANTITIES[0]))
DELTA = replicate_rule("delta ct mean", "Delta Ct Mean", Source(CT_MEAN), Source(CT_MEAN, "target"))
DELTA_DELTA = replicate_rule("delta delta ct", "Delta Delta Ct", Source(DELTA), Source(DELTA, "sample"))
RQ = replicate_rule("rq", "RQ", Source(DELTA_DELTA))
RULES: dict[str, tuple[Rule, ...]] = {
    COMPARATIVE: (
        *SHARED,
        replicate_rule("delta ct se", "Delta Ct SE", Source(CT_MEAN), Source(CT_MEAN, "target")),
        Rule("rq min", "RQ Min", "replicate", (Source(RQ),), not_of_reference=True),
        Rule("rq max", "RQ Max", "replicate", (Source(RQ),), not_of_reference=True),
    ),
    RELATIVE: (
        *SHARED,
        replicate_rule("relative rq min", "RQ Min", Source(RELATIVE_RQ)),
        replicate_rule("relative rq max", "RQ Max", Source(RELATIVE_RQ)),
        *CURVE,
    ),
    "standard curve qPCR experiment": (*SHARED, *CURVE),
    "presence/absence qPCR experiment": (PLAIN_QUANTITY, SCORE, CONFIDENCE, RN_MEAN, RN_SD),
}
CALCULATED = (
    *("Quantity", "Quantity Mean", "Quantity SD", "Ct Mean", "Ct SD", "Delta Ct Mean", "Delta Ct SE", "Delta Delta Ct"),
    *(
        "RQ",
        "RQ Min",
        "RQ Max",
        "Rn Mean",
        "Rn SD",
        "Y-Intercept",
        "R(superscript 2)",
        "Slope",
        "Efficiency",
        "Amp Score",
        "Cq Conf",
    ),
)
"""Labels of calculated values, with `Ct` for whichever method was used."""
