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


class ServiceUnreachable(AssaylineError):
    """A service could not be reached, or kept failing: nothing is lost, the push stays queued."""

    code = "service-unreachable"
    title = "Service not reachable"
    template = "{service}: found {found}; expected an answer."
    hint = "The push stays in the outbox; send it later with `assayline notebook push --drain`."
    status = 7


class ServiceUnsure(AssaylineError):
    """A request was sent but its outcome is unknown; the outbox asks the service before it sends again."""

    code = "service-unsure"
    title = "Outcome unknown"
    template = "{service}: {request}: found {found}; expected a confirmation."
    hint = "The push stays in the outbox; `assayline notebook push --drain` asks the service whether it arrived."
    status = 7


class ServiceRefused(AssaylineError):
    """A service refused a request; its own message is shown, with the field and the value where it names them."""

    code = "service-refused"
    title = "Refused by the service"
    template = "{service}: {request}: found status {status_code}: {found}; expected it to be accepted."
    hint = "{next}"
    status = 9


class ServiceAmbiguous(AssaylineError):
    """A service holds more than one record with the key of an entry, so that going on would be a guess."""

    code = "service-ambiguous"
    title = "More than one record"
    template = "{service}: found {found} for the key {key}; expected at most one."
    hint = "Look at them, remove or archive all but one by hand, then `assayline notebook push --drain`."
    status = 9


class ServiceMissing(AssaylineError):
    """The address or the key of a service is not given."""

    code = "service-missing"
    title = "Service not set up"
    template = "{service}: found no {found}; expected it in the environment variable {expected}."
    hint = "Set it in the environment; keys are never taken from the command line and never written down."
    status = 7


class PushStuck(AssaylineError):
    """A push stays in the outbox with its reason."""

    code = "push-stuck"
    title = "Push not finished"
    template = "{service}: entry {entry} stays in the outbox: {found}"
    hint = ""
    status = 8


class ElnDamaged(AssaylineError):
    """An `.eln` archive is broken, or is not what it says."""

    code = "eln-damaged"
    title = "Archive damaged"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Export it again from the notebook that it came from; nothing of this entry was stored."
    status = 10


class MappingWrong(AssaylineError):
    """A mapping file cannot be used."""

    code = "mapping-wrong"
    title = "Mapping not usable"
    template = "{file}: {where}: found {found}; expected {expected}."
    hint = "Have one proposed with `assayline notebook map RUN`."
    status = 2


class MappingRefused(AssaylineError):
    """The tenant's schemas and the entry do not go together; nothing was sent."""

    code = "mapping-refused"
    title = "Refused before sending"
    template = "{service}: entry {entry}: {found}; expected a mapping that fits the tenant. Nothing was sent."
    hint = "Correct the mapping file or the tenant's schema; `assayline notebook map RUN --check` tells when it fits."
    status = 9


class TaskFailed(AssaylineError):
    """A task of the service failed, or did not end in time."""

    code = "task-failed"
    title = "Task of the service failed"
    template = "{service}: task {task}: found {found}; expected it to succeed."
    hint = "{next}"
    status = 9
