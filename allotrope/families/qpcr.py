"""Quantitative PCR: roles, well volumes, curves, and the graph of calculated values that ThermoFisher's programs export."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.cube import cube
from allotrope.envelope import CUSTOM, put, quantity
from allotrope.required import missed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allotrope.calculated import Calculated
    from allotrope.envelope import Group, Node
    from allotrope.record import Cell

UNITLESS = "(unitless)"
CONTROL = "control sample role"
ROLES = {
    "UNKNOWN": "unknown sample role",
    "STANDARD": "standard sample role",
    **dict.fromkeys(("NTC", "POSITIVE_CONTROL", "IPC", "BLOCKED_IPC", "BLOCKEDIPC", "ACCURACY CONTROL"), CONTROL),
    **dict.fromkeys(("PC_ALLELE_1", "PC_ALLELE_2", "PC_ALLELE_BOTH", "POSITIVE_11", "POSITIVE_22", "POSITIVE_12"), CONTROL),
}
"""The role of a well's task."""
CYCLES = ("cycle count", "#")
REPORTER = "normalized reporter result"
CORRECTED = "baseline corrected reporter result"
STANDING_FLAGS = ("prfdrop", "BADROX", "CQCONF", "NOISE", "OUTLIERRG")
"""Quality flags that hold `N` where an export leaves their column out: the program writes only columns with a raised flag."""


def role_of(task: Any) -> str | None:
    """The sample role that a task stands for; None for a task that has none."""
    return ROLES.get(str(task).strip().upper())


def well_volume(block: str) -> float | None:
    """Volume of a well in microlitres, from the name of the block; None where the name does not tell."""
    found = re.search(r"(\d+[.,]\d+)\s*-?\s*mL", block, re.IGNORECASE)
    if found:
        return round(float(found[1].replace(",", ".")) * 1000, 6)
    if "array card" in block.lower():
        return 1.5
    return 40 if "384-well" in block.lower() else None


def block_wells(block: str) -> int | None:
    """Wells of the plate, from the name of the block."""
    found = re.search(r"96|384", block)
    return int(found[0]) if found else None


def group_facts(
    group: Group, block: str, wells: int | None, kind: str, *, container: str = "PCR reaction block", unknown: str = "NaN"
) -> None:
    """What each well's aggregate says of plate and experiment.

    The schema demands the volume of a well: where the block does not tell it, it is the negative zero
    that stands for `not known`, with an error document and the finding `filled-required`.
    """
    volume = well_volume(block)
    node = group.node
    node |= {"experiment type": kind, "container type": container}
    if wells is not None:
        node["plate well count"] = quantity(wells, "#")
    if volume is None:
        missed(group.owner, node, "well volume", "μL", unknown)
    else:
        node["well volume"] = quantity(volume, "μL")


def amplification(node: Node, cycles: Sequence[Any], reporter: Sequence[Any], corrected: Sequence[Any]) -> bool:
    """Put the two amplification curves and the number of cycles into a measurement; False where a cycle lacks."""
    put(node, "device control/total cycle number setting", max((c for c in cycles if c is not None), default=None), UNITLESS)
    if None in cycles:
        return False
    dimension = [(*CYCLES, cycles)]
    for label, concept, values in (
        ("normalized reporter", REPORTER, reporter),
        ("baseline corrected reporter", CORRECTED, corrected),
    ):
        if _told(values):
            put(node, f"processed data/{label} data cube", cube(label, dimension, [(concept, UNITLESS, values)]))
    return True


def _told(values: Sequence[Any]) -> bool:
    """Whether any of the values is there."""
    return any(value is not None for value in values)


def fluorescence(node: Node, name: str, label: str, cycles: Sequence[Any], values: Sequence[Any]) -> bool:
    """Put the fluorescence of one dye over the cycles into a measurement; False where there is none, or a cycle lacks."""
    if not _told(values) or None in cycles:
        return False
    node[f"{name} data cube"] = cube(label, [(*CYCLES, cycles)], [("fluorescence", "RFU", values)])
    return True


def melting_curve(node: Node, slope: str, temperatures: Sequence[Any], values: Sequence[Any], slopes: Sequence[Any]) -> bool:
    """Put a melting curve into a measurement; `slope` is what its derivative is called.

    The schema knows it only with its derivative: False where one of the two lacks.
    """
    measures = [("fluorescence", "RFU", values), (slope, UNITLESS, slopes)]
    if not all(_told(one[2]) for one in measures):
        return False
    node["melting curve data cube"] = cube("melting curve", [("temperature", "degC", temperatures)], measures)
    return True


@dataclass(eq=False)
class Reaction:
    """One target in one well: its measurement, what groups it, and the values that the program calculated for it, by label."""

    node: Node
    sample: str
    target: str
    standard: bool = False
    values: dict[str, tuple[float, Cell]] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Rule:
    """A calculated value: its name, the label it is exported under, how often it is calculated, and what it stands on.

    It is one a `well`, a `replicate` group (sample and target) or a `curve` (standards of a target). It stands on measured
    features or on other rules, also those of the reference sample or target. An `optional` rule without a value
    passes on its own sources.
    """

    name: str
    label: str
    per: str
    sources: tuple[Source, ...]
    optional: bool = False
    not_of_reference: bool = False
    """Whether the value of the reference target itself says nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a calculated value stands on: a rule or a measured feature; `of` is `sample` or `target` for that of the reference."""

    rule: Rule | str
    of: str = ""
    required: bool = False


