"""Everything that `make check` checks, each station with its time; all run, and the status is 1 if any failed.

python tools/check.py            all stations
python tools/check.py types      those whose name has the word
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def stations() -> dict[str, list[str]]:
    """Name → command of each station; workflows and plugins only where there are any."""
    python = sys.executable
    found = {
        "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
        "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
        "types": [str(BIN / "mypy")],
        "structure": [python, "tools/structure.py"],
        "documents": [python, "tools/documents.py"],
    }
    for snakefile in sorted(ROOT.glob("workflows/*/workflow/Snakefile")):
        name = snakefile.parents[1].name
        found[f"workflow {name}"] = [python, "-m", "snakemake", "--lint", "--snakefile", str(snakefile)]
        configuration = snakefile.parents[1] / "config" / "config.yaml"
        found[f"workflow {name}"] += ["--configfile", str(configuration)] if configuration.is_file() else []
    return found | pipeline()


def pipeline() -> dict[str, list[str]]:
    """The stations of the Nextflow pipeline, its schema and its scripts: where there is a Nextflow, which CI demands."""
    from assayline.deploy.engines_nextflow import choices

    present = choices()
    if not present and os.environ.get("CI") != "true":
        return {}
    command = str(present[0].command) if present else "nextflow"
    path = f"PATH={Path(command).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # nf-core asks Nextflow for the defaults
    schema = [str(BIN / "nf-core"), "--log-file", os.devnull, "pipelines", "schema", "lint", "nextflow/nextflow_schema.json"]
    return {"pipeline schema": ["env", path, *schema], "pipeline scripts": [command, "lint", "nextflow"]}


def main() -> int:
    """Run the stations one after the other; returns the exit status."""
    words = sys.argv[1:]
    failed = []
    for name, command in stations().items():
        if words and not any(word in name for word in words):
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            place = folder if "snakemake" in command else str(ROOT)
            environment = os.environ | {"XDG_CACHE_HOME": folder} if place == folder else dict(os.environ)
            done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
        print(f"{'ok    ' if not done.returncode else 'FAILED'} {name} ({time.monotonic() - start:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).strip()[-6000:])
    if failed:
        print(f"check: {len(failed)} failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
