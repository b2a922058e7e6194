"""The gate in a run folder, with cell calling where the matrix is raw; and how stations read and write their files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assayline.errors import BadInput, CannotWrite
from assayline.evidence import publish
from assayline.json_files import write_atomic, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allotrope.errors import Finding
    from assayline.run_folder import RunFolder


def inspect_step(
    run: RunFolder, source: Path, *, lower: float | None = None, seed: int = 0, **options: Any
) -> tuple[dict[str, Any], list[Finding]]:
    """Judge a matrix; write cells/inspect.json and its evidence even when refusing, cells/counts.h5ad only when accepted.

    Cells are called from raw droplets (`lower`, `seed`). Raises `Refused` for what is not counts, `BadInput` for what cannot
    be read.
    """
    from assayline.cells.call_step import call_cells
    from assayline.cells.facts_inspect import inspect_facts
    from assayline.cells.inspect import inspect, require

    found = inspect(source, **options)
    if found.accepted and found.report["droplets"]["kind"] == "raw droplets":
        call_cells(run, found, source, lower, seed, options.get("chemistry"))
    if found.accepted:
        found.report["distribution"] = _distribution(found.data)
    found.report["findings"] = [finding.to_json() for finding in found.findings]
    write_json(run.cells / "inspect.json", found.report)
    publish(run, "cells.inspect", inspect_facts(found.report))
    require(found, source)
    if found.stored is None:
        write_h5ad(found.data, run.cells / "counts.h5ad")
    else:
        from assayline.cells.copying import write_by_blocks

        write_by_blocks(found.data, found.stored, run.cells / "counts.h5ad")
    return found.report, found.findings


def _distribution(data: Any) -> dict[str, Any]:
    from assayline.cells.qc import describe, survey

    groups = [(str(name), group) for name, group in data.obs.groupby("sample", observed=True, sort=True)]
    samples = [{"sample": name, "cells": len(group)} | describe(group) for name, group in groups]
    return {"all": describe(data.obs), "removed_at": survey(data.obs), "samples": samples}


def read_h5ad(path: Path) -> Any:
    """The AnnData that an earlier station wrote; raises `BadInput` when it is not there or not whole."""
    import anndata

    with station_file(path):
        return anndata.read_h5ad(path)


@contextmanager
def station_file(path: Path) -> Iterator[None]:
    """Reading a file that an earlier station wrote; raises `BadInput` when it is not there or not whole."""
    if not path.is_file():
        raise BadInput(what=path, found="no such file", expected="what the station before writes", next="Run that station first.")
    try:
        yield
    except (OSError, KeyError, ValueError) as error:
        raise BadInput(
            what=path, found=f"{type(error).__name__}: {error}", expected="a whole AnnData file", next="Run that station again."
        ) from error


def write_parquet(table: Any, path: Path) -> None:
    """Write a pandas table as Parquet, without its index, whole or not at all."""
    import io

    import pyarrow
    import pyarrow.parquet as parquet

    stream = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pandas(table, preserve_index=False), stream)
    write_atomic(path, stream.getvalue())


def write_h5ad(data: Any, path: Path) -> None:
    """Write an AnnData whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        data.write_h5ad(part, compression="gzip", compression_opts=1)
        part.replace(path)
    except OSError as error:
        raise CannotWrite(file=path, found=error.strerror or error) from error
    finally:
        part.unlink(missing_ok=True)
