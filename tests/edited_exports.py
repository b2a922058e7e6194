"""Exports that a text of the corpus becomes by a few replacements: other columns, settings and channels of the same software."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from made_exports import corpus_file

import allotrope

if TYPE_CHECKING:
    from pathlib import Path

Edits = tuple[tuple[str, str], ...]
EDITED: dict[str, tuple[str, Edits]] = {
    "echo cherry pick with surveys": (
        "beckman_echo_cherry_pick/01",
        (
            (r"^(Date Time Point,.*)", r"\1,Survey Fluid Volume"),
            (r"^(2026-03-05 15:1.*)", r"\1,5.5"),
            (r"^2026-03-05 15:2.*\n", ""),
        ),
    ),
    "echo plate reformat with offsets": (
        "beckman_echo_plate_reformat/01",
        ((r"^(Date Time Point,.*)", r"\1,Destination Well X Offset"), (r"^(2024-12-09 13:34.*)", r"\1,5.5")),
    ),
    "biomek without a method": ("beckman_coulter_biomek/01", ((r"\AMethod.*\n", ""),)),
    "gen5 image of high contrast": (
        "agilent_gen5_image/04",
        ((r"Channel 2: .*\n", "Channel 2:  Custom\n\t    Bright Field:High Contrast\n"),),
    ),
    "bioplex with a lot": ("biorad_bioplex/01", ((r"<AssayLotID></AssayLotID>", "<AssayLotID>L1</AssayLotID>"),)),
    "flowjo annotated": (
        "flowjo/01",
        (
            ("<SampleList>", '<SampleList homepage="page" kind="list">'),
            ("<Sample>", '<Sample name="mine" state="new">'),
            ("<Keywords>", '<Keywords><Keyword name="CTNUM" value="1" /><Keyword name="$CYTSN" value="2" />'),
            (r'(<SampleNode [^>]*annotation=)""', r'\1"looked at"'),
            (r'(<Population name="Lymphocytes" [^>]*annotation=)""', r'\1"odd"'),
        ),
    ),
    "immunospot reviewed": ("ctl_immunospot/01", (("Counted: ([^;]*)", r"QC review last updated on \1 by foo"),)),
    "lunatic with a comment": ("unchained_labs_lunatic/03", ((r"^(PLATE_.*)", r"\1,hello"), ('Instrument ID\n', "Instrument ID,Comment\n"))),
    "nc view under a blank line": ("chemometec_nc_view/01", ((r"\A", "\n"),)),
    "xponent without a sample's name": ("luminex_xponent/02", (('"Unknown2"', '""'),)),
    "absolute q by channels": (
        "appbio_absolute_q/02",
        (
            (r"\A.*", "Run,Date,Instrument,Plate,Group,Name,Well,Total,Channels,Target,Copies per microliter,95%CI,Count"),
            (r"^(.*),[A-Z]+,(Gene \w),0,0,0$", r"\1,,\2,0,0,0"),
            (r"^(.*,C1,.*),[A-Z]+,(Gene \w,.*)$", r"\1,None,\2"),
        ),
    ),
}
"""Name → (case of the corpus, pairs of a pattern, whose `^` and `$` are those of lines, and what takes its place)."""


def edited(corpus: Path, name: str) -> tuple[str, bytes]:
    """The file name and the content of an edited export; every pattern is found."""
    case, edits = EDITED[name]
    path = corpus_file(corpus, case)
    text = allotrope.probe.Probe(path).text.replace("\r\n", "\n")
    for old, new in edits:
        text, count = re.subn(old, new, text, flags=re.MULTILINE)
        assert count, f"{case} has no {old!r}"
    return path.name, text.encode()
