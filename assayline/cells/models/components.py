"""Principal components, and Harmony on them: the plain ways to place cells, against which every deep model is held."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import dense


def pca(data: Any, dimensions: int, seed: int) -> Any:
    """Principal components (cells × dimensions) of log-normalised values in `X`; in closed form, so there is no convergence."""
    from sklearn.decomposition import PCA

    count = max(2, min(dimensions, data.n_obs - 1, data.n_vars - 1))
    values = dense(data.X, data.X.dtype)
    return PCA(n_components=count, random_state=seed, svd_solver="arpack" if count < min(values.shape) else "full").fit_transform(
        values
    )


def harmony(components: Any, samples: Any, seed: int) -> Any:
    """Principal components corrected for the sample (Korsunsky et al. 2019, doi:10.1038/s41592-019-0619-0)."""
    import harmonypy
    import pandas

    groups = pandas.DataFrame({"sample": [str(name) for name in samples]})
    components = np.asarray(components, dtype=np.float64)
    found = np.asarray(harmonypy.run_harmony(components, groups, ["sample"], verbose=False, random_state=seed).Z_corr)
    return found if found.shape == components.shape else found.T
