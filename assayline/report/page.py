"""Builds the page: gathers what a run holds, fills the templates, and gives bytes that depend on the run folder alone."""

from __future__ import annotations

import base64
import struct
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.advisor.tape import who
from assayline.escaped import templates
from assayline.report import words
from assayline.report.curves import Column
from assayline.report.plate import maps
from assayline.report.plot import MOST_CURVES, draw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from assayline.notebook.run import Figure, Run

MOST_ROWS, MARKERS_EACH = 100, 8
STAGES = ("qc", "model", "cluster")
FATES = ("cells", "mapped", "kept", "ignored")
ABOUT = {"instrument": "instrument", "standing": "standing", "converter": "converter version", "source": "source digest"}
OPENING = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def environment() -> Environment:
    """The templates of the report with everything escaped, and the writers of values as filters."""
    made = templates("assayline.report")
    made.filters |= {
        "data": words.data,
        "number": words.number,
        "anchor": words.anchor,
        "size": words.size,
        "moment": words.moment,
        "uri": uri,
        "plain": words.plain,
    }
    made.globals |= {
        "is_number": words.is_number,
        "span": words.span,
        "change": words.change,
        "wide": wide,
        "plural": words.plural,
    }
    return made


def wide(figure: Figure) -> bool:
    """Whether a picture is so much wider than high that it needs the page's whole width."""
    width, height = struct.unpack(">II", figure.png[16:24]) if len(figure.png) > 24 else (1, 1)
    return bool(width > 1.6 * height)


def uri(figure: Figure) -> str:
    """A figure as a data URI."""
    return "data:image/png;base64," + base64.b64encode(figure.png).decode()


def style() -> str:
    """The style sheet that report and notebook pages share."""
    return files("assayline.report").joinpath("style.css").read_text("utf-8")


def instruments(run: Run) -> list[dict[str, Any]]:
    """Each ASM document with its table (the first 100 rows), its plots and what went wrong in it."""
    shown = []
    for name, results in run.results.items():
        plots = [(label, draw(curves, f"{label}, {name}"), len(curves)) for label, curves in results.curves.items()]
        shown.append(
            {
                "results": results,
                "rows": results.rows[:MOST_ROWS],
                "plots": [item for item in plots if item[1]],
                "maps": maps(results),
                "file": results.file or name,
                "errors": Counter(text for _, text in results.errors).most_common(12),
            }
        )
    return shown


def account(run: Run) -> dict[str, Any]:
    """The ledgers as rows and their sum; reasons for what was ignored are counted in cells."""
    rows: list[dict[str, Any]] = []
    for name, body in run.ledgers.items():
        totals = body.get("totals", body)
        reasons: Counter[str] = Counter()
        for item in body.get("runs", []):
            if item.get("fate") == "ignored":
                reasons[str(item.get("reason", "no reason"))] += int(item.get("count", 0))
        counts = {fate: int(totals.get(fate, 0)) for fate in FATES}
        even = counts["cells"] == counts["mapped"] + counts["kept"] + counts["ignored"]
        file = str(body.get("file") or name.removeprefix("ledger/").removesuffix(".ledger.json"))
        about = {name: str(body.get(key, "")) for name, key in ABOUT.items()}
        rows.append({"file": file, "reasons": reasons.most_common(), "even": even, **about, **counts})
    total = {fate: sum(row[fate] for row in rows) for fate in FATES}
    return {"rows": rows, "total": total, "even": all(row["even"] for row in rows)}


def findings(run: Run) -> list[Finding]:
    """Every finding that a station left in a file of the run, and what the reader of the folder found itself."""
    found = list(run.findings)
    holders = [
        *((name.removeprefix("ledger/").removesuffix(".ledger.json"), body) for name, body in run.ledgers.items()),
        *(("decisions/" + name, body) for name, body in run.decisions.items()),
        *((f"cells/{name}.json", body) for name, body in run.cells.items()),
        ("interpretation.json", run.interpretation),
    ]
    for name, body in holders:
        for item in body.get("findings") or []:
            if isinstance(item, dict):
                where = str(item.get("where") or name)
                found.append(
                    Finding(str(item.get("code", "")), str(item.get("message", "")), where, str(item.get("level", "note")))
                )
    return sorted(
        dict.fromkeys(found), key=lambda item: ("error warning note".find(item.level), item.code, item.where, item.message)
    )


def ordered(questions: Iterable[str]) -> list[str]:
    """Questions in the order in which a run asks them; unknown ones last."""
    return sorted(
        questions, key=lambda name: (next((place for place, word in enumerate(STAGES) if word in name), len(STAGES)), name)
    )


