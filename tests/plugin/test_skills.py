"""What the skills say is so: commands parse, links resolve, names exist in the code, scripts explain themselves."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assayline.cli.parsing import STATUSES, verb_parser
from assayline.cli.verbs import load, subverbs, verbs
from assayline.errors import BadArguments

ROOT = Path(__file__).resolve().parents[2]
SKILLS = sorted(path.parent for path in (ROOT / "skills").glob("*/SKILL.md"))
TEXTS = [path for skill in SKILLS for path in [skill / "SKILL.md", *sorted((skill / "references").glob("*.md"))]]
SCRIPTS = [
    path for skill in SKILLS for path in sorted((skill / "scripts").iterdir()) if os.access(path, os.X_OK) and path.is_file()
]
NAMES = {"start", "instrument-data-to-allotrope", "single-cell-qc", "scvi-tools", "nextflow-deployment", "lab-notebook"}
NAMES |= {"interpretation"}

FENCE = re.compile(r"^( *)```[a-z]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT / "skills").as_posix()


def fenced(text: str) -> list[str]:
    return [line.strip() for _, block in FENCE.findall(text) for line in block.splitlines() if line.strip()]


def spans(text: str) -> list[str]:
    return SPAN.findall(FENCE.sub("", text))


def commands(text: str) -> list[str]:
    return [line for line in fenced(text) + spans(text) if line.split()[0] == "assayline"]


def named_only(words: list[str]) -> bool:
    """Whether the words name a command without any argument, as prose does."""
    return bool(words) and words[0] in verbs() and (len(words) == 1 or (len(words) == 2 and words[1] in subverbs(load(words[0]))))


def parsed(line: str) -> None:
    """Raise BadArguments unless the command line takes the line."""
    words = shlex.split(line.split(" | ")[0])[1:]
    if not words or words == ["--version"] or named_only(words):
        return
    assert words[0] in verbs(), f"{line}: no such verb"
    sub = subverbs(load(words[0]))
    assert not sub or words[1] in sub, f"{line}: no such verb"
    command, rest = (" ".join(words[:2]), words[2:]) if sub else (words[0], words[1:])
    verb_parser(f"assayline {command}", load(*command.split())).parse_args(rest)


def test_the_skills_are_all_there_and_no_other():
    assert {skill.name for skill in SKILLS} == NAMES


@pytest.mark.parametrize("text", TEXTS, ids=name)
def test_every_command_parses(text):
    body = text.read_text(encoding="utf-8")
    assert commands(body) or text.name != "SKILL.md"
    for line in commands(body):
        try:
            parsed(line)
        except BadArguments as error:
            pytest.fail(f"{line}: {error}")


def test_a_wrong_command_would_be_seen():
    for line in ("assayline detct x", "assayline convert x -o y --decimals ,", "assayline cells count --run x"):
        with pytest.raises((BadArguments, AssertionError)):
            parsed(line)


@pytest.mark.parametrize("text", TEXTS, ids=name)
def test_every_link_resolves_inside_the_plugin(text):
    body = text.read_text(encoding="utf-8")
    for target in LINK.findall(body):
        assert "://" not in target, target
        place = (text.parent / target).resolve()
        assert place.is_file(), f"{text}: {target}"
        assert place.relative_to(ROOT).parts[0] in ("skills", "docs"), f"{target} would not be there in a wheel"
    for reference in (text.parent / "references").glob("*.md") if text.name == "SKILL.md" else ():
        assert f"references/{reference.name}" in body, f"{reference} is not linked from its skill"


@pytest.fixture(scope="module")
def source() -> str:
    """All code and configuration, in which whatever a skill names must occur."""
    parts = [
        path for folder in ("allotrope", "assayline", "workflows", "nextflow") for path in sorted((ROOT / folder).rglob("*"))
    ]
    endings = {".py", ".smk", ".yaml", ".json", ".md", ".nf", ".config", ""}
    parts = [path for path in parts if path.is_file() and path.suffix in endings and "__pycache__" not in path.parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)


KNOWN = {
    "pip": "a program of Python's",
    "_R1": "a part of a file's name",
    "squeue": "a program of Slurm's",
    "raw": "an attribute of AnnData",
    "-0.0": "a number",
    "cells = mapped + kept + ignored": "an equation",
    ".csv": "an ending",
    ".eln": "an ending",
    "ignore the above": "an example of a sample's name",
    "make wheelhouse": "a target of the Makefile",
    "runs/": "an example of a folder",
}


@pytest.mark.parametrize("text", TEXTS, ids=name)
def test_every_name_in_code_type_exists_in_the_code(text, source):
    for span in spans(text.read_text(encoding="utf-8")):
        first = span.split()[0]
        if first == "assayline" or span in KNOWN:
            continue
        if first.startswith(("scripts/", "references/")):
            assert (ROOT / "skills" / name(text).split("/")[0] / first).is_file(), span
            continue
        plain = re.sub(r"<[a-z]+>|\b[A-Z]{2,}\b.*|[ =].*", "", span) if span.startswith("-") else span
        plain = re.sub(r"decisions/[a-z_]+\.json", lambda found: found[0][10:-5], plain)
        parts = [part for part in re.split(r"<[a-z]+>|NAME|/today", plain) if part]
        for part in parts:
            assert part in source, f"{name(text)}: `{span}` is nowhere in the code"


@pytest.mark.parametrize("text", TEXTS, ids=name)
def test_every_exit_status_is_one(text):
    for number in re.findall(r"[Ss]tatus (\d+)", text.read_text(encoding="utf-8")):
        assert int(number) in STATUSES


@pytest.mark.parametrize("skill", SKILLS, ids=lambda path: path.name)
def test_every_skill_fits_the_specification(skill):
    done = subprocess.run(
        [str(Path(sys.executable).parent / "agentskills"), "validate", str(skill)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    body = (skill / "SKILL.md").read_text(encoding="utf-8")
    assert len(body.splitlines()) < 300
    head = body.split("---")[1]
    assert "compatibility:" in head
    assert "Use when" in head or "Use at" in head
    for section in ("## Do this", "## Ask the user", "## Gotchas", "## Further"):
        assert section in body, section
    folders = {path.name for path in skill.iterdir() if path.is_dir()}
    assert folders <= {"references", "scripts", "evals"}
    assert not [path for path in (skill / "references").rglob("*") if path.is_dir()]


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_every_script_explains_itself_and_is_named_by_its_skill(script):
    done = subprocess.run(
        [str(script), "--help"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout
    assert f"scripts/{script.name}" in (script.parents[1] / "SKILL.md").read_text(encoding="utf-8")


def test_the_installation_never_touches_the_system():
    for path in (*TEXTS, *SCRIPTS, ROOT / "tools" / "wheelhouse"):
        body = path.read_text(encoding="utf-8")
        assert "break-system-packages" not in body
        assert "sudo" not in body
