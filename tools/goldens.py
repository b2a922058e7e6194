"""Write the goldens of the inputs made by hand under tests/instruments, or say what differs; nothing is lost without --force.

python tools/goldens.py [NAME …]            compare; status 1 if any golden is missing or differs
python tools/goldens.py --write [NAME …]    write what is missing or only gains; what would lose a value is shown
python tools/goldens.py --write --force     write all of it, and remove goldens whose input is gone
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from goldens import golden_files, without_input  # noqa: E402
from instruments_shared import HERE, golden_inputs  # noqa: E402

from allotrope.errors import AllotropeError  # noqa: E402
from assayline.difference import Difference, differences  # noqa: E402

SHOWN = 20


def lost(before: str, after: str) -> list[Difference]:
    """What a golden would lose or change; what is only new is no loss."""
    return [one for one in differences(json.loads(before), json.loads(after)) if one.kind != "new"]


def settle(path: Path, after: str, *, write: bool, force: bool) -> str:
    """What became of one golden: empty where it is as it should be."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before == after:
        return ""
    losses = lost(before, after) if before else []
    for one in losses[:SHOWN]:
        print(f"  {one.kind:<5} {one.path}: {one.to_json().get('old')!r} → {one.to_json().get('new')!r}")
    if len(losses) > SHOWN:
        print(f"  … and {len(losses) - SHOWN} more")
    if write and (force or not losses):
        path.write_text(after, encoding="utf-8")
        return "written"
    if losses:
        return f"{len(losses)} values would be lost or changed; --write --force overwrites them"
    return "gains values; --write writes it" if before else "missing; --write writes it"


def main() -> int:
    """Compare or write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="instruments (default: all)")
    parser.add_argument("--write", action="store_true", help="write what is missing or only gains values")
    parser.add_argument("--force", action="store_true", help="with --write: overwrite and remove too")
    options = parser.parse_args()
    left = 0
    for source in golden_inputs():
        if options.names and source.parent.name not in options.names:
            continue
        try:
            wanted = golden_files(source)
        except AllotropeError as error:
            print(f"{source.relative_to(ROOT)}: {error}")
            left += 1
            continue
        for path, after in wanted.items():
            said = settle(path, after, write=options.write, force=options.force)
            left += bool(said) and said != "written"
            if said:
                print(f"{path.relative_to(ROOT)}: {said}")
    for path in [] if options.names else without_input(HERE):
        if options.write and options.force:
            path.unlink()
        print(f"{path.relative_to(ROOT)}: its input is gone; {'removed' if options.force else '--write --force removes it'}")
        left += not (options.write and options.force)
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
