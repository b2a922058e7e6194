"""Convert a corpus through the public API into the layout that `asm_compare.py` reads: OUT/<case>.json, each with its ledger.

python tools/corpus.py ../shared/corpus OUT [VENDOR…]
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import allotrope  # noqa: E402
from assayline import __version__  # noqa: E402


def main() -> int:
    """Convert each case of the manifest; 0 if all were, 8 if some could not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("vendors", nargs="*")
    options = parser.parse_args()
    with (options.corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        cases = [row for row in csv.DictReader(file, delimiter="\t") if not options.vendors or row["vendor"] in options.vendors]
    reasons: Counter[str] = Counter()
    for row in cases:
        target = options.out / f"{row['case']}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            done = allotrope.convert(options.corpus / row["input"])
        except allotrope.AllotropeError as error:
            reasons[error.code] += 1
            print(f"{row['case']}: {error}", file=sys.stderr)
            continue
        target.write_bytes(done.to_json())
        ledger = json.dumps(done.ledger_json(__version__), ensure_ascii=False, indent=1) + "\n"
        target.with_suffix(".ledger").write_text(ledger, encoding="utf-8")
    told = ", ".join(f"{count} {code}" for code, count in reasons.most_common())
    print(f"{len(cases) - reasons.total()} of {len(cases)} cases converted into {options.out}" + (f" ({told})" if told else ""))
    return 8 if reasons else 0


if __name__ == "__main__":
    raise SystemExit(main())
