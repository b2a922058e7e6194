"""Parameters of a pipeline: typed and bounded by its own schema, unknown ones refused with the nearest name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.deploy.errors import ParametersRefused
from assayline.deploy.sheet.check import bare
from assayline.errors import BadInput, BadUsage, ExtraMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assayline.deploy.nfcore import Pipeline

MANY = 6
WORDS = {"true": True, "false": False}
PLACES = {"file-path": "a file", "directory-path": "a folder", "path": "a file or a folder"}


@dataclass(slots=True)
class Parameters:
    """Checked values by name, in the order given, and what a person should know about them."""

    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)


def parse(pairs: Sequence[str], file: Path | None = None) -> dict[str, Any]:
    """`name=value` words over the values of a JSON or YAML file; raises BadUsage and BadInput."""
    given: dict[str, Any] = _file(file) if file else {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise BadUsage(what="--param", found=repr(pair), expected="NAME=VALUE", next="Write it as --param name=value.")
        given[name] = value
    return given


def _file(path: Path) -> dict[str, Any]:
    """The values of a parameter file, as Nextflow's -params-file takes it."""
    expected = "an object of parameters, in JSON or YAML"
    try:
        text = path.read_text(encoding="utf-8-sig")
        body = _yaml(path, text) if path.suffix in (".yml", ".yaml") else json.loads(text)
    except (OSError, ValueError) as error:
        raise BadInput(what=path, found=error, expected=expected, next="Correct the file.") from error
    if not isinstance(body, dict) or not all(isinstance(name, str) for name in body):
        raise BadInput(what=path, found=type(body).__name__, expected=expected, next="Correct the file.")
    return body


def _yaml(path: Path, text: str) -> Any:
    """A YAML file; Snakemake's extra brings the reader."""
    try:
        import yaml
    except ImportError as error:
        raise ExtraMissing(package="pyyaml", extra="workflows") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput(what=path, found=error, expected="YAML", next="Correct the file, or write it in JSON.") from error


def check(pipeline: Pipeline, given: Mapping[str, Any], *, filled: Sequence[str] = ()) -> Parameters:
    """The values as the pipeline takes them; `filled` are required ones that are set later. Raises ParametersRefused."""
    wrong: list[str] = []
    made = Parameters({})
    for name, value in given.items():
        schema = pipeline.parameters.get(name)
        if schema is None:
            wrong.append(_unknown(pipeline, name))
            continue
        made.values[name] = typed(value, schema)
        wrong += _problems(name, made.values[name], schema)
        if schema.get("deprecated"):
            words = schema.get("errorMessage") or f"'{name}' is deprecated"
            made.findings.append(Finding("parameter-deprecated", str(words), name, "warning"))
    missing = [name for name in pipeline.required if name not in made.values and name not in filled]
    wrong += [f"'{name}' is missing, and is required" for name in missing if "default" not in pipeline.parameters.get(name, {})]
    wrong += _genome(pipeline, made)
    if not wrong:
        wrong = _together(pipeline, made.values, filled)
    if wrong:
        more = f"; and {len(wrong) - MANY} more" if len(wrong) > MANY else ""
        raise ParametersRefused(pipeline=pipeline.name, count=len(wrong), found="; ".join(wrong[:MANY]) + more)
    return made


def typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """A word of the command line as the type that the schema names; a word that is no such value stays as it is."""
    if not isinstance(value, str):
        return value
    said = schema.get("type")
    kinds = said if isinstance(said, list) else [said]
    if "boolean" in kinds and value.lower() in WORDS:
        return WORDS[value.lower()]
    if "integer" in kinds and re.fullmatch(r"[+-]?\d+", value):
        return int(value)
    if "number" in kinds and re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", value):
        return float(value) if not re.fullmatch(r"[+-]?\d+", value) else int(value)
    return value


def _unknown(pipeline: Pipeline, name: str) -> str:
    """What is said of a parameter that the pipeline does not have: the nearest name, by letters or by another spelling."""
    flat = {re.sub(r"[^a-z0-9]", "", known.lower()): known for known in pipeline.parameters}
    near = flat.get(re.sub(r"[^a-z0-9]", "", name.lower()))
    close = [near] if near else get_close_matches(name, list(pipeline.parameters), 1)
    version = f" {pipeline.needs.version}" if pipeline.needs.version else ""
    words = f"'{name}' is no parameter of {pipeline.name}{version}"
    return words + (f"; nearest: '{close[0]}'" if close else " (removed or renamed upstream?)")


def _problems(name: str, value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with one value: type, bounds, pattern, or a path that does not exist."""
    import jsonschema_rs

    if value is None:
        return []
    try:
        checker = jsonschema_rs.validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema"} | bare(dict(schema)))
    except ValueError as error:
        return [f"'{name}': its schema cannot be used ({error})"]
    found = [f"'{name}' = {value!r}: {schema.get('errorMessage') or problem.message}" for problem in checker.iter_errors(value)]
    form = str(schema.get("format", ""))
    must = str(schema.get("exists", "")).lower() == "true"
    if found or not isinstance(value, str) or form not in PLACES or not must or "://" in value:
        return found[:1]
    path = Path(value)
    there = path.is_file() if form == "file-path" else path.is_dir() if form == "directory-path" else path.exists()
    return [] if there or "*" in value else [f"'{name}' = {value!r}: found nothing there; expected {PLACES[form]}"]


def _genome(pipeline: Pipeline, made: Parameters) -> list[str]:
    """Whether `genome` is a key that the pipeline has."""
    key = made.values.get("genome")
    if key is None or "genome" not in pipeline.parameters:
        return []
    if made.values.get("igenomes_ignore") is True:
        return [f"'genome' = {key!r}: igenomes_ignore is set, so that no genome has a name"]
    if not pipeline.genomes:
        words = f"genome '{key}' could not be checked: the pipeline's files name no genomes"
        made.findings.append(Finding("genome-unchecked", words, "genome", "warning"))
        return []
    if key in pipeline.genomes:
        return []
    folded = {known.lower(): known for known in pipeline.genomes}
    close = [folded[word] for word in get_close_matches(str(key).lower(), list(folded), 3, 0.5)]
    return [f"'genome' = {key!r}: not one of the pipeline's {len(pipeline.genomes)}; nearest: {', '.join(close) or 'none'}"]


def _together(pipeline: Pipeline, values: Mapping[str, Any], filled: Sequence[str]) -> list[str]:
    """What the schema says of several parameters at once; what is filled later and what has a default is not missed."""
    import jsonschema_rs

    schema = bare(pipeline.schema)
    for group in (schema.get("$defs") or schema.get("definitions") or {}).values():
        if isinstance(group, dict) and "required" in group:
            ready = {*filled, *(name for name in group["required"] if "default" in pipeline.parameters.get(name, {}))}
            group["required"] = [name for name in group["required"] if name not in ready]
    schema.pop("$id", None)
    schema.pop("required", None)
    try:
        checker = jsonschema_rs.validator_for(schema)
    except ValueError as error:
        return [f"the pipeline's schema of parameters cannot be used: {error}"]
    present = {name: value for name, value in values.items() if value is not None}
    return [problem.message for problem in checker.iter_errors(present)]
