"""Write docs/transcripts: the real client, led by a scripted model, converting a folder of the corpus and analysing single cells.

python tools/transcripts.py [--shared DIR] [convert] [single_cell]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from plugin.scripted_model import Turn, bash, calls, flat, says, scripted_model  # noqa: E402 - found on the path added above

from tools.client import Conversation, converse, environment, export, install  # noqa: E402

MOST_LINES, MOST_WIDTH = 48, 160
COUNTS = ROOT / "workflows" / "lab_to_notebook" / ".test" / "data" / "counts.csv"
VENDORS = ("beckman_vi_cell_blu", "thermo_fisher_nanodrop_eight", "roche_cedex_bioht", "agilent_gen5", "thermo_fisher_qubit4")


def skill(plugin: Path, name: str, words: str) -> Turn:
    """A turn that runs a script of a skill."""
    return bash(f"{plugin / 'skills' / name / 'scripts'}/{words}")


def convert(plugin: Path, folder: Path, shared: Path) -> tuple[str, list[Turn]]:
    """A folder of real exports: look, convert, read the account, ask where a number came from."""
    (folder / "exports").mkdir()
    for vendor in VENDORS:
        for path in sorted((shared / "corpus" / vendor / "01").iterdir()):
            if not path.name.endswith(".json"):
                shutil.copy(path, folder / "exports" / f"{vendor}{path.suffix}")
    counted = "exports/beckman_vi_cell_blu.csv"
    own = "instrument-data-to-allotrope"
    return "What is in exports/? Convert it to Allotrope, and say where the first viability comes from.", [
        calls("Skill", skill="assayline:start"),
        skill(plugin, "start", "look.py exports"),
        calls("Skill", skill=f"assayline:{own}"),
        skill(plugin, own, "account.py exports out -- --timezone UTC"),
        bash("assayline validate out/*.asm.json"),
        bash(f"assayline explain {counted} '/viability (cell counter)/value' | head -n 2"),
        bash("assayline flatten out/beckman_vi_cell_blu.csv.asm.json -o viability.csv && ls"),
        says("Five exports, five instruments; every cell is mapped, kept or left out with a reason. Times were taken as UTC."),
    ]


def single_cell(plugin: Path, folder: Path, _: Path) -> tuple[str, list[Turn]]:
    """A count matrix: the gate, thresholds, a model with its verdict, statements, an entry."""
    shutil.copy(COUNTS, folder / "counts.csv")
    return "Analyse counts.csv in the folder run and record it in the notebook book. What may be claimed?", [
        calls("Skill", skill="assayline:single-cell-qc"),
        skill(plugin, "single-cell-qc", "gate.py counts.csv run --by rules"),
        calls("Skill", skill="assayline:scvi-tools"),
        skill(plugin, "scvi-tools", "verdict.py run --by rules"),
        bash("assayline advise clustering_resolution --run run --by rules && assayline cells annotate --run run"),
        calls("Skill", skill="assayline:interpretation"),
        bash("assayline interpret run --by rules"),
        bash("assayline report run && assayline verify run --record"),
        calls("Skill", skill="assayline:lab-notebook"),
        skill(plugin, "lab-notebook", "record.py run --notebook book -- --project demonstration"),
        says("The statements above with their limits; the entry is in book, and its head should be kept elsewhere."),
    ]


def shortened(text: str) -> str:
    """The first lines of a text, and how many were left out."""
    lines = [line if len(line) <= MOST_WIDTH else f"{line[:MOST_WIDTH]} …" for line in text.rstrip().splitlines()]
    more = [f"… {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    return "\n".join(lines[:MOST_LINES] + more)


def rendered(prompt: str, done: Conversation, names: dict[str, str]) -> str:
    """A conversation as Markdown, with places of this machine replaced by names."""
    parts = [f"**User:** {prompt}"]
    for event in done.events:
        content: list[dict[str, Any]] = event["message"]["content"] if event.get("type") in ("assistant", "user") else []
        for part in content:
            if part.get("type") == "tool_use" and part["name"] == "Bash":
                parts.append(f"**Claude** runs\n\n```sh\n{part['input']['command']}\n```")
            elif part.get("type") == "tool_use":
                parts.append(f"**Claude** calls {part['name']}: `{next(iter(part['input'].values()))}`")
            elif part.get("type") == "tool_result":
                parts.append(f"```text\n{shortened(flat(part['content']))}\n```")
            elif part.get("type") == "text" and event["type"] == "assistant":
                parts.append(f"**Claude:** {part['text']}")
    text = "\n\n".join(parts)
    for place, name in names.items():
        text = text.replace(place, name)
    return re.sub(r"sha256:([0-9a-f]{8})[0-9a-f]{56}", r"sha256:\1…", text) + "\n"


def play(client: Path, name: str, shared: Path) -> str:
    """Play one of the conversations and return its transcript; raises AssertionError where a tool failed."""
    with tempfile.TemporaryDirectory() as scratch:
        plugin, folder, home = (Path(scratch, part) for part in ("plugin", "work", "home"))
        for part in (plugin, folder, home):
            part.mkdir()
        export(plugin)
        prompt, turns = {"convert": convert, "single_cell": single_cell}[name](plugin, folder, shared)
        with scripted_model(*turns) as script:
            env = environment(home, ANTHROPIC_BASE_URL=script.url, ANTHROPIC_API_KEY="none", OMP_NUM_THREADS="1")
            env["PATH"] = f"{Path(sys.executable).parent}:{os.defpath}"
            words = ("--plugin-dir", str(plugin), "--allowedTools", "Bash,Skill,Read")
            done = converse(client, prompt, *words, folder=folder, env=env, seconds=1800)
            assert done.status == 0, done.err
            assert not script.failed, script.failed
        title = "Converting a folder" if name == "convert" else "A single-cell run"
        told = "with the plugin; the model is a script, everything else is real. Made by `python tools/transcripts.py`."
        head = f"# {title}\n\nClaude Code {done.start['claude_code_version']} {told}\n\n"
        return head + rendered(prompt, done, {str(plugin): "PLUGIN", str(folder): "WORK", scratch: "TMP"})


def main() -> int:
    """Play and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="convert, single_cell (default: both)")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("ASSAYLINE_SHARED") or ROOT.parent / "shared"))
    options = parser.parse_args()
    client = install()
    if client is None:
        print("transcripts: no client; see tools/claude-client", file=sys.stderr)
        return 7
    for name in options.names or ("convert", "single_cell"):
        to = ROOT / "docs" / "transcripts" / f"{name}.md"
        to.parent.mkdir(exist_ok=True)
        to.write_text(play(client, name, options.shared), encoding="utf-8")
        print(to.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
