"""Whether measurements can be relied on: plate edges, saturation, viability, qPCR controls, purity; evidence `checks.*`."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Any

from allotrope.required import is_no_result
from assayline.evidence import Evidence, facts_of, publish
from assayline.json_files import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assayline.run_folder import RunFolder

SCHEMA = "assayline/checks/1"
WELL = re.compile(r"([A-P])0?([1-9]|1\d|2[0-4])\Z")
SATURATION = 3.0  # absorbance from which plate readers and cuvettes no longer follow the sample; in mAU a thousand times that
LOW = 80.0  # % viability below which dying cells give their RNA to a library
REFERENCE = frozenset(
    (
        *("ACTB", "GAPDH", "B2M", "HPRT1", "HPRT", "18S", "RN18S", "RNA18S", "RPLP0", "TBP", "UBC", "YWHAZ", "PPIA", "GUSB"),
        *("SDHA", "HMBS", "PGK1", "TFRC", "RPL13A", "EEF1A1", "IPO8"),
    )
)
"""Genes taken as reference where nothing else is said (Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034)."""
EMPTY = ("ntc", "no template", "water", "blank", "blk", "neg", "nrt")
PURE = (1.8, 2.2)  # A260/A280 of nucleic acids without protein
ALIKE = 1.4  # ratio of the highest to the lowest of wells that are taken as repeats
FEWEST = 24  # wells below which no edge is told from an interior
Row = tuple[str, str, str | None, str]
One = dict[str, Any]


def rows_of(document: dict[str, Any]) -> Iterator[One]:
    """Every measurement of a document: sample, role, well, target, quantities by name."""
    for measurement in _find(document, "measurement document"):
        sample = measurement.get("sample document") or {}
        custom = sample.get("custom information document")
        named = custom.get("Sample Name") if isinstance(custom, dict) else None
        quantities = dict(_quantities(measurement))
        yield {
            "sample": str(named or sample.get("sample identifier") or ""),
            "role": str(sample.get("sample role type") or ""),
            "well": str(sample.get("location identifier") or ""),
            "target": str(measurement.get("target DNA description") or ""),
            "quantities": quantities,
        }


def _find(node: Any, wanted: str) -> Iterator[dict[str, Any]]:
    items: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key == wanted and isinstance(value, list):
            yield from (item for item in value if isinstance(item, dict))
        else:
            yield from _find(value, wanted)


def _quantities(node: Any) -> Iterator[tuple[str, float]]:
    """Name and value of what was measured; settings are left out."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key.startswith("device control"):
            continue
        if isinstance(value, dict) and isinstance(value.get("value"), int | float) and not is_no_result(value["value"]):
            yield re.sub(r" \(.*\)$", "", key), float(value["value"])
        elif isinstance(value, dict):
            yield from _quantities(value)
        elif isinstance(value, list):
            for item in value:
                yield from _quantities(item)


def check(document: dict[str, Any]) -> dict[str, Any]:
    """The checks that the content of one document allows."""
    key = next(name for name in document if name.endswith(" aggregate document"))
    rows = list(rows_of(document))
    found: dict[str, Any] = {"technique": key.removesuffix(" aggregate document"), "measurements": len(rows)}
    blank = any(_empty(row) for row in rows)
    for part in (_edge(rows), _saturation(rows), _viability(rows), _targets(rows), _purity(rows)):
        found |= part
    return found | ({"blanks": blank} if any(name in found for name in ("saturated_share", "targets")) else {})


def _empty(row: One) -> bool:
    """Whether a well holds no sample: by the words for it, or a control that no sample is named for."""
    said = f"{row['sample']} {row['role']}".casefold()
    if "control" in row["role"] and row["sample"] in ("", "N/A"):
        return True
    return any(re.search(rf"\b{word}", said) for word in EMPTY)


def _edge(rows: list[One]) -> dict[str, Any]:
    """Median of the outermost wells against those inside, where the same samples stand on both; as a share of the inside."""
    for name in ("absorbance", "fluorescence", "luminescence"):
        wells = [
            ("ABCDEFGHIJKLMNOP".index(match[1]), int(match[2]), row)
            for row in rows
            if name in row["quantities"] and (match := WELL.match(row["well"])) and not _empty(row)
        ]
        if len(wells) < FEWEST:
            continue
        most = max(place for place, _, _ in wells), max(place for _, place, _ in wells)
        full = (15, 24) if most[0] > 7 or most[1] > 12 else (7, 12)
        groups: dict[str, tuple[list[float], list[float]]] = {}
        for row, column, one in wells:
            edge = row in (0, full[0]) or column in (1, full[1])
            groups.setdefault(one["sample"], ([], []))[0 if edge else 1].append(one["quantities"][name])
        shares = [median(out) / median(inside) - 1 for out, inside in groups.values() if out and _alike(inside)]
        if shares:
            return {"edge_difference": median(shares), "edge_samples": len(shares), "wells": len(wells)}
    return {}


