"""The formats of a converted document: bytes from ASM; heavy libraries only for the formats that need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.writers.json import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ENDINGS = {"parquet": ".asm.parquet", "rdf": ".asm.ttl", "xlsx": ".asm.xlsx", "ledger": ".ledger.json", "json": ".asm.json"}


def endings(formats: Iterable[str]) -> dict[str, str]:
    """Output name → ending of its file name, with the ledger; JSON comes last, its presence says that all is there."""
    wanted = {*formats, "ledger"}
    return {name: ending for name, ending in ENDINGS.items() if name in wanted}


def parquet(asm: dict[str, Any]) -> bytes:
    """The measurement table of a document as a Parquet file."""
    import allotrope
    from allotrope.writers.tabular import parquet as to_parquet

    return to_parquet(allotrope.flatten(asm))


def turtle(asm: dict[str, Any]) -> bytes:
    """The graph of a document in Turtle."""
    import allotrope

    return allotrope.to_rdf(asm).serialize(format="turtle", encoding="utf-8")


def xlsx(asm: dict[str, Any]) -> bytes:
    """The tables of a document as a workbook."""
    from allotrope.writers.xlsx import dumps as to_workbook

    return to_workbook(asm)


OUTPUTS: dict[str, Callable[[dict[str, Any]], bytes]] = {"json": dumps, "parquet": parquet, "rdf": turtle, "xlsx": xlsx}
"""Output name → function from a document to bytes."""
