"""The dispatcher: one table of verbs, one envelope, exit statuses, and only the asked verb imported."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from allotrope.errors import Finding
from assayline import __version__
from assayline.cli.main import main
from assayline.cli.outcome import Outcome
from assayline.cli.show import envelope, placed
from assayline.cli.verbs import GROUPS, help_line, load, subverbs, verbs

CLI = Path(__file__).resolve().parents[2] / "assayline" / "cli"
HELPERS = {"__init__", "main", "outcome", "parsing", "progress", "reading", "show", "verbs"}
COMMANDS = [(verb, subverb) for verb in verbs() for subverb in (subverbs(load(verb)) or [""])]


def test_every_module_of_the_folder_is_a_verb_or_a_helper():
    files = {path.stem for path in CLI.glob("*.py")} - HELPERS
    named = {verb for group in GROUPS.values() for verb in group}
    assert {name.partition("_")[0] for name in files} <= named
    reached = {f"{verb}_{sub}".replace("-", "_") if sub else verb for verb, sub in COMMANDS} | set(verbs())
    # A verb may split its code into further modules, which are then not verbs themselves.
    assert {name for name in files if "_" not in name} <= reached


@pytest.mark.parametrize(("verb", "subverb"), COMMANDS)
def test_every_command_explains_itself(verb, subverb, assayline):
    module = load(verb, subverb)
    assert 10 < len(help_line(module)) < 110
    assert callable(module.arguments)
    assert callable(module.run)
    done = assayline(*[word for word in (verb, subverb) if word], "--help")
    assert done.status == 0
    assert f"assayline {verb}" in done.out
    assert "--json" in done.out
    assert help_line(module)[:40].split()[0] in done.out


def test_overview_lists_every_verb(assayline):
    done = assayline()
    assert done.status == 0
    for verb in verbs():
        assert f"  {verb} " in done.out
    assert assayline("--version").out == f"assayline {__version__}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("detct", "x"), "unknown verb 'detct'; expected 'detect'"),
        (("convert",), "the following arguments are required"),
        (("convert", "x", "-o", "y", "--decimal", ";"), "argument --decimal: invalid choice"),
        (("convert", "x", "-o", "y", "--to", "pdf"), "--to: found 'pdf'; expected some of json, parquet, rdf, xlsx"),
        (("convert", "", "-o", "y"), "argument PATH: found an empty word; expected a file or a folder"),
        (("notebook", "shwo"), "unknown verb 'shwo'; expected 'show'"),
    ],
)
def test_usage_is_status_2_with_and_without_json(words, expected, assayline):
    done = assayline(*words)
    assert done.status == 2
    assert expected in done.err
    assert done.out == ""
    again = assayline(*words, "--json")
    assert again.status == 2
    assert again.envelope["ok"] is False
    assert expected in again.envelope["findings"][0]["message"]


def test_envelope_is_strict_json():
    outcome = Outcome([{"value": 1.5, "path": Path("a")}], [Finding("c", "m", "line 1")])
    assert json.loads(envelope("verb", outcome)) == {
        "schema": "assayline/1",
        "command": "verb",
        "ok": True,
        "results": [{"value": 1.5, "path": "a"}],
        "findings": [{"code": "c", "level": "note", "message": "m", "where": "line 1"}],
    }
    with pytest.raises(ValueError, match="JSON"):
        envelope("verb", Outcome([{"value": float("nan")}]))


def test_data_on_stdout_talk_on_stderr_no_colour_off_a_terminal(assayline, shared):
    case = next((shared / "corpus" / "beckman_vi_cell_blu" / "01").glob("*.csv"))
    done = assayline("detect", case)
    assert done.status == 0
    assert done.out.startswith(f"{case}: beckman_vi_cell_blu (line 1")
    assert done.err == ""
    assert "\x1b" not in assayline("detect", "nothing.csv").err


def test_a_bug_says_so_and_still_answers_in_json(tmp_path, assayline):
    """An exception that nobody declared: status 1, traceback on stderr, an envelope on stdout."""
    (tmp_path / "sitecustomize.py").write_text(
        "import allotrope.detect as d\nd.detect_probe = None\nimport allotrope.convert as c\n"
        "import sys\nsys.modules['allotrope.convert'].detect_probe = None\n"
    )
    root = str(CLI.parents[1])
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    done = assayline("detect", tmp_path / "x.csv", "--json", env={"PYTHONPATH": f"{tmp_path}:{root}"})
    assert done.status == 1
    assert "Traceback" in done.err
    assert "this is a bug" in done.err
    assert done.envelope["findings"][0]["code"] == "internal"


def test_a_closed_pipe_is_no_error_message():
    code = "from assayline.cli import main; import sys; sys.exit(main(['instruments']))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CLI.parents[1])
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read().decode()
    process.stderr.close()
    process.wait(60)
    assert "Traceback" not in error
    assert "BrokenPipe" not in error


def test_no_verb_imports_heavy_packages_when_loaded():
    code = "import sys\nfrom assayline.cli.parsing import top_help\ntop_help()\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CLI.parents[1])
    heavy = {
        "pandas",
        "numpy",
        "pyarrow",
        "rdflib",
        "pydantic",
        "scanpy",
        "torch",
        "allotropy",
        "anthropic",
        "matplotlib",
        "jinja2",
    }
    assert heavy & set(done.stdout.split()) == set()


def test_subverb_tables_match_their_modules():
    for verb in verbs():
        for subverb, line in subverbs(load(verb)).items():
            tree = ast.parse((CLI / f"{verb}_{subverb.replace('-', '_')}.py").read_text(encoding="utf-8"))
            assert (ast.get_docstring(tree) or "").strip()
            assert line.strip()


@pytest.mark.parametrize(
    ("where", "message", "told"),
    [
        ("in/a.csv", "a.csv: line 1: found nothing", "in/a.csv: line 1: found nothing"),
        ("in/a.csv", "line 1: found nothing", "in/a.csv: line 1: found nothing"),
        ("a.csv", "a.csv: cannot be read", "a.csv: cannot be read"),
        ("", "no file at all", "no file at all"),
    ],
)
def test_a_finding_names_its_file_once(where, message, told):
    assert placed(Finding("code", message, where, "error")) == told


def test_what_a_library_prints_does_not_spoil_the_envelope(monkeypatch, capsys):
    def chatty(_):
        print("Monitored metric did not improve")
        return Outcome([{"kept": 1}])

    monkeypatch.setattr("assayline.cli.doctor.run", chatty)
    assert main(["doctor", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["results"] == [{"kept": 1}]
    assert "Monitored metric" in err
