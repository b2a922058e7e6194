"""A pipeline's `nextflow.config` read without running it: literal settings, plugins, the names of profiles.

Configurations are Groovy; whoever evaluates one runs the code of a stranger. What a check has to know is written in literals, so
the words are scanned: strings, comments, blocks and assignments. Anything computed is left out, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assayline.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>'{3}.*?'{3}|\"{3}.*?\"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
    |(?P<word>[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*)*)
    |(?P<number>\d[\w.]*)
    |(?P<end>[\n;])
    |(?P<mark>[{}=])
    |(?P<other>\S)""",
    re.DOTALL | re.VERBOSE,
)
DEEP = 8
"""Files that include files, at most."""


@dataclass(slots=True)
class Config:
    """What the files say literally: dotted name → text, plugins as `name@version`, profiles in order, files read."""

    values: dict[str, str] = field(default_factory=dict)
    plugins: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    blocks: list[tuple[str, ...]] = field(default_factory=list)


def unquoted(text: str) -> str | None:
    """The characters of a string literal; None when it computes something (`"${…}"`)."""
    width = 3 if text[:3] in ("'''", '"""') else 1
    body = text[width:-width]
    if text[0] == '"' and re.search(r"(?<!\\)\$", body):
        return None
    return re.sub(r"\\(.)", r"\1", body)


@dataclass(slots=True)
class _Reader:
    """Walks the tokens of one file; `path` is the blocks that are open, `statement` the tokens since the last end."""

    config: Config
    folder: Path
    depth: int
    path: list[str] = field(default_factory=list)
    statement: list[tuple[str, str]] = field(default_factory=list)

    def read(self, file: Path) -> None:
        """Read one file, and those that it includes by a literal name."""
        try:
            text = file.read_text(encoding="utf-8-sig", errors="replace")
        except OSError as error:
            raise BadInput(
                what=file, found=error.strerror or error, expected="a readable configuration", next="Check the pipeline's files."
            ) from error
        self.config.files.append(file.name)
        for match in TOKEN.finditer(text):
            kind = match.lastgroup or "other"
            if kind == "mark" and match[0] == "{":
                self.open(file)
            elif kind == "mark" and match[0] == "}":
                self.close(file)
            elif kind == "end":
                self.settle(file)
            elif kind != "comment":
                self.statement.append((kind, match[0]))
        self.settle(file)

    def open(self, file: Path) -> None:
        """A block begins: its name is the word or string before it; anything else is a closure or a map without a name."""
        words, self.statement = self.statement, []
        name = ""
        if len(words) == 1 and words[0][0] in ("word", "string"):
            name = unquoted(words[0][1]) or "" if words[0][0] == "string" else words[0][1]
        elif words and words[-1][0] == "string" and words[0][1].startswith("with"):
            name = f"{words[0][1]}:{unquoted(words[-1][1])}"
        elif len(words) > 1:
            self.settle(file)
        if self.path == ["profiles"] and name and name not in self.config.profiles:
            self.config.profiles.append(name)
        self.path.append(name)
        self.config.blocks.append(tuple(filter(None, self.path)))

    def close(self, file: Path) -> None:
        """A block ends."""
        self.settle(file)
        if self.path:
            self.path.pop()

    def settle(self, file: Path) -> None:
        """A statement ends: an assignment of a literal, a plugin, or an inclusion."""
        words, self.statement = self.statement, []
        if len(words) == 2 and words[0][1] == "id" and self.path == ["plugins"]:
            plugin = unquoted(words[1][1]) if words[1][0] == "string" else None
            self.config.plugins += [plugin] if plugin and plugin not in self.config.plugins else []
        elif words and words[0][1] == "includeConfig":
            for name in (unquoted(text) for kind, text in words if kind == "string"):
                self.include(file, name)
        elif len(words) == 3 and words[1][1] == "=" and words[0][0] == "word" and "" not in self.path:
            value = unquoted(words[2][1]) if words[2][0] == "string" else words[2][1]
            if value is not None and words[2][0] in ("string", "number", "word"):
                self.config.values[".".join([*self.path, words[0][1]])] = value

    def include(self, file: Path, name: str | None) -> None:
        """Read an included file of the pipeline itself; others (addresses, files elsewhere) are not followed."""
        if not name or "://" in name or self.depth >= DEEP:
            return
        other = (file.parent / name).resolve()
        if other.is_relative_to(self.folder) and other.is_file():
            _Reader(self.config, self.folder, self.depth + 1, list(self.path)).read(other)


def read_config(folder: Path) -> Config:
    """What `nextflow.config` of a pipeline's folder says, with what it includes; raises BadInput when it cannot be read."""
    config = Config()
    root = folder.resolve()
    _Reader(config, root, 0).read(root / "nextflow.config")
    return config
