"""The installation step: one command, an environment of its own, also from a folder of wheels without network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "skills" / "start" / "scripts" / "install"


def install(*words: object, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(home)} | more
    line = [str(INSTALL), "--python", sys.executable, *map(str, words)]
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=1800)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(tmp_path):
    done = install("--extras", "cells,advisor", "--dry-run", home=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    environment = tmp_path / ".local" / "share" / "assayline" / "env"
    assert str(environment) in first
    assert second.endswith(f"{ROOT}[cells,advisor]")
    assert "--constraint" in second
    assert not list(tmp_path.iterdir())
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    offline = install("--wheelhouse", wheels, "--dry-run", home=tmp_path).stdout.splitlines()[-1]
    assert f"--no-index --find-links {wheels} assayline[advisor]" in offline


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--extras", "x;y"), 2, "expected some of cells"),
        (("--extras",), 2, "expected a value"),
        (("--fast",), 2, "not understood"),
        (("--wheelhouse", "/no/such"), 2, "no such folder"),
        (("--python", "/bin/true", "--python", "/bin/false"), 7, "no Python 3.12"),
    ],
)
def test_what_it_cannot_do_it_says(words, status, said, tmp_path):
    done = install(*words, home=tmp_path)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_fresh_environment_from_a_wheel_house_without_network(tmp_path):
    wheels = tmp_path / "wheels"
    subprocess.run([str(ROOT / "tools" / "wheelhouse"), str(wheels), "advisor"], check=True, capture_output=True)
    shut = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    done = install("--wheelhouse", wheels, home=tmp_path, **shut)
    assert done.returncode == 0, done.stderr
    command = Path(json.loads(done.stdout)["command"])
    assert command.parent.parent.parent == tmp_path / ".local" / "share" / "assayline"
    env = {"PATH": os.defpath, "HOME": str(tmp_path)}
    way = subprocess.run(
        [str(ROOT / "bin" / "assayline"), "doctor", "--json"], env=env, capture_output=True, text=True, check=True
    )
    checks = {check["name"]: check["level"] for check in json.loads(way.stdout)["results"]}
    assert checks["base packages"] == checks["extra [advisor]"] == "ok"
    tools = subprocess.run([str(command), "mcp", "--list"], env=env, capture_output=True, text=True, check=True)
    assert "detect" in tools.stdout
    again = install("--wheelhouse", wheels, home=tmp_path, **shut)
    assert again.returncode == 0, again.stderr