Key = tuple[str, str, int]


class Calculations:
    """The graph of calculated values of one experiment: every value once, with the values and measurements it stands on."""

    def __init__(
        self, calculated: Calculated, reactions: Sequence[Reaction], sample: str | None = None, target: str | None = None
    ) -> None:
        self.calculated = calculated
        self.reactions = reactions
        self.sample = sample
        self.target = target
        self.groups: dict[str, dict[Key, list[Reaction]]] = {"well": {}, "replicate": {}, "curve": {}}
        for at, reaction in enumerate(reactions):
            self._group("well", (reaction.sample, reaction.target, at), reaction)
            self._group("replicate", (reaction.sample, reaction.target, -1), reaction)
            if reaction.standard:
                self._group("curve", ("", reaction.target, -1), reaction)
        self.wells: dict[tuple[str, str], list[Key]] = {}
        for key in self.groups["well"]:
            self.wells.setdefault(key[:2], []).append(key)
        self.done: dict[tuple[str, str, Key], str | None] = {}

    def _group(self, per: str, key: Key, reaction: Reaction) -> None:
        self.groups[per].setdefault(key, []).append(reaction)

    def run(self, rules: Sequence[Rule]) -> None:
        """Add every value of these rules; values that found no place in the graph are kept with their well."""
        for rule in rules:
            for key in self.groups[rule.per]:
                if not (rule.not_of_reference and key[1] == self.target):
                    self.add(rule, key)
        for reaction in self.reactions:
            for label, (_, cell) in reaction.values.items():
                if label not in reaction.stated:
                    put(reaction.node, f"processed data/{CUSTOM}", {cell.label: cell.keep()})

    def add(self, rule: Rule, key: Key) -> str | None:
        """The identifier of a rule's value for one group; None where there is no value or nothing that it stands on."""
        mark = (rule.name, rule.label, key)
        if mark not in self.done:
            self.done[mark] = self._add(rule, key)
        return self.done[mark]

    def _add(self, rule: Rule, key: Key) -> str | None:
        members = self.groups[rule.per].get(key)
        if not members or rule.label not in members[0].values:
            return None
        value = members[0].values[rule.label][0]
        sources: list[tuple[Node | str, str]] = []
        for source in rule.sources:
            found = self.sources(source, key, members)
            if not found and source.required:
                return None
            sources += found
        identifier = self.calculated.add(rule.name, value, UNITLESS, sources)
        if identifier:
            for member in members:
                stated, cell = member.values.get(rule.label, (None, None))
                if stated == value and cell is not None:
                    cell.mapped()
                    member.stated.add(rule.label)
        return identifier

    def sources(self, source: Source, key: Key, members: Sequence[Reaction]) -> list[tuple[Node | str, str]]:
        """The (measurement or identifier, feature) pairs of one source."""
        rule = source.rule
        if isinstance(rule, str):
            return [(member.node, rule) for member in members if has(member.node, rule)]
        sample, target, at = key
        if source.of == "target":
            if self.target is None:
                return []
            target = self.target
        elif source.of == "sample" and self.sample is not None:
            sample = self.sample
        if rule.per == "well":
            keys = [key] if at >= 0 else self.wells.get((sample, target), [])
        else:
            keys = [("" if rule.per == "curve" else sample, target, -1)]
        found: list[tuple[Node | str, str]] = []
        for one in keys:
            identifier = self.add(rule, one)
            if identifier:
                found.append((identifier, rule.name))
            elif rule.optional:
                for below in rule.sources:
                    found += self.sources(below, one, members)
        return found


def has(node: Node, feature: str) -> bool:
    """Whether a measurement's processed data hold a feature."""
    name = "cycle threshold result (qPCR)" if feature == "cycle threshold result" else feature
    aggregate: Node = node.get("processed data aggregate document", {})
    return any(name in part for part in aggregate.get("processed data document", ()))


CT = Source("cycle threshold result")
"""The measured cycle threshold."""
NEEDED_CT = Source("cycle threshold result", required=True)
REPORTER_RESULT = Source("normalized reporter result")


def well_rule(name: str, label: str, source: Source = CT) -> Rule:
    """A value of one well that stands on its measurement."""
    return Rule(name, label, "well", (source,))


def replicate_rule(name: str, label: str, *sources: Source) -> Rule:
    """A value of a replicate group; without sources it stands on the measured cycle thresholds."""
    return Rule(name, label, "replicate", sources or (CT,))


def curve_rule(name: str, label: str) -> Rule:
    """A value of a standard curve."""
    return Rule(name, label, "curve", (CT,))


INTERCEPT = curve_rule("y intercept", "Y-Intercept")
SLOPE = curve_rule("slope", "Slope")
EFFICIENCY = curve_rule("efficiency", "Efficiency")
SCORE = well_rule("amplification score", "Amp Score")
RN_MEAN = replicate_rule("rn mean", "Rn Mean", REPORTER_RESULT)
RN_SD = replicate_rule("rn sd", "Rn SD", REPORTER_RESULT)
