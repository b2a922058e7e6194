"""Bundles: packed, verified on arrival, refused when anything differs; images and plugins as the pipeline names them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assayline.deploy.bundle.images import images
from assayline.deploy.bundle.pack import Content, pack
from assayline.deploy.bundle.unpack import unpack
from assayline.deploy.errors import BundleDamaged
from assayline.deploy.nfcore import open_pipeline
from assayline.errors import BadInput, EnvironmentMissing, WouldOverwrite

FOREIGN = Path(__file__).with_name("foreign")
MODULE = """process FASTQC {
    tag "$meta.id"
    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine == 'singularity' && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/fastqc:0.12.1--hdfd78af_0'
        : 'biocontainers/fastqc:0.12.1--hdfd78af_0'}"

    input:
    tuple val(meta), path(reads)
    script:
    \"\"\"
    echo 'not/an:image'
    \"\"\"
}
process OTHER {
    container 'quay.io/lab/tool:1.2'
    input:
    val x
}
"""


def quiet(_line: str) -> None:
    """Say nothing."""


@pytest.fixture
def demanding(tmp_path):
    """A pipeline with a plugin and images."""
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "nextflow.config").write_text("manifest { name = 'x/y' }\nplugins { id 'nf-schema@2.5.1' }\n")
    (folder / "nextflow_schema.json").write_text("{}")
    (folder / "main.nf").write_text(MODULE)
    return open_pipeline(folder)


@pytest.fixture
def bundle(tmp_path):
    """The foreign pipeline, a reference and a wheel that is none."""
    (tmp_path / "genome").mkdir()
    (tmp_path / "genome" / "a.fa").write_text(">1\nACGT\n")
    (tmp_path / "genome" / "b.fa").symlink_to(tmp_path / "genome" / "a.fa")
    (tmp_path / "assayline-0-py3-none-any.whl").write_bytes(b"wheel")
    content = Content(references=(tmp_path / "genome",), wheels=(tmp_path / "assayline-0-py3-none-any.whl",))
    pack(open_pipeline(FOREIGN), content, tmp_path / "bundle", quiet)
    return tmp_path / "bundle"


def test_a_bundle_is_whole_after_a_journey(bundle, tmp_path):
    body = unpack(bundle, tmp_path / "there", quiet)
    assert body["parts"] == ["package", "pipeline", "references"]
    assert body["pipeline"] == {"name": "lab/counts", "version": "1.2.0", "nextflow": "!>=24.04.0"}
    assert (tmp_path / "there" / "references" / "genome" / "b.fa").read_text() == ">1\nACGT\n"
    assert not (tmp_path / "there" / "references" / "genome" / "b.fa").is_symlink()
    assert open_pipeline(tmp_path / "there" / "pipeline").name == "lab/counts"
    unpack(tmp_path / "there", None, quiet)
    with pytest.raises(WouldOverwrite):
        unpack(bundle, tmp_path / "there", quiet)
    with pytest.raises(WouldOverwrite):
        pack(open_pipeline(FOREIGN), Content(), bundle, quiet)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda b: (b / "pipeline" / "main.nf").unlink(), "main.nf is missing"),
        (lambda b: (b / "references" / "genome" / "a.fa").write_text(">1\nACGA\n"), "a.fa has other content"),
        (lambda b: (b / "references" / "genome" / "a.fa").write_text(">1\n"), "has 3 bytes, not 8"),
        (lambda b: (b / "pipeline" / "extra.nf").write_text("x"), "extra.nf was not packed"),
        (
            lambda b: ((b / "pipeline" / "main.nf").unlink(), (b / "pipeline" / "main.nf").symlink_to(FOREIGN / "main.nf")),
            "is a link",
        ),
    ],
)
def test_what_differs_is_refused(bundle, tmp_path, spoil, said):
    spoil(bundle)
    with pytest.raises(BundleDamaged, match=said):
        unpack(bundle, tmp_path / "there", quiet)
    assert not (tmp_path / "there").exists()


def test_lists_that_lead_out_or_are_none(bundle, tmp_path):
    body = json.loads((bundle / "bundle.json").read_text())
    body["files"]["../evil"] = {"sha256": "0", "size": 0}
    (bundle / "bundle.json").write_text(json.dumps(body))
    with pytest.raises(BadInput, match="evil"):
        unpack(bundle, tmp_path / "there", quiet)
    with pytest.raises(BadInput, match="no such file"):
        unpack(tmp_path, None, quiet)


def test_images_are_those_of_the_processes(demanding):
    found = images(demanding.folder)
    assert [image.name for image in found] == [
        "https://depot.galaxyproject.org/singularity/fastqc:0.12.1--hdfd78af_0",
        "quay.io/lab/tool:1.2",
    ]
    assert found[0].file == "depot.galaxyproject.org-singularity-fastqc-0.12.1--hdfd78af_0.img"
    assert found[1].pull == "apptainer pull quay.io-lab-tool-1.2.img docker://quay.io/lab/tool:1.2"


def test_plugins_and_images_must_be_at_hand(demanding, tmp_path):
    plugins, cache = tmp_path / "plugins", tmp_path / "images"
    content = Content(plugins=plugins, images=cache, wheels=(FOREIGN / "main.nf",))
    with pytest.raises(EnvironmentMissing, match=r"nextflow plugin install nf-schema@2\.5\.1"):
        pack(demanding, content, tmp_path / "b", quiet)
    (plugins / "nf-schema-2.5.1" / "classes").mkdir(parents=True)
    (plugins / "nf-schema-2.5.1" / "classes" / "a.class").write_bytes(b"x")
    cache.mkdir()
    with pytest.raises(EnvironmentMissing, match="2 of 2 are not in"):
        pack(demanding, content, tmp_path / "b", quiet)
    for image in images(demanding.folder):
        (cache / image.file).write_bytes(b"sif")
    body, _ = pack(demanding, content, tmp_path / "b", quiet)
    assert body["parts"] == ["images", "package", "pipeline", "plugins"]
    assert "plugins/nf-schema-2.5.1/classes/a.class" in body["files"]
    without = Content(plugins=plugins, wheels=(FOREIGN / "main.nf",), without=frozenset({"images"}))
    assert "images" not in pack(demanding, without, tmp_path / "c", quiet)[0]["parts"]


def test_a_failed_packing_leaves_nothing(tmp_path):
    reference = tmp_path / "r"
    reference.mkdir()
    (reference / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="a link to nothing"):
        pack(open_pipeline(FOREIGN), Content(references=(reference,)), tmp_path / "b", quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r"]


def test_from_bundle_to_launch_without_a_network(engine, bundle, tmp_path, assayline):
    there = tmp_path / "there"
    arrived = assayline("deploy", "unbundle", bundle, "-o", there)
    assert arrived.status == 0, arrived.err
    (there / "plugins").mkdir()
    from tests.deploy.test_bad_sheets import pair

    one, two = pair(tmp_path / "d", "A")
    (tmp_path / "s.csv").write_text(f"id,read1,read2\nA,{one},{two}\n")
    words = ("deploy", "launch", there / "pipeline", "--bundle", there, "--run", tmp_path / "run", "--sheet", tmp_path / "s.csv")
    (body,) = assayline(*words, "--dry-run", "--json").envelope["results"]
    assert body["environment"]["NXF_OFFLINE"] == "true"
    done = assayline(*words)
    assert done.status == 0, done.err
    shutil.rmtree(there / "plugins")
    assert assayline("deploy", "unbundle", there).status == 0


def test_the_package_is_built_from_the_checkout(tmp_path, assayline):
    done = assayline("deploy", "bundle", FOREIGN, "-o", tmp_path / "b")
    assert done.status == 0, done.err
    (wheel,) = (tmp_path / "b" / "package").glob("*.whl")
    assert wheel.stat().st_size > 100_000
    assert (tmp_path / "b" / "package" / "requirements.lock").is_file()
