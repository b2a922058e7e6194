"""A pipeline as its own files describe it: clone, archive, revision; genomes, plugins, parameters."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import zipfile

import pytest

from assayline.deploy.nfcore import open_pipeline
from assayline.errors import BadInput, BadUsage


@pytest.fixture
def clone(shared, tmp_path):
    """rnaseq's own schemas with a configuration in nf-core's layout, written from the facts beside them."""
    folder = tmp_path / "rnaseq"
    shutil.copytree(shared / "nfcore" / "rnaseq", folder)
    facts = json.loads((shared / "nfcore" / "pipelines.json").read_text())["rnaseq"]
    (folder / "nextflow.config").write_text(
        f"""params {{ input = null\n genome = null }}
// includeConfig 'conf/none.config'
includeConfig params.igenomes_ignore ? 'conf/igenomes_ignored.config' : 'conf/igenomes.config'
profiles {{ test {{ includeConfig 'conf/test.config' }}\n docker {{ docker.enabled = true }} }}
plugins {{ id '{facts["plugins"][0]}' }}
manifest {{ name = 'nf-core/rnaseq'; version = '3.24.0'; nextflowVersion = '{facts["nextflowVersion"]}' }}
"""
    )
    (folder / "conf").mkdir()
    genomes = "".join(f"'{key}' {{ fasta = \"${{params.igenomes_base}}/{key}.fa\" }}\n" for key in facts["igenomes"])
    (folder / "conf" / "igenomes.config").write_text(f"params {{ genomes {{\n{genomes} }} }}\n")
    (folder / "conf" / "igenomes_ignored.config").write_text("params.genomes = [:]\n")
    (folder / "conf" / "test.config").write_text("params { genome = 'R64-1-1' }\n")
    return folder, facts


def test_everything_is_read_from_the_files(clone):
    folder, facts = clone
    pipeline = open_pipeline(folder)
    assert (pipeline.name, pipeline.short, pipeline.needs.version) == ("nf-core/rnaseq", "rnaseq", "3.24.0")
    assert pipeline.needs.plugins == tuple(facts["plugins"])
    assert list(pipeline.genomes) == facts["igenomes"]
    assert pipeline.infers
    assert "star_index" in pipeline.parameters
    assert set(pipeline.required) == {"input", "outdir"}


@pytest.mark.parametrize("name", ["rnaseq", "sarek", "atacseq", "scrnaseq"])
def test_real_schemas(shared, name):
    pipeline = open_pipeline(shared / "nfcore" / name)
    assert pipeline.sheet_parameter == "input"
    assert "GRCm38" in pipeline.genomes
    assert pipeline.single_cell == (name == "scrnaseq")
    assert pipeline.infers == (name != "atacseq")


def test_archives_are_unpacked_once(clone, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAYLINE_CACHE", str(tmp_path / "cache"))
    folder, facts = clone
    with tarfile.open(tmp_path / "p.tar.gz", "w:gz") as packed:
        packed.add(folder, "rnaseq-3.24.0")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as packed:
        for path in folder.rglob("*"):
            packed.write(path, f"rnaseq/{path.relative_to(folder)}")
    for name in ("p.tar.gz", "p.zip", "p.zip"):
        assert list(open_pipeline(tmp_path / name).genomes) == facts["igenomes"]
    assert len(list((tmp_path / "cache" / "pipelines").iterdir())) == 2


def test_an_archive_that_leads_out_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAYLINE_CACHE", str(tmp_path / "cache"))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as packed:
        packed.writestr("../../evil", "x")
    with pytest.raises(BadInput):
        open_pipeline(tmp_path / "p.zip")
    assert not (tmp_path / "evil").exists()


def test_a_revision_of_a_pulled_pipeline(clone, tmp_path, monkeypatch):
    folder, _ = clone
    monkeypatch.setenv("ASSAYLINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NXF_ASSETS", str(tmp_path / "assets"))
    pulled = tmp_path / "assets" / "nf-core" / "rnaseq"
    shutil.copytree(folder, pulled)
    git = ["git", "-C", str(pulled), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git[:3], "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    subprocess.run([*git, "tag", "3.24.0"], check=True)
    (pulled / "nextflow.config").write_text("manifest { name = 'nf-core/rnaseq'; version = 'dev' }\n")
    assert open_pipeline("nf-core/rnaseq").needs.version == "dev"
    assert open_pipeline("nf-core/rnaseq", "3.24.0").needs.version == "3.24.0"
    with pytest.raises(BadUsage, match="revision"):
        open_pipeline("nf-core/rnaseq", "9.9.9")
    with pytest.raises(BadUsage, match="nextflow pull nf-core/none"):
        open_pipeline("nf-core/none")
