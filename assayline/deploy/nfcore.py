"""A pipeline as its own files describe it: manifest, parameters, sample-sheet schemas, genomes, profiles; nothing is run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assayline.deploy.engines_config import Config, read_config
from assayline.deploy.engines_pipeline import Needs, needs
from assayline.deploy.place import located
from assayline.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

PARAMETERS = "nextflow_schema.json"
SHEET = "assets/schema_input.json"
GENOMES = ("params", "genomes")
"""The block of the configuration whose blocks are genomes."""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline in a folder; every property is read from its files, once."""

    folder: Path
    needs: Needs

    @property
    def name(self) -> str:
        """Its name by the manifest, else the folder's."""
        return self.needs.name

    @property
    def short(self) -> str:
        """The name without its organisation."""
        return self.name.rpartition("/")[2]

    @cached_property
    def config(self) -> Config:
        """What nextflow.config says literally; empty where there is none."""
        return read_config(self.folder) if (self.folder / "nextflow.config").is_file() else Config()

    @cached_property
    def schema(self) -> dict[str, Any]:
        """`nextflow_schema.json`; raises BadInput when there is none or it is no schema."""
        return schema_file(self.folder / PARAMETERS, "the pipeline's schema of parameters")

    @cached_property
    def groups(self) -> dict[str, dict[str, Any]]:
        """The groups of parameters by name, from `$defs` or, in older files, `definitions`."""
        found = self.schema.get("$defs") or self.schema.get("definitions") or {}
        whole = {name: group for name, group in found.items() if isinstance(group, dict)}
        own = {key: self.schema[key] for key in ("properties", "required") if key in self.schema}
        return whole | ({"": own} if own else {})

    @cached_property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Schema of each parameter by name, in the order of the file."""
        return {
            name: schema
            for group in self.groups.values()
            for name, schema in (group.get("properties") or {}).items()
            if isinstance(schema, dict)
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Parameters that must be given."""
        return tuple(dict.fromkeys(name for group in self.groups.values() for name in group.get("required") or ()))

    @cached_property
    def sheet_parameter(self) -> str:
        """The parameter that takes the sample sheet: the first with a schema of its own, else `input`; empty if there is none."""
        named = [name for name, schema in self.parameters.items() if "schema" in schema and not schema.get("hidden")]
        return named[0] if named else "input" if "input" in self.parameters else ""

    @cached_property
    def outdir_parameter(self) -> str:
        """The parameter for the folder of outputs: `outdir`, else a required one that takes a folder; empty if there is none."""
        if "outdir" in self.parameters:
            return "outdir"
        folders = [name for name in self.required if self.parameters.get(name, {}).get("format") == "directory-path"]
        return folders[0] if len(folders) == 1 else ""

    @cached_property
    def sheet_schema(self) -> dict[str, Any]:
        """The schema of the sample sheet, where its parameter says or nf-core's layout puts it; raises BadInput for none."""
        said = str(self.parameters.get(self.sheet_parameter, {}).get("schema") or SHEET)
        place = (self.folder / said).resolve()
        if not place.is_relative_to(self.folder.resolve()):
            raise BadInput(
                what=f"{self.folder / PARAMETERS}: {self.sheet_parameter}",
                found=f"a schema outside the pipeline ({said})",
                expected="a file of the pipeline",
                next="Do not use this copy of the pipeline.",
            )
        return schema_file(place, "the pipeline's schema of its sample sheet")

    @cached_property
    def genomes(self) -> tuple[str, ...]:
        """Keys of `--genome` that the configuration really defines; empty where it defines none."""
        found = [block[2] for block in self.config.blocks if len(block) == 3 and block[:2] == GENOMES]
        return tuple(dict.fromkeys(found)) or self._listed()

    def _listed(self) -> tuple[str, ...]:
        """Genomes from the facts beside the folder, for a pipeline of which only the schemas are at hand."""
        facts = self.folder.resolve().parent / "pipelines.json"
        if (self.folder / "nextflow.config").is_file() or not facts.is_file():
            return ()
        entry = json.loads(facts.read_bytes()).get(self.folder.resolve().name) or {}
        return tuple(str(key) for key in entry.get("igenomes") or ())

    @property
    def infers(self) -> bool:
        """Whether values of a sheet are typed by how they look (nf-schema) and not by the schema (nf-validation, scripts)."""
        return any(plugin.startswith("nf-schema") for plugin in self.needs.plugins)

    @cached_property
    def single_cell(self) -> bool:
        """Whether it wants a barcode read: it says so of itself, or has a parameter for the list of barcodes."""
        said = " ".join(str(self.schema.get(key, "")) for key in ("title", "description")).lower()
        return "single cell" in said or "single-cell" in said or "barcode_whitelist" in self.parameters


def schema_file(path: Path, expected: str) -> dict[str, Any]:
    """A JSON schema; raises BadInput."""
    try:
        body = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        found, hint = error.strerror or error, "Give the whole pipeline: a clone, an archive or a pulled revision."
        raise BadInput(what=path, found=found, expected=expected, next=hint) from error
    except ValueError as error:
        raise BadInput(what=path, found=f"no JSON ({error})", expected=expected, next="Get the pipeline again.") from error
    if not isinstance(body, dict):
        raise BadInput(what=path, found=type(body).__name__, expected=expected, next="Get the pipeline again.")
    return body


def open_pipeline(text: str | Path, revision: str = "") -> Pipeline:
    """A pipeline by folder, archive, or `organisation/name` as Nextflow pulled it; `own` is the one of this package."""
    folder = located(text, revision)
    return Pipeline(folder, needs(folder))
