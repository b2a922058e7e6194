"""Pseudobulk: the counts of all cells of one donor, one condition and one cluster, added up."""

from __future__ import annotations

from typing import Any

import numpy as np

FEWEST_CELLS = 10


def pseudobulk(counts: Any, obs: Any, keys: list[str], own: Any) -> tuple[Any, Any, list[str]]:
    """Sums (units × genes, int), the table of units (keys and `cells`), and the units left out for having too few cells.

    `own` marks the cells to be summed (boolean); a unit is a combination of values of `keys` that occurs.
    """
    import pandas
    import scipy.sparse as sparse

    table = obs.loc[own, keys].astype(str)
    groups = table.groupby(keys, observed=True, sort=True)
    label = groups.ngroup().to_numpy()
    units = groups.size().rename("cells").reset_index()
    cells = np.flatnonzero(own)
    sums = sparse.csr_matrix((np.ones(len(cells)), (label, np.arange(len(cells)))), shape=(len(units), len(cells)))
    values = np.rint((sums @ counts[cells]).toarray()).astype(np.int64)
    enough = (units["cells"] >= FEWEST_CELLS).to_numpy()
    left_out = [" ".join(row) for row in units.loc[~enough, keys].itertuples(index=False)]
    units.index = pandas.Index([f"u{number}" for number in range(len(units))])
    return values[enough], units[enough], left_out
