"""Many documents as one partitioned data set of Parquet files, which DuckDB and polars read at once.

Files are `DIR/<table>/technique=<technique>/release=<release>/<document>.parquet`: the columns of a partition depend on the
release alone, and a document is named by its digest too, so that adding it again changes nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.tables import tables
from allotrope.writers.tabular import columns, parquet

if TYPE_CHECKING:
    import pyarrow as pa

    from allotrope.tables import Tables


def partition(manifest: str) -> tuple[str, str]:
    """Technique and release of a manifest: `cell-counting` and `REC-2024-09`."""
    *_, standing, year, month, name = manifest.removesuffix(".manifest").split("/")
    return name, f"{standing}-{year}-{month}"


def add(folder: Path, name: str, content: bytes, asm: dict[str, Any]) -> tuple[list[Path], Tables]:
    """Write the tables of a document with rows into the data set at `folder`; returns the files and the tables.

    `name` says where the document came from and stands in the column `document`; `content` is the document as bytes.
    """
    found = tables(asm)
    technique, release = partition(found.manifest)
    digest = sha256(content).hexdigest()
    stem = f"{Path(name).name.removesuffix('.json').removesuffix('.asm')}-{digest[:12]}"
    place = f"technique={technique}/release={release}"
    contents = {folder / f"columns/{place}.json": columns(found)}
    for kind, table in found.items():
        if table.num_rows:
            contents[folder / kind / place / f"{stem}.parquet"] = parquet(_named(table, name, digest))
    for path, data in contents.items():
        _replace(path, data)
    return list(contents), found


def _named(table: pa.Table, name: str, digest: str) -> pa.Table:
    import pyarrow as pa

    metadata = {**(table.schema.metadata or {}), b"document.sha256": digest.encode()}
    column = pa.array([name], pa.string()).take(pa.array([0] * table.num_rows, pa.int32()))
    return table.add_column(0, "document", column).replace_schema_metadata(metadata)


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole: under another name first, then moved into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
