"""Engines are found and compared with what a pipeline's own files demand; what is missing is named with what helps."""

from __future__ import annotations

import json

import pytest

from assayline.deploy.engines_config import read_config
from assayline.deploy.engines_nextflow import choices, nextflow
from assayline.deploy.engines_pipeline import needs
from assayline.deploy.engines_versions import Demand
from assayline.errors import EnvironmentMissing

SAYS = 'echo "nextflow version {}.5955"'


@pytest.mark.parametrize(
    ("demand", "version", "met"),
    [
        ("!>=25.04.3", "25.04.2", False),
        ("!>=25.04.3", "25.04.3", True),
        ("!>=25.04.3", "25.10.0", True),
        (">=23.04.0", "25.04.2.5947", True),
        (">=23.04.0, <25", "25.04.2", False),
        (">=24.10.0,<=25.04.2", "25.04.2", True),
        ("24.10+", "25.04.2", True),
        ("24.10.0", "25.04.2", False),
        ("!=25.04.2", "25.04.2", False),
        (">=25.04.0-edge", "25.04.0", True),
    ],
)
def test_versions_meet_what_a_manifest_demands(demand, version, met):
    assert Demand(demand).met(version) is met


def test_a_demand_is_strict_only_with_its_mark():
    assert Demand("!>=1").strict
    assert not Demand(">=1").strict
    assert not Demand("!=1").strict
    with pytest.raises(ValueError):
        Demand("the newest").met("25.04.2")


CONFIG = """
// a comment with { braces
includeConfig 'conf/base.config'
includeConfig "${params.custom_config_base}/nfcore_custom.config"
includeConfig !System.getenv('NXF_OFFLINE') && params.x ? 'a.config' : 'b.config'
params { input = null; genome = 'GRCh38'; note = "a // no comment { }" }
plugins {
    id 'nf-schema@2.5.1' // Validation
    id "nf-amazon"
}
profiles {
    debug { process.beforeScript = 'echo $HOSTNAME'
            cleanup = false }
    docker {
        docker.enabled = true
        process { withName: 'A|B' { cpus = { 2 * task.attempt } } }
    }
    'my-site' { process.executor = 'slurm' }
    test { includeConfig 'conf/test.config' }
}
manifest {
    name            = 'someone/thing'
    /* not this:
    nextflowVersion = '!>=99' */
    nextflowVersion = '!>=24.04.2'
    version         = '1.2.0dev'
}
"""


def test_configuration_is_read_and_not_run(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "nextflow.config").write_text(CONFIG)
    (tmp_path / "conf" / "base.config").write_text("process { cpus = 3 }\n")
    (tmp_path / "conf" / "test.config").write_text("params.input = 'x.csv'\n")
    config = read_config(tmp_path)
    assert config.plugins == ["nf-schema@2.5.1", "nf-amazon"]
    assert config.profiles == ["debug", "docker", "my-site", "test"]
    assert config.files == ["nextflow.config", "base.config", "test.config"]
    assert config.values["manifest.nextflowVersion"] == "!>=24.04.2"
    assert config.values["manifest.name"] == "someone/thing"
    assert config.values["params.note"] == "a // no comment { }"
    assert config.values["process.cpus"] == "3"
    assert config.values["profiles.test.params.input"] == "x.csv"
    assert needs(tmp_path).plugins == ("nf-schema@2.5.1", "nf-amazon")


def test_the_one_on_path_comes_first_but_not_where_it_is_refused(on_path, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAYLINE_CACHE", str(tmp_path / "empty"))
    with pytest.raises(EnvironmentMissing, match="deploy check --fix"):
        nextflow()
    on_path("nextflow", SAYS.format("24.10.4"))
    assert [(one.version, one.fetched) for one in choices()] == [("24.10.4.5955", False)]
    home = tmp_path / "empty" / "engines" / "nextflow-25.04.2"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "nextflow").write_text("")
    (home / "lib").mkdir()
    assert len(choices()) == 1  # an installation that was cut off does not count
    for index in range(50):
        (home / "lib" / f"{index}.jar").write_text("")
    assert nextflow().version == "24.10.4.5955"
    assert nextflow(Demand("!>=25.04.0")).version == "25.04.2"
    assert nextflow(Demand("!>=25.10.0")).version == "24.10.4.5955"


def lines(done):
    return {one["name"]: (one["level"], one["found"], one["help"]) for one in done.envelope["results"]}


@pytest.mark.parametrize(
    ("name", "demand", "plugin"), [("rnaseq", "25.04.3", "nf-schema@2.5.1"), ("sarek", "25.10.4", "nf-schema@2.7.2")]
)
def test_pipelines_that_cannot_run_here_are_refused_with_the_reason(name, demand, plugin, shared, on_path, assayline, tmp_path):
    on_path("nextflow", SAYS.format("25.04.2"))
    done = assayline(
        "deploy", "check", shared / "nfcore" / name, "--json", env={"NXF_OFFLINE": "true", "ASSAYLINE_CACHE": str(tmp_path)}
    )
    assert done.status == 7
    found = lines(done)
    level, text, help_ = found["pipeline: Nextflow"]
    assert (level, text) == ("fail", f"Nextflow 25.04.2.5955, but {name} demands !>={demand}")
    assert f">={demand}" in help_
    level, text, help_ = found[f"pipeline: plugin {plugin}"]
    assert level == "fail" and "not here" in text and "NXF_OFFLINE" in text and "deploy bundle" in help_


def test_a_plugin_that_is_here_or_can_be_fetched(shared, on_path, assayline, tmp_path):
    on_path("nextflow", SAYS.format("26.01.0"))
    done = assayline("deploy", "check", shared / "nfcore" / "sarek", "--json", env={"NXF_OFFLINE": "false"})
    assert lines(done)["pipeline: Nextflow"][0] == "ok"
    assert lines(done)["pipeline: plugin nf-schema@2.7.2"][::2] == ("warn", "nextflow plugin install nf-schema@2.7.2")
    (tmp_path / "plugins" / "nf-schema-2.7.2").mkdir(parents=True)
    env = {"NXF_OFFLINE": "true", "NXF_PLUGINS_DIR": str(tmp_path / "plugins")}
    done = assayline("deploy", "check", shared / "nfcore" / "sarek", "--json", env=env)
    assert lines(done)["pipeline: plugin nf-schema@2.7.2"][0] == "ok"


def test_unknown_profiles_and_engines_that_a_profile_needs(on_path, assayline, tmp_path):
    on_path("nextflow", SAYS.format("25.04.2"))
    on_path("docker", "echo Cannot connect to the daemon >&2; exit 1")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "nextflow.config").write_text(CONFIG)
    done = assayline("deploy", "check", tmp_path / "p", "--profile", "docker,dockr", "--json")
    found = lines(done)
    assert found["docker"][:2] == ("fail", "docker is there but does not work: Cannot connect to the daemon")
    assert found["profile docker"][0] == "ok"
    assert found["profile dockr"][::2] == ("fail", "-profile docker")
    assert done.status == 7
    done = assayline("deploy", "check", tmp_path / "p", "--json")
    assert lines(done)["docker"][0] == "warn"


def test_a_folder_that_is_no_pipeline(assayline, tmp_path):
    done = assayline("deploy", "check", tmp_path)
    assert done.status == 2 and "nextflow.config" in done.err
    done = assayline("deploy", "check", tmp_path / "absent")
    assert done.status == 2 and "no folder" in done.err
    (tmp_path / "x").mkdir()
    (tmp_path / "pipelines.json").write_text(json.dumps({"y": {}}))
    assert assayline("deploy", "check", tmp_path / "x").status == 10
