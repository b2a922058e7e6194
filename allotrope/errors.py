"""Declared errors and findings: what went wrong, where, what was found and expected, and what to do next.

Every error is a class with a code, a title, a message template, a hint and an exit status; `docs/errors.md` is generated from
these declarations. A finding has the same shape but does not stop the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


class DeclaredError(Exception):
    """An error whose code, text, next step and exit status are declared with its class; `facts` fill the template."""

    code: ClassVar[str]
    title: ClassVar[str]
    template: ClassVar[str]
    hint: ClassVar[str] = ""
    status: ClassVar[int] = 1

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        message = self.template.format(**facts)
        hint = self.hint.format(**facts)
        super().__init__(f"{message} {hint}" if hint else message)


class AllotropeError(DeclaredError):
    """Base of every error that conversion may raise; anything else that escapes is a bug."""

    code = "allotrope-error"
    title = "Conversion failed"
    template = "{file}: {found}."


class NotRecognised(AllotropeError):
    """No signature matches the file."""

    code = "not-recognised"
    title = "No instrument recognised"
    template = "{file}: no instrument's signature matches; found {found}; expected one of {expected} known formats."
    hint = (
        "List them with `assayline instruments`, choose one with --as, or start one with `assayline new instrument NAME {file}`."
    )
    status = 3


class AlreadyAsm(AllotropeError):
    """The input is an ASM document, not an instrument's export."""

    code = "already-asm"
    title = "Already an ASM document"
    template = "{file}: line 1: found an ASM document ({found}); expected an instrument's export."
    hint = "Use `assayline validate {file}` or `assayline flatten {file}`."
    status = 3


class Ambiguous(AllotropeError):
    """Two or more signatures match and none takes precedence; `candidates` names them."""

    code = "ambiguous"
    title = "More than one instrument matches"
    template = "{file}: {count} instruments match: {found}; expected one."
    hint = "Choose with --as {first}."
    status = 4

    def __init__(self, *, candidates: tuple[str, ...], **facts: Any) -> None:
        self.candidates = candidates
        super().__init__(count={2: "two", 3: "three"}.get(len(candidates), len(candidates)), first=candidates[0], **facts)


class UnknownInstrument(AllotropeError):
    """The instrument that was asked for does not exist."""

    code = "unknown-instrument"
    title = "No such instrument"
    template = "{file}: --as {found}: no such instrument; nearest: {expected}."
    hint = "List them with `assayline instruments`."
    status = 2


class BrokenPackage(AllotropeError):
    """A package that adds an instrument cannot be loaded."""

    code = "broken-package"
    title = "Package of an instrument broken"
    template = "the instrument {name} of the package {package}: found {found}; expected an `allotrope.instrument.Instrument`."
    hint = "Mend or uninstall the package; formats that come with assayline convert without it."
    status = 7


class BadOption(AllotropeError):
    """A conversion option has a value that cannot be used."""

    code = "bad-option"
    title = "Option not usable"
    template = "{option}: found {found!r}; expected {expected}."
    status = 2


class Damaged(AllotropeError):
    """The file is of a known kind but broken, or does not hold what its format promises."""

    code = "damaged"
    title = "Input damaged"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Export the file again from the instrument's software; the input was left as it is and nothing was written."
    status = 10


class Empty(AllotropeError):
    """The file holds no data at all, or a header without rows."""

    code = "empty"
    title = "Nothing to convert"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Export the run again; the export may have been taken before the run had finished."
    status = 10


class Unreadable(AllotropeError):
    """The operating system does not let us read the path as a file."""

    code = "unreadable"
    title = "Input unreadable"
    template = "{file}: cannot be read: {found}; expected a readable file."
    hint = "Check the path and its permissions."
    status = 10


class TooLarge(AllotropeError):
    """A part of the input is larger than the declared limit (archives, entities, single cells)."""

    code = "too-large"
    title = "Input too large"
    template = "{file}: {where}: found {found}; expected at most {expected}."
    hint = "If the file is trusted, split the export and convert the parts."
    status = 10


class WrongEncoding(AllotropeError):
    """The bytes are not text in the stated encoding."""

    code = "wrong-encoding"
    title = "Encoding does not fit"
    template = "{file}: {where}: found bytes that are not {expected} ({found})."
    hint = "Leave --encoding out to have it found from the file, or name the right one."
    status = 10


class Unaccounted(AllotropeError):
    """Cells of the input are neither mapped nor kept nor ignored: a bug of the converter, never of the file."""

    code = "unaccounted"
    title = "Ledger does not balance"
    template = "{file}: {found} cells are unaccounted for, first at {where}; expected mapped + kept + ignored = {expected} cells."
    hint = "This is a bug: please report it with the file. Nothing was written."
    status = 1


class SchemaInvalid(AllotropeError):
    """The produced document breaks its schema."""

    code = "schema-invalid"
    title = "Output breaks its schema"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "This is a bug of the converter unless the file is damaged: see the findings."
    status = 5


class NotAsm(AllotropeError):
    """The document given is not ASM, or its manifest is unknown."""

    code = "not-asm"
    title = "Not a known ASM document"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Convert the instrument's export first with `assayline convert`."
    status = 10


class SchemaMissing(AllotropeError):
    """The package that carries the ASM schemas is not installed."""

    code = "schema-missing"
    title = "ASM schemas missing"
    template = "ASM schemas: package 'allotropy': found {found}; expected its folder of JSON schemas."
    hint = "Install it with `uv pip install allotropy==0.1.134`."
    status = 7


class Unsupported(AllotropeError):
    """The format is known, but not this variant of it."""

    code = "unsupported"
    title = "Variant not supported"
    template = "{file}: {where}: found {found}; supported: {expected}."
    hint = "The reference package may know it: `assayline convert --reference {file}`."
    status = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know that did not stop the work; `level` is note, warning or error."""

    code: str
    message: str
    where: str = ""
    level: str = "note"

    def to_json(self) -> dict[str, str]:
        """The finding as plain JSON, without an empty `where`."""
        body = {"code": self.code, "level": self.level, "message": self.message}
        return body | {"where": self.where} if self.where else body
