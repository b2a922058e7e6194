"""A seeded simulator of libraries with known truth: raw droplets, nuclei, panels, ambient, doublets, donors and conditions.

`library(...)` draws one; its truth stands in `obs` (what every barcode is) and `changed` (genes that differ between conditions).
Good and dying cells overlap on purpose: `overlap` says how much of both no threshold could tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas
import scipy.sparse as sparse

from assayline.cells import gene_facts

if TYPE_CHECKING:
    from pathlib import Path

MITO = {"cell": 0.05, "nucleus": 0.004, "dying": 0.25}
RIBO = {"cell": 0.18, "nucleus": 0.01, "dying": 0.12}
SPELL = {"human": str.upper, "mouse": str.capitalize, "rat": str.capitalize, "zebrafish": str.lower, "fly": str.capitalize}
CODE = {"human": "ENSG", "mouse": "ENSMUSG", "rat": "ENSRNOG", "zebrafish": "ENSDARG", "fly": "FBgn"}


@dataclass(frozen=True)
class Plan:
    """What to simulate; the defaults are one sample of called human cells, 3,000 genes by symbol, 5 % ambient counts."""

    species: tuple[str, ...] = ("human",)
    identifiers: str = "symbol"
    prefixes: bool = False
    cells: int = 400
    genes: int = 3000
    groups: int = 4
    depth: float = 3000.0
    markers: float = 8.0
    nuclei: bool = False
    panel: bool = False
    empties: int = 0
    empty_depth: float = 15.0
    ambient: float = 0.05
    doublets: float = 0.0
    dying: float = 0.0
    shallow: float = 0.0
    donors: int = 0
    conditions: tuple[str, ...] = ()
    changed: float = 0.0
    fold: float = 2.0
    donor_spread: float = 0.2
    shifted: float = 0.0
    seed: int = 0


@dataclass
class Library:
    """Counts (barcodes × genes, CSR), names, the truth of every barcode, the ambient profile and the genes that were changed."""

    plan: Plan
    counts: Any
    names: list[str]
    symbols: list[str]
    obs: Any
    ambient: Any
    changed: Any = None
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def barcodes(self) -> list[str]:
        return list(self.obs.index)

    def adata(self, values: Any = None) -> Any:
        import anndata

        data = anndata.AnnData(sparse.csr_matrix(self.counts if values is None else values).astype(np.float32))
        data.obs = self.obs[[name for name in ("donor", "condition", "sample") if name in self.obs]].copy()
        data.obs_names, data.var_names = self.barcodes, self.names
        data.var["symbol"] = self.symbols
        return data

    def write(self, path: Path, values: Any = None) -> Path:
        self.adata(values).write_h5ad(path)
        return path


def library(**options: Any) -> Library:
    """Draw a library as planned."""
    plan = Plan(**options)
    random = np.random.default_rng(plan.seed)
    names, symbols, classes = _genes(plan)
    profiles, group_species = _profiles(plan, classes, random)
    obs = _barcodes(plan, random)
    group, other = obs["group"].to_numpy(), obs["partner"].to_numpy()
    state = np.where(obs["kind"] == "dying", "dying", "nucleus" if plan.nuclei else "cell")
    effects, changed = _effects(plan, len(names), random)
    soup = _mixed(profiles.mean(axis=0), classes, MITO["cell"] * 1.5, RIBO["cell"], plan)
    rows = []
    for index in range(len(obs)):
        base = profiles[group[index]] * effects.get((obs["donor"].iloc[index], obs["condition"].iloc[index]), 1.0)
        if other[index] >= 0:
            base = (base / base.sum() + profiles[other[index]] / profiles[other[index]].sum()) / 2
        mito = _around(MITO[state[index]], 0.8 if state[index] == "dying" else 0.45, random)
        own = _mixed(base, classes, mito, _around(RIBO[state[index]], 0.2, random), plan)
        share = 0.0 if plan.ambient == 0 else _around(plan.ambient, 0.3, random)
        mean = obs["size"].iloc[index] * ((1 - share) * own + share * soup)
        rows.append(sparse.csr_matrix(random.poisson(mean * random.gamma(8.0, 1 / 8, len(mean)))))
    counts = sparse.vstack(rows, format="csr")
    if plan.empties:
        counts, obs = _with_empties(plan, counts, obs, soup, random)
    obs["species"] = [group_species[number] if number >= 0 else "none" for number in obs["group"]]
    return Library(plan, counts, names, symbols, obs, soup, changed, {"overlap": _overlap(counts, classes, obs)})


def _genes(plan: Plan) -> tuple[list[str], list[str], Any]:
    """Names, symbols and class (mitochondrial, ribosomal, nuclear, other) of every gene."""
    names, symbols, classes = [], [], []
    own = plan.genes // len(plan.species)
    for species in plan.species:
        rows = (
            []
            if plan.panel
            else [row for row in gene_facts.facts() if row[0] == species and row[1] in ("mitochondrial", "ribosomal", "nuclear")]
        )
        known = [(row[3], row[2], row[1]) for row in rows]
        if not plan.panel and not any(row[1] == "ribosomal" for row in rows):
            spelt = {"rat": "Rpl{}", "zebrafish": "rpl{}", "fly": "RpL{}"}[species]
            known += [(spelt.format(number), "", "ribosomal") for number in range(3, 38)]
        plain = sorted(gene_facts.symbols("common") - {"MALAT1", "NEAT1", "XIST"})[: own // 3] if plan.panel else []
        known += [(SPELL[species](name), "", "other") for name in plain]
        known += [(SPELL[species](f"gene{number}"), "", "other") for number in range(own - len(known))]
        digits = 7 if species == "fly" else 11
        mark = f"{'GRCh38' if species == 'human' else 'mm10__'}_" if plan.prefixes else ""
        for number, (symbol, identifier, kind) in enumerate(known[:own]):
            identifier = identifier or f"{CODE[species]}{9 * 10 ** (digits - 1) + number}"
            symbols.append(mark + symbol)
            names.append(mark + (identifier if plan.identifiers == "ensembl" else symbol))
            classes.append((kind, species))
    return names, symbols, classes


def _profiles(plan: Plan, classes: Any, random: Any) -> tuple[Any, list[str]]:
    """Expression of every group (groups × genes): a shared base, markers many times stronger; a group is of one species."""
    species = np.array([one for _, one in classes])
    base = random.gamma(0.5, 1.0, len(classes)) + 0.01
    groups, of = [], []
    for number in range(plan.groups):
        own = plan.species[number % len(plan.species)]
        profile = np.where(species == own, base, 0.0)
        free = np.flatnonzero([kind == "other" and one == own for kind, one in classes])
        profile[random.choice(free, max(3, len(free) // 25), replace=False)] *= plan.markers
        profile[random.choice(free, len(free) // 5, replace=False)] = 0.0
        groups.append(profile)
        of.append(own)
    return np.array(groups), of


def _mixed(base: Any, classes: Any, mito: float, ribo: float, plan: Plan) -> Any:
    """A profile that sums to one with given shares of mitochondrial and ribosomal counts, split evenly among the class."""
    if plan.panel:
        return base / base.sum()
    kinds = np.array([kind for kind, _ in classes])
    nuclear = 0.05 if plan.nuclei else 0.015
    mean = base.copy()
    for kind, share in (("mitochondrial", mito), ("ribosomal", ribo), ("nuclear", nuclear)):
        own = (kinds == kind) & (base > 0)
        if own.any():
            mean[own] = share / own.sum()
    rest = np.isin(kinds, ["other"])
    mean[rest] *= (1 - mito - ribo - nuclear) / mean[rest].sum()
    return mean / mean.sum()


def _barcodes(plan: Plan, random: Any) -> Any:
    """The cells of every donor and condition, and what each is."""
    units = [(f"d{number}", condition) for condition in plan.conditions for number in range(plan.donors)]
    if plan.conditions:
        units = [(f"{condition}{donor}", condition) for donor, condition in units]
    units = units or [("", "")]
    parts = []
    for donor, condition in units:
        weights = np.ones(plan.groups)
        if plan.shifted and condition == plan.conditions[-1]:
            weights[0] *= plan.shifted
        weights *= random.lognormal(0, 0.15, plan.groups) if plan.donors else 1.0
        part = pandas.DataFrame({"group": random.choice(plan.groups, plan.cells, p=weights / weights.sum())})
        part["donor"], part["condition"], part["sample"] = donor, condition, donor or "s1"
        parts.append(part)
    obs = pandas.concat(parts, ignore_index=True)
    spread = 0.35
    obs["size"] = plan.depth * random.lognormal(0, spread, len(obs))
    draw = random.random(len(obs))
    kinds = np.select(
        [draw < plan.dying, draw < plan.dying + plan.shallow, draw < plan.dying + plan.shallow + plan.doublets],
        ["dying", "shallow", "doublet"],
        "cell",
    )
    obs["kind"] = kinds
    obs.loc[kinds == "dying", "size"] *= 0.5
    obs.loc[kinds == "shallow", "size"] = plan.depth * 0.06 * random.lognormal(0, 0.3, int((kinds == "shallow").sum()))
    pair = kinds == "doublet"
    obs["partner"] = np.where(pair, (obs["group"] + random.integers(1, max(2, plan.groups), len(obs))) % plan.groups, -1)
    obs.loc[pair, "size"] *= 1.7
    letters = random.choice(list("ACGT"), (len(obs), 16))
    obs.index = pandas.Index([f"{''.join(row)}-{number}" for number, row in enumerate(letters, 1)], dtype=object)
    return obs


def _effects(plan: Plan, genes: int, random: Any) -> tuple[dict[tuple[str, str], Any], Any]:
    """Every donor's own spread of every gene, and the fold of the genes that a condition changes."""
    changed = np.zeros(genes)
    if plan.conditions and plan.changed:
        own = random.choice(genes, int(plan.changed * genes), replace=False)
        changed[own] = np.log(plan.fold) * random.choice([-1.0, 1.0], len(own))
    effects = {}
    for condition in plan.conditions:
        for number in range(plan.donors):
            spread = random.normal(0, plan.donor_spread, genes)
            effects[f"{condition}d{number}", condition] = np.exp(spread + changed * (condition == plan.conditions[-1]))
    return effects, changed


