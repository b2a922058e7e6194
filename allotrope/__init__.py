"""allotrope: instrument files to Allotrope Simple Model documents, with every cell of the source accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

import allotrope.instruments  # noqa: F401 - before the function of that name, so that no later import puts the folder in its place
from allotrope.convert import Conversion, convert, detect
from allotrope.detect import Detection
from allotrope.errors import (
    AllotropeError,
    AlreadyAsm,
    Ambiguous,
    BadOption,
    Damaged,
    Empty,
    Finding,
    NotAsm,
    NotRecognised,
    SchemaInvalid,
    SchemaMissing,
    TooLarge,
    Unaccounted,
    UnknownInstrument,
    Unreadable,
    Unsupported,
    WrongEncoding,
)
from allotrope.instrument import Instrument

if TYPE_CHECKING:
    import pyarrow
    import rdflib


def validate(asm: dict[str, Any]) -> tuple[Finding, ...]:
    """Check a document against its published schema and the closed-world lint; empty means valid."""
    from allotrope.schema import validate as check

    return check(asm)


def flatten(asm: dict[str, Any]) -> pyarrow.Table:
    """One tidy row a measurement, with every scalar of its ancestors; units in the fields' metadata."""
    from allotrope.tables import flatten as to_table

    return to_table(asm)


def to_rdf(asm: dict[str, Any]) -> rdflib.Graph:
    """The document as a graph in the terms of the Allotrope ontologies."""
    from allotrope.graph import to_rdf as to_graph

    return to_graph(asm)


def instruments() -> tuple[Instrument, ...]:
    """Every known format, of this package and of others that add theirs."""
    from allotrope.registry import built_in, third_party

    return built_in() + third_party()


__all__ = [
    "AllotropeError",
    "AlreadyAsm",
    "Ambiguous",
    "BadOption",
    "Conversion",
    "Damaged",
    "Detection",
    "Empty",
    "Finding",
    "Instrument",
    "NotAsm",
    "NotRecognised",
    "SchemaInvalid",
    "SchemaMissing",
    "TooLarge",
    "Unaccounted",
    "UnknownInstrument",
    "Unreadable",
    "Unsupported",
    "WrongEncoding",
    "convert",
    "detect",
    "flatten",
    "instruments",
    "to_rdf",
    "validate",
]
