"""Build the plugin, dist/assayline-plugin-VERSION.zip, from the tracked files, and have the pinned client validate it.

python tools/build_plugin.py [--no-validate]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from assayline import __version__  # noqa: E402
from tools.client import environment, export, install  # noqa: E402

MOST = 10_000_000
"""Bytes of the plugin at most, packed and unpacked."""


def pack(folder: Path, to: Path) -> int:
    """Write the folder as a zip, the same bytes for the same files; returns the bytes of its content."""
    to.parent.mkdir(parents=True, exist_ok=True)
    total = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.external_attr = path.stat().st_mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            body = path.read_bytes()
            archive.writestr(entry, body)
            total += len(body)
    return total


def validated(folder: Path, home: Path) -> int:
    """The status of the client's own validation, with its words on stdout."""
    client = install()
    if client is None:
        print("plugin: no client here: not validated", file=sys.stderr)
        return 7
    words = [str(client), "plugin", "validate", str(folder), "--strict", "--profile", "directory"]
    return subprocess.run(words, env=environment(home), check=False).returncode


def main() -> int:
    """Export, pack, measure, validate."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, home = Path(scratch, "plugin"), Path(scratch, "home")
        home.mkdir()
        export(folder)
        to = ROOT / "dist" / f"assayline-plugin-{__version__}.zip"
        total = pack(folder, to)
        print(f"{to.relative_to(ROOT)}: {to.stat().st_size:,} bytes, {total:,} unpacked")
        if total > MOST:
            print(f"plugin: {total:,} bytes; expected at most {MOST:,}", file=sys.stderr)
            return 9
        return 0 if "--no-validate" in sys.argv else validated(folder, home)


if __name__ == "__main__":
    raise SystemExit(main())
