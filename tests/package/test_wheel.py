"""The wheel, installed into an empty environment away from the repository, does its work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheel")
ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "tools" / "uv"


def outside(tmp_path: Path, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an empty folder, without anything of this checkout in its environment."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "ASSAYLINE_SHARE", "CONDA_PREFIX")
    env = {key: value for key, value in os.environ.items() if key not in hidden}
    folder = tmp_path / "away"
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [str(word) for word in words], cwd=folder, env=env | more, capture_output=True, encoding="utf-8", check=False, timeout=900
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("assayline-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """`bin` of an empty environment with the wheel and the base packages only, from uv's cache if it has them."""
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    words = [str(UV), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(folder / "bin" / "python")]
    words += ["--constraint", str(ROOT / "requirements.lock"), str(wheel)]
    if subprocess.run([*words, "--offline"], capture_output=True, check=False).returncode:
        subprocess.run(words, check=True)
    return folder / "bin"


def test_the_wheel_holds_the_packages_and_what_they_share(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("allotrope", "assayline"):
        sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*") if path.is_file()}
        wanted = {name for name in sources if "__pycache__" not in name and "/_share/" not in name}
        assert wanted <= names
        assert f"{package}/py.typed" in names
    for folder in ("workflows", "nextflow", "skills", "examples", "tests/advisor/situations"):
        if any(path.is_file() for path in (ROOT / folder).rglob("*")):
            assert any(name.startswith(f"assayline/_share/{folder}/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "tools/")) or ".snakemake" in name]


def test_no_file_of_the_wheel_names_this_machine_or_a_registry(wheel):
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        if name.endswith((".py", ".json", ".md", ".yaml", ".toml", "METADATA", "RECORD", "Snakefile")):
            text = archive.read(name).decode("utf-8")
            assert str(ROOT) not in text, name
            assert "pypi.org" not in text, name
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock


def test_the_installed_command_converts(installed, tmp_path, shared):
    source = next((shared / "corpus" / "beckman_vi_cell_blu" / "01").glob("*.csv"))
    done = outside(tmp_path, installed / "assayline", "convert", source, "-o", "out", "--to", "json,parquet", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)["results"][0]
    assert result["instrument"] == "beckman_vi_cell_blu"
    checked = outside(tmp_path, installed / "assayline", "validate", result["outputs"]["json"])
    assert checked.returncode == 0, checked.stderr
    told = outside(tmp_path, installed / "python", "-c", "import assayline; print(assayline.__file__)").stdout
    assert str(ROOT) not in told


def test_the_base_installation_is_without_the_extras_and_says_so(installed, tmp_path):
    doctor = outside(tmp_path, installed / "assayline", "doctor", "--json")
    checks = {check["name"]: check for check in json.loads(doctor.stdout)["results"]}
    assert checks["base packages"]["level"] == "ok", checks["base packages"]
    assert checks["ASM schemas"]["level"] == "ok"
    for extra in ("cells", "workflows", "advisor", "notebook"):
        assert checks[f"extra [{extra}]"]["level"] == "warn"
        assert checks[f"extra [{extra}]"]["help"] == f"uv pip install 'assayline[{extra}]'"
    absent = "import importlib.util as u; print([n for n in ('torch', 'scanpy', 'anthropic', 'snakemake') if u.find_spec(n)])"
    assert outside(tmp_path, installed / "python", "-c", absent).stdout.strip() == "[]"


def test_every_workflow_is_found_from_the_wheel(installed, tmp_path):
    names = sorted(path.parents[1].name for path in ROOT.glob("workflows/*/workflow/Snakefile"))
    if not names:
        pytest.skip("this checkout has no workflow yet")
    listed = outside(tmp_path, installed / "assayline", "run", "--json")
    assert [result["workflow"] for result in json.loads(listed.stdout)["results"]] == names
    missing = outside(tmp_path, installed / "assayline", "run", names[0], "--run", "r", "--json")
    assert missing.returncode == 7
    assert "uv pip install 'assayline[workflows]'" in json.loads(missing.stdout)["findings"][0]["message"]
