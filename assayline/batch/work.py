"""The work on one input: convert, validate, account, write; the same for the command line and for a watched folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import allotrope
from allotrope.errors import DeclaredError, Finding, SchemaInvalid
from allotrope.stated import NOTHING
from assayline import __version__
from assayline.batch.outputs import OUTPUTS, endings
from assayline.errors import ChangedMeanwhile, NotStrict
from assayline.files import refuse_overwrite, write_whole
from assayline.settings import FolderSettings, settings_above

if TYPE_CHECKING:
    from allotrope.ledger import Ledger
    from allotrope.stated import Stated
    from assayline.batch.plan import Item

UNPLACED = "kept-unplaced"
"""The one note that `--strict` does not let pass, beside warnings about the source: a cell is not where it belongs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to convert and what to write; plain data, so that it travels to other processes."""

    formats: tuple[str, ...] = ("json",)
    instrument: str | None = None
    stated: Stated = NOTHING
    strict: bool = False
    force: bool = False
    dry_run: bool = False
    reference: bool = False
    digest: str | None = None
    """SHA-256 that the source must still have when it is read; None: any."""
    folder: FolderSettings = field(default_factory=FolderSettings)
    """What `assayline.toml` says where the command line says nothing."""

    def of(self, source: Path) -> Stated:
        """What is stated of a file, the settings filled in, those of its folder last.

        Its instrument is detected only if any has its own.
        """
        said: dict[str, Any] = {}
        name = self.instrument
        for layer in (self.folder, settings_above(Path.cwd().joinpath(source).parent)):
            said |= layer.general()
            if layer.instruments:
                name = name or allotrope.detect(source).instrument
                said |= layer.instruments.get(name, {})
        return replace(self.stated, **{key: value for key, value in said.items() if getattr(self.stated, key) is None})


@dataclass(slots=True)
class Done:
    """What became of one input: a result for machines, findings, and the status that it alone would end with."""

    item: Item
    result: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    status: int = 0


def convert_item(item: Item, settings: Settings) -> Done:
    """Convert one input and write its outputs, all or none; a declared error becomes the status and a finding."""
    try:
        return _convert(item, settings)
    except DeclaredError as error:
        done = failure(item, error.code, str(error), error.status)
        done.findings += _older(item, settings)
        return done


def _older(item: Item, settings: Settings) -> list[Finding]:
    """With --force, what an earlier run wrote and this one should have replaced."""
    if not settings.force or settings.dry_run:
        return []
    left = [str(place) for place in _places(item, settings).values() if place.exists()]
    message = f"{', '.join(left)}: of an earlier run, left as before; it need not be what the file says now"
    return [Finding("older-output", message, str(item.source), "warning")] if left else []


def failure(item: Item, code: str, message: str, status: int) -> Done:
    """An input that could not be converted."""
    result = {"input": str(item.source), "status": status, "error": code}
    return Done(item, result, [Finding(code, message, str(item.source), "error")], status)


def _places(item: Item, settings: Settings) -> dict[str, Path]:
    """Where each output of an input goes; raises WouldOverwrite before any work if one is there already."""
    places = {name: item.target.with_name(item.target.name + ending) for name, ending in endings(settings.formats).items()}
    if settings.reference:
        places.pop("ledger")
    for place in places.values():
        refuse_overwrite(place, force=settings.force)
    return places


def _convert(item: Item, settings: Settings) -> Done:
    places = _places(item, settings)
    result: dict[str, Any] = {"input": str(item.source), "status": 0}
    if settings.dry_run:
        found = settings.instrument or allotrope.detect(item.source).instrument
        result |= {"instrument": found, "would_write": _named(places)}
        return Done(item, result)
    if settings.reference:
        from assayline.batch.reference import convert_with_reference

        asm, findings = convert_with_reference(item.source, settings.instrument)
        findings += allotrope.validate(asm)
        document, ledger = OUTPUTS["json"](asm, None), None
    else:
        conversion = allotrope.convert(item.source, settings.instrument, **asdict(settings.of(item.source)))
        if settings.digest not in (None, conversion.digest):
            raise ChangedMeanwhile(file=item.source, found=conversion.digest, expected=settings.digest)
        asm, findings, document = conversion.asm, list(conversion.findings), conversion.to_json()
        ledger = conversion.ledger_json(__version__)
        result |= {"instrument": conversion.instrument, "standing": conversion.standing, "ledger": _counts(conversion.ledger)}
    _judge(item.source, findings, strict=settings.strict)
    contents: dict[Path, bytes] = {}
    for name, place in places.items():
        if name == "ledger":
            contents[place] = json.dumps(ledger, ensure_ascii=False, indent=1).encode() + b"\n"
        else:
            contents[place] = document if name == "json" else OUTPUTS[name](asm, ledger)
    write_whole(contents, force=settings.force)
    result["outputs"] = _named(places)
    return Done(item, result, [_placed(item.source, finding) for finding in findings])


def _counts(ledger: Ledger) -> dict[str, int]:
    return {"cells": ledger.cells, "mapped": ledger.mapped, "kept": ledger.kept, "ignored": ledger.ignored}


def _judge(source: Path, findings: list[Finding], *, strict: bool) -> None:
    """Raise SchemaInvalid for an error of the schema, and NotStrict for what --strict forbids."""
    wrong = [finding for finding in findings if finding.level == "error"]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        found = wrong[0].message.rstrip(".") + more
        raise SchemaInvalid(file=source, where=wrong[0].where or "the document", found=found, expected="what its schema demands")
    of_source = [finding for finding in findings if not finding.where.startswith("/")]
    loose = [finding for finding in of_source if finding.level == "warning" or finding.code == UNPLACED]
    if strict and loose:
        first = loose[0]
        raise NotStrict(file=source, where=first.where or "the file", found=first.message.rstrip("."), count=len(loose))


def _named(places: dict[str, Path]) -> dict[str, str]:
    return {name: str(place) for name, place in places.items()}


def _placed(source: Path, finding: Finding) -> Finding:
    """The finding with the input's name in front of its place."""
    return Finding(finding.code, finding.message, f"{source}: {finding.where}" if finding.where else str(source), finding.level)
