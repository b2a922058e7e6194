"""From accessions to a folder: resolve, group, choose, check the disk, download in parallel, write tables and record."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.errors import DeclaredError, Finding
from assayline.deploy.errors import FetchFailed, FetchRefused
from assayline.deploy.fetch.choose import Chosen, choose
from assayline.deploy.fetch.download import download, md5_of
from assayline.deploy.fetch.geo import attributes, resolve
from assayline.deploy.fetch.runs import ACCESSION, Remote, Run, runs_of
from assayline.deploy.fetch.samples import names_of, table, text_of
from assayline.deploy.sheet.peek import look
from assayline.errors import BadUsage
from assayline.json_files import read_json, write_atomic, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assayline.deploy.fetch.portal import Portal

SCHEMA = "assayline/fetch/1"
RECORD, TABLE = "fetch.json", "metadata.csv"
SPARE = 1.05
MANY = 5
BARCODE = range(14, 36)


@dataclass(slots=True)
class Plan:
    """What would be fetched: files of runs, the rows of the table, and findings."""

    accessions: tuple[str, ...]
    chosen: list[Chosen]
    rows: list[dict[str, str]]
    findings: list[Finding] = field(default_factory=list)
    single_cell: bool | None = None

    def files(self, folder: Path) -> list[tuple[Chosen, Remote, Path]]:
        """Every file with its place."""
        return [(run, file, folder / run.folder / file.name) for run in self.chosen for file in run.files]


def plan(portal: Portal, accessions: Sequence[str], *, skip: Sequence[str] = (), single_cell: bool | None = None) -> Plan:
    """Ask the archives; raises BadUsage for what is no accession and FetchRefused for what cannot be had."""
    wrong = [name for name in accessions if not ACCESSION.fullmatch(name)]
    if wrong:
        raise BadUsage(
            what="ACCESSION", found=repr(wrong[0]), expected="GSE…, GSM…, SRP…, PRJNA…, SRX… or SRR…", next="Correct it."
        )
    runs: dict[str, Run] = {}
    titles: dict[str, str] = {}
    for accession in accessions:
        if not accession.startswith("GS"):
            runs |= {run.accession: run for run in runs_of(portal, accession)}
            continue
        geo = resolve(portal, accession)
        titles |= geo.samples
        found = [run for name in dict.fromkeys(geo.reads) for run in runs_of(portal, name)]
        if any(run.geo for run in found):
            found = [run for run in found if run.geo in geo.samples]
        runs |= {run.accession: run for run in found}
    kept = [run for name, run in sorted(runs.items()) if name not in skip and run.geo not in skip]
    if not kept:
        raise FetchRefused(what=", ".join(accessions), found="no run left", expected="at least one", next="Check --skip.")
    findings: list[Finding] = []
    chosen = [choose(run, findings, single_cell=single_cell) for run in kept]
    names = names_of(kept, titles)
    known = attributes(portal, [run.said.get("sample_accession", "") for run in kept])
    return Plan(tuple(accessions), chosen, table(kept, names, known, titles, findings), findings, single_cell)


def fetch(portal: Portal, wanted: Plan, folder: Path, *, jobs: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Download what is missing and write `metadata.csv` and `fetch.json`; raises FetchRefused, FetchFailed or CannotWrite."""
    files = wanted.files(folder)
    for _, remote, _ in files:
        portal.address(remote.said)
    done = _done(folder)
    missing = [(run, file, place) for run, file, place in files if not _there(file, place, folder, done)]
    _room(missing, folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / TABLE, text_of(wanted.rows).encode())
    failed: list[str] = []
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = [(file, place, pool.submit(_one, portal, file, place)) for _, file, place in missing]
        for number, (file, place, future) in enumerate(futures, 1):
            trouble = future.result()
            if trouble is not None:
                failed.append(str(trouble))
            say(f"{number}/{len(futures)} {place.name}{': ' + str(trouble) if trouble else f' ({file.size} bytes, MD5 right)'}")
    body = _record(wanted, files, folder)
    write_json(folder / RECORD, body)
    if failed:
        told = "; ".join(failed[:MANY]) + (f"; and {len(failed) - MANY} more" if len(failed) > MANY else "")
        raise FetchFailed(count=len(failed), total=len(files), found=told)
    _barcodes(wanted, folder)
    return body


def _one(portal: Portal, file: Remote, place: Path) -> DeclaredError | None:
    """Download one file; what went wrong is returned, so that the others go on."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        download(portal, file, place)
    except DeclaredError as error:
        return error
    return None


def _done(folder: Path) -> dict[str, dict[str, Any]]:
    """Files that an earlier call has checked, by name."""
    if not (folder / RECORD).is_file():
        return {}
    return {str(item.get("file")): item for item in read_json(folder / RECORD, "the record of a fetch").get("files") or []}


def _there(file: Remote, place: Path, folder: Path, done: dict[str, dict[str, Any]]) -> bool:
    """Whether a file is there whole: as it was when its MD5 was checked, or checked again now."""
    if not place.is_file() or (file.size and place.stat().st_size != file.size):
        return False
    item = done.get(place.relative_to(folder).as_posix(), {})
    if item.get("md5") == file.md5 and item.get("changed") == place.stat().st_mtime_ns:
        return True
    return not file.md5 or md5_of(place) == file.md5


def _room(missing: Sequence[tuple[Chosen, Remote, Path]], folder: Path) -> None:
    """Refuse before the first byte when the disk cannot hold what is missing."""
    here = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    free, need = shutil.disk_usage(here).free, 0
    for _, file, place in missing:
        part = place.with_name(f".{place.name}.part")
        need += max(0, file.size - (part.stat().st_size if part.exists() else 0))
    if need * SPARE > free:
        raise FetchRefused(
            what=folder,
            found=f"{free / 1e9:.1f} GB free",
            expected=f"{need * SPARE / 1e9:.1f} GB for {len(missing)} files",
            next="Make room, or choose another disk with -o.",
        )


def _record(wanted: Plan, files: Sequence[tuple[Chosen, Remote, Path]], folder: Path) -> dict[str, Any]:
    """What is in the folder: file, run, MD5 and size of each that arrived."""
    present = [
        {
            "file": place.relative_to(folder).as_posix(),
            "run": run.run.accession,
            "md5": file.md5,
            "size": place.stat().st_size,
            "changed": place.stat().st_mtime_ns,
            "source": file.said,
        }
        for run, file, place in files
        if place.is_file()
    ]
    return {"schema": SCHEMA, "accessions": list(wanted.accessions), "total": len(files), "files": present}


def _barcodes(wanted: Plan, folder: Path) -> None:
    """Refuse single cells of which no file holds reads as short as a barcode: the archive has dropped them."""
    for chosen in wanted.chosen:
        cells = chosen.run.single_cell if wanted.single_cell is None else wanted.single_cell
        if not cells or chosen.kind != "fastq":
            continue
        lengths = {file.name: look(folder / file.name, "fastq", "quick").length for file in chosen.files}
        if not any(length in BARCODE for length in lengths.values()):
            told = ", ".join(f"{name} has reads of {length} bases" for name, length in lengths.items())
            raise FetchRefused(
                what=chosen.run.accession,
                found=told,
                expected="a barcode read of 14 to 35 bases",
                next="Leave the run out with --skip, or get the files as submitted.",
            )
