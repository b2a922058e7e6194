"""The image's root file system, built from Debian by the list and script of Dockerfile and definition, runs the pipeline."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import ROOT, digests

CONTAINERS = ROOT / "containers"
pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.timeout(3000)]
PYTHON_NEEDS = ("libssl3", "libffi8", "libsqlite3-0", "libreadline8", "libbz2-1.0", "liblzma5", "zlib1g", "libuuid1")


def mirror() -> str:
    """The mirror that this machine installs from."""
    words = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def test_both_recipes_name_the_same_scripts_and_no_compiler():
    for name in ("Dockerfile", "assayline.def"):
        text = (CONTAINERS / name).read_text()
        for word in ("install-python", "install-tools", "packages.txt", "requirements.lock", "python:3.12-slim-bookworm"):
            assert word in text, (name, word)
    assert "USER 1000" in (CONTAINERS / "Dockerfile").read_text()
    listed = {line.partition("#")[0].strip() for line in (CONTAINERS / "packages.txt").read_text().splitlines()}
    assert not {"gcc", "g++", "make", "build-essential", "nvidia-cuda-toolkit"} & listed
    assert {"fastqc", "fastp", "rna-star", "kallisto", "bustools", "samtools"} <= listed


def test_without_cuda_the_lock_loses_nothing_else():
    def printed(*words: str) -> str:
        command = [sys.executable, str(CONTAINERS / "without_cuda.py"), *words, str(ROOT / "requirements.lock")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def names(text: str) -> set[str]:
        return {line.partition("==")[0] for line in text.splitlines() if "==" in line and line[0].isalpha()}

    lost = names((ROOT / "requirements.lock").read_text()) - names(printed())
    assert {"torch", "triton"} <= lost
    assert all(name in ("torch", "triton") or name.startswith(("nvidia-", "cuda-")) for name in lost)
    assert printed("--torch").startswith("torch==")


@pytest.mark.slow
def test_the_pipeline_runs_in_the_image_under_charliecloud(counted, runs, program, tmp_path):
    for name in ("debootstrap", "ch-run"):
        program(name)
    if os.geteuid() != 0:
        pytest.skip("debootstrap wants root")
    root = tmp_path / "rootfs"
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(root), mirror()], check=True, capture_output=True)
    for source in ("/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/apt/apt.conf.d", "/etc/resolv.conf"):
        if Path(source).is_dir():
            shutil.copytree(source, root / source[1:], dirs_exist_ok=True)
        elif Path(source).is_file():
            shutil.copy(source, root / source[1:])
    for name in ("packages.txt", "install-tools"):
        shutil.copy(CONTAINERS / name, root / "tmp" / name)
    inside = (
        f"mount -t proc proc {root}/proc && exec chroot {root} sh /tmp/install-tools /tmp/packages.txt {' '.join(PYTHON_NEEDS)}"
    )
    words = ["unshare", "--mount", "sh", "-c", inside]  # Java installs only where /proc is
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not (root / "usr" / "bin" / "gcc").exists()

    # Python and its packages are bound from this machine instead of being installed a second time.
    bound = [ROOT, Path(sys.base_prefix).resolve()]
    for path in [*bound, counted.folder.parent]:
        (root / str(path).lstrip("/")).mkdir(parents=True, exist_ok=True)
    (root / "ch").mkdir(exist_ok=True)
    search = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    (root / "ch" / "environment").write_text(f"PATH={search}\nPYTHONPATH={ROOT}\n")
    (tmp_path / "bind.config").write_text(f"charliecloud.runOptions = '{' '.join(f'-b {path}:{path}' for path in bound)}'\n")
    one = runs("image")
    one = replace(one, env=one.env | {"USER": "root"})
    words = ["--skip_cells", "--skip_multiqc", "--container", root, "-c", tmp_path / "bind.config"]
    folder = one.run("image", *words, profile="test,charliecloud")
    assert digests(folder) == digests(counted.folder / "star")
