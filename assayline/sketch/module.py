"""The module that a proposal becomes: tables, a small `read`, and INSTRUMENT, in the style of the instruments of this project."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from assayline.sketch.propose import SURE

if TYPE_CHECKING:
    from assayline.sketch.look import Look
    from assayline.sketch.propose import Choice, Proposal

WIDE = 130
LONG = 80
MARKS = 4
"""Labels that the signature asks for."""


def module(proposal: Proposal, sample: Look) -> str:
    """The source of the module: only what is sure is mapped; `measurements` keeps every other column as custom information."""
    fields = [choice for choice in proposal.columns if choice.certainty == SURE]
    facts = [choice for choice in proposal.facts if choice.certainty == SURE]
    whose = _said(f"{proposal.vendor} {proposal.product}")
    head = f'"""{whose}: the {_kind(sample)} that its software exports, one row a measurement."""'
    parts = [head, _imports(sample, fields), _table(fields), _constants(proposal), "\n", _read(sample, facts), ""]
    parts.append(_instrument(proposal, sample))
    return "\n".join(parts)


def _kind(sample: Look) -> str:
    return "workbook" if sample.kind == "workbook" else "delimited text"


def _said(text: str) -> str:
    """Text that may stand in a docstring."""
    return text.replace("\\", "/").replace('"', "'")


def _quoted(text: str) -> str:
    """A string literal with double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _raw(pattern: str) -> str:
    """A regular expression as a string literal."""
    return f'r"{pattern}"' if '"' not in pattern and not pattern.endswith("\\") else _quoted(pattern)


def _imports(sample: Look, fields: list[Choice]) -> str:
    names = [
        name for name, needed in (("Field", True), ("as_time", any(one.read for one in fields)), ("measurements", True)) if needed
    ]
    mark = "cell" if sample.kind == "workbook" else "text"
    put = ["from allotrope.envelope import put"] if sample.facts else []
    lines = [
        "",
        "from __future__ import annotations",
        "",
        "from typing import TYPE_CHECKING",
        "",
        *put,
        f"from allotrope.field import {', '.join(names)}",
        "from allotrope.instrument import Instrument",
        f"from allotrope.signature import Signature, {mark}",
        "",
        "if TYPE_CHECKING:",
        "    from allotrope.envelope import Document",
        "    from allotrope.source import Source",
        "",
    ]
    return "\n".join(lines)


def _table(fields: list[Choice]) -> str:
    """FIELDS, one line a field; an empty table says its type."""
    if not fields:
        return "FIELDS: tuple[Field, ...] = ()"
    lines = []
    for choice in fields:
        words = [_quoted(choice.label), _quoted(choice.path)]
        words += [f"unit={_quoted(choice.unit)}"] if choice.unit else []
        words += [f"read={choice.read}"] if choice.read else []
        words += ["required=True"] if choice.required else []
        lines += _call("    Field", words, ",")
    if len(fields) == 1 and len(lines) == 1 and len(lines[0]) < WIDE - len("FIELDS = (,)"):
        return f"FIELDS = ({lines[0].strip()})"
    return "\n".join(["FIELDS = (", *lines, ")"])


def _call(name: str, words: list[str], end: str = "") -> list[str]:
    """A call on one line, or as many as it needs."""
    line = f"{name}({', '.join(words)}){end}"
    if len(line) <= WIDE:
        return [line]
    indent = " " * (len(name) - len(name.lstrip()) + 4)
    inner = f"{indent}{', '.join(words)}"
    lines = [inner] if len(inner) <= WIDE else [f"{indent}{word}," for word in words]
    return [f"{name}(", *lines, f"{indent[:-4]}){end}"]


def _constants(proposal: Proposal) -> str:
    pairs = ", ".join(f"{_quoted(path)}: {_quoted(text)}" for path, text in proposal.constants.items())
    line = f"CONSTANTS = {{{pairs}}}"
    if len(line) <= WIDE:
        return line
    rows = [f"    {_quoted(path)}: {_quoted(text)}," for path, text in proposal.constants.items()]
    return "\n".join(["CONSTANTS = {", *rows, "}"])


