"""`assayline mcp` through the SDK's own client: typed tools, honest answers, run folders as resources."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import jsonschema_rs
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client

from assayline.cli.verbs import load, subverbs, verbs
from assayline.errors import BadUsage
from assayline.mcp import answer as answers
from assayline.mcp.offered import NOT_OFFERED, OFFERS, commands
from assayline.mcp.words import PAGING, actions, input_schema, words

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "instruments" / "vi_cell_blu_pbmc.csv"

Ask = Callable[[Callable[[Client], Awaitable[None]]], None]


@pytest.fixture
def ask(tmp_path) -> Ask:
    """Talk to a server of its own process whose working folder, home and notebook are this test's."""

    def run(body: Callable[[Client], Awaitable[None]]) -> None:
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
        (tmp_path / "home").mkdir(exist_ok=True)
        program = StdioServerParameters(command=sys.executable, args=["-m", "assayline", "mcp"], cwd=tmp_path, env=env)

        async def main() -> None:
            async with Client(stdio_client(program)) as client:
                await body(client)

        anyio.run(main)

    return run


def installed() -> set[str]:
    return {f"{verb} {sub}".strip() for verb in verbs() for sub in (subverbs(load(verb)) or [""])}


def test_every_command_is_a_tool_or_is_left_out_for_a_reason():
    assert installed() - set(OFFERS) - set(NOT_OFFERED) == set()
    assert set(commands().values()) == installed() - set(NOT_OFFERED)


@pytest.mark.parametrize("command", sorted(commands().values()))
def test_every_tool_has_typed_input_that_its_command_takes(command):
    schema = input_schema(command)
    jsonschema_rs.meta.validate(schema)
    assert not set(dict(actions(command))) & set(PAGING)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(schema["properties"])
    assert set(OFFERS[command].named) <= set(schema["required"])
    assert all("type" in one for one in schema["properties"].values())


def test_the_tools_are_listed_and_answer_with_what_was_not_found(ask):
    async def body(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == set(commands())
        assert tools["detect"].annotations is not None
        assert tools["detect"].annotations.read_only_hint
        assert tools["convert"].output_schema == answers.OUTPUT_SCHEMA
        given = {"paths": [str(EXAMPLE), str(ROOT / "LICENSE"), "absent.csv"]}
        done = await client.call_tool("detect", given)
        told = done.structured_content
        assert not done.is_error
        assert (told["status"], told["total"], told["truncated"]) == (8, 3, False)
        assert told["results"][0]["instrument"] == "beckman_vi_cell_blu"
        assert told["not_found"] == ["absent.csv"]
        assert told["not_processed"] == [{"input": str(ROOT / "LICENSE"), "error": "not-recognised"}]
        page = (await client.call_tool("instruments", {"max_results": 5, "offset": 2})).structured_content
        assert len(page["results"]) == 5
        assert page["truncated"]
        assert page["total"] > 40
        alone = await client.call_tool("detect", {"paths": ["absent.csv"]})
        assert alone.structured_content["not_found"] == ["absent.csv"]
        wrong = await client.call_tool("detect", {"path": "x"})
        assert wrong.is_error
        assert "'path' was unexpected" in wrong.content[0].text
        with pytest.raises(MCPError, match="no tool 'rm'"):
            await client.call_tool("rm", {})

    ask(body)


def test_a_conversion_writes_where_it_was_told_and_nowhere_else(ask, tmp_path):
    shutil.copy(EXAMPLE, tmp_path / "run.csv")

    async def body(client: Client) -> None:
        done = await client.call_tool("convert", {"paths": ["run.csv"], "output": "out"})
        assert done.structured_content["results"][0]["ledger"]["cells"] == 215
        again = await client.call_tool("convert", {"paths": ["run.csv"], "output": "out"})
        assert again.structured_content["results"][0]["error"] == "would-overwrite"
        asked = await client.call_tool(
            "explain", {"path": "run.csv", "place": "/viability (cell counter)/value", "max_results": 2}
        )
        assert asked.structured_content["total"] == 6
        for tool in ("doctor", "instruments", "notebook_list", "notebook_verify", "notebook_outbox", "advise"):
            await client.call_tool(tool, {})

    ask(body)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"run.csv", "out/run.csv.asm.json", "out/run.csv.ledger.json"}


