"""Check the skills' evaluations; with --run and a key, run each with and without the plugin and print who passed.

python tools/evals.py [SKILL …]                check files, assertions, queries; no key, no network
python tools/evals.py --run [SKILL …]          ask the model that ANTHROPIC_API_KEY pays for, through the pinned client
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.client import export, install  # noqa: E402
from tools.eval_checks import CHECKS  # noqa: E402
from tools.eval_run import Runner  # noqa: E402

LEAST_QUERIES = 3


def suites(names: list[str]) -> dict[str, dict[str, Any]]:
    """Skill → its evaluations; all skills where none is named."""
    found = {path.parents[1].name: path for path in sorted((ROOT / "skills").glob("*/evals/evals.json"))}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in found.items() if not names or name in names}


def problems(name: str, suite: dict[str, Any]) -> list[str]:
    """What is wrong with a skill's evaluations, in words; empty if a machine can run and judge them."""
    told = [] if suite.get("skill_name") == name else [f"skill_name is {suite.get('skill_name')!r}"]
    for case in suite["evals"]:
        where = f"evaluation {case['id']}"
        told += [f"{where}: no file {file}" for file in case["files"] if not (ROOT / file).is_file()]
        told += [f"{where}: no {key}" for key in ("prompt", "expected_output", "assertions") if not case.get(key)]
        for assertion in case["assertions"]:
            told += [f"{where}: {problem}" for problem in unfit(assertion)]
    for wanted in (True, False):
        count = sum(one["should_trigger"] is wanted for one in suite["triggers"])
        told += [f"{count} queries with should_trigger {wanted}"] if count < LEAST_QUERIES else []
    queries = [one["query"] for one in suite["triggers"]]
    return told + [f"the query {query!r} stands twice" for query in set(queries) if queries.count(query) > 1]


def unfit(assertion: dict[str, Any]) -> list[str]:
    """What keeps a machine from checking an assertion."""
    check = dict(assertion.get("check") or {})
    kind = check.pop("kind", None)
    if kind not in CHECKS:
        return [f"'{assertion.get('text')}': no check {kind!r}; expected one of {', '.join(CHECKS)}"]
    return CHECKS[kind].unfit(check)


def main() -> int:
    """Check, and run if asked; the status is 1 where something is wrong or the skill does not help."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("skills", nargs="*", metavar="SKILL")
    parser.add_argument("--run", action="store_true", help="run them (needs ANTHROPIC_API_KEY)")
    parser.add_argument("--no-triggers", action="store_true", help="leave out the queries")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there")
    options = parser.parse_args()
    chosen = suites(options.skills)
    told = {name: problems(name, suite) for name, suite in chosen.items()}
    for name, suite in chosen.items():
        checks = sum(len(case["assertions"]) for case in suite["evals"])
        print(f"{name}: {len(suite['evals'])} evaluations, {checks} assertions, {len(suite['triggers'])} queries")
        for problem in told[name]:
            print(f"  {problem}")
    if any(told.values()) or not options.run:
        return 1 if any(told.values()) or not chosen else 0
    client = install()
    if client is None or not os.environ.get("ANTHROPIC_API_KEY"):
        print("evals: --run needs ANTHROPIC_API_KEY and the client (tools/claude-client)", file=sys.stderr)
        return 7
    with tempfile.TemporaryDirectory() as scratch:
        runner = Runner(client, export(Path(scratch, "plugin")), Path(scratch), triggers=not options.no_triggers)
        results = {name: runner.suite(name, suite) for name, suite in chosen.items()}
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(one["with"]["passed"] < one["without"]["passed"] for one in results.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
