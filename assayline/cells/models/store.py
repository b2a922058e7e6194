"""Saving a trained model with the registry of its data, and loading it again: a pickle, so only by digest and consent."""

from __future__ import annotations

import hashlib
import uuid
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from assayline.cells.models.inputs import other_genes
from assayline.cells.models.spec import spec
from assayline.cells.models.training import Fitted, quiet
from assayline.errors import BadInput, BadUsage, CannotWrite, Refused, WouldOverwrite
from assayline.json_files import file_digest, read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "assayline/cells-stored-model/1"
PICKLE, ABOUT = "model.pt", "about.json"


def save(fitted: Fitted, folder: Path, *, force: bool = False) -> str:
    """Write a model's weights and data registry (`model.pt`) with a description beside; returns the digest to load it by."""
    if (folder / ABOUT).exists() and not force:
        raise WouldOverwrite(file=folder / ABOUT)
    try:
        with quiet():
            fitted.model.save(str(folder), overwrite=True, save_anndata=False)
            _timeless(folder / PICKLE)
    except OSError as error:
        raise CannotWrite(file=folder, found=error.strerror or error) from error
    digest = file_digest(folder / PICKLE).removeprefix("sha256:")
    genes = [str(name) for name in fitted.model.adata.var_names]
    about: dict[str, Any] = {"schema": SCHEMA, "model": fitted.spec.name, "class": fitted.spec.where, "sha256": digest}
    about |= {"seed": fitted.seed, "cells": int(fitted.model.adata.n_obs), "genes": len(genes), "genes_sha256": _names(genes)}
    about |= {"versions": {name: version(name) for name in ("scvi-tools", "torch", "anndata")}, "verdict": fitted.verdict}
    write_json(folder / ABOUT, about)
    return digest


def _timeless(path: Path) -> None:
    """Write a model that was just saved again without its time and its random identifier: same bytes for the same training."""
    import torch

    body = torch.load(path, map_location="cpu", weights_only=False)
    inside = body["attr_dict"]
    if "run_name_" in inside:
        inside["run_name_"] = "run"
    if "_scvi_uuid" in inside.get("registry_", {}):
        inside["registry_"]["_scvi_uuid"] = str(uuid.uuid5(uuid.NAMESPACE_OID, _names(map(str, body["var_names"]))))
    torch.save(body, path)


def load(folder: Path, data: Any, *, sha256: str | None, consent: bool) -> Fitted:
    """The model of a folder for data with the same genes; raises `Refused` without digest and consent or for another file."""
    about = read_json(folder / ABOUT, "the description of a stored model")
    if about.get("schema") != SCHEMA:
        raise BadInput(what=folder / ABOUT, found=repr(about.get("schema")), expected=SCHEMA, next="Save the model again.")
    trusted(folder / PICKLE, sha256, consent=consent)
    chosen = spec(str(about["model"]))
    if data is not None:
        chosen.require(data)
        data = chosen.hold(data)
    if data is not None and chosen.where == about["class"] and _names(map(str, data.var_names)) != about["genes_sha256"]:
        raise other_genes(data, about["genes"], folder, "Select the model's genes, or map the data onto it by surgery.")
    try:
        with quiet():
            model = chosen.kind().load(str(folder), adata=data, accelerator="cpu")
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise BadInput(what=folder / PICKLE, found=found, expected="a whole model", next="Train it again.") from error
    return Fitted(chosen, model, [], dict(about["verdict"]), int(about["seed"]))


def trusted(path: Path, sha256: str | None, *, consent: bool) -> None:
    """Raise unless a person named the digest of this very file and agreed to run what a pickle may hold.

    Reading a pickle runs code of whoever wrote it; so neither a digest from beside the file nor a flag alone is enough.
    """
    if not path.is_file():
        raise BadInput(what=path, found="no such file", expected="a stored model", next="Name its folder or file.")
    found = file_digest(path).removeprefix("sha256:")
    sha256 = sha256.lower().removeprefix("sha256:") if sha256 else None
    if not consent or not sha256:
        raise Refused(
            what=path,
            found="a pickle, which runs code when it is read",
            expected="its digest, and consent to run it",
            next=f"If you trust where it comes from: --sha256 {found} --allow-pickle.",
        )
    if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
        raise BadUsage(
            what="--sha256", found=repr(sha256), expected="64 hexadecimal digits", next="Take it from where the model came."
        )
    if sha256 != found:
        raise Refused(
            what=path, found=f"the digest {found}", expected=sha256, next="This is not the file you trust; get it again."
        )


def _names(names: Any) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
