"""What a conversion of a small file imports: nothing that is slow to start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "pandas",
    "numpy",
    "pydantic",
    "scanpy",
    "torch",
    "allotropy",
    "pyarrow",
    "rdflib",
    "anthropic",
    "snakemake",
    "typer",
    "click",
}


def test_convert_of_a_small_file_imports_nothing_heavy(tmp_path, shared):
    path = min((shared / "corpus" / "beckman_vi_cell_blu").rglob("*.csv"), key=lambda one: one.stat().st_size)
    words = [sys.executable, "-X", "importtime", "-m", "assayline", "convert", str(path), "-o", str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "jsonschema_rs" in imported, "the document must have been validated"
    assert {name.partition(".")[0] for name in imported} & FORBIDDEN == set()
    assert not {name for name in imported if name.startswith("assayline.cli.")} - {
        f"assayline.cli.{name}" for name in ("main", "outcome", "parsing", "show", "verbs", "convert", "progress", "reading")
    }
    assert (tmp_path / "out" / f"{path.name}.asm.json").is_file()


def test_the_conversion_package_alone_never_imports_what_is_around_it(shared):
    path = next((shared / "corpus" / "beckman_vi_cell_blu").rglob("*.csv"))
    code = f"import sys, allotrope\nallotrope.convert({str(path)!r})\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {name.partition(".")[0] for name in done.stdout.split()} & (FORBIDDEN | {"assayline"}) == set()
