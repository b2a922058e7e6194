"""The error of a sentence that says more than its evidence."""

from __future__ import annotations

from assayline.errors import AssaylineError


class Unsupported(AssaylineError):
    """A sentence says something that the evidence does not; facts: reason."""

    code = "unsupported"
    title = "Sentence not supported"
    template = "{reason}."
    hint = ""
    status = 9
