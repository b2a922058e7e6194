"""The rules of structure: sizes of files and functions, no broad except, docstrings, and what each package may import."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LINES_OF_FILE, LINES_OF_FUNCTION, MEDIAN = 400, 60, 90
NEVER = {"allotrope": {"assayline", "pandas", "pydantic", "torch", "allotropy"}, "assayline": {"click", "typer"}}
SLOW = "allotropy anndata anthropic matplotlib numpy openpyxl pandas pyarrow pydantic rdflib scanpy scvi torch"
NOT_AT_TOP = set(SLOW.split())
BROAD = {"Exception", "BaseException"}


def _imports(node: ast.AST) -> set[str]:
    """Top-level names that an import statement brings in."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) and not node.level else set()


def _broad(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in kinds)


def _problems(path: Path, text: str) -> Iterator[str]:
    """What one file does against the rules."""
    package = path.relative_to(ROOT).parts[0]
    tree = ast.parse(text)
    lines = text.count("\n")
    if lines > LINES_OF_FILE:
        yield f"{lines} lines; at most {LINES_OF_FILE}"
    if text.strip() and not ast.get_docstring(tree):
        yield "no docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LINES_OF_FUNCTION:
                yield f"line {node.lineno}: {node.name}: {size} lines; at most {LINES_OF_FUNCTION}"
        if _broad(node):
            yield f"line {getattr(node, 'lineno', 0)}: broad except"
        for name in _imports(node) & NEVER.get(package, set()):
            if not (package == "assayline" and name == "assayline"):
                yield f"line {getattr(node, 'lineno', 0)}: {package} must not import {name}"
    light = package == "allotrope" or path.parent == ROOT / "assayline" / "cli"
    for node in tree.body if light else ():
        for name in _imports(node) & NOT_AT_TOP:
            yield f"line {node.lineno}: {name} is slow to import and belongs into the function that needs it"


def main() -> int:
    """Print what breaks the rules; returns the exit status."""
    count, sizes = 0, []
    for package in ("allotrope", "assayline", "tools"):
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if text.strip() and package != "tools":
                sizes.append(text.count("\n"))
            for problem in _problems(path, text):
                count += 1
                print(f"{path.relative_to(ROOT)}: {problem}")
    middle = median(sizes)
    print(f"{len(sizes)} files, {sum(sizes)} lines, median {middle:g}, longest {max(sizes)}")
    if middle > MEDIAN:
        count += 1
        print(f"median of {middle:g} lines; at most {MEDIAN}")
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
