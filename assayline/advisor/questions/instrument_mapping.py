"""Of which technique is an unknown export, and what does each of its columns become?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain, text, words

ASK, SURE, FEWEST = "?", "sure", 4  # points below which no technique is told
GENERAL = (
    "sample document/sample identifier",
    "sample document/location identifier",
    "measurement time",
    "@group/measurement time",
    "@document/analyst",
)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column by its label, the path it goes to, and the unit there (empty for none)."""

    label: str
    path: str
    unit: str


@dataclass(frozen=True, slots=True)
class InstrumentMapping:
    """The technique by its manifest, `?` where a person must say, and the columns that are mapped; others are kept."""

    technique: str
    columns: tuple[MappedColumn, ...]


def _techniques(facts: Facts) -> dict[str, str]:
    found = [name for name in facts if re.fullmatch(r"export\.technique\.t\d+\.manifest", name)]
    return {text(facts, name): name.removesuffix(".manifest") for name in found}


def _columns(facts: Facts) -> dict[str, str]:
    found = [name for name in facts if re.fullmatch(r"export\.column\.c\d+\.label", name)]
    return {text(facts, name): name.removesuffix(".label") for name in found}


def _allowed(facts: Facts, technique: str) -> dict[str, tuple[str, ...]]:
    """Path → units of the quantities that a technique may have; an empty tuple for any unit."""
    listed = words(facts, f"{_techniques(facts)[technique]}.quantities") if technique in _techniques(facts) else []
    parts = [one.partition(" in ") for one in listed]
    return {path: tuple(units.split(" or ")) if units else () for path, _, units in parts}


def bounds(facts: Facts) -> dict[str, Bound]:
    """Techniques that the labels speak for, and columns of the export; paths and units are held to the schema by `check`."""
    return {
        "technique": Bound(one_of=(*_techniques(facts), ASK)),
        "columns.label": Bound(one_of=tuple(_columns(facts)) or ("",)),
    }


def check(facts: Facts, choice: dict[str, Any]) -> list[str]:
    """Each column and each path once; a path and unit that the technique's schema has; numbers for quantities only."""
    allowed, wrong = _allowed(facts, choice["technique"]), []
    for key in ("label", "path"):
        given = [item[key] for item in choice["columns"]]
        wrong += [f"columns: '{one}' stands twice as {key}" for one in dict.fromkeys(given) if given.count(one) > 1]
    for item in choice["columns"]:
        prefix = _columns(facts)[item["label"]]
        if item["path"] in GENERAL and not item["unit"]:
            continue
        if item["path"] not in allowed:
            wrong.append(f"columns: '{item['label']}': '{item['path']}' is no quantity of {choice['technique']}")
        elif allowed[item["path"]] and item["unit"] not in allowed[item["path"]]:
            wrong.append(f"columns: '{item['label']}': found the unit '{item['unit']}', expected {allowed[item['path']]}")
        elif text(facts, f"{prefix}.holds") not in ("number", "mixed"):
            wrong.append(f"columns: '{item['label']}' holds {text(facts, f'{prefix}.holds')}, not numbers")
    return wrong


def rule(facts: Facts) -> Answer:
    """The technique that the labels' words speak for alone, and the columns whose label and unit are the schema's own."""
    ranked = sorted(_techniques(facts).items(), key=lambda pair: -number(facts, f"{pair[1]}.score"))
    name, prefix = ranked[0]
    points = number(facts, f"{prefix}.score")
    tied = len(ranked) > 1 and number(facts, f"{ranked[1][1]}.score") == points
    change = "A manual of the instrument, or an export with units in its labels."
    if points < FEWEST or tied:
        sentence = f"Cannot tell from these data of which technique the export is: its labels score {{{prefix}.score:d}} points."
        reason = Reason(sentence, (f"{prefix}.score", f"{prefix}.manifest"))
        return Answer(plain(InstrumentMapping(ASK, ())), (reason,), "low", change)
    mapped = [
        MappedColumn(label, text(facts, f"{column}.path"), text(facts, f"{column}.schema_unit"))
        for label, column in _columns(facts).items()
        if text(facts, f"{column}.certainty") == SURE and f"{column}.path" in facts
    ]
    fitting = tuple(item for item in mapped if not check(facts, plain(InstrumentMapping(name, (item,)))))
    choice = InstrumentMapping(name, fitting)
    sentence = f"The labels hold {{{prefix}.words:s}}, which speak for this technique with {{{prefix}.score:d}} points."
    reasons = [Reason(sentence, (f"{prefix}.words", f"{prefix}.score"))]
    for item in choice.columns[:6]:
        label = f"{_columns(facts)[item.label]}.label"
        reasons.append(Reason(f"'{{{label}:s}}' has name and unit of the schema.", (label,)))
    return Answer(plain(choice), tuple(reasons), "high" if points > 2 * FEWEST else "medium", change)


def default(facts: Facts) -> dict[str, Any]:
    """The first technique there is, and every column kept as it is."""
    return plain(InstrumentMapping(next(iter(_techniques(facts)), ASK), ()))


QUESTION = Question(
    "instrument_mapping",
    "Of which technique is this export, and what does each of its columns become?",
    InstrumentMapping,
    ("export.*",),
    (),
    bounds,
    rule,
    "the published ASM schemas of the techniques (Allotrope Foundation), whose names and units are compared",
    check,
    default,
    lambda _: plain(InstrumentMapping(ASK, ())),
    (
        "\nMap a column only where it is that quantity; `path` is one of the technique's quantities or one of "
        f"{', '.join(GENERAL)}, and `unit` one of those listed for it (empty for the latter). Leave out what is not sure: "
        "it is kept as it is.\n"
    ),
)
