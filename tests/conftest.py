"""What all tests share: the folder of shared material, the command line, no key, and no network but the machine's own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.slurm import Slurm

os.environ["OMP_NUM_THREADS"] = "1"
for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "BENCHLING_API_KEY", "ELABFTW_API_KEY", "ASSAYLINE_CONFIG"):
    os.environ.pop(name, None)

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
_connect = socket.socket.connect


def _connect_on_loopback_only(self: socket.socket, address: Any) -> None:
    """Refuse connections that would leave this machine."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
        message = f"a test tried to reach {address[0]}: only loopback is allowed"
        raise OSError(message)
    _connect(self, address)


socket.socket.connect = _connect_on_loopback_only  # type: ignore[method-assign,assignment]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared material: ASSAYLINE_SHARED, else ../shared; where it is absent tests fail in CI and skip elsewhere."""
    folder = Path(os.environ.get("ASSAYLINE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("the shared material is required in CI: set ASSAYLINE_SHARED")
        pytest.skip("no shared material: set ASSAYLINE_SHARED to run this test")
    return folder


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Path of a program by its name; where it is absent the test fails in CI, which installs it, and skips elsewhere."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None and os.environ.get("CI") == "true":
            pytest.fail(f"{name} is required in CI: name its package in .ci/packages.txt")
        if path is None:
            pytest.skip(f"no {name} on PATH")
        return path

    return find


@pytest.fixture(scope="module")
def cluster(program: Callable[[str], str]) -> Iterator[Slurm]:
    """A real Slurm of one node with two processors; one at a time on this machine, whoever asks for it."""
    from tests.slurm import running

    for name in ("sbatch", "setpriv"):
        program(name)
    if os.geteuid() != 0:
        pytest.skip("Slurm's daemons are started by root")
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)  # its accounts have to reach their folders
    with running(folder) as slurm:
        yield slurm
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did: exit status, stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The JSON envelope that `--json` printed, and nothing else with it."""
        body: dict[str, Any] = json.loads(self.out)
        assert set(body) == {"schema", "command", "ok", "results", "findings"}
        assert body["schema"] == "assayline/1"
        assert body["ok"] == (self.status == 0)
        return body


Command = Callable[..., Ran]


@pytest.fixture
def assayline() -> Command:
    """Run `assayline WORDS…` in a process of its own; keywords: cwd, env (added), stdin."""

    def run(*words: object, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "assayline", *map(str, words)],
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])} | (env or {}),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=600,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
