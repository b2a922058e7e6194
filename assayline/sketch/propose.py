"""The proposal: technique, what each column becomes and how sure that is; made by rules from labels, units and types alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from allotrope.labels import fold
from allotrope.schema import shape, units
from allotrope.technique import TECHNIQUES
from assayline.sketch.hints import (
    ANALYSTS,
    DEVICE,
    HINTS,
    IDENTIFIERS,
    IMPLIED,
    OF_SETTINGS,
    SAME,
    TIMES,
    UNITS,
    UNSAID,
    Hint,
    scores,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.schema import Shape
    from assayline.sketch.look import Column, Look

SURE, GUESSED, KEPT = "sure", "guessed", "kept"
CLOSE = 0.6
"""Share of words in common above which a quantity is named as a guess."""
_PROCESSED = ("processed data aggregate document", "processed data document")
PLACES: dict[str, tuple[str, ...]] = {
    "": (),
    "sample document": ("sample document",),
    "device control": ("device control aggregate document", "device control document"),
    "processed data": _PROCESSED,
    "processed data/data processing document": (*_PROCESSED, "data processing document"),
}
"""Where quantities of a row may stand: the path as a field writes it, and the schema's own keys."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of one column or fact: where it goes, in which unit, how it is read, how sure that is, and why."""

    label: str
    path: str = ""
    unit: str = ""
    read: str = ""
    required: bool = False
    certainty: str = KEPT
    because: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A converter in the making, as plain data: names, technique with scores of all, constants, choices for columns and facts."""

    name: str
    vendor: str
    product: str
    manifest: str
    techniques: tuple[tuple[str, int, str], ...]
    """Manifest, score and the words found, best first."""
    constants: dict[str, str]
    columns: tuple[Choice, ...]
    facts: tuple[Choice, ...]
    beats: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The proposal as plain JSON."""
        return asdict(self)


def propose(sample: Look, name: str, vendor: str, product: str, manifest: str | None = None) -> Proposal:
    """A proposal by rules; `manifest` overrules the technique that the labels speak for."""
    texts = [column.label for column in sample.columns] + [label for label, _ in sample.facts] + [sample.sheet]
    ranked = scores(texts)
    hint = next((one for one in HINTS if one.manifest == manifest), Hint(manifest, {})) if manifest else ranked[0][1]
    schema = Schema(hint.manifest)
    columns = list(_columns(sample, schema, hint))
    facts = [_fact(label, schema) for label, _ in sample.facts]
    constants = {path: product if path.endswith("device type") and not text else text for path, text in hint.constants.items()}
    return Proposal(
        name,
        vendor,
        product,
        hint.manifest,
        tuple((one.manifest, points, ", ".join(dict.fromkeys(words))) for points, one, words in ranked if points),
        constants or {"device control/device type": product},
        tuple(_once(columns)),
        tuple(_once(facts)),
    )


