"""docs/instruments.md and the README's table of formats, from what the instruments declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import allotrope

if TYPE_CHECKING:
    from allotrope.instrument import Instrument

HEAD = """# Instruments

What can be converted, and how the export is made. *Standing* is that of the published schema: REC (released by Allotrope),
BENCHLING (a vendor's extension), WD (a working draft).

"""


def _all() -> list[Instrument]:
    return sorted(allotrope.instruments(), key=lambda one: one.name)


def formats() -> str:
    """The table of formats."""
    rows = (f"| `{one.name}` | {one.vendor} {one.product} | {one.technique.name} | {one.standing} |\n" for one in _all())
    return "| name | instrument | technique | standing |\n|---|---|---|---|\n" + "".join(rows)


def _section(one: Instrument) -> str:
    """One instrument's section."""
    lines = [
        f"## {one.vendor} {one.product}",
        f"`{one.name}` · {one.technique.name} · `{one.manifest}` · {one.standing} · read from {', '.join(one.signature.kinds)}",
    ]
    if one.export:
        lines.append(f"**How to export.** {one.export}")
    if one.not_covered:
        lines.append(f"**Not covered.** {one.not_covered}")
    return "\n\n".join(lines) + "\n\n"


def instruments() -> str:
    """The whole document."""
    return (HEAD + formats() + "\n" + "".join(map(_section, _all()))).rstrip() + "\n"
