"""Evidence from the instruments: what was measured on which sample, and the range of each quantity, read from ASM documents."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Any

from allotrope.required import is_no_result
from assayline.evidence import Evidence, facts_of, publish
from assayline.json_files import read_json, write_json
from assayline.measured_plot import measured_figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assayline.run_folder import RunFolder

SCHEMA = "assayline/measured/1"
SETTINGS = frozenset({"device control aggregate document", "data processing document", "image aggregate document"})
MOST_SAMPLES = 24  # samples a quantity up to which each value is evidence of its own; beyond only the range is
FATES = ("cells", "mapped", "kept", "ignored")
Row = tuple[str, str, str | None, str]


def station(run: RunFolder) -> dict[str, Any]:
    """Write tables/measured.json, the figure, and the evidence `convert.*` and `measured.*` of a run's documents and ledgers."""
    files = [measure(run, path) for path in sorted((run.root / "asm").rglob("*.asm.json"))]
    ledgers = [read_json(path, "a ledger") for path in sorted((run.root / "ledger").rglob("*.ledger.json"))]
    account = {"files": len(files)} | {fate: sum(int(ledger[fate]) for ledger in ledgers) for fate in FATES}
    report = {"schema": SCHEMA, "account": account, "files": files}
    write_json(run.tables / "measured.json", report)
    publish(run, "instruments.measured", facts(report))
    measured_figure(run, report)
    return report


def measure(run: RunFolder, path: Path) -> dict[str, Any]:
    """The quantities of one document: name, unit, range, and each value with its sample and JSON pointer."""
    document = read_json(path, "an ASM document")
    key, body = next((name, value) for name, value in document.items() if name.endswith(" aggregate document"))
    system = body.get("device system document") or {}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for sample, name, unit, value, pointer in values(body, f"/{_escaped(key)}"):
        groups.setdefault((name, unit), []).append({"sample": sample, "value": value, "pointer": pointer})
    quantities = [_quantity(name, unit, found) for (name, unit), found in groups.items()]
    head = {"file": run.inside(path), "technique": key.removesuffix(" aggregate document")}
    head |= {"original": str((body.get("data system document") or {}).get("file name", path.name))}
    return head | {
        "instrument": str(system.get("model number") or system.get("device identifier") or "instrument"),
        "quantities": quantities,
    }


