"""What the tests of deployment share."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Put a program of one's own first on PATH: `on_path("nextflow", "echo …")`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def put(name: str, body: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return put


@pytest.fixture(scope="session")
def engine():
    """A Nextflow to run with: the one that is here, else in CI the one that the project fetches."""
    from assayline.deploy import engines_maven
    from assayline.deploy.engines_nextflow import choices

    if not choices():
        if os.environ.get("CI") != "true":
            pytest.skip("no Nextflow: assayline deploy check --fix")
        engines_maven.fetch()
    return choices()[0]
