"""The gate says what a matrix is, on real and simulated inputs, and refuses what is not counts of called cells."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
import scipy.sparse as sparse

from assayline.cells import gene_facts
from assayline.errors import BadInput, BadUsage, Refused

CORRELATED = 0.9  # our mitochondrial counts beside the reads that the data set's authors mapped to the mitochondrial genome


def normalised(counts):
    return counts / counts.sum(axis=1, keepdims=True) * 1e4


TRANSFORMS = {
    "normalised": normalised,
    "log": lambda counts: np.log1p(normalised(counts)),
    "scaled": lambda counts: (np.log1p(normalised(counts)) - np.log1p(normalised(counts)).mean(0)) / (counts.std(0) + 1),
    "corrected": lambda counts: counts * 0.93 + (counts > 0) * 0.01,
    "empty": lambda counts: counts * 0,
}


def test_the_celltypist_sample_is_counts_behind_float_noise(sample, inspected):
    found = inspected(sample)
    report = found.report
    assert found.accepted and report["cells"] == 559 and report["genes"] == 32786
    assert report["values"]["kind"] == "counts" and 0 < report["values"]["deviation"] < 1e-9
    assert report["identifiers"]["species"] == "human" and report["mitochondrial"] == {
        "found": 13,
        "of": 13,
        "by": "symbol",
        "others_not_counted": 17,
    }
    assert {finding.code for finding in found.findings} == {"rounded", "mitochondrial-rna"}
    counts = found.data.layers["counts"]
    assert (counts.data == np.round(counts.data)).all() and counts.data.min() >= 1


def test_ensembl_counts_with_genes_as_rows_are_turned_and_their_mitochondria_found(shared, inspected):
    for name, cells in (("celseq2", 274), ("dropseq", 225)):
        found = inspected(
            shared / "cells" / f"sc_{name}.count.csv.gz",
            metadata=shared / "cells" / f"sc_{name}.metadata.csv.gz",
            sample_key="cell_line",
        )
        assert found.accepted and found.data.n_obs == cells
        assert found.report["orientation"]["value"] == "genes-by-cells"
        assert found.report["identifiers"]["kind"] == "ensembl" and found.report["identifiers"]["species"] == "human"
        assert found.report["mitochondrial"]["found"] == 13 and found.report["mitochondrial"]["by"] == "Ensembl identifier"
        obs = found.data.obs
        assert np.corrcoef(obs["mitochondrial_share"] * obs["counts"], obs["mapped_to_MT"])[0, 1] > CORRELATED
        assert 0.02 < obs["ribosomal_share"].median() < 0.4 and found.report["material"]["kind"] == "cells"
        assert found.report["samples"]["names"] == ["H1975", "H2228", "HCC827"]


def test_scaled_values_are_refused_with_status_9_and_the_next_step(tmp_path, assayline):
    import scanpy

    path = tmp_path / "pbmc.h5ad"
    scanpy.datasets.pbmc68k_reduced().write_h5ad(path)
    done = assayline("cells", "inspect", path, "--run", tmp_path / "run")
    assert done.status == 9
    assert "397164 values are negative" in done.err and "before scaling" in done.err
    report = json.loads((tmp_path / "run" / "cells" / "inspect.json").read_text())
    assert report["verdict"]["accepted"] is False
    assert not (tmp_path / "run" / "cells" / "counts.h5ad").exists()
    evidence = (tmp_path / "run" / "evidence.jsonl").read_text()
    assert '"inspect.accepted"' in evidence and '"value": false' in evidence
    told = assayline("cells", "inspect", path, "--json")
    assert told.status == 9 and told.envelope["results"][0]["values"]["kind"] == "scaled"


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("kind", ["counts", *TRANSFORMS])
def test_every_transform_is_told_apart_in_both_orientations(kind, transposed, tmp_path, simulated, inspected):
    truth = simulated()
    values = TRANSFORMS[kind](truth.counts) if kind in TRANSFORMS else truth.counts
    found = inspected(truth.write(tmp_path / "matrix.csv", transposed=transposed, values=values))
    assert found.report["values"]["kind"] == kind
    assert found.report["orientation"]["value"] == ("genes-by-cells" if transposed else "cells-by-genes")
    assert found.accepted == (kind == "counts")
    if found.accepted:
        assert (found.data.layers["counts"].toarray() == truth.counts).all()
        assert list(found.data.obs_names) == truth.cells and list(found.data.var_names) == truth.genes


def test_normalised_values_that_were_rounded_are_not_counts(tmp_path, simulated, inspected):
    truth = simulated(cells=60)
    found = inspected(truth.write(tmp_path / "m.tsv", values=np.round(normalised(truth.counts) * 10)))
    assert found.report["values"]["kind"] == "normalised" and "rounded" in found.report["verdict"]["refused_because"][0]


def test_counts_in_a_layer_are_taken_though_x_is_scaled(tmp_path, simulated, inspected):
    import anndata

    truth = simulated()
    data = anndata.AnnData(TRANSFORMS["scaled"](truth.counts), layers={"counts": sparse.csr_matrix(truth.counts)})
    data.obs_names, data.var_names = truth.cells, truth.genes
    data.write_h5ad(tmp_path / "m.h5ad")
    found = inspected(tmp_path / "m.h5ad")
    assert found.accepted and found.report["source"]["place"] == "layers['counts']"
    assert "counts-elsewhere" in {finding.code for finding in found.findings}


def test_an_h5ad_that_lies_on_its_side_is_turned(tmp_path, simulated, inspected):
    import anndata

    truth = simulated()
    data = anndata.AnnData(sparse.csr_matrix(truth.counts.T.astype(float)))
    data.obs_names, data.var_names = truth.genes, truth.cells
    data.write_h5ad(tmp_path / "m.h5ad")
    found = inspected(tmp_path / "m.h5ad")
    assert found.report["orientation"]["value"] == "genes-by-cells" and found.data.n_obs == len(truth.cells)


def test_10x_folders_and_files_read_alike_and_leave_antibodies_aside(tmp_path, simulated, inspected):
    import h5py
    from scipy.io import mmwrite

    truth = simulated(cells=40)
    identifiers = [
        *gene_facts.identifiers("mitochondrial", "human"),
        *(f"ENSG{number:011d}" for number in range(len(truth.genes) - 13)),
    ]
    counts = np.hstack([truth.counts, np.full((40, 1), 7)])
    kinds = ["Gene Expression"] * len(identifiers) + ["Antibody Capture"]
    folder = tmp_path / "filtered_feature_bc_matrix"
    folder.mkdir()
    mmwrite(folder / "matrix.mtx", sparse.coo_matrix(counts.T))
    (folder / "barcodes.tsv").write_text("".join(f"{name}\n" for name in truth.cells))
    rows = zip([*identifiers, "AB1"], [*truth.genes, "CD3"], kinds, strict=True)
    with gzip.open(folder / "features.tsv.gz", "wt") as stream:
        stream.writelines("\t".join(row) + "\n" for row in rows)
    with h5py.File(tmp_path / "m.h5", "w") as file:
        group = file.create_group("matrix")
        matrix = sparse.csc_matrix(counts.T)
        for key, value in (
            ("data", matrix.data),
            ("indices", matrix.indices),
            ("indptr", matrix.indptr),
            ("shape", matrix.shape),
        ):
            group[key] = value
        group["barcodes"] = [name.encode() for name in truth.cells]
        for key, value in (("id", [*identifiers, "AB1"]), ("name", [*truth.genes, "CD3"]), ("feature_type", kinds)):
            group[f"features/{key}"] = [text.encode() for text in value]
    for path in (folder, tmp_path / "m.h5"):
        found = inspected(path)
        assert found.accepted, found.report["verdict"]
        assert (found.data.layers["counts"].toarray() == truth.counts).all()
        assert found.report["mitochondrial"]["by"] == "Ensembl identifier" and found.data.var["ribosomal"].sum() == 10
        assert "kept apart" in found.findings[0].message and found.data.obsm["antibody_capture"]["CD3"].sum() == 280


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no lines"),
        (",MT-CO1,MT-CO2\n", "a header without rows"),
        (",MT-CO1,MT-CO2\nc1,1,x\n", "line 2, column 'MT-CO2'"),
        (",MT-CO1,MT-CO2\nc1,1,2\nc2,1\n", "line 3"),
        (",MT-CO1,MT-CO2\nc1,1,nan\n", "not finite"),
    ],
)
def test_damaged_tables_name_the_place(text, what, tmp_path, inspected):
    path = tmp_path / "m.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=what):
        inspected(path)


def test_other_bad_inputs_have_declared_errors(tmp_path, simulated, inspected):
    from assayline.cells.inspect import require

    (tmp_path / "m.h5ad").write_text("not HDF5")
    (tmp_path / "m.csv.gz").write_bytes(gzip.compress(b",MT-CO1\nc,1\n")[:-9])
    (tmp_path / "m.doc").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("m.h5ad", "m.csv.gz", "m.doc", "empty", "absent.csv"):
        with pytest.raises(BadInput):
            inspected(tmp_path / name)
    truth = simulated(cells=30)
    named = truth.write(tmp_path / "ok.csv")
    with pytest.raises(BadUsage, match="sample key"):
        inspected(named, sample_key="donor")
    twice = tmp_path / "twice.csv"
    lines = named.read_text().splitlines()
    twice.write_text("\n".join([*lines, lines[1]]) + "\n")
    found = inspected(twice)
    assert "names of cells stand twice" in found.report["verdict"]["refused_because"][0]
    with pytest.raises(Refused):
        require(found, twice)
    unknown = tmp_path / "unknown.csv"
    unknown.write_text(",a,b,c\nx,1,2,5\ny,3,4,1\n")
    assert "nothing tells cells from genes" in inspected(unknown).report["verdict"]["refused_because"][0]
    assert inspected(unknown, orientation="cells-by-genes").accepted
