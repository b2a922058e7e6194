"""Strandedness of libraries by the name of their kit; a kit that is not known is `auto`, never guessed.

Sources: the makers' manuals; the tables of RSeQC and Salmon users agree on these. Which strand a kit keeps follows from its
chemistry: dUTP marks and removes the second strand, so that read 1 is antisense (reverse).
"""

from __future__ import annotations

import re

KITS: tuple[tuple[str, str], ...] = (
    (r"non[ -]?stranded|unstranded|non[ -]?directional|not stranded", "unstranded"),
    (r"quant-?seq.*\brev", "reverse"),
    (r"quant-?seq|coral+|scriptseq|script-seq|directional ligation|ligation.*stranded|\bforward\b|second[ -]?strand", "forward"),
    (r"truseq.*stranded|stranded.*truseq|illumina stranded|\bdutp\b|first[ -]?strand|\breverse\b", "reverse"),
    (r"nebnext.*(?<!non-)directional|kapa.*(?:stranded|hyperprep)|sureselect.*strand|strand-?specific.*sureselect", "reverse"),
    (r"truseq rna|truseq v2|nebnext (?:ultra )?(?:ii )?rna(?! .*direction)|smart-?seq|smarter ultra|nextera xt", "unstranded"),
)
"""Pattern of a kit's name in lower case → strandedness; the first that fits holds."""

STRANDED = {"forward", "reverse", "unstranded", "auto"}


def strandedness(kit: str) -> str | None:
    """forward, reverse or unstranded by the name of a kit or protocol; None when it does not tell."""
    text = " ".join(kit.lower().replace("_", " ").split())
    return next((value for pattern, value in KITS if re.search(pattern, text)), None)
