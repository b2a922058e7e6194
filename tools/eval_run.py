"""Running a skill's evaluations through the client, with the plugin and without it, each in a folder and a home of its own."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.client import ROOT, Conversation, converse, environment
from tools.eval_checks import Outcome, judge

PASSED_ON = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL")


@dataclass
class Runner:
    """The client, the exported plugin, a folder for everything that is made, and whether queries are asked too."""

    client: Path
    plugin: Path
    scratch: Path
    triggers: bool = True
    made: int = field(default=0)

    def talk(
        self, prompt: str, files: list[str], *, plugin: bool, turns: int = 40
    ) -> tuple[Conversation, Path, dict[str, bytes]]:
        """One conversation about copies of the files."""
        self.made += 1
        folder, home = self.scratch / f"{self.made}" / "work", self.scratch / f"{self.made}" / "home"
        folder.mkdir(parents=True)
        home.mkdir()
        for file in files:
            shutil.copy(ROOT / file, folder)
        inputs = {path.name: path.read_bytes() for path in folder.iterdir()}
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
        env = environment(home, PATH=path, **{key: os.environ[key] for key in PASSED_ON if key in os.environ})
        words = ["--plugin-dir", str(self.plugin)] if plugin else []
        words += ["--allowedTools", "Bash,Skill,Read,Write,Glob,Grep", "--max-turns", str(turns)]
        return converse(self.client, prompt, *words, folder=folder, env=env, seconds=1800), folder, inputs

    def case(self, case: dict[str, Any], *, plugin: bool) -> list[dict[str, Any]]:
        """One evaluation's assertions, each with whether it holds."""
        done, folder, inputs = self.talk(case["prompt"], case["files"], plugin=plugin)
        commands = [str(call["input"].get("command", "")) for call in done.calls() if call["name"] == "Bash"]
        return judge(Outcome(folder, inputs, commands, done.answer), case["assertions"])

    def triggered(self, name: str, query: str) -> bool:
        """Whether the model loads the skill for a query."""
        done, _, _ = self.talk(query, [], plugin=True, turns=2)
        return any(call["name"] == "Skill" and call["input"].get("skill") == f"assayline:{name}" for call in done.calls())

    def suite(self, name: str, suite: dict[str, Any]) -> dict[str, Any]:
        """A skill's whole result, printed as it comes."""
        result: dict[str, Any] = {"cases": []}
        for way, plugin in (("with", True), ("without", False)):
            cases = {case["id"]: self.case(case, plugin=plugin) for case in suite["evals"]}
            flat = [one for told in cases.values() for one in told]
            result[way] = {"passed": sum(one["passed"] for one in flat), "of": len(flat)}
            result["cases"] += [{"id": number, "way": way, "assertions": told} for number, told in cases.items()]
            print(f"{name}: {way} the plugin {result[way]['passed']} of {len(flat)} assertions", flush=True)
            for number, told in cases.items():
                for one in told:
                    if not one["passed"]:
                        print(f"  evaluation {number}: not: {one['text']}", flush=True)
        if self.triggers:
            asked = [{**one, "triggered": self.triggered(name, one["query"])} for one in suite["triggers"]]
            right = sum(one["triggered"] is one["should_trigger"] for one in asked)
            result["triggers"] = {"right": right, "of": len(asked), "queries": asked}
            print(f"{name}: {right} of {len(asked)} queries load the skill when they should and not otherwise", flush=True)
        return result
