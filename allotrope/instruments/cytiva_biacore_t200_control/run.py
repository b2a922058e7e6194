"""The parts of a Biacore T200 run file: facts of system and chip, the wizard template, curves, and the table of report points."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from allotrope.readers.tree import EntitiesDeclared, xml_root
from allotrope.record import KEPT, MAPPED, Record

if TYPE_CHECKING:
    from allotrope.readers.ole import Stream
    from allotrope.record import Cell
    from allotrope.source import Source

CURVE = re.compile(r"_Cycle (\d+)/_Window (\d+)/_Curve (\d+)/(.+)$")
DAY_ZERO = datetime.fromisoformat("1899-12-30")
TIMES = re.compile(r"(time(stamp)?|date)(\d+,\d+)?$", re.IGNORECASE)
DURATIONS = re.compile(r"WorkingTime$|IdleTime$")
HEADER_WORDS = {"Segment": 11, "XYData": 3}
"""Words before the values of a curve."""


class Facts:
    """Lines `key=value` of a stream; times are stored as days since the end of 1899."""

    def __init__(self, stream: Stream | None) -> None:
        self.cells = stream.pairs() if stream else {}

    def text(self, key: str, fate: int = MAPPED) -> str | None:
        """The value under a key, times in ISO 8601; None where there is none."""
        cell = self.cells.get(key)
        value = cell.text.partition("=")[2].strip() if cell else ""
        if cell is None:
            return None
        if not value:
            cell.ignore("key without a value")
            return None
        cell.store.mark(cell.handle, fate)
        return moment(value, cell) if TIMES.search(key) and not DURATIONS.search(key) else value

    def keep(self, *keys: str) -> dict[str, Any]:
        """Custom information from some keys, or from all that nothing has read."""
        wanted = keys or [key for key, cell in self.cells.items() if not cell.store.fates[cell.handle]]
        found = {key: self.text(key, KEPT) for key in wanted}
        return {key: value for key, value in found.items() if value is not None}


def moment(days: str, cell: Cell) -> str:
    """Days since the end of 1899 in ISO 8601; text that is no number stays as it is."""
    try:
        found = DAY_ZERO + timedelta(days=float(days))
    except (ValueError, OverflowError):
        return days
    locale = cell.store.locale
    locale.zoneless = True
    return (found if locale.zone is None else found.replace(tzinfo=locale.zone)).isoformat()


@dataclass(slots=True)
class Curve:
    """The sensorgram of one flow cell in one cycle: elapsed time in seconds (empty where not stored) and response in RU."""

    times: list[float] = field(default_factory=list)
    responses: list[float] = field(default_factory=list)


def curves(streams: dict[str, Stream]) -> dict[int, dict[str, Curve]]:
    """Cycle → flow cell → its sensorgram, over all windows of the cycle.

    The curves of a cycle were measured together: one whose times are not stored has those of the last flow cell that has enough
    (a difference of two flow cells, such as 2-1, is stored with its times, the two themselves are not).
    """
    found: dict[int, dict[str, Curve]] = {}
    cells: dict[str, str] = {}
    for path, stream in streams.items():
        if path.endswith("/Labels") and stream.lines:
            title = stream.lines[0][0]
            if "=" in title.text:
                cells[path.removesuffix("/Labels")] = title.text.partition("=")[2].strip()
                title.mapped()
    for path, stream in streams.items():
        place = CURVE.search(path)
        kind = place[4].partition(" ")[0] if place else ""
        if not place or kind not in HEADER_WORDS:
            continue
        curve = found.setdefault(int(place[1]), {}).setdefault(cells.get(path.rpartition("/")[0], "1"), Curve())
        words = stream.words[HEADER_WORDS[kind] :]
        values = [word.value for word in words if isinstance(word.value, float) and math.isfinite(word.value)]
        for word in stream.words:
            word.mapped()
        if kind == "XYData":
            half = len(values) // 2
            curve.times += values[:half]
            curve.responses += values[half : 2 * half]
        else:
            curve.responses += values
    for of_cycle in found.values():
        timed = [of_cycle[cell].times for cell in sorted(of_cycle, reverse=True) if of_cycle[cell].times]
        for curve in of_cycle.values():
            count = len(curve.responses)
            if not curve.times:
                curve.times = next((times[:count] for times in timed if len(times) >= count), [])
    return {cycle: found[cycle] for cycle in sorted(found)}


def report_points(stream: Stream | None) -> list[Record]:
    """The rows of the table of report points."""
    if stream is None or not stream.lines:
        return []
    labels = [cell.text for cell in stream.lines[0]]
    rows = []
    for line in stream.lines[1:]:
        for cell, label in zip(line, labels, strict=False):
            cell.label = label
        cells = [cell for cell in line if cell.label]
        if any(cells):
            rows.append(Record.of(cells))
    for cell in stream.lines[0]:
        cell.mapped()
    return rows


@dataclass(slots=True)
class Template:
    """The wizard's template: properties, and bags of named values; empty for a manual run."""

    properties: dict[str, str] = field(default_factory=dict)
    bags: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    """Settings of the method that a bag carries as XML of its own: id → value, min, max."""
    detection: dict[str, str] = field(default_factory=dict)

    def number(self, bag: str, key: str) -> float | None:
        """A number of a bag."""
        value = self.bags.get(bag, {}).get(key)
        try:
            return None if value is None or isinstance(value, bool) else float(value)
        except ValueError:
            return None

    def setting(self, name: str, part: str = "value") -> float | None:
        """A number of a setting of the method."""
        try:
            return float(self.settings.get(name, {})[part])
        except (KeyError, ValueError):
            return None


def read_template(source: Source, stream: Stream | None) -> Template:
    """The template of the run; one that is not XML is kept as text, with a finding."""
    if stream is None or not stream.text.strip():
        return Template()
    try:
        text = stream.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = stream.text
    try:
        top = xml_root(text.partition("?>")[2] or text, text)
    except (ElementTree.ParseError, EntitiesDeclared):
        source.find("template-unreadable", "the wizard's template is not XML; its text is kept", stream.path, "warning")
        return Template()
    for cell in stream.cells:
        cell.mapped()
    found = Template()
    properties = top.find("Properties")
    for child in properties if properties is not None else ():
        found.properties[child.tag] = (child.text or "").strip()
    for bag in top.iter("xmlBag"):
        values: dict[str, Any] = {}
        for child in bag:
            value = child.get("value", "")
            converted: Any = value
            if child.tag == "boolean":
                converted = value.lower() == "true"
            elif child.tag == "integer" and value.lstrip("-").isdigit():
                converted = int(value)
            values[child.get("key", "")] = converted
        found.bags[bag.get("name", "")] = values
    _method(found)
    return found


def _method(template: Template) -> None:
    """Settings of the method, which the bag MethodRun holds as text."""
    for text in template.bags.get("MethodRun", {}).values():
        if not isinstance(text, str) or "methodSettings" not in text:
            continue
        try:
            top = xml_root(text.partition("?>")[2] if text.lstrip().startswith("<?xml") else text, text)
        except (ElementTree.ParseError, EntitiesDeclared):
            continue
        for item in top.iter("dataItem"):
            holder = item.find("valueItem")
            value = holder.findtext("value") if holder is not None else None
            if holder is not None and value:
                template.settings[item.get("id", "")] = {
                    "value": value,
                    **{part: text for part in ("min", "max") if (text := holder.findtext(part))},
                }
        detection = top.find(".//detectionSettings")
        for item in detection.iter("dataItem") if detection is not None else ():
            value = item.findtext("valueItem/value")
            if value:
                template.detection[item.get("id", "")] = value
