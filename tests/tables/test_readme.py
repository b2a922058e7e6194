"""The example of the README: one file as JSON, table, graph and query."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]


def test_the_example_of_the_readme_gives_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = [part.split("```")[0] for part in (ROOT / "README.md").read_text(encoding="utf-8").split("```python\n")[1:]]
    code = next(block for block in blocks if "to_rdf" in block)
    lines = code.splitlines()
    assert len([line for line in lines if line.strip()]) <= 20
    scope: dict[str, Any] = {}
    checked = 0
    for node in ast.parse(code).body:
        source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        promised = lines[(node.end_lineno or 1) - 1].partition("  # ")[2]
        if isinstance(node, ast.Expr) and promised:
            assert eval(compile(ast.Expression(node.value), "README.md", "eval"), scope) == ast.literal_eval(promised)
            checked += 1
        else:
            exec(source, scope)
    assert checked == 4