def _with_empties(plan: Plan, counts: Any, obs: Any, soup: Any, random: Any) -> tuple[Any, Any]:
    """Empty droplets hold nothing but ambient molecules."""
    sizes = random.poisson(plan.empty_depth * random.lognormal(0, 0.6, plan.empties))
    genes = np.searchsorted(np.cumsum(soup / soup.sum()), random.random(int(sizes.sum())))
    rows = np.repeat(np.arange(plan.empties), sizes)
    shape = (plan.empties, len(soup))
    empty = sparse.csr_matrix((np.ones(len(rows)), (rows, np.minimum(genes, len(soup) - 1))), shape=shape)
    letters = random.choice(list("ACGT"), (plan.empties, 15))
    names = pandas.Index([f"T{''.join(row)}-{number}e" for number, row in enumerate(letters)], dtype=object)
    blank = pandas.DataFrame(
        {"group": -1, "donor": "", "condition": "", "sample": "s1", "size": sizes, "kind": "empty"}, index=names
    )
    order = random.permutation(plan.empties + len(obs))
    both = pandas.concat([obs, blank.assign(partner=-1)]).iloc[order]
    return sparse.vstack([counts, empty], format="csr")[order], both


def _overlap(counts: Any, classes: Any, obs: Any) -> float:
    """Share of dying and good cells that the best single mitochondrial threshold gets wrong."""
    mito = np.flatnonzero([kind == "mitochondrial" for kind, _ in classes])
    good, bad = (obs["kind"] == "cell").to_numpy(), (obs["kind"] == "dying").to_numpy()
    if not bad.any() or not len(mito):
        return 0.0
    share = np.asarray(counts[:, mito].sum(axis=1)).ravel() / np.maximum(1, np.asarray(counts.sum(axis=1)).ravel())
    cuts = np.unique(share[good | bad])
    wrong = [(good & (share > cut)).sum() + (bad & (share <= cut)).sum() for cut in cuts]
    return float(min(wrong) / (good | bad).sum())


def _around(mean: float, spread: float, random: Any) -> float:
    """A share around a mean, on the logit scale."""
    centre = np.log(mean / (1 - mean)) + random.normal(0, spread)
    return float(1 / (1 + np.exp(-centre)))
