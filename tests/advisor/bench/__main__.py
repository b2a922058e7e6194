"""Write the situations again: `python -m tests.advisor.bench [--only NAME …]`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.advisor.bench import cells, designs, lab, sequencing

PLACE = Path(__file__).resolve().parents[1] / "situations"
ALL = [*cells.MADE, *designs.MADE, *lab.MADE, *sequencing.MADE]


def main(words: list[str]) -> None:
    """Generate, show to the stations, write."""
    only = words[1:] if words[:1] == ["--only"] else []
    for one in ALL:
        if only and one.name not in only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            body = one.body(Path(folder))
        (PLACE / f"{one.name}.json").write_text(json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        print(one.name, len(body["evidence"]))


if __name__ == "__main__":
    main(sys.argv[1:])
