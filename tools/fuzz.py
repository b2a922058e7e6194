"""The mutation bench: damage corpus files in seeded ways and convert them; anything but a document or a declared error is a bug.

    python tools/fuzz.py --shared ../shared [--inputs 5000] [--seed 1] [--only VENDOR]

A finding is printed with the seed that makes the input again. Exit status 1 if there was any: an exception that is no
AllotropeError, a ledger that does not balance, or more than ten seconds.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from mutate import mutate, repeated  # noqa: E402 - found on the path that the line above adds

import allotrope  # noqa: E402

SECONDS = 10
LARGE = 400_000
"""Bytes above which a file is mutated ten times less often."""
REPEATED = 100_000
"""Bytes up to which a text has one of its lines, fields or elements repeated thousands of times."""
PACKED = (b"PK", b"\xd0\xcf")


def convert(data: bytes, name: str, instrument: str | None) -> bytes:
    """Convert damaged bytes to JSON."""
    stream = io.BytesIO(data)
    stream.name = name
    return allotrope.convert(stream, instrument).to_json()


def attempt(data: bytes, name: str, instrument: str | None) -> str:
    """Convert damaged bytes in a thread of their own: `converted`, a declared error's code, or a text that starts with BUG."""
    pool = ThreadPoolExecutor(1)
    try:
        error = pool.submit(convert, data, name, instrument).exception(timeout=SECONDS)
    except TimeoutError:
        return f"BUG slow: more than {SECONDS} s"
    finally:
        pool.shutdown(wait=False)
    if error is None:
        return "converted"
    if isinstance(error, allotrope.AllotropeError) and not isinstance(error, allotrope.Unaccounted):
        return error.code
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"BUG {type(error).__name__}: {error} at {Path(place.filename).name}:{place.lineno}"


def cases(shared: Path, only: str | None) -> list[tuple[str, Path]]:
    """Vendor and file of every case."""
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [(row["vendor"], shared / "corpus" / row["input"]) for row in rows if only in (None, row["vendor"])]


def run(shared: Path, inputs: int, seed: int, only: str | None) -> Counter[str]:
    """Damage and convert; counts by outcome, bugs by their text."""
    found = cases(shared, only)
    rounds = max(1, inputs // max(1, len(found)))
    outcomes: Counter[str] = Counter()
    for vendor, path in found:
        data = path.read_bytes()
        case = f"{path.parent.parent.name}/{path.parent.name}/{seed}"
        damages = [(mutate, f"{case}/{number}") for number in range(rounds if len(data) < LARGE else max(1, rounds // 10))]
        if len(data) < REPEATED and not data.startswith(PACKED):
            damages.append((repeated, f"{case}/repeated"))
        for number, (damage, name) in enumerate(damages):
            damaged, how = damage(data, name)
            outcome = attempt(damaged, path.name, vendor if number % 2 else None)
            if outcome.startswith("BUG"):
                print(f"{name} ({how}): {outcome}", flush=True)
            outcomes[outcome] += 1
    return outcomes


def main() -> int:
    """Run the bench and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--inputs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one vendor")
    options = parser.parse_args()
    outcomes = run(options.shared, options.inputs, options.seed, options.only)
    bugs = sum(count for outcome, count in outcomes.items() if outcome.startswith("BUG"))
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common() if not outcome.startswith("BUG"))
    print(f"{sum(outcomes.values())} damaged inputs: {told}; {bugs} bugs")
    return 1 if bugs else 0


if __name__ == "__main__":
    sys.exit(main())
