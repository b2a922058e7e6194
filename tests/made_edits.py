"""Exports made of files of the corpus by a few edits: what real ones hold and these do not."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from made_exports import corpus_file, unicorn, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def edited(case: str, *edits: tuple[str, str]) -> Callable[[Path], str]:
    """What makes the text of a case with edits, each the first match of an expression and what stands there instead."""

    def make(corpus: Path) -> str:
        text = corpus_file(corpus, case).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        for pattern, instead in edits:
            text, count = re.subn(pattern, instead, text, count=1)
            assert count, pattern
        return text

    return make


def tagged(corpus: Path) -> bytes:
    """A result of UNICORN whose only sample is its second, tagged twice."""
    with zipfile.ZipFile(io.BytesIO(unicorn(corpus))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tags = re.search(rb"<ResultSearchCriteria><Keyword1>Sample_ID<.*?</ResultSearchCriteria>", parts["Result.xml"])
    assert tags is not None
    second = tags[0].replace(b"Sample_ID", b"Sample_ID_2")
    parts["Result.xml"] = parts["Result.xml"].replace(tags[0], second + second.replace(b"S-1", b"S-9"))
    return zipped(parts)


EDITS: dict[str, tuple[str, str, Callable[[Path], str | bytes]]] = {
    "cytiva_unicorn second sample": ("cytiva_unicorn", "result.zip", tagged),
    "flowjo annotated": (
        "flowjo",
        "annotated.wsp",
        edited(
            "flowjo/01",
            ("<SampleList>", '<SampleList homepage="page" kind="list">'),
            ("<Sample>", '<Sample name="mine" state="new">'),
            ("<Keywords>", '<Keywords><Keyword name="CTNUM" value="1" /><Keyword name="$CYTSN" value="2" />'),
            (r'(<SampleNode [^>]*annotation=)""', r'\1"looked at"'),
            (r'(<Population [^>]*annotation=)""', r'\1"odd"'),
        ),
    ),
    "ctl_immunospot reviewed": (
        "ctl_immunospot",
        "plate.txt",
        edited("ctl_immunospot/01", ("Counted: ([^;]*)", r"QC review last updated on \1 by foo")),
    ),
    "chemometec_nc_view": ("chemometec_nc_view", "counts.csv", edited("chemometec_nc_view/01", (r"\A\ufeff?", "\n"))),
    "luminex_xponent": ("luminex_xponent", "run.csv", edited("luminex_xponent/02", ('"Unknown2"', '""'))),
}
"""Name → (instrument, file name, what makes the content)."""
