"""A stored model comes back as it was; as a pickle it is read only by its digest and with consent, for data with its genes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assayline.cells.models.spec import Settings, names, spec
from assayline.cells.models.store import load, save, trusted
from assayline.cells.models.training import Budget, fit
from assayline.errors import BadUsage, Refused, WouldOverwrite


@pytest.fixture(scope="module")
def data():
    import anndata
    import scipy.sparse as sparse

    from tests.cells.simulate import simulate

    truth = simulate(cells=120, genes=150, groups=2, seed=2)
    found = anndata.AnnData(sparse.csr_matrix(truth.counts.astype(np.float32)))
    found.obs_names, found.var_names = truth.cells, truth.genes
    found.layers["counts"] = found.X.copy()
    found.obs["sample"] = np.where(np.arange(120) % 4 < 2, "a", "b")
    return found


@pytest.fixture(scope="module")
def stored(data, tmp_path_factory):
    fitted = fit("scvi", data.copy(), Settings(5, 1, 16), Budget(0, 4))
    folder = tmp_path_factory.mktemp("models") / "scvi"
    return fitted, folder, save(fitted, folder)


def test_a_stored_model_gives_the_same_values_by_digest_and_consent(data, stored):
    fitted, folder, digest = stored
    again = load(folder, data.copy(), sha256=digest, consent=True)
    assert np.allclose(again.outputs()["latent"], fitted.outputs()["latent"], atol=1e-6)
    assert again.verdict == fitted.verdict and again.spec.name == "scvi"
    assert json.loads((folder / "about.json").read_text())["sha256"] == digest
    with pytest.raises(WouldOverwrite):
        save(fitted, folder)


def test_a_pickle_is_not_read_without_digest_and_consent_nor_when_it_is_another(data, stored, tmp_path):
    _, folder, digest = stored
    for sha256, consent in ((None, True), (digest, False), ("0" * 64, True)):
        with pytest.raises(Refused):
            load(folder, data.copy(), sha256=sha256, consent=consent)
    with pytest.raises(BadUsage):
        trusted(folder / "model.pt", "abc", consent=True)
    with pytest.raises(Refused, match="genes"):
        load(folder, data[:, ::-1].copy(), sha256=digest, consent=True)


def test_data_without_what_a_model_needs_are_refused_with_what_was_found(data):
    bad = data.copy()
    bad.layers["counts"] = bad.layers["counts"] * 0.5
    with pytest.raises(Refused, match="not whole numbers at layers/counts"):
        fit("scvi", bad)
    with pytest.raises(Refused, match="nothing at obs/label"):
        fit("scanvi", data.copy())
    with pytest.raises(BadUsage, match="trained model to start from"):
        fit("surgery", data.copy())
    with pytest.raises(BadUsage, match="expected one of"):
        fit("nothing", data.copy())
    with pytest.raises(Refused, match="whole numbers at X; nothing at obs/batch"):
        fit("sysvi", data.copy())


def test_every_model_is_declared_wholly_and_its_class_is_there():
    for name in names():
        found = spec(name)
        assert found.name == name and found.proven and found.needs and found.gives and found.prefer and "doi:" in found.cites
        assert callable(found.kind())
