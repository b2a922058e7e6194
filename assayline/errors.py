"""Errors of everything around conversion, declared as those of conversion are; `docs/errors.md` is generated from both."""

from __future__ import annotations

from allotrope.errors import DeclaredError


class AssaylineError(DeclaredError):
    """Base of every error that the command line, a station or a service may raise; facts: what, found, expected, next."""

    code = "assayline-error"
    title = "Work could not be done"
    template = "{what}: found {found}; expected {expected}."
    hint = "{next}"


class BadUsage(AssaylineError):
    """The command line, a configuration or a parameter is not one that can be used; facts: what, found, expected, next."""

    code = "bad-usage"
    title = "Usage"
    status = 2


class BadArguments(AssaylineError):
    """The words of the command line do not parse; facts: command, problem."""

    code = "bad-arguments"
    title = "Arguments not understood"
    template = "{command}: {problem}."
    hint = "See `{command} --help`."
    status = 2


class EnvironmentMissing(AssaylineError):
    """A program, package, service or folder that the work needs is not there; facts: what, found, expected, next."""

    code = "environment-missing"
    title = "Environment missing"
    status = 7


class ExtraMissing(EnvironmentMissing):
    """A package of an optional extra is not installed; facts: package, extra."""

    code = "extra-missing"
    title = "Extra not installed"
    template = "Python package '{package}': found nothing; expected it from the extra [{extra}]."
    hint = "Install it with `uv pip install 'assayline[{extra}]'`."


class CannotWrite(EnvironmentMissing):
    """The destination does not take what is to be written (permission, full disk, a file in the way); facts: file, found."""

    code = "cannot-write"
    title = "Destination not writable"
    template = "{file}: cannot be written: {found}; expected a folder that can be written to."
    hint = "Choose another destination or free some space; no partial output was left behind."


class PartFailed(AssaylineError):
    """Some steps or files of a batch failed while others succeeded; facts: what, found, expected, next."""

    code = "part-failed"
    title = "Part of a batch failed"
    status = 8


class Refused(AssaylineError):
    """A check says no: going on would give a wrong or unsafe result; facts: what, found, expected, next."""

    code = "refused"
    title = "Refused by a check"
    status = 9


class WouldOverwrite(Refused):
    """A file that would be written exists already; facts: file."""

    code = "would-overwrite"
    title = "Would overwrite"
    template = "{file}: exists already; expected nothing there."
    hint = "Give --force to replace it, or another destination."


class SameDestination(Refused):
    """Two inputs would be written to one and the same output; facts: file, first, second."""

    code = "same-destination"
    title = "Two inputs, one output"
    template = "{file}: would be written from both {first} and {second}; expected one input an output."
    hint = "Convert them into different folders."


class BadInput(AssaylineError):
    """An input other than an export is damaged, unreadable or not what it should be; facts: what, found, expected, next."""

    code = "bad-input"
    title = "Input damaged or unreadable"
    status = 10


class NotStrict(AssaylineError):
    """`--strict` was given and something of the input did not parse; facts: file, where, found, count."""

    code = "not-strict"
    title = "Not everything parsed"
    template = "{file}: {where}: found {found} ({count} in all); expected every value to parse, as --strict demands."
    hint = "Leave --strict out to have it kept as text; nothing was written."
    status = 6


class ChangedMeanwhile(AssaylineError):
    """A file changed between being found and being read; facts: file, found, expected (digests)."""

    code = "changed-meanwhile"
    title = "File changed while it was taken"
    template = "{file}: found content {found:.12}…; expected {expected:.12}…, as it was when it had settled."
    hint = "Nothing was written; it is taken again when it has settled."
    status = 10


class ReferenceFailed(AssaylineError):
    """The reference package could not convert the file; facts: file, format, found."""

    code = "reference-failed"
    title = "Reference package gave up"
    template = "{file}: the reference package, as {format}: found {found}; expected a document."
    hint = "Without --reference the file is converted by this project, if it knows the format."
    status = 10


class WorkerDied(AssaylineError):
    """A process of a batch ended without an answer (killed, or out of memory); facts: file."""

    code = "worker-died"
    title = "Process ended"
    template = "{file}: the process that converted it ended without an answer; expected a result."
    hint = "Convert it alone, with more memory; the other files were converted."
    status = 1


class NothingThere(AssaylineError):
    """A pointer or an address leads to nothing; facts: file, found, expected."""

    code = "nothing-there"
    title = "Nothing at this place"
    template = "{file}: found {found}; expected {expected}."
    hint = "Without a place, `assayline explain` lists every region of the file and every value."
    status = 2


class WorkflowFailed(PartFailed):
    """A step of a workflow ended with an error; facts: workflow, found, log."""

    code = "workflow-failed"
    title = "Workflow failed"
    template = "{workflow}: found {found}; expected every step to succeed."
    hint = "Read {log}; the same command goes on where it stopped."
