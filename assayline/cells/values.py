"""What the numbers of a matrix are: counts, normalised, log, scaled or corrected, told from the values alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.blocks import blocks

if TYPE_CHECKING:
    from assayline.cells.measure import Measured

FLAT = 0.02  # coefficient of variation of the totals below which cells were brought to one depth
NEARLY_FLAT = 0.2  # the same after rounding, if the genes seen vary much more than the totals
LOG_LIMIT = 25.0  # ln(1 + count) of any real count lies below this
ROUNDED_LOG = 12.0  # ln(1 + 160,000): a rounded logarithm of any usual scale is smaller
ENOUGH = 10  # cells below which their totals say nothing
WITHOUT_ONES = 0.05  # share of cells with many genes but no value of 1 above which values were multiplied
AGREE = 0.05  # share of a cell's genes that have its lowest value, from which on it was 1 before
UNDERDISPERSED = 0.6  # variance over mean of the strongest genes: 1 or more in counts, far less in logarithms
STRONG, SEVERAL = 50, 20


@dataclass(frozen=True, slots=True)
class Values:
    """`kind` is counts, scaled, log, normalised, corrected, binary, broken or empty; `basis` says why, from the rest."""

    kind: str
    basis: str
    minimum: float
    maximum: float
    negative: int
    nonzero: int
    density: float
    fractional: int
    deviation: float
    totals_variation: float

    def to_json(self) -> dict[str, Any]:
        """The measurements as plain JSON."""
        return asdict(self)


def judge(values: Any, measured: Measured) -> Values:
    """Judge a cells × genes matrix from its measures; whole numbers whose cells all have one depth are normalised and rounded."""
    size = values.shape[0] * values.shape[1]
    if measured.broken:
        basis = f"{measured.broken} values are not finite (NaN or infinite)"
        return Values("broken", basis, measured.minimum, measured.maximum, 0, measured.nonzero, 0.0, 0, 0.0, 0.0)
    if not measured.nonzero:
        return Values("empty", "every value is zero", 0.0, 0.0, 0, 0, 0.0, 0, 0.0, 0.0)
    variation = _variation(measured.totals)
    kind, basis = _kind(values, measured, variation)
    density = measured.nonzero / size
    facts = (measured.minimum, measured.maximum, measured.negative, measured.nonzero, density, measured.fractional)
    return Values(kind, basis, *facts, measured.deviation, variation)


def _kind(values: Any, of: Measured, variation: float) -> tuple[str, str]:
    enough = values.shape[0] >= ENOUGH
    if of.negative:
        return "scaled", f"{of.negative} values are negative (lowest {of.minimum:.3g}); counts never are"
    if not of.fractional:
        noise = f" within {of.deviation:.0e} (float noise, rounded)" if of.deviation else ""
        told = f"all {of.nonzero} non-zero values are whole numbers{noise}, none is negative, the largest is {of.maximum:.0f}"
        return (_whole(values, of, variation) if enough else None) or ("counts", told)
    share = f"{of.fractional} of {of.nonzero} non-zero values are not whole numbers"
    if of.maximum < LOG_LIMIT:
        totals = _raised(values)
        if enough and _variation(totals) < FLAT:
            return "log", f"{share}; exp(x) − 1 gives every cell the total {np.median(totals):.0f}: log1p of normalised counts"
        return "log", f"{share} and the largest is {of.maximum:.3g}: logarithms or another transformation"
    if enough and variation < FLAT:
        return "normalised", f"{share} and every cell has the same total within {variation:.1%}"
    return "corrected", f"{share}; totals differ between cells: corrected (ambient, probabilistic) or partly normalised values"


def _whole(values: Any, of: Measured, variation: float) -> tuple[str, str] | None:
    """What whole numbers are if they are not counts: rounded after a transformation, or presence calls."""
    if of.maximum <= 1 and np.median(of.genes) >= SEVERAL:
        return "binary", f"every non-zero value is 1 though a cell shows {np.median(of.genes):.0f} genes: presence, not counts"
    if 0 < variation < FLAT:
        same = f"whole numbers, but every cell has the same total within {variation:.1%}"
        return "normalised", f"{same}: normalised and rounded"
    block = next(blocks(values))[1]
    ratio = _dispersion(block)
    if ratio < UNDERDISPERSED:
        words = f"whole numbers, but the variance of the strongest genes is {ratio:.2f} of their mean (1 or more in counts)"
        return "log", f"{words}: logarithms, rounded"
    without = _without_ones(block)
    if without > WITHOUT_ONES:
        kind = "log" if of.maximum <= ROUNDED_LOG else "normalised"
        return kind, f"whole numbers, but {without:.0%} of the cells have no value of 1: multiplied or raised, then rounded"
    if 0 < variation < NEARLY_FLAT and _variation(of.genes) > 1.5 * variation:
        words = f"whole numbers whose totals vary by {variation:.1%} while the genes seen vary by {_variation(of.genes):.1%}"
        return "normalised", f"{words}: normalised and rounded"
    return None


def _without_ones(block: Any) -> float:
    """Share of the cells with many genes whose lowest value is more than 1, and is that of many of their genes.

    A cell that was multiplied shows what was 1 in many genes; in a deep panel, too, no gene may be 1, but then hardly two agree.
    """
    genes = np.diff(block.indptr)
    genes, starts = genes[genes > 0], block.indptr[:-1][genes > 0]
    many = genes >= SEVERAL
    if not many.any():
        return 0.0
    lowest = np.minimum.reduceat(block.data, starts)
    agree = np.add.reduceat(block.data == np.repeat(lowest, genes), starts)
    return float(((lowest > 1) & (agree >= np.maximum(3, AGREE * genes)))[many].mean())


def _dispersion(block: Any) -> float:
    """Median over the strongest genes (mean of 1 or more) of variance over mean; infinite where no gene is so strong."""
    mean = np.asarray(block.mean(axis=0)).ravel()
    strong = np.argsort(-mean, kind="stable")[:STRONG]
    strong = strong[mean[strong] >= 1]
    if len(strong) < 3:
        return float("inf")
    part = block[:, strong].astype(np.float64)
    square = np.asarray(part.multiply(part).mean(axis=0)).ravel()
    return float(np.median((square - mean[strong] ** 2) / mean[strong]))


def _raised(values: Any) -> Any:
    """Totals of exp(x) − 1 over the first block of cells."""
    block = next(blocks(values))[1].astype(np.float64)
    block.data = np.expm1(block.data)
    return np.asarray(block.sum(axis=1)).ravel()


def _variation(totals: Any) -> float:
    mean = float(totals.mean())
    return float(totals.std() / mean) if mean > 0 else 0.0