def versus(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """A decision's parameters: what was chosen, what the rules would have chosen, and the bounds."""
    choice, rule, bounds = (decision.get(key) or {} for key in ("choice", "rule_choice", "bounds"))
    names = dict.fromkeys([*choice, *rule])
    return [
        {
            "name": name,
            "chosen": choice.get(name),
            "rule": rule.get(name),
            "bounds": bounds.get(name),
            "differs": name in rule and choice.get(name) != rule.get(name),
        }
        for name in names
    ]


def attributed(decision: dict[str, Any]) -> dict[str, Any]:
    """A decision with who stands behind it: a file that somebody wrote, or edited after it was written, is a person's."""
    by = decision.get("decided_by") or {}
    edited = "answered" in decision and who(decision) == "human"
    return decision | {"decided_by": {"kind": "human"}} if edited or not by.get("kind") else decision


def scalars(body: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    """The single values of a JSON object with their paths; lists and deep parts are left to the file."""
    found: list[tuple[str, Any]] = []
    for key, value in body.items():
        if isinstance(value, dict) and path.count(" › ") < 3:
            found += scalars(value, f"{path}{words.plain(key)} › ")
        elif isinstance(value, (str, int, float, bool)) and key not in ("schema", "findings"):
            found.append((path + words.plain(key), value))
    return found


def clusters(run: Run) -> list[dict[str, Any]]:
    """The clusters that a station lists, each with the same keys; nothing when it lists them in another shape."""
    found = run.cells.get("clusters", {}).get("clusters")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return rows if rows and all(row.keys() == rows[0].keys() for row in rows) else []


def percentile(name: str) -> str:
    """`counts p05` as `counts, 5th percentile` and `p50` as the median."""
    word, _, number = name.rpartition(" p")
    if not word or not number.isdecimal():
        return name
    place = int(number)
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{word}, median" if place == 50 else f"{word}, {place}{ending} percentile"


def quality(run: Run) -> list[tuple[str, Any, Any]]:
    """What QC changed: values that stand both before and after, by name."""
    body = run.cells.get("qc", {})
    before, after = body.get("before"), body.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    left, right = dict(scalars(before)), dict(scalars(after))
    counts = [
        (name, body.get(old), body.get(new))
        for name, old, new in (("cells", "read", "kept"), ("genes", "genes_read", "genes_kept"))
    ]
    known = [item for item in counts if item[0] not in left and item[1] is not None and item[2] is not None]
    return known + [(percentile(name), left.get(name), right.get(name)) for name in dict.fromkeys([*left, *right])]


def markers(run: Run) -> tuple[list[str], list[tuple[str, list[dict[str, Any]]]]]:
    """The first marker genes of each cluster, and the columns that the station wrote about them."""
    rows = run.markers
    if not rows:
        return [], []
    group = next((name for name in ("cluster", "group", "leiden", "group1") if name in rows[0]), next(iter(rows[0])))
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(str(row[group]), []).append(row)
    varied = [name for name in rows[0] if name != group and varies(name, groups.values())]
    return varied[:6], [(name, items[:MARKERS_EACH]) for name, items in groups.items()]


def varies(name: str, groups: Iterable[list[dict[str, Any]]]) -> bool:
    """Whether a column tells the rows of a group apart."""
    return any(len({str(row[name]) for row in rows}) > 1 for rows in groups) and not any(
        isinstance(row[name], bool) for rows in groups for row in rows
    )


def times(run: Run) -> list[str]:
    """The first and the last time at which something was measured, as written in the documents."""
    column = Column("Time")
    found = sorted({str(row[column]) for results in run.results.values() for row in results.rows if column in row})
    return [found[0], found[-1]] if len(found) > 1 else found


def heading(run: Run, shown: list[dict[str, Any]]) -> str:
    """A title from the content: techniques measured, and the number of cells read."""
    parts = list(dict.fromkeys(item["results"].technique for item in shown))
    read = next(
        (
            run.evidence[name]["value"]
            for name in ("inspect.cells", "cells.inspect.cells", "qc.cells.before")
            if name in run.evidence
        ),
        None,
    )
    if run.cells:
        parts.append(f"{words.number(read)} single cells" if isinstance(read, int) else "single cells")
    text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + "".join(parts[-1:])
    return text[:1].upper() + text[1:] if text else "Run report"


def render(run: Run, title: str | None = None) -> bytes:
    """The whole page as UTF-8; raises RunDamaged when a file of the run cannot be read."""
    from assayline import __version__

    shown = instruments(run)
    columns, groups = markers(run)
    figures = run.figures
    context: dict[str, Any] = {
        "run": run,
        "title": title or heading(run, shown),
        "times": times(run),
        "instruments": shown,
        "account": account(run),
        "findings": findings(run),
        "quality": quality(run),
        "cells": {name: scalars(body) for name, body in run.cells.items()},
        "clusters": clusters(run),
        "marker_columns": columns,
        "marker_groups": groups,
        "figures": figures,
        "decisions": [(name, attributed(run.decisions[name]), versus(run.decisions[name])) for name in ordered(run.decisions)],
        "unknown": sorted(set(cited(run)) - set(run.evidence)),
        "entries": entries(run),
        "version": __version__,
        "style": style(),
        "policy": OPENING,
        "most_rows": MOST_ROWS,
        "most_curves": MOST_CURVES,
    }
    return environment().get_template("page.html").render(context).encode()


def entries(run: Run) -> list[dict[str, Any]]:
    """Where the run was stored, as RUN/notebook.json says; services by name without their address."""
    from assayline.notebook.push import receipts

    found = [item for item in receipts(run.folder) if item.get("key") == run.key]
    return [item | {"notebook": str(item.get("notebook", "")).partition(" ")[0]} for item in found]


def cited(run: Run) -> list[str]:
    """Every evidence id that a decision, a statement or a figure names."""
    lists = [body.get("evidence") or [] for body in run.decisions.values()]
    lists += [reason.get("evidence") or [] for body in run.decisions.values() for reason in body.get("because") or []]
    lists += [item.get("evidence") or [] for item in run.interpretation.get("statements") or []]
    lists += [list(figure.evidence) for figure in run.figures]
    return [str(item) for items in lists for item in items]
