"""The evidence of the gate and of cell calling."""

from __future__ import annotations

from typing import Any

from assayline.evidence import Evidence, facts_of

Row = tuple[str, str, str | None, str]
SOURCE, DROPLETS = "cells/inspect.json", "cells/droplets.json"


def measures(prefix: str, where: str, place: str, body: dict[str, Any]) -> list[Row]:
    """Evidence rows for the percentiles that `describe` gives."""
    words = {"counts": ("counts a cell", "counts"), "genes": ("genes a cell", "genes")}
    words["mitochondrial_share"] = ("mitochondrial share of a cell's counts", "fraction")
    rows: list[Row] = []
    for key in body:
        measure, _, percent = key.rpartition("_p")
        if measure in words:
            text, unit = words[measure]
            name = "median" if percent == "50" else f"percentile {int(percent)}"
            rows.append((f"{prefix}.{key}", f"{name} of the {text}{where}", unit, f"{place}/{key}"))
    return rows


def inspect_facts(report: dict[str, Any]) -> list[Evidence]:
    """What the gate found, and where it accepted the matrix, how the cells are distributed and what limits would remove."""
    rows: list[Row] = [
        ("inspect.cells", "cells in the matrix", "cells", "/cells"),
        ("inspect.genes", "genes in the matrix", "genes", "/genes"),
        ("inspect.kind", "what the values are", None, "/values/kind"),
        ("inspect.kind_basis", "why the values are said to be that", None, "/values/basis"),
        ("inspect.identifiers", "kind of gene identifiers", None, "/identifiers/kind"),
        ("inspect.species", "species told from the gene identifiers", None, "/identifiers/species"),
        ("inspect.coverage", "coverage of the transcriptome", None, "/coverage"),
        ("inspect.droplets", "what the barcodes are", None, "/droplets/kind"),
        ("inspect.droplets_basis", "why the barcodes are said to be that", None, "/droplets/basis"),
        ("inspect.material", "whether the barcodes hold cells or nuclei", None, "/material/kind"),
        ("inspect.material_basis", "why they are said to hold that", None, "/material/basis"),
        ("inspect.barcodes", "barcodes in the matrix", "barcodes", "/barcodes"),
        ("inspect.accepted", "whether the gate accepted the matrix", None, "/verdict/accepted"),
    ]
    facts = facts_of(report, SOURCE, rows)
    for name, count in report.get("mixture", {}).get("species", {}).items():
        what = "barcodes of one of the species in the library"
        facts.append(Evidence(f"inspect.mixture.{name}", what, count, "barcodes", SOURCE, f"/mixture/species/{name}"))
    if "distribution" not in report:
        return facts
    facts += facts_of(report, SOURCE, _plan(report))
    rows = [("inspect.mitochondrial_genes", "mitochondrial protein-coding genes found", "genes", "/mitochondrial/found")]
    rows += [("inspect.samples", "samples in the matrix", "samples", "/samples/count")]
    rows += [("inspect.mitochondrial_by", "how mitochondrial genes were found", None, "/mitochondrial/by")]
    facts += facts_of(report, SOURCE, rows)
    facts += facts_of(report, SOURCE, measures("inspect", "", "/distribution/all", report["distribution"]["all"]))
    for index, row in enumerate(report["distribution"]["removed_at"]):
        word = f"{row['mads']:g}".replace(".", "_")
        place = f"/distribution/removed_at/{index}"
        rows = [
            (
                f"inspect.removed_at.mads_{word}",
                f"cells that limits of {row['mads']:g} MADs would remove",
                "cells",
                f"{place}/removed",
            )
        ]
        rows += [
            (
                f"inspect.removed_share_at.mads_{word}",
                f"share of cells that limits of {row['mads']:g} MADs would remove",
                "fraction",
                f"{place}/removed_share",
            )
        ]
        facts += facts_of(report, SOURCE, rows)
    for index, sample in enumerate(report["distribution"]["samples"] if len(report["samples"]["names"]) > 1 else []):
        place, name = f"/distribution/samples/{index}", f"inspect.sample_{index + 1}"
        rows = [
            (f"{name}.cells", "cells of the sample", "cells", f"{place}/cells"),
            *measures(name, " in the sample", place, sample),
        ]
        facts += facts_of(report, SOURCE, rows, {"sample": sample["sample"]})
    return facts


def _plan(report: dict[str, Any]) -> list[Row]:
    """Design, loading and ambient, as far as the report has them."""
    rows: list[Row] = [
        ("inspect.comparable", "whether conditions can be compared", None, "/design/answerable"),
        ("inspect.comparable_basis", "why conditions can be compared or not", None, "/design/because"),
    ]
    for role in ("donor", "condition", "batch"):
        if role in report["design"]:
            name = report["design"][role]["key"] is not None
            rows += [(f"inspect.{role}_column", f"column that tells {role}s apart", None, f"/design/{role}/key")] if name else []
    if "doublets" in report:
        rows.append(("inspect.expected_doublets", "doublets expected from loading", "cells", "/doublets/doublets"))
        rows.append(("inspect.expected_doublets_basis", "how doublets are expected", None, "/doublets/basis"))
    rows.append(("inspect.ambient_known", "whether the ambient profile can be known", None, "/ambient/known"))
    return rows


def droplets_facts(report: dict[str, Any]) -> list[Evidence]:
    """What cell calling found, for every sample."""
    rows: list[Row] = [
        ("droplets.barcodes", "barcodes of the raw matrix", "barcodes", "/barcodes"),
        ("droplets.called", "barcodes called as cells", "cells", "/called"),
        ("droplets.rate", "false discovery rate of the calls", "fraction", "/rate"),
    ]
    facts = facts_of(report, DROPLETS, rows)
    words = {
        "lower": ("counts at and below which barcodes are taken as empty", "counts"),
        "tested": ("barcodes tested against the ambient profile", "barcodes"),
        "called": ("barcodes called as cells in the sample", "cells"),
        "above_knee": ("barcodes above the knee, cells whatever their profile", "cells"),
        "rescued": ("cells below the knee, told by their profile", "cells"),
        "knee": ("counts at the knee of the rank curve", "counts"),
        "inflection": ("counts at the inflection of the rank curve", "counts"),
        "alpha": ("concentration of empty droplets around the ambient profile", None),
        "empty": ("empty droplets that give the ambient profile", "barcodes"),
    }
    for index, sample in enumerate(report["samples"]):
        own = [
            (f"droplets.sample_{index + 1}.{key}", what, unit, f"/samples/{index}/{key}") for key, (what, unit) in words.items()
        ]
        facts += facts_of(report, DROPLETS, own, {"sample": sample["sample"]})
    return facts
