"""Every format gives the same counts, cells and genes; what is damaged or ambiguous is a declared error that names the place."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse

from assayline.cells.read import read
from assayline.errors import BadInput, CannotWrite
from tests.cells.library import library


@pytest.fixture(scope="module")
def drawn():
    return library(cells=40, genes=300, identifiers="ensembl")


def mtx(folder: Path, drawn, *, version: int = 3, mark: str = "") -> Path:
    from scipy.io import mmwrite

    folder.mkdir(parents=True)
    mmwrite(folder / f"{mark}matrix.mtx", sparse.coo_matrix(drawn.counts.T.astype(int)))
    (folder / f"{mark}barcodes.tsv").write_text("".join(f"{name}\n" for name in drawn.barcodes))
    rows = zip(drawn.names, drawn.symbols, strict=True)
    if version == 2:
        (folder / f"{mark}genes.tsv").write_text("".join(f"{name}\t{symbol}\n" for name, symbol in rows))
        return folder
    with gzip.open(folder / f"{mark}features.tsv.gz", "wt") as stream:
        stream.writelines(f"{name}\t{symbol}\tGene Expression\n" for name, symbol in rows)
    return folder


def tenx_2(path: Path, drawn, genomes=("GRCh38",)) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        for number, genome in enumerate(genomes):
            group, part = file.create_group(genome), drawn.counts[number:].tocsr()
            for key, value in (
                ("data", part.data),
                ("indices", part.indices),
                ("indptr", part.indptr),
                ("shape", part.shape[::-1]),
            ):
                group[key] = value
            group["barcodes"] = [name.encode() for name in drawn.barcodes[number:]]
            group["genes"], group["gene_names"] = [[text.encode() for text in one] for one in (drawn.names, drawn.symbols)]
    return path


def loom(path: Path, drawn) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        file["matrix"] = drawn.counts.T.toarray()
        file["layers/spliced"] = drawn.counts.T.toarray()
        file["col_attrs/CellID"] = [name.encode() for name in drawn.barcodes]
        file["col_attrs/donor"] = [b"d1", b"d2"] * 20
        file["row_attrs/Accession"], file["row_attrs/Gene"] = [
            [text.encode() for text in one] for one in (drawn.names, drawn.symbols)
        ]
    return path


def zarr(path: Path, drawn) -> Path:
    drawn.adata().write_zarr(path)
    return path


FORMATS = {
    "mtx 3": lambda folder, drawn: mtx(folder / "m", drawn),
    "mtx 2": lambda folder, drawn: mtx(folder / "filtered" / "hg19", drawn, version=2).parent,
    "mtx with a prefix": lambda folder, drawn: mtx(folder / "m", drawn, mark="GSM1_"),
    "10x h5 2": lambda folder, drawn: tenx_2(folder / "m.h5", drawn),
    "loom": lambda folder, drawn: loom(folder / "m.loom", drawn),
    "zarr": lambda folder, drawn: zarr(folder / "m.zarr", drawn),
    "h5ad": lambda folder, drawn: drawn.write(folder / "m.h5ad"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_counts(name, drawn, tmp_path, inspected):
    found = inspected(FORMATS[name](tmp_path, drawn))
    assert found.accepted, found.report["verdict"]
    assert (found.data.layers["counts"] != drawn.counts).nnz == 0 and found.data.X.dtype == np.float32
    assert list(found.data.obs_names) == drawn.barcodes and list(found.data.var_names) == drawn.names
    assert list(found.data.var["symbol"]) == drawn.symbols and found.report["mitochondrial"]["found"] == 13
    if name == "loom":
        assert (found.data.layers["spliced"] != drawn.counts).nnz == 0 and found.report["design"]["donor"]["key"] == "donor"


def test_two_genomes_of_version_2_are_one_matrix_with_prefixes(drawn, tmp_path):
    (matrix,) = read(tenx_2(tmp_path / "m.h5", drawn, ("GRCh38", "mm10")))
    assert matrix.values.shape == (40, 600) and matrix.columns[0].startswith("GRCh38_") and matrix.columns[-1].startswith("mm10_")
    assert (matrix.values[:, :300] != drawn.counts).nnz == 0 and matrix.values[0, 300:].nnz == 0


def test_drop_seqs_comments_are_no_header(drawn, tmp_path, inspected):
    lines = ["#DGE\tVERSION:1.1", "\t".join(["GENE", *drawn.barcodes])]
    dense = drawn.counts.T.toarray().astype(int)
    lines += ["\t".join([name, *map(str, row)]) for name, row in zip(drawn.names, dense, strict=True)]
    (tmp_path / "m.dge.txt").write_text("\n".join(lines) + "\n")
    found = inspected(tmp_path / "m.dge.txt")
    assert found.accepted and (found.data.layers["counts"] != drawn.counts).nnz == 0


def test_a_sheet_joins_samples_over_the_genes_they_share(drawn, tmp_path, inspected):
    other = library(cells=30, genes=300, identifiers="ensembl", seed=1)
    drawn.write(tmp_path / "one.h5ad")
    mtx(tmp_path / "two", other)
    (tmp_path / "sheet.csv").write_text("sample,path,donor,condition\ns1,one.h5ad,d1,a\ns2,two,d2,b\n")
    found = inspected(tmp_path / "sheet.csv")
    assert found.accepted and found.data.n_obs == 70 and found.report["samples"]["cells"] == [40, 30]
    assert set(found.data.obs["condition"]) == {"a", "b"} and found.data.obs_names[0] == f"s1_{drawn.barcodes[0]}"
    assert (found.data.layers["counts"][:40] != drawn.counts).nnz == 0
    assert found.report["design"]["answerable"] is False and "a has 1" in found.report["design"]["because"]


def test_a_sheets_samples_bring_their_own_tables_and_chemistry(drawn, tmp_path, inspected):
    other = library(cells=30, genes=300, identifiers="ensembl", seed=1)
    drawn.write(tmp_path / "one.h5ad")
    other.write(tmp_path / "two.h5ad")
    lines = ["cell,type", *(f"{name},t{number % 2}" for number, name in enumerate(other.barcodes))]
    (tmp_path / "two.csv").write_text("\n".join(lines) + "\n")
    head = "sample,path,metadata,chemistry\ns1,one.h5ad,,plate\n"
    (tmp_path / "sheet.csv").write_text(head + "s2,two.h5ad,two.csv,drop-seq\n")
    found = inspected(tmp_path / "sheet.csv")
    assert list(found.data.obs["type"][40:43]) == ["t0", "t1", "t0"] and found.data.obs["type"][:40].isna().all()
    told = found.report["doublets"]
    assert [row["rate"] for row in told["samples"]] == [0.0, pytest.approx(0.012 * 30 / 1000)] and not told["assumed"]
    assert "plate" in told["basis"] and "drop-seq" in told["basis"] and told["chemistry"] == "several"
    asked = inspected(tmp_path / "sheet.csv", chemistry="10x-v3").report["doublets"]
    assert [row["rate"] for row in asked["samples"]] == [pytest.approx(8e-6 * count) for count in (40, 30)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sample,path\ns1,absent.h5ad\n", "line 2, sample 's1': found no file 'absent.h5ad'"),
        ("sample,path\ns1,m.h5ad\ns1,m.h5ad\n", "line 3: found the sample 's1' again"),
        ("sample,path,metadata\ns1,m.h5ad,absent.csv\n", "line 2, sample 's1': found no file 'absent.csv'"),
        ("sample,path,chemistry\ns1,m.h5ad,10x-v9\n", "line 2: found the chemistry '10x-v9'"),
        ("sample,path\n", "a header without samples"),
        ("sample,path\ns1\n", "line 2: found 1 fields"),
    ],
)
def test_a_sheet_that_is_wrong_names_the_line(text, what, drawn, tmp_path, inspected):
    drawn.write(tmp_path / "m.h5ad")
    (tmp_path / "sheet.csv").write_text(text)
    with pytest.raises(BadInput, match=what):
        inspected(tmp_path / "sheet.csv")


def test_damaged_files_of_every_format_are_declared_errors(drawn, tmp_path):
    import h5py

    for name, make in FORMATS.items():
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        path = make(folder, drawn)
        victims = [file for file in ([path] if path.is_file() else sorted(path.rglob("*"))) if file.is_file()]
        biggest = max(victims, key=lambda file: file.stat().st_size)
        biggest.write_bytes(biggest.read_bytes()[: biggest.stat().st_size // 2])
        with pytest.raises(BadInput):
            read(path)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1]
    with pytest.raises(BadInput, match="the groups x"):
        read(tmp_path / "other.h5")


BAD = {
    "NaN": (lambda counts: np.where(counts > 5, np.nan, counts), "not finite"),
    "negative": (lambda counts: counts - 1, "negative"),
    "fractions": (lambda counts: counts * 0.93 + (counts > 0) * 0.01, "not whole numbers"),
    "nothing": (lambda counts: counts * 0, "every value is zero"),
    "one cell": (lambda counts: counts[:1], "1 cells"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_matrices_are_refused_with_the_reason_and_nothing_goes_on(name, drawn, tmp_path):
    import anndata

    from assayline.cells.steps import inspect_step
    from assayline.errors import Refused
    from assayline.run_folder import RunFolder

    change, words = BAD[name]
    values = change(drawn.counts.toarray().astype(float))
    data = anndata.AnnData(sparse.csr_matrix(values))
    data.obs_names, data.var_names = drawn.barcodes[: len(values)], drawn.names
    data.write_h5ad(tmp_path / "m.h5ad")
    run = RunFolder(tmp_path / "run").create()
    with pytest.raises(Refused, match=words):
        inspect_step(run, tmp_path / "m.h5ad")
    assert not (run.cells / "counts.h5ad").exists() and (run.cells / "inspect.json").exists()


def test_a_full_disk_is_a_declared_error_and_leaves_the_file_that_was_there(drawn, tmp_path):
    from assayline.cells.copying import write_by_blocks
    from assayline.cells.steps import write_h5ad

    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full")
    for write in (write_h5ad, lambda data, path: write_by_blocks(data, drawn.counts, path)):
        target = tmp_path / "kept.h5ad"
        target.write_text("before")
        part = tmp_path / ".kept.h5ad.part"
        part.symlink_to(full)
        with pytest.raises(CannotWrite):
            write(drawn.adata(), target)
        assert target.read_text() == "before" and not part.is_symlink()


def test_a_matrix_on_disk_gives_what_one_in_memory_gives(drawn, tmp_path, inspected, monkeypatch):
    from assayline.cells import blocks
    from assayline.cells.copying import write_by_blocks

    path = drawn.write(tmp_path / "m.h5ad")
    whole = inspected(path)
    monkeypatch.setattr(blocks, "LARGE", 100)
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    found = inspected(path)
    assert isinstance(found.stored, blocks.Stored)
    same = whole.report == found.report
    assert same
    assert found.data.obs.equals(whole.data.obs)
    cells, genes = np.arange(40) % 3 > 0, np.arange(300) % 5 > 0
    write_by_blocks(found.data[cells][:, genes].copy(), found.stored, tmp_path / "kept.h5ad", cells, genes)
    import anndata

    kept = anndata.read_h5ad(tmp_path / "kept.h5ad")
    for values, expected in ((kept.layers["counts"], drawn.counts[cells][:, genes]), (kept.X, kept.layers["counts"])):
        assert abs(values - expected).sum() == 0
