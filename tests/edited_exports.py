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
    "cedex with a density below the range": (
        "roche_cedex_bioht/01",
        ((r"< TEST RNG \t  6.71", "< TEST RNG\t< 0.05"), (r"\t  88.09\t", "\t< 20\t")),
    ),
    "biomek without a method": ("beckman_coulter_biomek/01", ((r"\AMethod.*\n", ""), ("^(Unit serial)", r"Simulation = 1\n\1"))),
    "vi-cell xr with mean counts": ("beckman_vi_cell_xr/04", ((r"^Total cells : 4263", "Total cells : 4263.5"),)),
    "vi-cell blu with mean counts": ("beckman_vi_cell_blu/01", (("CLB001,2191,2123", "CLB001,2191.5,2123.4"),)),
    "nanodrop 8000 without names": ("thermo_fisher_nanodrop_8000/02", ((r"^([^\t\n]*\t[^\t\n]*)\t[^\t\n]*", r"\1"),)),
    "nanodrop 8000 without plates": ("thermo_fisher_nanodrop_8000/02", ((r"^[^\t\n]*\t(?=Well|[A-H]1\t)", ""),)),
    "nanodrop 8000 of one wavelength": ("thermo_fisher_nanodrop_8000/02", ((r"^((?:[^\t\n]*\t){8})[^\t\n]*\t", r"\1"),)),
    "nanodrop 8000 unread at a wavelength": ("thermo_fisher_nanodrop_8000/02", (("\t0.185\t0.082", "\t\t0.082"),)),
    "nanodrop eight of plain units": ("thermo_fisher_nanodrop_eight/01", (("ng/µL", "ng/uL"),)),
    "nanodrop eight of a serial number": (
        "thermo_fisher_nanodrop_eight/01",
        ((r"^Application:.*\n", ""), (r"^User Name:.*\n", "")),
    ),
    "nanodrop eight of a protein": (
        "thermo_fisher_nanodrop_eight/01",
        (("ng/µL", "Protein (mg/mL)"), ("\tA260\t", "\tA320\t")),
    ),
    "genesys 30 without a mode": ("thermo_fisher_genesys30/01", ((r"^Mode.*\n", ""),)),
    "visionlite in parts": ("thermo_fisher_visionlite/03", (("mg/L", "ppm"),)),
    "gen5 image of high contrast": (
        "agilent_gen5_image/04",
        ((r"Channel 2: .*\n", "Channel 2:  Custom\n\t    Bright Field:High Contrast\n"),),
    ),
    "bioplex with a lot": ("biorad_bioplex/01", ((r"<AssayLotID></AssayLotID>", "<AssayLotID>L1</AssayLotID>"),)),
    "bioplex with statistics without a number": (
        "biorad_bioplex/01",
        ((r"<CV>1[^<]*<", "<CV>NaN<"), (r"<Mean>2[^<]*<", "<Mean>-NaN<")),
    ),
    "cfx with a row without a result": (
        "cfxmaestro/01",
        ((r"^(,A02,FAM,,Unkn),[^,]*,([^,]*),[^,]*,[^,]*,0,(.*),$", r"\1,,\2,,,0,\3,7.25"),),
    ),
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
    "lunatic with a comment": (
        "unchained_labs_lunatic/03",
        ((r"^(PLATE_.*)", r"\1,hello"), ("Instrument ID\n", "Instrument ID,Comment\n")),
    ),
    "nc view under a blank line": ("chemometec_nc_view/01", ((r"\A", "\n"),)),
    "softmax with an empty result": (
        "moldev_softmax_pro/12",
        ((r"^(St2\t160.000\t)159.816", r"\1"), (r"^( (?:\t )+\tB2\t)1.075", r"\1")),
    ),
    "softmax of eight columns": (
        "moldev_softmax_pro/01",
        ((r"^(\t[^\t\n]*(?:\t[^\t\n]*){8}).*$", r"\1"), (r"^.*\t[A-H](9|10|11|12)\t.*\n", "")),
    ),
    "softmax of eight columns under twelve": (
        "moldev_softmax_pro/01",
        ((r"^(\t(?!\t1\t2\t)[^T\n\t]*(?:\t[^\t\n]*){8}).*$", r"\1"), (r"^.*\t[A-H](9|10|11|12)\t.*\n", "")),
    ),
    "softmax spectrum beyond the range": (
        "moldev_softmax_pro/19",
        ((r"^(526\t23.5\t)0.1688", r"\1OVER"), (r"^(525\t23.5\t0.1685\t)0.1982", r"\1OVER")),
    ),
    "gen5 image of a channel with a remark": (
        "agilent_gen5_image/02",
        ((r"(Channel 2:  GFP 469,525)", r"\1 (confocal)"),),
    ),
    "xponent without its program's name": ("luminex_xponent/01", ((r"\AProgram,.*\n", ""),)),
    "chromeleon with lists of variables": (
        "benchling_chromeleon/02",
        ((r'("ColumnValvePosition": 1.0)', r'\1, "Racks": ["R1", "R2"], "Levels": [2.5]'),),
    ),
    "matrix with densities in both units": (
        "revvity_matrix/01",
        ((r"\A(.*)", r"\1,Live Concentration (E6)"), (r"^(P\d-.*)", r"\1,2.285")),
    ),
    "xponent without a sample's name": ("luminex_xponent/02", (('"Unknown2"', '""'),)),
    "envision without rows and columns": (
        "perkin_elmer_envision/01",
        ((r"^,0?1,.*\n", ""), (r"^[A-P],(?=[ \d-])", "")),
    ),
    "envision with dates of two orders": (
        "perkin_elmer_envision/01",
        ((r"1/15/2024 (10:3.:..) AM,$", r"15.01.2024 \1,"),),
    ),
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
