"""Count matrices of known build: thresholds, genes, model and resolution that fit them."""

# ruff: noqa: E501 - tables of situations, a situation a row
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.evidence import Evidence, load
from assayline.run_folder import RunFolder
from tests.advisor.bench.made import Made, is_, to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OSCA = "scater/OSCA, doi:10.1093/bioinformatics/btw777"
HEUMOS = "Heumos et al. 2023, doi:10.1038/s41576-023-00586-w"
LUECKEN = "Luecken et al. 2022, doi:10.1038/s41592-021-01336-8"
SVENSSON = "Svensson 2020, doi:10.1038/s41587-019-0379-5"
LANGE = "Lange et al. 2004, doi:10.1162/089976604773717621"
MITO = tuple(
    f"MT-{name}" for name in ["ND1", "ND2", "CO1", "CO2", "ATP8", "ATP6", "CO3", "ND3", "ND4L", "ND4", "ND5", "ND6", "CYB"]
)


@dataclass(frozen=True)
class Cells:
    """How a matrix is built: sizes, depth (counts a cell) and its spread, groups, share of dying cells, samples."""

    cells: int = 150
    genes: int = 2200
    depth: float = 3000.0
    spread: float = 0.3
    groups: int = 2
    dying: float = 0.0
    small: float = 0.0
    """Share of cells of a type with an eighth of the counts, as neutrophils beside monocytes."""
    mito: float = 0.05
    samples: int = 1
    ribosomal: bool = False
    """Whether the last genes are those of ribosomal proteins, with no more counts than others, as in nuclei."""
    seed: int = 0

    def write(self, folder: Path) -> dict[str, Any]:
        """Write counts.csv and cells.csv; the arguments of the gate."""
        random = np.random.default_rng(self.seed)
        mito = MITO if self.mito else ()
        names = [*mito, *(f"GENE{number}" for number in range(self.genes - len(mito)))]
        if self.ribosomal:
            names[-40:] = [f"RPL{number}" for number in range(3, 23)] + [f"RPS{number}" for number in range(2, 22)]
        mean = random.gamma(0.5, 1.0, self.genes) + 0.01
        group = np.arange(self.cells) % self.groups
        profile = np.tile(mean, (self.groups, 1))
        for number in range(self.groups):
            place = len(mito) + number * (self.genes // 12)
            profile[number, place : place + self.genes // 12] *= 10
        profile[:, : len(mito)] = 0
        profile /= profile.sum(axis=1, keepdims=True)
        size = self.depth * random.lognormal(0.0, self.spread, self.cells)
        size[: int(self.small * self.cells)] /= 8
        share = np.full(self.cells, self.mito) * random.uniform(0.7, 1.3, self.cells)
        if self.dying:
            share[-int(self.dying * self.cells) :] = random.uniform(0.3, 0.6, int(self.dying * self.cells))
        expected = profile[group] * (1 - share)[:, None]
        if mito:
            expected[:, : len(mito)] = (share / len(mito))[:, None]
        counts = random.poisson(expected * size[:, None] * random.gamma(8.0, 1 / 8, (self.cells, self.genes)))
        cells = [f"cell{number}" for number in range(self.cells)]
        lines = [",".join([name, *map(str, row)]) for name, row in zip(cells, counts, strict=True)]
        (folder / "counts.csv").write_text("\n".join([",".join(["", *names]), *lines]) + "\n")
        given: dict[str, Any] = {"orientation": "cells-by-genes"}
        if self.samples == 1:
            return given
        donors = [f"{name},D{number % self.samples}" for number, name in enumerate(cells)]
        (folder / "cells.csv").write_text("\n".join(["cell,donor", *donors]) + "\n")
        return given | {"metadata": folder / "cells.csv", "sample_key": "donor"}


def gated(cells: Cells) -> Callable[[Path], list[Evidence]]:
    """A matrix shown to the gate."""

    def show(folder: Path) -> list[Evidence]:
        from assayline.cells.steps import inspect_step

        run = RunFolder(folder / "run").create()
        options = cells.write(folder)
        inspect_step(run, folder / "counts.csv", **options)
        return list(load(run).values())

    return show


def filtered(cells: Cells) -> Callable[[Path], list[Evidence]]:
    """A matrix shown to the gate and to quality control with the thresholds that the rule takes."""

    def show(folder: Path) -> list[Evidence]:
        from assayline.advisor.decide import decide
        from assayline.advisor.tape import chosen
        from assayline.cells.steps_qc import qc_step

        gated(cells)(folder)
        run = RunFolder(folder / "run")
        decide(run, "qc_thresholds", "rules")
        qc_step(run, *chosen(run, "qc_thresholds"))
        return list(load(run).values())

    return show


def embedded(cells: Cells) -> Callable[[Path], list[Evidence]]:
    """A matrix shown to every station up to the survey of resolutions, by principal components."""

    def show(folder: Path) -> list[Evidence]:
        from assayline.cells.models.training import Budget
        from assayline.cells.steps_model import integrate_step

        filtered(cells)(folder)
        run = RunFolder(folder / "run")
        choice = {"model": "pca", "variable_genes": 500, "latent": 10, "layers": 1, "hidden": 32, "max_epochs": 10}
        integrate_step(run, choice | {"likelihood": "nb", "correct_samples": False}, "sha256:0", Budget(), lambda *_: None)
        return list(load(run).values())

    return show


def qc(name: str, story: str, why: str, source: str, cells: Cells, good: dict, bad: list[dict] | None = None) -> Made:
    return Made(name, "QC thresholds", "qc_thresholds", story, why, source, gated(cells), [good], bad or [])


def genes(name: str, story: str, why: str, cells: Cells, good: dict, bad: list[dict] | None = None) -> Made:
    return Made(name, "genes", "gene_selection", story, why, LUECKEN, filtered(cells), [good], bad or [])


def model(name: str, story: str, why: str, source: str, cells: Cells, good: dict, bad: list[dict] | None = None) -> Made:
    return Made(name, "model", "integration_model", story, why, source, filtered(cells), [good], bad or [])


def resolution(name: str, story: str, why: str, cells: Cells, good: dict) -> Made:
    return Made(name, "resolution", "clustering_resolution", story, why, LANGE, embedded(cells), [good], [], slow=True)


WIDE = {"mads_counts": to(4, 6), "mads_genes": to(4, 6)}
USUAL = {"mads_counts": to(2.5, 5), "mads_genes": to(2.5, 5), "mads_mitochondrial": to(2.5, 5)}
CUTS = [{"mads_counts": to(2, 3.5), "why": "cuts a whole type of cells away"}]
MADE = [
    qc("qc_clean", "Fresh cells, deep, one sample.", "Limits of the usual width leave the bulk alone.", OSCA,
       Cells(seed=1), USUAL | {"minimum_cells_per_gene": to(1, 5)}),
    qc("qc_dying", "A sixth of the cells is dying.", "The usual limit on the mitochondrial share takes the dying, and only these.", OSCA,
       Cells(dying=0.15, seed=2), {"mads_mitochondrial": to(2.5, 6), "minimum_mitochondrial_difference": to(0.02, 0.15)}),
    qc("qc_two_sizes", "A third of the cells, a type of its own, has an eighth of the counts.",
       "Narrow limits take the small cells for broken ones.", HEUMOS, Cells(small=0.3, spread=0.12, seed=3), WIDE, CUTS),
    qc("qc_small_minority", "An eighth of the cells is of a small type.", "Narrow limits would remove the type.", HEUMOS,
       Cells(small=0.13, spread=0.15, seed=4), WIDE, CUTS),
    qc("qc_shallow_ffpe", "Cells of an FFPE block, 120 counts each, broadly spread.",
       "Shallow cells scatter widely; a gene may not be asked of many cells.", HEUMOS,
       Cells(depth=120, spread=0.8, seed=5), {"mads_counts": to(3, 6), "minimum_cells_per_gene": to(0, 3)}),
    qc("qc_panel", "A targeted panel of 300 genes.", "A panel's genes were chosen: thresholds follow the panel's own distribution.",
       "10x Genomics CG000483", Cells(genes=300, depth=600, seed=6), USUAL | {"minimum_cells_per_gene": to(0, 5)}),
    qc("qc_nuclei", "Nuclei of frozen tissue.", "Nuclei have next to no mitochondrial counts: what has some is debris.",
       "Slyper et al. 2020, doi:10.1038/s41591-020-0844-1", Cells(mito=0.004, depth=2500, ribosomal=True, seed=10),
       USUAL | {"minimum_mitochondrial_difference": to(0.0, 0.03)}, [{"minimum_mitochondrial_difference": to(0.05, 0.3)}]),
    qc("qc_no_mitochondria", "A matrix without mitochondrial genes.", "No limit on their share can act, whatever it is.", OSCA,
       Cells(mito=0, seed=7), USUAL | {"minimum_mitochondrial_difference": to(0, 0.3)}),
    qc("qc_few_cells", "Forty cells of a plate.", "A gene seen in one of few cells may be real.", OSCA,
       Cells(cells=40, seed=8), {"mads_counts": to(2.5, 6), "minimum_cells_per_gene": to(0, 1)},
       [{"minimum_cells_per_gene": to(2, 50)}]),
    qc("qc_ninety_cells", "Ninety cells, carefully picked.", "Few cells: genes are kept that one or two show.", OSCA,
       Cells(cells=90, seed=9), {"minimum_cells_per_gene": to(0, 2), "mads_counts": to(2.5, 6)}),
    genes("genes_panel", "A targeted panel of 300 genes.", "A panel's genes were chosen already; none is left out.",
          Cells(genes=300, depth=900, seed=11), {"method": is_("all"), "keep_mitochondrial": is_(True)}, [{"method": is_("variable_on_log")}]),
    genes("genes_small_panel", "A panel of 120 genes in two samples.", "There is nothing to select among 120 chosen genes.",
          Cells(genes=120, depth=500, samples=2, seed=12), {"method": is_("all")}),
    genes("genes_three_donors", "Three donors in one matrix.", "Genes variable between donors are not those variable between cells.",
          Cells(samples=3, cells=240, seed=13), {"by_sample": is_(True), "number": to(500, 4000)}, [{"by_sample": is_(False)}]),
    genes("genes_two_batches", "Two libraries of 150 cells each.", "Genes are ranked within each library.",
          Cells(samples=2, cells=300, seed=14), {"by_sample": is_(True)}, [{"by_sample": is_(False)}]),
    genes("genes_one_sample", "One deep sample.", "Some thousand variable genes on counts; by sample there is nothing to do.",
          Cells(depth=9000, cells=260, seed=15), {"by_sample": is_(False), "number": to(1000, 4000),
                                                  "method": is_("variable_on_counts", "pearson_residuals")}),
    genes("genes_shallow", "Cells with fewer than 200 genes.", "Genes seen in few cells are noise at this depth; fewer are taken.",
          Cells(depth=150, cells=220, seed=16), {"number": to(200, 1500)}, [{"number": to(2000, 6000)}]),
    model("model_few_cells", "Seventy cells.", "Too few to train a deep model on.", SVENSSON,
          Cells(cells=70, seed=21), {"model": is_("pca"), "correct_samples": is_(False)}, [{"model": is_("scvi")}]),
    model("model_plate", "Forty-eight cells of two donors.", "Too few to train on, whatever the donors.", SVENSSON,
          Cells(cells=48, samples=2, seed=22), {"model": is_("pca")}, [{"model": is_("scvi")}]),
    model("model_one_sample", "One sample of 300 cells.", "There is no sample to correct for, and droplet counts are not zero-inflated.",
          SVENSSON, Cells(cells=300, seed=23), {"correct_samples": is_(False), "likelihood": is_("nb")},
          [{"correct_samples": is_(True)}]),
    model("model_two_samples", "Two samples of 150 cells.", "Differences between samples are corrected for; counts are not zero-inflated.",
          SVENSSON, Cells(cells=300, samples=2, seed=24), {"correct_samples": is_(True), "likelihood": is_("nb"), "max_epochs": to(50, 400)}),
    resolution("resolution_two_groups", "Two kinds of cells.", "At the usual resolution the two kinds fall into pieces.",
               Cells(cells=160, groups=2, seed=31), {"resolution": to(0.02, 0.6)}),
    resolution("resolution_four_groups", "Four kinds of cells.", "Stable resolutions give four.",
               Cells(cells=200, groups=4, seed=32), {"resolution": to(0.02, 0.8)}),
    resolution("resolution_one_kind", "Cells of one kind.", "There is nothing to split; what splits is not stable.",
               Cells(cells=150, groups=1, seed=33), {"resolution": to(0.02, 0.4)}),
]  # fmt: skip