def _quantity(name: str, unit: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    ordered = sorted(found, key=lambda item: item["value"])
    body = {"name": name, "unit": unit, "samples": len({item["sample"] for item in found}), "count": len(found)}
    return body | {
        "lowest": ordered[0],
        "highest": ordered[-1],
        "median": median(item["value"] for item in found),
        "values": found,
    }


def values(body: dict[str, Any], place: str) -> Iterator[tuple[str, str, str, float, str]]:
    """Sample, quantity, unit, value and JSON pointer of every number measured or calculated; settings and curves are left out."""
    samples: dict[str, str] = {}
    for measurement, pointer in _measurements(body, place):
        sample = _sample(measurement.get("sample document") or {})
        samples[str(measurement.get("measurement identifier"))] = sample
        for name, node, where in _quantities(measurement, pointer):
            yield sample, name + _wavelength(measurement, name), str(node["unit"]), node["value"], f"{where}/value"
    for node, pointer in _find(body, place, "calculated data document"):
        sources = (node.get("data source aggregate document") or {}).get("data source document") or []
        names = {
            samples[source["data source identifier"]] for source in sources if source.get("data source identifier") in samples
        }
        result = node.get("calculated result") or {}
        if len(names) == 1 and _is_number(result.get("value")) and node.get("calculated data name"):
            yield (
                names.pop(),
                str(node["calculated data name"]),
                str(result.get("unit", "")),
                result["value"],
                f"{pointer}/calculated result/value",
            )


def _measurements(body: dict[str, Any], place: str) -> Iterator[tuple[dict[str, Any], str]]:
    yield from _find(body, place, "measurement document")


def _find(node: Any, place: str, wanted: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object of the lists called `wanted`, with its pointer."""
    items: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        here = f"{place}/{_escaped(str(key))}"
        if key == wanted and isinstance(value, list):
            yield from ((item, f"{here}/{index}") for index, item in enumerate(value) if isinstance(item, dict))
        else:
            yield from _find(value, here, wanted)


def _quantities(node: dict[str, Any], place: str, inside: str = "", of: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Name, node and pointer of every quantity below a measurement; those of an analyte begin with its name."""
    of = f"{node['analyte name']} ".lower() if isinstance(node.get("analyte name"), str) else of
    for key, value in node.items():
        here = f"{place}/{_escaped(key)}"
        if key in SETTINGS or key.endswith("data cube"):
            continue
        if isinstance(value, dict) and "unit" in value and "value" in value:
            if _is_number(value["value"]) and (inside != "sample document" or ("concentration" in key and "standard" not in key)):
                yield of + re.sub(r" \(.*\)$", "", key), value, here
        elif isinstance(value, dict):
            yield from _quantities(value, here, inside or (key if key == "sample document" else ""), of)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _quantities(item, f"{here}/{index}", inside, of)


def _wavelength(measurement: dict[str, Any], name: str) -> str:
    """` at 260 nm` for an absorbance or the like whose detector was set to one wavelength."""
    controls = (measurement.get("device control aggregate document") or {}).get("device control document") or [{}]
    setting = controls[0].get("detector wavelength setting")
    if name in ("absorbance", "fluorescence", "luminescence") and isinstance(setting, dict) and _is_number(setting.get("value")):
        return f" at {setting['value']:g} {setting.get('unit', '')}"
    return ""


def _sample(document: dict[str, Any]) -> str:
    custom = document.get("custom information document")
    named = custom.get("Sample Name") if isinstance(custom, dict) else None
    return str(named or document.get("written name") or document.get("sample identifier") or "not named")


def _is_number(value: Any) -> bool:
    """Whether a value is a measured number; the one that stands for 'no result' is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not is_no_result(value)


def _escaped(word: str) -> str:
    return word.replace("~", "~0").replace("/", "~1")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "quantity"


def facts(report: dict[str, Any]) -> list[Evidence]:
    """The evidence of a report: the account of the conversion, and for each quantity of a file its range and its values."""
    source = "tables/measured.json"
    words = {"files": "instrument files converted", "cells": "filled fields of the instrument files"}
    words |= {
        "mapped": "fields mapped",
        "kept": "fields kept verbatim",
        "ignored": "fields ignored for a reason",
    }
    units = {"files": "files"}
    rows: list[Row] = [(f"convert.{key}", text, units.get(key), f"/account/{key}") for key, text in words.items()]
    found = facts_of(report, source, rows)
    for number, file in enumerate(report["files"]):
        prefix, place = f"measured.f{number + 1}", f"/files/{number}"
        found += facts_of(report, source, [(f"{prefix}.instrument", "instrument that measured", None, f"{place}/instrument")])
        found += facts_of(report, source, [(f"{prefix}.technique", "technique of the measurement", None, f"{place}/technique")])
        for index, (slug, quantity) in enumerate(zip(slugs(file["quantities"]), file["quantities"], strict=True)):
            found += _quantity_facts(report, source, f"{prefix}.{slug}", f"{place}/quantities/{index}", quantity)
    return found


def slugs(quantities: list[dict[str, Any]]) -> list[str]:
    """The words of evidence ids for quantities of one file, each once."""
    found: list[str] = []
    for index, quantity in enumerate(quantities):
        slug = _slug(quantity["name"])
        found.append(slug if slug not in found else f"{slug}_q{index + 1}")
    return found


def _quantity_facts(report: dict[str, Any], source: str, prefix: str, place: str, quantity: dict[str, Any]) -> list[Evidence]:
    name, unit = quantity["name"], quantity["unit"]
    rows: list[Row] = [(f"{prefix}.samples", f"samples with {name}", "samples", f"{place}/samples")]
    rows += [(f"{prefix}.median", f"median {name} of the samples", unit, f"{place}/median")]
    found = facts_of(report, source, rows)
    for end in ("lowest", "highest"):
        about = {"sample": quantity[end]["sample"]}
        found += facts_of(
            report, source, [(f"{prefix}.{end}", f"{end} {name} of the samples", unit, f"{place}/{end}/value")], about
        )
    for index, item in enumerate(quantity["values"] if quantity["count"] <= MOST_SAMPLES else []):
        row: Row = (f"{prefix}.s{index + 1}", f"{name} of the sample", unit, f"{place}/values/{index}/value")
        found += facts_of(report, source, [row], {"sample": item["sample"]})
    return found
