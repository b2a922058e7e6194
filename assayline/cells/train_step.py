"""A model by its name, as it is trained in a run folder: an h5ad with its outputs, the stored model, report and evidence."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.cells.heldout import held_out_facts, no_better
from assayline.cells.steps import read_h5ad, write_h5ad
from assayline.cells.train import Reference, Trained, train, trainable
from assayline.evidence import Evidence, facts_of, publish
from assayline.json_files import file_digest, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.cells.models.spec import Settings, Spec
    from assayline.cells.models.training import Budget
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/cells-train/1"


def train_step(
    run: RunFolder,
    name: str,
    settings: Settings,
    budget: Budget,
    *,
    features: int | None = None,
    reference: Reference | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> tuple[dict[str, Any], list[Finding]]:
    """Train on cells/kept.h5ad, else on cells/counts.h5ad; write cells/train_<name>.h5ad and .json, the model, and evidence.

    Raises `Refused` where the gate or the model's own declared input says no.
    """
    from assayline.cells.models.store import save
    from assayline.cells.needs import require_station

    chosen = trainable(name, reference)
    require_station(run, "train")
    source = run.cells / "kept.h5ad"
    findings = []
    if not source.is_file():
        source = run.cells / "counts.h5ad"
        words = "No quality control was run: the model saw every cell that the gate accepted."
        findings.append(Finding("no-quality-control", words, f"cells/train_{name}.json", "warning"))
    report: dict[str, Any] = {"schema": SCHEMA, "model": name, "title": chosen.title}
    found = train(chosen, read_h5ad(source), settings, budget, features=features, reference=reference, progress=progress)
    findings += _findings(chosen, found)
    report |= {"input": {"file": run.inside(source), "sha256": file_digest(source)}, "settings": asdict(settings)}
    report |= {"seed": budget.seed, "cells": int(found.data.n_obs), "features": int(found.data.n_vars)}
    if reference is not None:
        about = {"file": reference.path.name, "key": reference.key, "sha256": file_digest(reference.path)}
        report["reference"] = about | {"verdict": found.first.verdict if found.first else None}
    report |= {"verdict": found.fitted.verdict, "spaces": found.spaces, "beside": found.beside, "outputs": found.slots}
    report |= {"choice": found.choice} if found.choice else {}
    report |= {"held_out": found.held_out} if found.held_out else {}
    folder = run.cells / "models" / name
    report["stored"] = {"folder": run.inside(folder), "sha256": save(found.fitted, folder, force=True)}
    report |= {"history": found.fitted.history, "findings": [finding.to_json() for finding in findings]}
    _without_marks(found.data)
    write_h5ad(found.data, run.cells / f"train_{name}.h5ad")
    write_json(run.cells / f"train_{name}.json", report)
    publish(run, f"cells.train.{name}", _facts(report))
    return report, findings


def _without_marks(data: Any) -> None:
    """Take out what scvi-tools leaves in the cells to know them again, which is random."""
    for name in [name for name in data.uns if name.startswith("_scvi")]:
        del data.uns[name]
    data.obs = data.obs[[name for name in data.obs if not name.startswith("_scvi")]]


def _findings(chosen: Spec, found: Trained) -> list[Finding]:
    place, findings = f"cells/train_{chosen.name}.json", []
    for fitted in (found.first, found.fitted):
        if fitted and not fitted.verdict["converged"]:
            words = f"{fitted.spec.title} did not converge: {fitted.verdict['because']}."
            findings.append(Finding("not-converged", words, place, "warning"))
    if found.choice and not found.choice["deep_needed"]:
        words = f"The deep model's space was not needed: {found.choice['because']}."
        findings.append(Finding("deep-model-not-needed", words, place))
    return findings + no_better(found.held_out, place)


def _facts(report: dict[str, Any]) -> list[Evidence]:
    name, source = report["model"], f"cells/train_{report['model']}.json"
    key, cells = f"train.{name}", report["verdict"].get("watched", "held-out cells")
    rows: list[tuple[str, str, str | None, str]] = [
        (f"{key}.title", "model that was trained", None, "/title"),
        (f"{key}.cells", f"cells that {report['title']} saw", "cells", "/cells"),
        (f"{key}.features", f"features that {report['title']} saw", "features", "/features"),
        (f"{key}.converged", f"whether the training of {report['title']} converged", None, "/verdict/converged"),
        (f"{key}.because", "why it is said to have converged or not", None, "/verdict/because"),
        (f"{key}.epochs", f"epochs that {report['title']} was trained", "epochs", "/verdict/epochs"),
    ]
    if "best_loss" in report["verdict"]:
        rows.append((f"{key}.best_loss", f"lowest loss of {report['title']} on {cells}", "nats", "/verdict/best_loss"))
    for index, row in enumerate(report["spaces"]):
        place, title = f"/spaces/{index}", f"in the space {row['space']}, beside {report['title']}"
        rows.append((f"{key}.{row['space']}.kept", f"cLISI of each sample's own clusters {title}", None, f"{place}/kept"))
        rows.append((f"{key}.{row['space']}.apart", f"silhouette of each sample's own clusters {title}", None, f"{place}/apart"))
        if row["mixing"] is not None:
            rows.append((f"{key}.{row['space']}.mixing", f"iLISI over samples {title}", None, f"{place}/mixing"))
    if "choice" in report:
        rows.append((f"{key}.deep_needed", f"whether the space of {report['title']} was needed", None, "/choice/deep_needed"))
        rows.append((f"{key}.used", "space that those indices speak for", None, "/choice/used"))
    for index, row in enumerate(report["beside"]):
        rows.append((f"{key}.beside{index + 1}", f"{row['what']} ({report['title']})", None, f"/beside/{index}/value"))
    facts = facts_of(report, source, rows)
    facts += held_out_facts(report.get("held_out"), f"{key}.held_out", report["title"], source)
    if "loss_change" in report["verdict"]:
        what, change = f"lowest loss of {report['title']} on {cells} minus the first", report["verdict"]["loss_change"]
        facts.append(Evidence(f"{key}.loss_change", what, change, "nats", source, "/verdict/loss_change", difference=True))
    return facts
