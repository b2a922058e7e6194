"""Decide a question of a run: by Claude if a key is set, else by rules; an existing decision is replayed.

With --list the run's decisions are shown, with --replay it is proven that the run follows from them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome
from assayline.cli.problem import add_columns, look_at

if TYPE_CHECKING:
    import argparse

    from assayline.run_folder import RunFolder


def arguments(parser: argparse.ArgumentParser) -> None:
    """The question, the run folder, who decides, and what to show instead."""
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="the question; without it the questions are listed")
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument("--by", choices=("auto", "claude", "rules"), default="auto", help="who decides (default: auto)")
    parser.add_argument("--model", metavar="NAME", help="which Claude model (default: $ASSAYLINE_MODEL, else the newest Opus)")
    parser.add_argument("--tape", type=Path, metavar="DIR", help="a folder of decision files to replay where the run has none")
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="a table of samples to look at first, as for comparison_design"
    )
    parser.add_argument("--ask", default="", metavar="TEXT", help="what you want to know, in plain words (problem_framing)")
    parser.add_argument(
        "--situations", type=Path, metavar="DIR", help="situations for --evaluate (default: those of this package)"
    )
    add_columns(parser)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--dry-run", action="store_true", help="print exactly what would leave the machine, and send nothing")
    shown.add_argument("--list", action="store_true", help="who decided what and why")
    shown.add_argument("--replay", action="store_true", help="check that the run follows from its decisions; status 9 if not")
    shown.add_argument("--evaluate", action="store_true", help="score rules, stand-ins and (with a key) Claude over situations")


def run(options: argparse.Namespace) -> Outcome:
    """Decide, list or replay."""
    from assayline.advisor.question import INTERPRETATION, question, questions
    from assayline.errors import BadUsage
    from assayline.run_folder import RunFolder

    if options.evaluate:
        return _evaluate(options)
    if options.question is None and not (options.list or options.replay):
        rows = [{"question": name, "text": question(name).text, "basis": question(name).basis} for name in questions()]
        return Outcome(rows, text="\n".join(f"{row['question']:<24}{row['text']}" for row in rows))
    if options.table is not None and options.question == "problem_framing":
        from assayline.cli.problem import run as frame

        options.again = False
        return frame(options)
    if options.folder is None:
        raise BadUsage(what="--run", found="nothing", expected="a run folder", next="Name it with --run DIR.")
    folder = RunFolder(options.folder) if options.table is not None else RunFolder(options.folder).existing()
    if options.table is not None:
        look_at(folder.create(), options.table, options.column, options.ask)
    if options.list:
        return _list(folder)
    if options.replay:
        return _replay(folder)
    if options.dry_run:
        return _dry_run(folder, options.question)
    if options.question == INTERPRETATION:
        raise BadUsage(
            what="question", found="interpretation", expected="a question about a choice", next="Use `assayline interpret RUN`."
        )
    from assayline.advisor.decide import decide

    decided = decide(folder.create(), options.question, options.by, options.model, tape=options.tape)
    return Outcome([decided.body], decided.findings, text=_text(decided.body, replayed=decided.replayed))


def _text(body: dict[str, Any], *, replayed: bool) -> str:
    by = body.get("decided_by") or {}
    head = (
        f"{body['question']}: decided by "
        f"{by.get('model') or by.get('kind')}{' (replayed)' if replayed else ''}, confidence "
        f"{body.get('confidence', 'not stated')}"
    )
    lines = [head, *(f"  {key} = {value}" for key, value in body["choice"].items())]
    lines += [f"  because {reason['text']}" for reason in body.get("because") or []]
    if body.get("choice") != body.get("rule_choice") and body.get("rule_choice"):
        lines += ["  the rule would choose", *(f"    {key} = {value}" for key, value in body["rule_choice"].items())]
    return "\n".join(lines)


def _evaluate(options: argparse.Namespace) -> Outcome:
    from assayline.advisor import evaluate
    from assayline.advisor.claude import choose

    given = evaluate.situations(options.situations)
    answers = {
        evaluate.RULES: evaluate.by_rules,
        evaluate.DEFAULT: evaluate.by_default,
        evaluate.CANNOT_TELL: evaluate.by_doubt,
    }
    scores = [evaluate.evaluate(name, answer, given) for name, answer in answers.items()]
    if advisor := choose(options.by, options.model):
        scores.append(evaluate.evaluate(advisor.model, evaluate.by_advisor(advisor), given))
    missed = [f"{score.advisor} missed: {', '.join(score.missed)}" for score in (scores[0], *scores[3:]) if score.missed]
    return Outcome([score.to_json() for score in scores], text="\n".join([evaluate.table(scores), *missed]))


def _list(folder: RunFolder) -> Outcome:
    from assayline.advisor.tape import decisions

    rows = decisions(folder)
    lines = []
    for row in rows:
        same = "as the rule would" if row["as_the_rule"] else "other than the rule"
        lines.append(f"{row['question']}: {row['model'] or row['decided_by']}, {row['confidence']}, {same}")
        lines += [f"  {key} = {value}" for key, value in (row["choice"] or {}).items()] + [
            f"  because {text}" for text in row["because"]
        ]
    return Outcome(rows, text="\n".join(lines) or "no decisions yet")


def _replay(folder: RunFolder) -> Outcome:
    from assayline.advisor.interpret import verify
    from assayline.advisor.tape import replay
    from assayline.evidence import load
    from assayline.json_files import read_json

    rows, findings = replay(folder), []
    if folder.interpretation.is_file():
        findings = verify(read_json(folder.interpretation, "an interpretation"), load(folder))
    good = all(row["follows"] for row in rows) and not findings
    lines = [f"{row['question']}: {'follows' if row['follows'] else '; '.join(row['problems'])}" for row in rows]
    return Outcome(rows, findings, 0 if good else 9, "\n".join(lines) or "no decisions yet")


def _dry_run(folder: RunFolder, name: str) -> Outcome:
    from assayline.advisor.decide import prepare
    from assayline.advisor.interpret import request_for
    from assayline.advisor.pseudonym import Pseudonyms
    from assayline.advisor.question import INTERPRETATION
    from assayline.evidence import load

    if name == INTERPRETATION:
        facts = load(folder)
        request = request_for(facts, Pseudonyms.of(facts.values()))[0]
    else:
        request = prepare(folder, name).request
    body = {"question": name, "system": [request.common, request.instructions], "content": json.loads(request.content)}
    return Outcome([body], text=f"{request.common}\n{request.instructions}\n{request.content}")
