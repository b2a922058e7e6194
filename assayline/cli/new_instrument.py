"""Write a converter and its golden from a sample export.

Writes NAME.py and goldens/NAME/ with a copy of the sample, its document and its ledger. What label, unit and type are sure of is
mapped; everything else is kept as custom information, so that the first run balances. It works at once in the folder
allotrope/instruments of this project, and from a package of your own through the entry point `NAME = "NAME:INSTRUMENT"` of the
group allotrope.instruments. The status is 5 where the technique's schema asks for more than the sample shows.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from allotrope.registry import built_in_names
from allotrope.technique import TECHNIQUES
from assayline.cli.outcome import Outcome
from assayline.errors import BadUsage, Refused
from assayline.files import refuse_overwrite, write_whole

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from assayline.sketch.look import Look
    from assayline.sketch.propose import Choice, Proposal
    from assayline.sketch.trial import Trial

INVALID = 5
MAPPING = "instrument_mapping.json"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name, sample, and what overrules the rules."""
    parser.add_argument("name", metavar="NAME", help="vendor_product in small letters, as beckman_vi_cell_blu")
    parser.add_argument("sample", type=Path, metavar="FILE", help="an export: delimited text or a workbook")
    parser.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="where to write (default: this folder)")
    parser.add_argument("--vendor", help="name of the vendor (default: from NAME)")
    parser.add_argument("--product", help="name of the product (default: from NAME)")
    parser.add_argument("--technique", metavar="MANIFEST", help="take this technique, by its manifest or a part of it")
    parser.add_argument("--by", choices=("auto", "claude", "rules"), default="auto", help="who maps (default: auto)")
    parser.add_argument("--model", metavar="NAME", help="which Claude model (default: $ASSAYLINE_MODEL, else the newest Opus)")
    parser.add_argument("--force", action="store_true", help="overwrite, and go on where an instrument knows the file already")


def _manifest(word: str | None) -> str | None:
    """The one manifest that has the word in it; raises BadUsage for none or several."""
    if word is None:
        return None
    found = [manifest for manifest in TECHNIQUES if word.casefold() in manifest.casefold()]
    if len(found) != 1 and word not in found:
        choices = ", ".join(found or TECHNIQUES)
        raise BadUsage(what="--technique", found=repr(word), expected=f"one of {choices}", next="Give more of its name.")
    return word if word in found else found[0]


def _checked(options: argparse.Namespace) -> tuple[str, ...]:
    """The instruments that know the sample already; raises BadUsage for a name, Refused for a file that is known."""
    from assayline.sketch.trial import recognised_by

    if not NAME.fullmatch(options.name):
        raise BadUsage(
            what="NAME", found=repr(options.name), expected="vendor_product in small letters", next="Use a-z, 0-9 and _."
        )
    if options.name in built_in_names():
        raise BadUsage(what="NAME", found=repr(options.name), expected="a name that is not taken", next="Choose another.")
    known = recognised_by(options.sample)
    if known and not options.force:
        wanted = "a file that no instrument knows"
        raise Refused(what=options.sample, found=", ".join(known), expected=wanted, next="Convert it, or give --force.")
    return known


def run(options: argparse.Namespace) -> Outcome:
    """Look, propose, write the module, run it, write the golden, and say what is sure, guessed and kept."""
    from assayline.golden import golden_texts
    from assayline.sketch.look import look
    from assayline.sketch.module import module
    from assayline.sketch.propose import propose
    from assayline.sketch.trial import load_instrument, try_out

    known = _checked(options)
    vendor, _, product = options.name.partition("_")
    sample = look(options.sample)
    titled = product.replace("_", " ").title()
    proposal = propose(
        sample, options.name, options.vendor or vendor.title(), options.product or titled, _manifest(options.technique)
    )
    decided, told = advised(proposal, sample, golden_folder(options) / MAPPING, options)
    if decided is proposal and not (proposal.techniques or options.technique):
        raise BadUsage(
            what=f"the technique of {options.sample}",
            found="labels of which no word speaks for one",
            expected=f"--technique with one of {', '.join(TECHNIQUES)}",
            next="Name the nearest one; what its schema does not know is kept as custom information.",
        )
    proposal = replace(decided, beats=known)
    path, golden = options.to / f"{options.name}.py", golden_folder(options) / options.sample.name
    places = [golden, *(golden.with_name(golden.name + ending) for ending in (".asm.json", ".ledger.json"))]
    for place in (path, *places):
        refuse_overwrite(place, force=options.force)
    write_whole({path: module(proposal, sample).encode()}, force=options.force)
    trial = try_out(load_instrument(path), options.sample)
    texts = golden_texts(trial.conversion)
    contents = {golden: options.sample.read_bytes()}
    contents |= {golden.with_name(golden.name + ending): text.encode() for ending, text in texts.items()}
    write_whole(contents, force=options.force)
    outcome = _outcome(proposal, trial, path, golden)
    return replace(outcome, findings=[*told, *outcome.findings])


