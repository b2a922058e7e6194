"""An entry as Markdown: every text from outside is escaped, so that it shows as text wherever the page is rendered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assayline.notebook.entry import Decision, Entry, Figure, File, Header, Interpretation, Part, Rows, Table, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assayline.notebook.chain import Event

SPECIAL = re.compile(r"[\\`*{}\[\]<>#|~&$]|(?<![^\W_])_|_(?![^\W_])|^[-+=]|(?<=[-+=])[-+=]|[-+=](?=[-+=])")
"""What acts as Markdown: an underscore at the edge of a word, a sign that begins a line or is doubled, and what acts anywhere."""


def say(value: Any) -> str:
    """A value as escaped text on one line."""
    text = "" if value is None else value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    return SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def safe_start(text: str) -> str:
    """A line that does not begin as a numbered list would."""
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", text)


def table(columns: Sequence[Sequence[str]], rows: Sequence[Sequence[Any]]) -> str:
    """A pipe table; units stand in the headings."""
    heads = [say(f"{label} ({unit})" if unit else label) for label, unit in columns]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(say(cell) for cell in row) + " |" for row in rows])


def cited(ids: Sequence[Any] | None) -> str:
    """Evidence ids in brackets, or nothing."""
    return f" \\[{', '.join(say(item) for item in ids)}\\]" if ids else ""


def decision(part: Decision) -> str:
    """A decision: the choice, the alternative, reasons, and who decided."""
    body, rows = part.body, part.choices
    lines = [f"### {say(part.question)}", f"Decided by {say(part.who)}; confidence {say(body.get('confidence', 'not stated'))}."]
    lines += (
        [table([("Parameter", ""), ("Chosen", ""), ("Rules would choose", "")], [[say(n), str(a), str(b)] for n, a, b in rows])]
        if rows
        else []
    )
    lines += [
        f"- {say(item.get('text'))}{cited(item.get('evidence'))}" for item in body.get("because") or [] if isinstance(item, dict)
    ]
    if body.get("what_would_change_this"):
        lines.append(f"What would change this: {say(body['what_would_change_this'])}")
    return "\n\n".join(lines)


def interpretation(part: Interpretation) -> str:
    """Statements with their evidence, what was dropped, and the limits."""
    body = part.body
    lines = [
        f"- {say(item.get('text'))}{cited(item.get('evidence'))} ({say(item.get('confidence', 'confidence not stated'))})"
        for item in body.get("statements") or []
        if isinstance(item, dict)
    ]
    lines += [
        f"- Dropped: {say(item.get('template'))}: {say(item.get('reason'))}"
        for item in body.get("dropped") or []
        if isinstance(item, dict)
    ]
    lines += [f"- Limit: {say(item.get('text') if isinstance(item, dict) else item)}" for item in body.get("limits") or []]
    return "\n".join(lines)


def written(part: Part, place: Callable[[str], str]) -> str:
    """One part as Markdown; `place` gives the address of a file by its SHA-256."""
    match part:
        case Text():
            return safe_start(say(part.text))
        case Header():
            return "#" * part.level + " " + say(part.text)
        case Table() | Rows():
            more = f"\n\nand {part.left} more rows in the files" if part.left else ""
            return f"**{say(part.title)}**\n\n{table(part.columns, part.shown)}{more}"
        case Figure():
            return f"![{say(part.alt)}]({place(part.sha256)})\n\n**{say(part.title)}** {say(part.caption)}{cited(part.evidence)}"
        case File():
            return f"- {say(part.name)}: {part.size} bytes, SHA-256 `{part.sha256}`"
        case Decision():
            return decision(part)
        case Interpretation():
            return interpretation(part)


def markdown(
    entry: Entry, history: Sequence[Event] = (), place: Callable[[str], str] = lambda sha256: f"files/{sha256[:2]}/{sha256}"
) -> str:
    """The whole entry with its history."""
    about = [
        ["Entry", entry.id],
        ["Authors", ", ".join(entry.authors)],
        ["Project", entry.project],
        *([k, v] for k, v in entry.times.items()),
    ]
    kinds = dict.fromkeys(link.kind for link in entry.links)
    about += [[kind, ", ".join(link.target for link in entry.links if link.kind == kind)] for kind in kinds]
    pieces = [f"# {say(entry.title)}", table([("About", ""), ("", "")], [row for row in about if row[1]])]
    for part in entry.parts:
        text = written(part, place)
        if isinstance(part, File) and pieces and pieces[-1].startswith("- ") and "SHA-256" in pieces[-1]:
            pieces[-1] += "\n" + text
        else:
            pieces.append(text)
    if history:
        pieces += [
            "## History",
            "\n".join(f"- {event.seq}. {say(event.at)} {say(event.kind)} by {say(event.who)}{note(event)}" for event in history),
        ]
    return "\n\n".join(pieces) + "\n"


def note(event: Event) -> str:
    """Reason or meaning of an event, where it has one."""
    content = event.content if event.kind != "created" else {}
    words = content.get("meaning") or content.get("reason")
    return f": {say(words)}" if words else ""
