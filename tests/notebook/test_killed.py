"""A process that is killed at any moment loses nothing and doubles nothing, alone and beside another one, under faults too."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assayline.notebook.local import LocalNotebook
from assayline.notebook.outbox import Outbox
from assayline.notebook.verify import verify
from tests.notebook.fake_elabftw import FakeELabFTW
from tests.notebook.loopback import OpenApi, sometimes
from tests.notebook.test_local import digest

ROOT = Path(__file__).resolve().parents[2]


def start(notebook: Path, files: Path, address: str, count: int) -> subprocess.Popen[str]:
    """A pushing process whose work has started."""
    words = [sys.executable, "-m", "tests.notebook.pusher", notebook, files, address, count]
    made = subprocess.Popen(
        list(map(str, words)),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert made.stdout
    assert made.stdout.readline() == "ready\n"
    return made


def state(notebook: Path) -> tuple[int, int, int, int]:
    """Events, finished pushes, waiting pushes, and steps whose outcome is unknown."""
    with LocalNotebook(notebook) as local:
        jobs = [job.state for job in Outbox(local).jobs()]
        (unknown,) = local.database.execute("SELECT count(*) FROM steps WHERE state = 'sent'").fetchone()
        return local.head()[0], jobs.count("done"), len(jobs) - jobs.count("done"), unknown


def killed(tmp_path: Path, published: OpenApi, kills: int, seed: int, count: int, share: float) -> None:
    """Kill pushing processes at random moments, let a last one finish, and count what arrived."""
    rng, fake = random.Random(seed), FakeELabFTW(published)
    fake.faults, fake.delay = sometimes(seed, share), 0.01
    notebook, files = tmp_path / "nb", tmp_path / "files"
    files.mkdir()
    unsure = 0
    print("\nkill  after requests  events  done  waiting  unknown  at the service")
    for kill in range(1, kills + 1):
        requests, delay = rng.randint(0, 12), rng.uniform(0, 0.02)
        child = start(notebook, files, fake.address, count)
        goal = len(fake.seen) + requests
        while len(fake.seen) < goal and child.poll() is None:
            time.sleep(0.001)
        time.sleep(delay)
        child.kill()
        child.communicate()
        events, done, waiting, unknown = state(notebook)
        unsure += unknown > 0
        print(f"{kill:4}  {requests:14}  {events:6}  {done:4}  {waiting:7}  {unknown:7}  {len(fake.experiments):14}")
    last = [start(notebook, files, fake.address, count) for _ in range(2)]
    for child in last:
        out, err = child.communicate(timeout=600)
        assert (child.returncode, err) == (0, ""), f"{out}{err}"
    keys = [item["metadata"]["extra_fields"]["assayline key"]["value"] for item in fake.experiments.values()]
    fake.stop()
    assert sorted(keys) == sorted(digest(f"killed {index}") for index in range(count))
    assert all(len(uploads) == 1 for uploads in fake.uploads.values())
    assert all(tags == ["assayline"] for tags in fake.tags.values())
    with LocalNotebook(notebook) as local:
        assert {job.state for job in Outbox(local).jobs()} == {"done"}
        proof = verify(local)
        assert (proof.sound, proof.events, proof.entries, proof.files) == (True, count, count, count), proof.findings
    print(
        f"{count} entries, {kills} kills, {unsure} of them with a step of unknown outcome: 0 lost, 0 doubled, the chain verifies"
    )
    assert unsure, json.dumps("no kill fell into a request: the test would prove too little")


def test_twenty_kills(tmp_path: Path, shared: Path) -> None:
    published = OpenApi(shared / "specs" / "elabftw-v2.openapi.yaml")
    killed(tmp_path, published, kills=20, seed=20, count=60, share=0.02)


@pytest.mark.timeout(3600)
@pytest.mark.slow
def test_two_hundred_kills_and_a_thousand_entries(tmp_path: Path, shared: Path) -> None:
    published = OpenApi(shared / "specs" / "elabftw-v2.openapi.yaml")
    killed(tmp_path, published, kills=200, seed=200, count=1000, share=0.05)