class Schema:
    """What a manifest's schema says of the measurement: its quantities with their units, and the places of times and people."""

    def __init__(self, manifest: str) -> None:
        self.technique = TECHNIQUES[manifest]
        url = f"http://purl.allotrope.org/manifests/{manifest}.manifest"
        self.symbols = units(url)
        top = _down(shape(url), f"{self.technique.name} aggregate document")
        self.document = _down(top, f"{self.technique.name} document")
        self.group = _down(self.document, "measurement aggregate document")
        self.measurement = _down(self.group, "measurement document")
        self.anchors = {"@device": _down(top, "device system document"), "@system": _down(top, "data system document")}
        self.quantities = dict(self._quantities())

    def _quantities(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Path of each quantity of a row and its units (empty: any)."""
        for path, keys in PLACES.items():
            place = self.measurement
            for key in keys:
                place = _down(place, key)
            for key in sorted(place.known) if place is not None else ():
                child = place.child(key) if place is not None else None
                if child is not None and {"value", "unit"} <= child.known:
                    yield f"{path}/{key}" if path else key, tuple(child.units)

    def knows(self, path: str) -> bool:
        """Whether an anchored path of one key exists."""
        anchor, _, key = path.partition("/")
        place = {"@document": self.document, "@group": self.group, **self.anchors}.get(anchor)
        return place is not None and key in place.known

    def symbol(self, unit: str, allowed: tuple[str, ...]) -> str:
        """The schema's symbol for a unit as a label writes it; empty where it is none of those allowed."""
        if not unit:
            return "(unitless)" if "(unitless)" in allowed else allowed[0] if allowed in UNSAID else ""
        choices = allowed or tuple(self.symbols)
        for wanted in (unit, UNITS.get(_plain(unit).casefold(), unit)):
            exact = [symbol for symbol in choices if _plain(symbol) == _plain(wanted)]
            folded = [symbol for symbol in choices if _plain(symbol).casefold() == _plain(wanted).casefold()]
            if exact or len(folded) == 1:
                return (exact or folded)[0]
        return ""


def _down(place: Shape | None, key: str) -> Shape | None:
    found = place.child(key) if place is not None else None
    return found.item if found is not None and found.item is not None else found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _columns(sample: Look, schema: Schema, hint: Hint) -> Iterator[Choice]:
    times = [column for column in sample.columns if column.holds == "time"]
    for column in sample.columns:
        yield _general(column, times, schema) or _quantity(column, schema, hint)


def _general(column: Column, times: list[Column], schema: Schema) -> Choice | None:
    """Sample identifier, measurement time, analyst, location of a well: known by label and type."""
    label = fold(column.label)
    if label in IDENTIFIERS:
        return Choice(column.label, "sample document/sample identifier", certainty=SURE, because="the label names the sample")
    if label in ANALYSTS and schema.knows("@document/analyst"):
        return Choice(column.label, "@document/analyst", certainty=SURE, because="the label names a person")
    if label in ("well", "well position", "well location", "location") and "location identifier" in schema.technique.sample:
        return Choice(column.label, "sample document/location identifier", certainty=SURE, because="the label names a well")
    if column.holds == "time" and any(word in label for word in TIMES):
        path = "@group/measurement time" if schema.technique.time == "group" else "measurement time"
        if len(times) == 1:
            return Choice(column.label, path, read="as_time", certainty=SURE, because="the only column of times")
        return Choice(column.label, path, read="as_time", certainty=GUESSED, because=f"one of {len(times)} columns of times")
    return None


def _quantity(column: Column, schema: Schema, hint: Hint) -> Choice:
    """The quantity of the schema that has this name and allows this unit: sure where the words are the same, else a guess."""
    if column.holds not in ("number", "mixed"):
        return Choice(column.label, because=f"holds {column.holds}")
    wanted = _words(column.name)
    best: tuple[float, str, str] = (0.0, "", "")
    for path, allowed in schema.quantities.items():
        symbol = schema.symbol(column.unit, allowed)
        have = _words(re.sub(r"\(.*?\)", "", path.rpartition("/")[2]))
        said = wanted | IMPLIED.get(symbol, frozenset()) if wanted else wanted
        share = len(said & have) / len(said | have) if said | have else 0.0
        if share < CLOSE and said and said == have - OF_SETTINGS:
            share = CLOSE
        if symbol and share > best[0]:
            best = (share, path, symbol)
    share, path, symbol = best
    required = path.rpartition("/")[2] in hint.required
    if share == 1.0:
        because = (
            "label and unit are the schema's" if column.unit else f"the label is the schema's, in {symbol} where none is said"
        )
        return Choice(column.label, path, symbol, required=required, certainty=SURE, because=because)
    if share >= CLOSE:
        because = f"about {share:.0%} of the words, and the unit, are the schema's"
        return Choice(column.label, path, symbol, certainty=GUESSED, because=because)
    return Choice(column.label, because="no quantity of the schema has this name and unit")


def _words(name: str) -> frozenset[str]:
    """The words of a name, folded and in the words of the schemas."""
    words = re.findall(r"[^\W_]+", _plain(name).casefold())
    once = [SAME.get(word, word) for word in words]
    return frozenset(part for word in once for part in SAME.get(word, word).split())


def _fact(label: str, schema: Schema) -> Choice:
    """A fact above the table: a person, or something of device and data system."""
    name = fold(label)
    if name in ANALYSTS and schema.knows("@document/analyst"):
        return Choice(label, "@document/analyst", certainty=SURE, because="the label names a person")
    for path, labels in DEVICE.items():
        if name in labels and schema.knows(path):
            return Choice(label, path, certainty=SURE, because="the label is the schema's")
    return Choice(label, because="no known label")


def _once(choices: list[Choice]) -> Iterator[Choice]:
    """Choices with every path taken once: the first that is sure of it, later ones only guess."""
    taken: set[str] = set()
    for choice in choices:
        if choice.certainty == SURE and choice.path in taken:
            yield replace(choice, required=False, certainty=GUESSED, because="another column has that place")
            continue
        if choice.certainty == SURE:
            taken.add(choice.path)
        yield choice