def _alike(values: list[float]) -> bool:
    """Whether inner wells of a sample are repeats of one thing; in a series of dilutions the edge differs by design."""
    return len(values) > 1 and min(values) > 0 and max(values) <= ALIKE * min(values)


def _saturation(rows: list[One]) -> dict[str, Any]:
    values = [row["quantities"]["absorbance"] for row in rows if "absorbance" in row["quantities"]]
    if not values:
        return {}
    limit = SATURATION * (1000 if max(values) > 50 else 1)
    return {"saturated_share": sum(value >= limit for value in values) / len(values), "highest_absorbance": max(values)}


def _viability(rows: list[One]) -> dict[str, Any]:
    values = [row["quantities"]["viability"] for row in rows if "viability" in row["quantities"]]
    if not values:
        return {}
    low = sum(value < LOW for value in values)
    return {"viability_least": min(values), "low_viability": low, "low_viability_share": low / len(values)}


def _targets(rows: list[One]) -> dict[str, Any]:
    targets = sorted({row["target"] for row in rows if row["target"]})
    if not targets:
        return {}
    found = {"targets": len(targets), "reference_genes": sum(name.upper().split("-")[0] in REFERENCE for name in targets)}
    counted = [row["quantities"].get("cycle threshold result") for row in rows if not _empty(row)]
    empty = [row["quantities"].get("cycle threshold result") for row in rows if _empty(row)]
    found["amplified_without_template"] = sum(value is not None and value < 35 for value in empty)
    return found | {"not_amplified_share": sum(value is None for value in counted) / max(1, len(counted))}


def _purity(rows: list[One]) -> dict[str, Any]:
    ratios = [row["quantities"][name] for row in rows for name in ("A260/280", "A260/A280") if name in row["quantities"]]
    if not ratios:
        return {}
    return {"impure_share": sum(not PURE[0] <= ratio <= PURE[1] for ratio in ratios) / len(ratios)}


WORDS: dict[str, tuple[str, str | None]] = {
    "technique": ("technique of the measurement", None),
    "measurements": ("measurements", "measurements"),
    "wells": ("wells with samples", "wells"),
    "edge_samples": ("samples that stand both at the edge and inside", "samples"),
    "edge_difference": (
        "median of edge wells minus that of inner wells of the same samples, as a share of the latter",
        "fraction",
    ),
    "saturated_share": ("share of absorbances at or beyond what a reader can follow", "fraction"),
    "highest_absorbance": ("highest absorbance", None),
    "blanks": ("whether there is a blank or a control without template", None),
    "viability_least": ("lowest viability", "%"),
    "low_viability": ("samples of low viability", "samples"),
    "low_viability_share": ("share of samples of low viability", "fraction"),
    "targets": ("targets of the qPCR", "targets"),
    "reference_genes": ("targets that are usual reference genes", "targets"),
    "amplified_without_template": ("wells without template that amplified", "wells"),
    "not_amplified_share": ("share of wells with template that did not amplify", "fraction"),
    "impure_share": ("share of samples whose A260/A280 is not that of pure nucleic acid", "fraction"),
}


def facts(report: dict[str, Any], source: str) -> list[Evidence]:
    """The evidence of a report over several documents."""
    found = facts_of(
        report, source, [("checks.files", "documents that were checked", "documents", "/count")] if "count" in report else []
    )
    for index, file in enumerate(report["files"]):
        for key, (what, unit) in WORDS.items():
            if key in file:
                name, place = f"checks.f{index + 1}.{key}", f"/files/{index}/{key}"
                found.append(Evidence(name, what, file[key], unit, source, place, difference=key == "edge_difference"))
    return found


def station(run: RunFolder) -> dict[str, Any]:
    """Write tables/checks.json and the evidence `checks.*` of a run's documents."""
    paths = sorted((run.root / "asm").rglob("*.asm.json"))
    files = [check(read_json(path, "an ASM document")) | {"file": run.inside(path)} for path in paths]
    report = {"schema": SCHEMA, "count": len(files), "files": files}
    write_json(run.tables / "checks.json", report)
    publish(run, "instruments.checks", facts(report, "tables/checks.json"))
    return report
