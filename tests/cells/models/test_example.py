"""The example in docs/models.md runs as it stands there."""

from __future__ import annotations

import numpy as np

from tests.cells.models.proteins import cite


def test_the_example_of_the_document_runs(tmp_path, monkeypatch, request):
    text = (request.config.rootpath / "docs" / "models.md").read_text(encoding="utf-8")
    example = text.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    names = {"data": cite(60, 40, 0).data}
    exec(example.replace("max_epochs=400", "max_epochs=3"), names)
    assert names["data"].obsm["X_totalvi"].shape == (60, 10)
    assert np.allclose(names["again"].outputs()["latent"], names["data"].obsm["X_totalvi"], atol=1e-5)