def marks(sample: Look) -> list[str]:
    """The labels, in their order, that a file of this format shows: the first and the longest."""
    every = [column.label for column in sample.columns if not column.again and "\n" not in column.label]
    labels = [label for label in every if len(label) <= LONG // 2] or every
    longest = sorted(labels[1:], key=len, reverse=True)[: MARKS - 1]
    return [label for label in labels if label == labels[0] or label in longest]


def _read(sample: Look, facts: list[Choice]) -> str:
    """The function `read`: finds the header by its labels, keeps the facts above it, maps the rows."""
    shown = marks(sample)[:2]
    named = " and ".join(f"'{label}'" for label in shown)
    lines = ["def read(source: Source) -> Document:", '    """The table under the row of labels, wherever it starts."""']
    find = ", ".join(_quoted(label) for label in shown)
    if sample.kind == "workbook":
        lines += [
            "    for grid in source.sheets().values():",
            *_call("        header = grid.find_row", [find]),
            "        if header is not None:",
            "            break",
            "    else:",
        ]
    else:
        lines += ["    grid = source.grid()", *_call("    header = grid.find_row", [find]), "    if header is None:"]
    words = ['"the header"', _quoted(f"no row with {named}"), '"the labels of this format"']
    lines += _call("        raise source.damaged", words)
    lines.append("    document = source.document()")
    words = ["document", "grid.table(header)", "FIELDS", "constants=CONSTANTS"]
    if sample.facts:
        lines += [*_call("    found = measurements", words), "    if not found:"]
    else:
        lines.append(f"    if not measurements({', '.join(words)}):")
    lines += _call("        raise source.empty", ['f"line {grid.line(header)}"', '"labels without rows"', '"at least one row"'])
    if sample.facts:
        lines += _facts(facts)
    return "\n".join([*lines, "    return document", ""])


def _facts(facts: list[Choice]) -> list[str]:
    """The lines that put known facts where they belong and keep the others."""
    lines = ["    facts = grid.pairs(range(header))"]
    for choice in facts:
        anchor, _, key = choice.path.partition("/")
        if anchor == "@document":
            lines += [
                f"    {key} = facts.text({_quoted(choice.label)})",
                "    for group, _ in found:",
                f"        put(group.document, {_quoted(key)}, {key})",
            ]
        else:
            lines.append(f"    document.{anchor[1:]}[{_quoted(key)}] = facts.text({_quoted(choice.label)})")
    return [*lines, '    put(document.aggregate, "custom information document", facts.rest())']


def signature(proposal: Proposal, sample: Look) -> list[str]:
    """The lines of the signature: labels that stand in this order in one line, or in cells of a workbook."""
    if sample.kind == "workbook":
        calls = [f"cell({_raw(f'^{_pattern(label)}$')})" for label in marks(sample)]
    else:
        first, *others = map(_pattern, marks(sample))
        first = (r"^\W*" if _first(sample) else "") + first
        joined = ".*".join([first, *others])
        calls = [f"text({_raw(one)})" for one in ([joined] if len(joined) <= LONG else [first, *others])]
    beats = [f"beats=({', '.join(map(_quoted, proposal.beats))},)"] if proposal.beats else []
    every = f"all=({', '.join(calls)}{',' if len(calls) == 1 else ''})"
    line = f"    signature=Signature({', '.join([f'("{sample.kind}",)', every, *beats])}),"
    if len(line) <= WIDE:
        return [line]
    rows = ["        all=(", *(f"            {call}," for call in calls), "        ),"]
    if len(every) + 9 <= WIDE and len(calls) == 1:
        rows = [f"        {every},"]
    more = [f"        {word}," for word in beats]
    return ["    signature=Signature(", f'        ("{sample.kind}",),', *rows, *more, "    ),"]


def _first(sample: Look) -> bool:
    """Whether the first label starts a line, and starts with a letter or digit itself."""
    return sample.columns[0].place == 0 and sample.columns[0].label[:1].isalnum()


def _pattern(label: str) -> str:
    """A regular expression for a label, as the text writes it (its quotes doubled)."""
    return re.escape(label[:LONG]).replace("\\ ", " ").replace('"', ".{1,2}").replace("\n", "s")


def _instrument(proposal: Proposal, sample: Look) -> str:
    lines = [
        "INSTRUMENT = Instrument(",
        f"    name={_quoted(proposal.name)},",
        f"    vendor={_quoted(proposal.vendor)},",
        f"    product={_quoted(proposal.product)},",
        f"    manifest={_quoted(proposal.manifest)},",
        *signature(proposal, sample),
        "    read=read,",
        f'    device={{"model number": {_quoted(proposal.product)}}},',
        ")",
        "",
    ]
    return "\n".join(lines)