def golden_folder(options: argparse.Namespace) -> Path:
    """Where the golden and the decision on the mapping stand."""
    folder: Path = options.to / "goldens" / options.name
    return folder


def advised(proposal: Proposal, sample: Look, path: Path, options: argparse.Namespace) -> tuple[Proposal, Sequence[Finding]]:
    """The proposal as the advisor decides on technique and columns, with its findings; that of the rules stands as it is.

    A decision that was made, or that a person wrote, is followed; `--technique` overrules both.
    """
    from assayline.advisor.claude import KEY
    from assayline.advisor.decide import decide_at
    from assayline.facts import export
    from assayline.sketch.advised import follow

    asked = options.by == "claude" or (options.by == "auto" and os.environ.get(KEY)) or path.is_file()
    if options.technique or not asked:
        return proposal, ()
    facts = {fact.id: fact for fact in export.facts(export.report(sample, proposal), "export.json")}
    decided = decide_at(path, "instrument_mapping", facts, options.by, options.model)
    return follow(decided.body, proposal, sample), decided.findings


def _outcome(proposal: Proposal, trial: Trial, path: Path, golden: Path) -> Outcome:
    """Everything that was decided, for machines and people."""
    result: dict[str, Any] = {
        "module": str(path),
        "golden": str(golden),
        "basis": trial.basis,
        "ledger": trial.counts,
        "valid": not trial.problems,
        "proposal": proposal.to_json(),
    }
    findings = [one for one in trial.conversion.findings if one.level != "note"]
    if trial.basis is None:
        findings.append(Finding("signature", "the written signature does not match the sample", str(path), "warning"))
    lines = [f"{path}: written; golden in {golden.parent}", *_told(proposal)]
    count = trial.counts
    lines.append(
        f"first run: {count['cells']} cells = {count['mapped']} mapped + {count['kept']} kept + {count['ignored']} ignored"
    )
    lines.append(f"recognised by: {trial.basis}")
    lines.append(
        "next: look through the module, then put it into allotrope/instruments, or into a package of yours with the entry point "
        f'{proposal.name} = "{proposal.name}:INSTRUMENT" in the group allotrope.instruments; `assayline instruments` lists it'
    )
    lines += [f"the schema asks for more: {problem}" for problem in trial.problems[:5]]
    return Outcome([result], findings, INVALID if trial.problems else 0, "\n".join(lines))


def _told(proposal: Proposal) -> list[str]:
    """The choices for a person: technique and alternatives, then column by column."""
    lines = []
    for manifest, points, words in proposal.techniques[:3]:
        chosen = "technique" if manifest == proposal.manifest else "     else"
        lines.append(f"{chosen}: {manifest} (score {points}: {words})")
    if all(manifest != proposal.manifest for manifest, _, _ in proposal.techniques[:3]):
        lines.insert(0, f"technique: {proposal.manifest} (as asked)")
    choices = (*proposal.facts, *proposal.columns)
    return [*lines, *(f"  {choice.certainty:<7} {choice.label!r}{_where(choice)}: {choice.because}" for choice in choices)]


def _where(choice: Choice) -> str:
    if not choice.path:
        return ""
    verb = "→" if choice.certainty == "sure" else "kept; perhaps"
    return f" {verb} {choice.path}{f' in {choice.unit}' if choice.unit else ''}"
