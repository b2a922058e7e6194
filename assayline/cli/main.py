"""The dispatcher: finds the verb, runs it, prints text or the one JSON envelope, and turns declared errors into exit statuses."""

from __future__ import annotations

import io
import os
import sys
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Any

from allotrope.errors import DeclaredError, Finding
from assayline import __version__
from assayline.cli.outcome import Outcome, talk
from assayline.cli.parsing import subverb_help, top_help, verb_parser
from assayline.cli.show import envelope, failed, show
from assayline.cli.verbs import load, subverbs, verbs
from assayline.errors import BadArguments

if TYPE_CHECKING:
    from argparse import Namespace
    from types import ModuleType, TracebackType

INTERRUPTED = 130
PIPE_CLOSED = 141


def nearest(word: str, words: tuple[str, ...]) -> str:
    """The word of the table that is most like the one given, or all of them."""
    from difflib import get_close_matches

    close = get_close_matches(word, words, n=1)
    return f"'{close[0]}'" if close else f"one of {', '.join(words)}"


def choose(argv: list[str]) -> tuple[str, ModuleType | None, list[str]]:
    """The command's name, its module, and the words that are left; without a module the name is the text to print."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        return top_help(), None, []
    if argv[0] in ("-V", "--version"):
        return f"assayline {__version__}\n", None, []
    verb, rest = argv[0], argv[1:]
    if verb not in verbs():
        raise BadArguments(command="assayline", problem=f"unknown verb '{verb}'; expected {nearest(verb, verbs())}")
    module = load(verb)
    table = subverbs(module)
    if not table:
        return verb, module, rest
    if not rest or rest[0] in ("-h", "--help"):
        return subverb_help(verb, module), None, []
    if rest[0] not in table:
        wanted = nearest(rest[0], tuple(table))
        raise BadArguments(command=f"assayline {verb}", problem=f"unknown verb '{rest[0]}'; expected {wanted}")
    return f"{verb} {rest[0]}", load(verb, rest[0]), rest[1:]


def run(module: ModuleType, options: Namespace, *, as_json: bool) -> Outcome:
    """Run a verb; under `--json` what libraries print joins the talk on stderr, unless the verb itself streams to stdout."""
    with redirect_stdout(sys.stderr) if as_json and not getattr(module, "STREAMS", False) else nullcontext():
        outcome: Outcome = module.run(options)
    return outcome


def dispatch(argv: list[str]) -> int:
    """Run one command line and return its exit status; only bugs, interrupts and closed pipes leave as exceptions."""
    command, as_json = "", "--json" in argv
    try:
        command, module, rest = choose(argv)
        if module is None:
            sys.stdout.write(command)
            return 0
        options = verb_parser(f"assayline {command}", module).parse_args(rest)
        as_json = options.json
        outcome = run(module, options, as_json=as_json)
    except DeclaredError as error:
        if as_json:
            print(envelope(command or " ".join(argv[:1]), failed(error)))
        else:
            talk(f"{error}", level="error")
        return error.status
    if as_json:
        print(envelope(command, outcome))
    else:
        show(outcome)
    return outcome.status


def _report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a bug and, under `--json`, an envelope that says so; Python then ends with status 1."""
    import traceback

    traceback.print_exception(kind, error, trace)
    talk(f"assayline {__version__}: this is a bug: please report it with the lines above.", level="error")
    if "--json" in sys.argv:
        message = f"{kind.__name__}: {error}"
        print(
            envelope(" ".join(sys.argv[1:2]), Outcome(findings=[Finding("internal", message, "", "error")], status=1)), flush=True
        )


def _prepare(stream: Any) -> None:
    """Write UTF-8 whatever the locale, and names that are not text as escapes instead of failing on them."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main(argv: list[str] | None = None) -> int:
    """The entry point of the command: returns the exit status."""
    _prepare(sys.stdout)
    _prepare(sys.stderr)
    if argv is None:
        sys.excepthook = _report_bug
    try:
        status = dispatch(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        talk("interrupted; finished files are complete, nothing is half written.", level="warning")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status
