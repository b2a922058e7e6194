"""The whole line from an installed wheel, away from the repository: examples and real counts to an entry and a report."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheel")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def command(tmp_path) -> Path:
    """The command of an environment that holds only the wheel, and borrows third-party packages from this one."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    words = [str(ROOT / "tools" / "uv"), "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*words, "--python", str(folder / "bin" / "python"), str(wheel)], check=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "assayline"


def test_the_demo_runs_from_the_wheel_and_is_not_run_twice(command, tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    environment = {"PATH": f"{command.parent}:/usr/bin:/bin", "HOME": str(away), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(command), *words], cwd=away, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=850
        )

    where = subprocess.run(
        [str(command.parent / "python"), "-c", "import assayline; print(assayline.__file__)"],
        env=environment,
        cwd=away,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert where.startswith(str(command.parent.parent))
    first = run("run", "lab_to_notebook", "--run", "demo", "--cores", "2", "--json")
    assert first.returncode == 0, first.stdout + first.stderr[-3000:]
    result = json.loads(first.stdout)["results"][0]
    page = Path(result["report"]).read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.", "")
    listed = json.loads(run("notebook", "list", "--json").stdout)
    assert listed["ok"]
    assert Path(result["entry"]).is_file()
    before = {path: path.stat().st_mtime_ns for path in (away / "demo").rglob("*.json")}
    assert run("run", "lab_to_notebook", "--run", "demo", "--cores", "2", "--json").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in (away / "demo").rglob("*.json")} == before
