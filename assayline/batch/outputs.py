"""The formats of a converted document: bytes from ASM; heavy libraries only for the formats that need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

type Ledger = Mapping[str, Any] | None

ENDINGS = {"parquet": ".asm.parquet", "rdf": ".asm.ttl", "xlsx": ".asm.xlsx", "ledger": ".ledger.json", "json": ".asm.json"}
"""Output → ending of its file's name; JSON comes last, since its presence says that all is there."""


def endings(formats: Iterable[str]) -> dict[str, str]:
    """Output name → ending of its file's name, with the ledger."""
    wanted = {*formats, "ledger"}
    return {name: ending for name, ending in ENDINGS.items() if name in wanted}


def json(asm: dict[str, Any], ledger: Ledger = None) -> bytes:  # noqa: ARG001 (the ledger is a file beside it)
    """The document as JSON."""
    from allotrope.writers.json import dumps

    return dumps(asm)


def parquet(asm: dict[str, Any], ledger: Ledger = None) -> bytes:
    """The table of a document's measurements as a Parquet file."""
    from allotrope.tables import tables
    from allotrope.writers.tabular import parquet as to_parquet

    return to_parquet(tables(asm, ledger).measurements)


def turtle(asm: dict[str, Any], ledger: Ledger = None) -> bytes:
    """The graph of a document in Turtle."""
    from allotrope.writers.rdf import turtle as to_turtle

    return to_turtle(asm, ledger)


def xlsx(asm: dict[str, Any], ledger: Ledger = None) -> bytes:
    """The tables of a document as a workbook."""
    from allotrope.writers.xlsx import dumps

    return dumps(asm, ledger)


OUTPUTS: dict[str, Callable[[dict[str, Any], Ledger], bytes]] = {"json": json, "parquet": parquet, "rdf": turtle, "xlsx": xlsx}
"""Output name → function from a document and the ledger of its conversion to bytes."""
