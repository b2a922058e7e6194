"""The samples of a kinetics wizard: which was injected in each cycle, from the preview of the wizard and its rack positions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.envelope import CUSTOM, put
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Node
    from allotrope.instruments.cytiva_biacore_t200_control.run import Template

KINETICS = "Kinetics/Affinity"
AS_ENTERED = "As entered"
"""The run order in which the rows of the preview are the cycles; in others they cannot be told apart."""
POSITION = re.compile(r"Cycle(\d+).*sample_pos$")
COLUMNS = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Sample:
    """What was injected in a cycle: rack position, and of a sample its name, concentration (nM) and molecular weight (Da)."""

    rack: str = ""
    role: str = ""
    name: str = ""
    concentration: float | None = None
    weight: float | None = None

    def describe(self, node: Node) -> None:
        """Put the sample into a measurement."""
        put(node, "sample document/sample identifier", self.name or None)
        put(node, "sample document/location identifier", self.rack or None)
        put(node, "sample document/sample role type", self.role or None)
        put(node, "sample document/concentration", self.concentration, "nM")
        if self.weight is not None:
            put(node, f"sample document/{CUSTOM}", {"molecular weight": {"value": self.weight, "unit": "Da"}})


def samples(template: Template) -> dict[int, Sample]:
    """Cycle → sample of a kinetics run; empty for other runs, and where the wizard did not run the rows as entered."""
    rows = _preview(template.properties.get("HtmlPreview", ""))
    if template.properties.get("TypeName") != KINETICS or rows is None:
        return {}
    names = template.bags.get("_PositionOrder", {})
    places = {
        int(found[1]) + 1: str(rack)
        for key, rack in template.bags.get("_Positions", {}).items()
        if (found := POSITION.search(key)) and rack
    }
    waiting = iter(rows)
    samples: dict[int, Sample] = {}
    for cycle in sorted(places):
        rack = places[cycle]
        label = next((name for name in reversed(names) if rack in name and ("Startup" in name or "Sample" in name)), "")
        if "Startup" in label:
            samples[cycle] = Sample(rack, "blank role")
        elif label:
            name, row = label.split("\n")[0], next(waiting, {})
            stated = row if row.get("Sample id") == name else {}
            found_at = (number(stated.get(column, "").replace(",", "."), ".") for column in ("Conc.", "MW"))
            samples[cycle] = Sample(rack, "sample role", name, *found_at)
    return samples


def _preview(text: str) -> list[dict[str, str]] | None:
    """The rows of the table under `Run order`; None where there is none, or the rows were not run as entered."""
    order, _, table = text.partition("Run order")[2].partition("\xa0\n\xa0")[0].partition("\n\n")
    if order.rpartition("\xa0")[2].strip() != AS_ENTERED:
        return None
    lines = [COLUMNS.split(line.strip()) for line in table.partition("\n\n")[0].split("\n") if line.strip()]
    return [dict(zip(lines[0], line[1:], strict=False)) for line in lines[1:]] if lines else None
