"""One side of a measurement, in a process of its own: `python tools/bench_work.py SIDE WORK SHARED [WORD]` prints JSON.

SIDE is ours or reference; WORK is corpus, detect, validate, table, flatten or graph. Times are CPU seconds of the process, memory
is its peak in MB.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Callable

REPEAT = {"ours": 3, "reference": 1}
TABLE = "beckman_vi_cell_blu/01"


def cases(shared: Path) -> list[tuple[str, str, Path, Path]]:
    """Case, vendor, input and reference document of each line of the manifest."""
    corpus = shared / "corpus"
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [(row["case"], row["vendor"], corpus / row["input"], corpus / row["reference"]) for row in rows]


def peak() -> float:
    """The most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], object], repeat: int) -> float | None:
    """The median CPU time of a piece of work; None if it raises what it may raise for a file it does not know."""
    import statistics

    times = []
    for _ in range(repeat):
        start = time.process_time()
        try:
            work()
        except REFUSALS:
            return None
        times.append(time.process_time() - start)
    return statistics.median(times)


REFUSALS: tuple[type[BaseException], ...] = ()


def converter(side: str) -> Callable[[Path, str], Any]:
    """The function that converts and validates one file."""
    global REFUSALS
    if side == "ours":
        import allotrope

        REFUSALS = (allotrope.AllotropeError,)
        return lambda path, _: allotrope.convert(path).to_json()
    from allotropy.exceptions import AllotropyError
    from allotropy.parser_factory import Vendor
    from allotropy.to_allotrope import allotrope_from_file

    REFUSALS = (
        AllotropyError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        AssertionError,
        NotImplementedError,
    )
    return lambda path, vendor: json.dumps(allotrope_from_file(str(path), Vendor[vendor.upper()], encoding="chardet"))


def corpus(side: str, shared: Path, vendor: str) -> dict[str, Any]:
    """Convert and validate every case (of a vendor, if one is named)."""
    convert = converter(side)
    chosen = [case for case in cases(shared) if vendor in ("", case[1])]
    times = {name: timed(lambda p=path, v=kind: convert(p, v), REPEAT[side]) for name, kind, path, _ in chosen}
    return {"times": times, "peak": peak()}


def detect(side: str, shared: Path, _: str) -> dict[str, Any]:
    """Detect the instrument of every case, and count what is right."""
    if side == "ours":
        converter(side)
        import allotrope

        def name(path: Path) -> str:
            return allotrope.detect(path).instrument
    else:
        converter(side)
        from allotropy.named_file_contents import NamedFileContents
        from allotropy.parser_factory import discover_vendor

        def name(path: Path) -> str:
            with path.open("rb") as file:
                return discover_vendor(NamedFileContents(file, str(path), "chardet")).name.lower()

    found: dict[str, str] = {}
    times = {}
    for case, _vendor, path, _reference in cases(shared):
        times[case] = timed(lambda p=path, c=case: found.__setitem__(c, name(p)), 1)
    right = sum(found.get(case) == vendor for case, vendor, _, _ in cases(shared))
    return {"times": times, "right": right, "peak": peak()}


def validate(side: str, shared: Path, _: str) -> dict[str, Any]:
    """Validate every reference document that holds no NaN; parsed before, validators compiled."""
    documents = [(case, reference.read_text(encoding="utf-8")) for case, _, _, reference in cases(shared)]
    parsed = {case: json.loads(text) for case, text in documents if "NaN" not in text}
    if side == "ours":
        converter(side)
        from allotrope.schema import validate as check
    else:
        converter(side)
        from allotropy.allotrope.schemas import validate_asm_schema as check
    for asm in {asm["$asm.manifest"]: asm for asm in parsed.values()}.values():
        timed(lambda a=asm: check(a), 1)
    return {"times": {case: timed(lambda a=asm: check(a), REPEAT[side]) for case, asm in parsed.items()}, "peak": peak()}


def table(side: str, shared: Path, rows: str) -> dict[str, Any]:
    """Convert a Vi-CELL BLU export whose rows were repeated; `rows` is how many."""
    import tempfile

    convert = converter(side)
    path = next((shared / "corpus" / TABLE).glob("*.csv"))
    header, *body = path.read_text(encoding="utf-8-sig").splitlines()
    convert(path, "beckman_vi_cell_blu")
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder) / path.name
        long.write_text("\n".join([header, *(body[index % len(body)] for index in range(int(rows)))]), encoding="utf-8")
        before, size = peak(), [0]
        seconds = timed(lambda: size.__setitem__(0, len(convert(long, "beckman_vi_cell_blu"))), 1)
    return {"seconds": seconds, "rows": int(rows), "output": size[0], "before": before, "peak": peak()}


def documents(side: str, shared: Path, how: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Do something with every reference document, parsed before; the other side is json.loads of the same bytes."""
    contents = {case: reference.read_bytes() for case, _, _, reference in cases(shared)}
    parsed = {case: json.loads(content) for case, content in contents.items()}
    for asm in {asm["$asm.manifest"]: asm for asm in parsed.values()}.values():
        how(asm)
    if side == "ours":
        times = {case: timed(lambda a=asm: how(a), 1) for case, asm in parsed.items()}
    else:
        times = {case: timed(lambda c=content: json.loads(c), 3) for case, content in contents.items()}
    return {"times": times, "bytes": sum(map(len, contents.values())), "peak": peak()}


def flatten(side: str, shared: Path, _: str) -> dict[str, Any]:
    """All tables of every reference document."""
    from allotrope.tables import tables

    return documents(side, shared, tables)


def graph(side: str, shared: Path, _: str) -> dict[str, Any]:
    """Every reference document as lines of N-Triples."""
    from allotrope.writers.rdf import lines

    return documents(side, shared, lambda asm: sum(map(len, lines(asm))))


WORKS = {"corpus": corpus, "detect": detect, "validate": validate, "table": table, "flatten": flatten, "graph": graph}

if __name__ == "__main__":
    print(json.dumps(WORKS[sys.argv[2]](sys.argv[1], Path(sys.argv[3]), (sys.argv[4:] or [""])[0])))
