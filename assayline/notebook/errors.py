"""Declared errors of the notebook and the report: what went wrong, where, and what to do next."""

from __future__ import annotations

from assayline.errors import AssaylineError


class NotARun(AssaylineError):
    """The folder holds nothing that a run leaves behind."""

    code = "not-a-run"
    title = "Not a run folder"
    template = (
        "{folder}: found {found}; expected a run folder with asm/, cells/, evidence.jsonl, decisions/ or interpretation.json."
    )
    hint = "Make one with `assayline run WORKFLOW`, or convert into one with `assayline convert PATH -o {folder}/asm`."
    status = 10


class RunDamaged(AssaylineError):
    """A file of the run folder cannot be read as what it should be."""

    code = "run-damaged"
    title = "Run folder damaged"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Delete this file and start the run again: it goes on where the file is missing."
    status = 10


class TemplateFailed(AssaylineError):
    """A layout template is missing, wrong, or asks for something that the run does not have."""

    code = "template-failed"
    title = "Layout template failed"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Compare with the template that comes with the package: `assayline notebook push RUN --print-template`."
    status = 2


class NoSuchEntry(AssaylineError):
    """No entry of the notebook has this number, identifier or beginning of an identifier."""

    code = "no-such-entry"
    title = "No such entry"
    template = "notebook: found no entry {entry!r}; expected a number, an identifier or its first characters."
    hint = "List the entries with `assayline notebook list`."
    status = 2


class AmbiguousEntry(AssaylineError):
    """The beginning of an identifier fits more than one entry."""

    code = "ambiguous-entry"
    title = "More than one entry fits"
    template = "notebook: {entry!r} fits {found}; expected one entry."
    hint = "Give more characters of the identifier."
    status = 2


class EntryLocked(AssaylineError):
    """A locked entry takes no more versions."""

    code = "entry-locked"
    title = "Entry is locked"
    template = "notebook: entry {entry}: found it locked by {who} on {at}; expected an open entry."
    hint = "A locked entry stays as it is: push the new content as an entry of its own, which links to this one."
    status = 9


class NotebookDamaged(AssaylineError):
    """The notebook's database or one of its files cannot be read."""

    code = "notebook-damaged"
    title = "Notebook damaged"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "See what is still sound with `assayline notebook verify`; save what can be read with `assayline notebook export`."
    status = 10


class NotebookTooNew(AssaylineError):
    """The notebook was written by a later version, in a layout this version does not know."""

    code = "notebook-too-new"
    title = "Notebook of a later version"
    template = "{file}: found layout {found}; expected at most {expected}."
    hint = "Update assayline, or name another notebook with --notebook."
    status = 7


class NotebookFull(AssaylineError):
    """There is no room to write; nothing of the entry was recorded."""

    code = "notebook-full"
    title = "No room for the notebook"
    template = "{file}: found {found}; expected room to write. Nothing of the entry was recorded."
    hint = "Make room and push again: pushing the same run twice gives one entry."
    status = 7


class NotebookBusy(AssaylineError):
    """Another process held the notebook for longer than the waiting time."""

    code = "notebook-busy"
    title = "Notebook is busy"
    template = "{file}: found it held by another process for {found}; expected it free."
    hint = "Push again when the other process has finished; nothing was recorded twice."
    status = 7


class NotebookAbsent(AssaylineError):
    """There is no notebook where one was to be read."""

    code = "notebook-absent"
    title = "No notebook here"
    template = "{file}: found nothing; expected a local notebook."
    hint = "One is made by the first `assayline notebook push RUN`; another place is named with --notebook or ASSAYLINE_NOTEBOOK."
    status = 2
