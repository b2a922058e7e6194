"""The plugin as a marketplace brings it: the client's validation, an installation, its size and its icon."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tomllib
from pathlib import Path

import pytest

from assayline import __version__
from tools import client as launcher
from tools.build_plugin import MOST, pack

pytestmark = pytest.mark.xdist_group("plugin")
ROOT = Path(__file__).resolve().parents[2]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_client_validates_it_without_a_warning(client, plugin, tmp_path):
    words = [str(client), "plugin", "validate", str(plugin), "--strict", "--profile", "directory"]
    done = subprocess.run(words, env=launcher.environment(tmp_path), capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warning" not in said.lower(), said
    assert "✔ Validation passed" in said
    for skill in (ROOT / "skills").glob("*/SKILL.md"):
        assert f"assayline:{skill.parent.name}\n" in said


def test_installed_from_a_local_marketplace_it_brings_nothing_else(client, plugin, tmp_path):
    env = launcher.environment(tmp_path)

    def run(*words: str) -> str:
        done = subprocess.run([str(client), "plugin", *words], env=env, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("marketplace", "add", str(plugin))
    run("install", "assayline@assayline")
    (place,) = [path.parents[1] for path in (tmp_path / ".claude" / "plugins" / "cache").rglob(".claude-plugin/plugin.json")]
    assert files(place) == files(plugin)
    assert os.access(place / "bin" / "assayline", os.X_OK)
    assert "assayline@assayline" in run("list")


def test_it_is_small_and_packed_the_same_twice(plugin, tmp_path):
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert pack(plugin, first) <= MOST
    pack(plugin, second)
    assert first.read_bytes() == second.read_bytes()


def test_its_manifests_agree_with_the_package(plugin):
    manifest = json.loads((plugin / ".claude-plugin" / "plugin.json").read_text("utf-8"))
    project = tomllib.loads((plugin / "pyproject.toml").read_text("utf-8"))["project"]
    assert manifest["version"] == __version__
    assert manifest["license"] == project["license"]
    (offered,) = json.loads((plugin / ".claude-plugin" / "marketplace.json").read_text("utf-8"))["plugins"]
    assert offered["name"] == manifest["name"] == project["name"]
    assert (plugin / manifest["mcpServers"]).is_file()
    assert not (plugin / ".mcp.json").exists()
    assert {"README.md", "LICENSE"} <= set(files(plugin))


def test_its_icon_is_a_square_png(plugin):
    body = (plugin / ".claude-plugin" / "icon.png").read_bytes()
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", body[16:24])
    assert width == height
    assert 512 <= width <= 2048
    assert len(body) < 2_000_000


def test_the_client_is_pinned_by_digest_and_names_no_host():
    lock = json.loads((ROOT / "tools" / "claude" / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((ROOT / "tools" / "claude" / "package.json").read_text("utf-8"))["dependencies"]
    packages = {name: body for name, body in lock["packages"].items() if name}
    assert lock["packages"][""]["dependencies"] == wanted
    assert all(body["integrity"].startswith("sha512-") and "resolved" not in body for body in packages.values())


def test_the_way_to_the_command_takes_path_first_then_its_own_environment(tmp_path):
    def fake(folder: Path, says: str) -> Path:
        folder.mkdir(parents=True)
        (folder / "assayline").write_text(f'#!/bin/sh\necho {says} "$@"\n')
        (folder / "assayline").chmod(0o755)
        return folder

    on_path, own = fake(tmp_path / "bin", "path"), fake(tmp_path / "env" / "bin", "own").parent

    def run(*path: Path) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": ":".join([*map(str, path), str(ROOT / "bin"), os.defpath]),
            "HOME": str(tmp_path),
            "ASSAYLINE_ENV": str(own),
        }
        return subprocess.run([str(ROOT / "bin" / "assayline"), "a b"], env=env, capture_output=True, text=True, check=False)

    assert run(on_path).stdout == "path a b\n"
    assert run().stdout == "own a b\n"
    (own / "bin" / "assayline").unlink()
    missing = run()
    assert missing.returncode == 7
    assert "skills/start/scripts/install" in missing.stderr