def test_a_tool_that_would_choose_a_place_asks_for_it(ask, tmp_path):
    async def body(client: Client) -> None:
        for tool, given in (
            ("init", {}),
            ("notebook_push", {"run": "r"}),
            ("run", {"workflow": "lab_to_notebook"}),
            ("deploy_verify", {"run": "r"}),
            ("new_instrument", {"name": "a_b", "sample": str(EXAMPLE)}),
        ):
            done = await client.call_tool(tool, given)
            assert done.is_error, tool
            assert "is a required property" in done.content[0].text

    ask(body)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert not list((tmp_path / "home").iterdir())


def test_values_never_become_options(tmp_path):
    line = words("detect", {"paths": ["--help", "-x"]})
    assert line == ["detect", "--json", "--", "--help", "-x"]
    signed = words("notebook sign", {"entry": "1", "meaning": "--force", "notebook": "n"})
    assert signed == ["notebook", "sign", "--meaning=--force", "--notebook=n", "--json", "--", "1"]
    with pytest.raises(BadUsage):
        words("verify", {"run": "r", "inputs": ["--record"]})


def test_run_folders_are_resources_and_nothing_beside_them(ask, tmp_path):
    run = tmp_path / "runs" / "a b"
    (run / "decisions").mkdir(parents=True)
    (run / "evidence.jsonl").write_text('{"id": "x"}\n')
    (run / "decisions" / "qc_thresholds.json").write_text("{}")
    (run / "secret.json").symlink_to("/etc/hostname")
    (tmp_path / "runs" / "other").mkdir()
    (tmp_path / "beside.json").write_text("{}")

    async def body(client: Client) -> None:
        (only,) = (await client.list_resources()).resources
        assert only.uri == "assayline://run/a%20b"
        overview = json.loads((await client.read_resource(only.uri)).contents[0].text)
        assert [part["file"] for part in overview["files"]] == ["evidence.jsonl", "decisions/qc_thresholds.json"]
        fact = await client.read_resource(overview["files"][0]["uri"])
        assert fact.contents[0].text == '{"id": "x"}\n'
        for address in (
            "a%20b/secret.json",
            "a%20b/../../beside.json",
            "a%20b/..%2F..%2Fbeside.json",
            "other",
            "..",
            "../beside.json",
        ):
            with pytest.raises(MCPError):
                await client.read_resource(f"assayline://run/{address}")

    ask(body)


def test_long_answers_are_cut_and_say_so():
    def told(results: list[dict[str, Any]], **more: int) -> dict[str, Any]:
        body = {"schema": "assayline/1", "command": "x", "ok": True, "results": results, "findings": []}
        return answers.answer(body, 0, [], limit=more.get("limit", 50), offset=more.get("offset", 0))

    many = told([{"n": n} for n in range(120)], limit=50, offset=100)
    assert [one["n"] for one in many["results"]] == list(range(100, 120))
    assert many["total"] == 120
    assert many["truncated"]
    long = told([{"text": "x" * 60_000}, {"text": "y" * 60_000}])
    assert len(long["results"]) == 1
    assert long["truncated"]
    deep = told([{"rows": list(range(100_000))}])
    assert deep["shortened"] == ["/0/rows: 50 of 100000"]
    assert deep["truncated"]
    validator = jsonschema_rs.validator_for(answers.OUTPUT_SCHEMA)
    assert all(validator.is_valid(one) for one in (many, long, deep))


def test_the_verb_lists_its_tools_and_wants_a_client(assayline):
    listed = assayline("mcp", "--list", "--json").envelope["results"]
    assert {row["tool"] for row in listed} == set(commands())
    assert assayline("mcp", "--json").status == 2
