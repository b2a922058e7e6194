"""The pinned client, an export of the plugin, and conversations that a scripted model leads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from plugin.scripted_model import Script, Turn, scripted_model

from tools import client as launcher

COMMANDS = Path(sys.executable).parent


@pytest.fixture(scope="session")
def client() -> Path:
    """The pinned client's program; where it cannot be had the test fails in CI, which installs it, and skips elsewhere."""
    found = launcher.install()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("the Claude Code client is required in CI: tools/claude-client could not install it")
    if found is None:
        pytest.skip("no Claude Code client: tools/claude-client could not install it")
    return found


@pytest.fixture(scope="session")
def plugin(tmp_path_factory) -> Path:
    """An export of the tracked files: what a marketplace would bring."""
    return launcher.export(tmp_path_factory.mktemp("plugin"))


Talk = Callable[..., tuple[launcher.Conversation, Script]]


@pytest.fixture
def talk(client, plugin, tmp_path) -> Talk:
    """Let the model play turns in a folder; keywords: `folder`, further variables of the environment."""

    def run(*turns: Turn, folder: Path, **more: str) -> tuple[launcher.Conversation, Script]:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        with scripted_model(*turns) as script:
            env = launcher.environment(
                home,
                ANTHROPIC_BASE_URL=script.url,
                ANTHROPIC_API_KEY="none",
                PATH=f"{COMMANDS}:{os.defpath}",
                OMP_NUM_THREADS="1",
                ASSAYLINE_NOTEBOOK=str(tmp_path / "account"),
                **more,
            )
            words = ("--plugin-dir", str(plugin), "--allowedTools", "Bash,Skill,Read,mcp__plugin_assayline_assayline")
            done = launcher.converse(client, "go", *words, folder=folder, env=env)
        assert done.status == 0, done.err
        return done, script

    return run
