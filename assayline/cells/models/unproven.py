"""Models of scvi-tools that this project does not offer yet: nobody has held their output against a known truth here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unproven:
    """Name and source of a model, what it would need, and when one would prefer it."""

    title: str
    where: str
    needs: str
    prefer: str


UNPROVEN = {
    "totalvi": Unproven("totalVI", "scvi.model:TOTALVI", "RNA counts and protein counts", "CITE-seq"),
    "peakvi": Unproven("PeakVI", "scvi.model:PEAKVI", "counts of accessible peaks", "ATAC alone"),
    "multivi": Unproven("MultiVI", "scvi.model:MULTIVI", "RNA counts and peak counts, some cells with one only", "multiome"),
    "velovi": Unproven("veloVI", "scvi.external:VELOVI", "layers of spliced and unspliced values", "the direction of change"),
    "sysvi": Unproven("sysVI", "scvi.external:SysVI", "normalised log values, not counts", "systems far apart, as two species"),
    "resolvi": Unproven("resolVI", "scvi.external:RESOLVI", "counts and coordinates", "spatial data whose transcripts leak"),
    "mrvi": Unproven("MrVI", "scvi.external:MRVI", "counts of many samples", "differences between samples at single cells"),
    "condscvi": Unproven("CondSCVI", "scvi.model:CondSCVI", "counts and labels", "the reference of DestVI (prior mog)"),
    "destvi": Unproven("DestVI", "scvi.model:DestVI", "spot counts and a trained CondSCVI", "what cell types make up a spot"),
}
