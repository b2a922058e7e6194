"""The published ASM schemas: located, prepared and compiled once each; facts for others and findings for a document."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from allotrope.schema.files import manifest_of, manifests, root, standing, technique
from allotrope.schema.influence import Influence
from allotrope.schema.prepare import Prepared
from allotrope.schema.problems import check
from allotrope.schema.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonschema_rs import Draft202012Validator

    from allotrope.errors import Finding
    from allotrope.places import Place

__all__ = ["Shape", "dangling", "manifest_of", "manifests", "root", "shape", "standing", "units", "validate", "validator"]


@cache
def _prepared(manifest: str) -> Prepared:
    return Prepared(technique(manifest))


@cache
def validator(manifest: str) -> Draft202012Validator:
    """The compiled validator of a manifest (about 10 ms the first time); `NotAsm` if the manifest is unknown."""
    from jsonschema_rs import Draft202012Validator

    formats: dict[str, Callable[[str], bool]] = {"date-time": is_iso_8601}
    return Draft202012Validator(_prepared(manifest).schema, validate_formats=True, formats=formats)


@lru_cache(maxsize=4096)
def is_iso_8601(text: str) -> bool:
    """Whether a text is a date and time in ISO 8601, which the schemas ask for in words.

    A missing zone is no error, since a source that names none must not have one invented; the conversion says so in a finding.
    """
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) > 10


@cache
def shape(manifest: str) -> Shape:
    """What the schema of a manifest says of each place of a document, from the top; `NotAsm` if the manifest is unknown."""
    prepared = _prepared(manifest)
    return Shape([prepared.schema], prepared.definitions)


@cache
def place(manifest: str) -> Place:
    """The top place of a manifest's documents, with what its schema can tell apart at each place below."""
    from allotrope.places import Place

    prepared = _prepared(manifest)
    return Place(shape(manifest), Influence([prepared.schema], prepared.definitions))


@cache
def units(manifest: str) -> dict[str, str]:
    """Symbol → IRI of every unit that the schemas of a manifest know."""
    return _prepared(manifest).units()


def dangling(manifest: str) -> tuple[str, ...]:
    """References of a manifest's schemas that point to nothing and were therefore dropped."""
    return tuple(_prepared(manifest).dangling)


def validate(asm: dict[str, Any]) -> tuple[Finding, ...]:
    """Schema errors and closed-world findings of a document, each at its JSON pointer; `NotAsm` if its manifest is unknown."""
    from allotrope.errors import Finding
    from allotrope.lint import lint

    manifest = manifest_of(asm)
    compiled = validator(manifest)
    closed, folded = lint(asm, place(manifest), units(manifest))
    told = frozenset(finding.where for finding in closed if finding.code in ("not-finite", "not-json"))
    try:
        if folded is not None and compiled.is_valid(folded):
            return closed
        return (*check(asm, compiled, told), *closed)
    except ValueError as error:  # a key that is no text, or half of a surrogate pair
        message = f"found what JSON cannot hold ({error}); expected keys of text, and text in Unicode"
        return (Finding("not-json", message, "", "error"), *closed)
