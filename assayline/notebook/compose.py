"""A run folder becomes an entry: a Jinja template decides the layout, its functions make the parts, values reach it as data."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass, field
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any

from assayline.notebook.entry import Decision, Entry, Figure, File, Header, Interpretation, Link, Part, Rows, Table, Text
from assayline.notebook.errors import TemplateFailed

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.notebook.run import Run
    from assayline.report.results import Results

MOST_ROWS, MOST_RESULTS = 500, 20_000
OPEN, CLOSE = "\x02", "\x03"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MEDIA = {
    ".parquet": "application/vnd.apache.parquet",
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".png": "image/png",
}


def clean(value: object) -> str:
    """Text from a value, without control characters, so that no value can stand for a part."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))


def scrub(value: Any) -> Any:
    """A JSON value with clean text and nothing that JSON cannot hold."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): scrub(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if value is None or isinstance(value, (int, float, bool)) else clean(value)


@dataclass
class Layout:
    """The functions that a template may call; each puts a part aside and leaves a mark where it stands."""

    run: Run
    parts: list[Part] = field(default_factory=list)
    name: str = ""

    def _mark(self, part: Part) -> Mark:
        self.parts.append(part)
        return Mark(f"\n\n{OPEN}{len(self.parts) - 1}{CLOSE}\n\n")

    def title(self, text: str) -> Mark:
        """Name the entry."""
        self.name = " ".join(clean(text).split())[:300]
        return Mark("")

    def header(self, text: str, level: int = 2) -> Mark:
        """A heading of level 2 to 4."""
        return self._mark(Header(clean(text), min(4, max(2, level))))

    def table(self, title: str, columns: list[str], rows: list[list[Any]]) -> Mark:
        """A table of at most 500 rows; `more` tells how many are only in the files."""
        cut = [scrub(list(row)) for row in rows[:MOST_ROWS]]
        return self._mark(Table(clean(title), [[clean(name), ""] for name in columns], cut, max(0, len(rows) - MOST_ROWS)))

    def rows(self, results: Results) -> Mark:
        """The result rows of an instrument's document, at most 20,000; `more` tells how many are only in the files."""
        columns = [[clean(column.label), clean(column.unit)] for column in results.columns]
        rows = [scrub(results.cells(row)) for row in results.rows[:MOST_RESULTS]]
        more = max(0, len(results.rows) - MOST_RESULTS)
        return self._mark(
            Rows(results.technique, f"Results of {clean(results.source)}", clean(results.source), columns, rows, more)
        )

    def figure(self, figure: Any) -> Mark:
        """A figure of the run."""
        digest = next(file.sha256 for file in self.run.files if file.name == figure.name)
        return self._mark(
            Figure(figure.name, digest, clean(figure.title), clean(figure.caption), clean(figure.alt), list(figure.evidence))
        )

    def decision(self, question: str) -> Mark:
        """A decision of the run."""
        return self._mark(Decision(clean(question), scrub(self.run.decisions[question])))

    def interpretation(self) -> Mark:
        """The run's interpretation."""
        return self._mark(Interpretation(scrub(self.run.interpretation)))

    def files(self) -> Mark:
        """Every file of the run."""
        marks = [self._mark(File(clean(file.name), file.sha256, file.size, media(file.name))) for file in self.run.files]
        return Mark("".join(marks))


class Mark(str):
    """Text that the layout itself wrote and that is therefore not cleaned."""

    __slots__ = ()


def media(name: str) -> str:
    """The media type of a file by its suffix."""
    suffix = name[name.rfind(".") :] if "." in name else ""
    return MEDIA.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def built_in() -> str:
    """The template that comes with the package."""
    return package_files("assayline.notebook").joinpath("templates", "run.jinja").read_text("utf-8")


def compose(run: Run, *, authors: list[str], project: str = "", template: Path | None = None, title: str | None = None) -> Entry:
    """The entry of a run; raises TemplateFailed with the template's line when the layout cannot be made."""
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    layout = Layout(run)
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Mark) else clean(value),
    )
    name = str(template) if template else "run.jinja"
    try:
        source = template.read_text("utf-8") if template else built_in()
        written = made.from_string(source).render(context(run, layout, title))
    except TemplateSyntaxError as error:
        raise TemplateFailed(file=name, where=f"line {error.lineno}", found=error.message, expected="a Jinja template") from error
    except TemplateError as error:
        raise TemplateFailed(file=name, where="while filling it", found=error, expected="names that the run has") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateFailed(file=name, where="reading it", found=error, expected="a readable UTF-8 file") from error
    return Entry(
        title or layout.name or "Run",
        run.key,
        [clean(author) for author in authors],
        clean(project),
        span(run),
        links(run),
        assemble(written, layout.parts),
    )


def context(run: Run, layout: Layout, title: str | None) -> dict[str, Any]:
    """What a template sees: the run, what the report computes from it, and the functions that make parts."""
    from assayline.report.page import account, heading, instruments, quality

    shown, counted = instruments(run), account(run)
    functions = {
        name: getattr(layout, name)
        for name in ("title", "header", "table", "rows", "figure", "decision", "interpretation", "files")
    }
    return functions | {
        "run": run,
        "instruments": shown,
        "account": counted,
        "quality": quality(run),
        "suggested_title": title or heading(run, shown),
        "facts": [
            [
                item["id"],
                item.get("what"),
                plain(item.get("value")),
                item.get("unit"),
                f"{item.get('source')}{item.get('pointer')}",
            ]
            for item in run.evidence.values()
        ],
        "accounting": [[row[name] for name in ("file", "cells", "mapped", "kept", "ignored")] for row in counted["rows"]],
    }


def plain(value: Any) -> Any:
    """A value that fits one cell of a table."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def span(run: Run) -> dict[str, str]:
    """When the first and the last measurement of the run were made."""
    from assayline.report.page import times

    found = times(run)
    return (
        dict(zip(("measured from", "measured to"), found, strict=True))
        if len(found) == 2
        else {"measured": found[0]}
        if found
        else {}
    )


def links(run: Run) -> list[Link]:
    """The run itself and every sample that its documents name."""
    from assayline.report.curves import Column

    column = Column("Sample")
    samples = dict.fromkeys(clean(row[column]) for results in run.results.values() for row in results.rows if column in row)
    return [Link("run", run.key), *(Link("sample", name) for name in samples)]


def assemble(written: str, parts: list[Part]) -> list[Part]:
    """The parts in the order of their marks, and the words between them as paragraphs."""
    made: list[Part] = []
    for piece in re.split(f"({OPEN}[0-9]+{CLOSE})", written):
        if piece.startswith(OPEN):
            made.append(parts[int(piece.strip(OPEN + CLOSE))])
        else:
            made += [Text(" ".join(text.split())) for text in re.split(r"\n\s*\n", piece) if text.strip()]
    return made
