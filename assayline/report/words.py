"""How values are written for people: numbers, sizes, times, anchors; the exact value always stays in the page beside it."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from allotrope.required import is_no_result

THIN = "\N{NARROW NO-BREAK SPACE}"
ACRONYMS = {"qc": "QC", "mads": "MADs", "pca": "PCA", "umap": "UMAP", "rna": "RNA", "asm": "ASM", "scvi": "scVI"}


def number(value: Any) -> str:
    """A number with at most five significant digits and thin spaces between thousands; words stay as they are."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int):
        return f"{value:,}".replace(",", THIN).replace("-", "\N{MINUS SIGN}")
    if is_no_result(value):
        return "no result"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return number(int(value))
        text = f"{value:,.5g}".replace(",", THIN)
        mantissa, _, power = text.partition("e")
        text = f"{mantissa} × 10^{int(power)}" if power else text
        return text.replace("-", "\N{MINUS SIGN}")
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return ", ".join(map(number, value))
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        rows = (" → ".join(number(part) for part in item.values() if part != "") for item in value)
        return "; ".join(rows) or "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def data(value: Any) -> Markup:
    """A number as an HTML `data` element that keeps the exact value; words are escaped."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        shown, _, power = number(value).partition("10^")
        raised = Markup("10<sup>{}</sup>").format(power) if power else ""
        return Markup('<data value="{}">{}{}</data>').format(repr(value), shown, raised)
    return escape(number(value))


def change(before: Any, after: Any) -> str:
    """The change from one number to another in percent with its sign, or nothing."""
    if not (is_number(before) and is_number(after) and before):
        return ""
    text = f"{100 * (after - before) / before:+.1f}"
    return ("0.0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")) + " %"


def plain(name: str) -> str:
    """A key of JSON as words, with acronyms as they are written."""
    return " ".join(ACRONYMS.get(word, word) for word in name.replace("_", " ").split(" "))


def is_number(value: Any) -> bool:
    """Whether a value is set as a number in a table."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def anchor(identifier: str, start: str = "ev") -> str:
    """A page anchor for an identifier: readable, and never the same for two identifiers."""
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", identifier)
    return f"{start}-{slug}" if slug == identifier else f"{start}-{slug}-{hashlib.sha256(identifier.encode()).hexdigest()[:6]}"


def size(count: int) -> str:
    """Bytes in the unit that fits."""
    if count < 1000:
        return f"{count} B"
    for power, unit in ((3, "kB"), (6, "MB"), (9, "GB")):
        if count < 10 ** (power + 3):
            return f"{count / 10**power:.3g} {unit}"
    return f"{count / 1e12:.3g} TB"


def moment(text: str) -> str:
    """A time stamp as `2 Mar 2026, 09:10 UTC`; what is no ISO time stays as it is."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return text
    offset = time.strftime("%z")
    zone = "" if not offset else " UTC" if offset == "+0000" else f" UTC{offset[:3]}:{offset[3:5]}"
    return f"{time.day} {time.strftime('%b %Y, %H:%M')}{zone}"


def span(start: str, end: str) -> str:
    """Two time stamps as a span, the day and the zone once where they are the same."""
    first, last = moment(start), moment(end)
    day, _, rest = first.partition(", ")
    if not last.startswith(f"{day}, "):
        return f"{first} to {last}"
    clock, _, zone = rest.partition(" ")
    until = last.partition(", ")[2]
    return f"{day}, {clock if until.endswith(zone) else rest} to {until}"


def plural(count: int, word: str) -> str:
    """`1 file`, `2 files`; a word in -y becomes -ies."""
    many = f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"
    return f"{number(count)} {word if count == 1 else many}"
