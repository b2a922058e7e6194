"""Errors of deploying a pipeline."""

from __future__ import annotations

from assayline.errors import AssaylineError, BadInput, Refused


class Unclear(AssaylineError):
    """Names and contents do not tell what a file or a sample is, and nobody may guess; facts: what, found, expected, next."""

    code = "unclear"
    title = "Not clear, and not guessed"
    status = 4


class SheetRefused(Refused):
    """The rows do not fit the pipeline's own schema; nothing was written; facts: pipeline, count, found."""

    code = "sheet-refused"
    title = "Sample sheet breaks the pipeline's schema"
    template = "{pipeline}: the sheet breaks the pipeline's schema in {count} places: {found}; expected rows that fit it."
    hint = "Correct the files or their metadata; nothing was written."


class ParametersRefused(Refused):
    """Parameters that the pipeline does not know or does not allow; facts: pipeline, count, found."""

    code = "parameters-refused"
    title = "Parameters break the pipeline's schema"
    template = "{pipeline}: {count} parameters cannot be used: {found}; expected what its nextflow_schema.json allows."
    hint = "Correct them; nothing was started."


class ReadsDamaged(BadInput):
    """A file of reads or alignments is empty, truncated or not what its name says; facts: count, found."""

    code = "reads-damaged"
    title = "Files of reads are damaged"
    template = "{count} files cannot be used: {found}; expected whole files that hold reads."
    hint = "Copy or download them again, or leave them out with --exclude PATTERN."


class FetchRefused(Refused):
    """What an accession offers cannot be used as asked; facts: what, found, expected, next."""

    code = "fetch-refused"
    title = "Accession cannot be used"


class FetchFailed(AssaylineError):
    """Some files did not arrive whole; those that did stay; facts: count, total, found."""

    code = "fetch-failed"
    title = "Files did not arrive"
    template = "{count} of {total} files did not arrive: {found}; expected every file with its checksum."
    hint = "Run the same command again: it goes on where it stopped."
    status = 8


class BundleDamaged(BadInput):
    """A bundle is not what its list of digests says; facts: folder, count, found."""

    code = "bundle-damaged"
    title = "Bundle is damaged"
    template = "{folder}: {count} files are not as packed: {found}; expected every digest of bundle.json."
    hint = "Copy the bundle again; nothing was unpacked."
