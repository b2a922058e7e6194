"""Fetching from an archive that fails in every way."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest

from assayline.deploy.errors import FetchFailed, FetchRefused
from assayline.deploy.fetch import get
from assayline.deploy.fetch.get import fetch, plan
from assayline.errors import BadUsage
from assayline.notebook.errors import ServiceUnreachable
from tests.deploy.archive import Archive, reads


@pytest.fixture
def archive():
    server = Archive()
    server.add_series("GSE1", "SRP000001", {"GSM1": "ctrl, rep 1", "GSM2": "treated, rep 1", "GSM9": "of another study"})
    server.geo["GSM2"] = {
        "accession": "GSM2",
        "title": "treated, rep 1",
        "extrelations": [{"relationtype": "SRA", "targetobject": "SRX000002"}],
    }
    for at, (gsm, run) in enumerate(
        (("GSM1", "SRR100001"), ("GSM1", "SRR100002"), ("GSM2", "SRR100003"), ("GSM77", "SRR100004"))
    ):
        files = {f"{run}_{mate}.fastq.gz": reads(run, mate) for mate in (1, 2)}
        server.add_run("SRP000001", run, files, sample_alias=gsm, experiment_alias=gsm, sample_accession=f"SAMN0{gsm[3:]}")
        server.biosamples[f"SAMN0{gsm[3:]}"] = {"treatment": "dexamethasone" if at == 2 else "none given", "tissue": "lung"}
    server.runs["SRX000002"] = [row for row in server.runs["SRP000001"] if row["sample_alias"] == "GSM2"]
    yield server
    server.stop()


def quiet(_line: str) -> None:
    """Say nothing."""


def impatient(fault):
    """A short patience where the server hangs; elsewhere a busy machine must not look like one."""
    return {"timeout": 0.7, "tries": 12} if fault == "hang" else {}


def table(folder):
    return list(csv.DictReader(io.StringIO((folder / "metadata.csv").read_text())))


def whole(archive, folder):
    """Every file that arrived is what the archive holds."""
    found = {path.name: path.read_bytes() for path in folder.rglob("*.fastq.gz") if not path.name.startswith(".")}
    return bool(found) and all(archive.files[f"/vol1/fastq/{name[:9]}/{name}"] == body for name, body in found.items())


def test_a_series_is_grouped_by_sample_with_its_conditions(archive, tmp_path):
    wanted = plan(archive.portal(), ["GSE1"])
    body = fetch(archive.portal(), wanted, tmp_path, jobs=3, say=quiet)
    assert whole(archive, tmp_path)
    assert [item["run"] for item in body["files"]] == [
        "SRR100001",
        "SRR100001",
        "SRR100002",
        "SRR100002",
        "SRR100003",
        "SRR100003",
    ]
    rows = table(tmp_path)
    assert [(row["sample"], row["run"], row["treatment"]) for row in rows] == [
        ("ctrl_rep_1", "SRR100001", "none given"),
        ("ctrl_rep_1", "SRR100002", "none given"),
        ("treated_rep_1", "SRR100003", "dexamethasone"),
    ]
    assert [finding.message for finding in wanted.findings if finding.code == "conditions"] == ["samples differ in treatment"]


@pytest.mark.parametrize("accession", ["GSM2", "SRX000002", "SRR100003"])
def test_samples_experiments_and_runs(archive, accession):
    assert [chosen.run.accession for chosen in plan(archive.portal(), [accession]).chosen] == ["SRR100003"]


def test_a_super_series_is_its_parts(archive):
    archive.add_series("GSE5", "", {}, extrelations=[{"relationtype": "SuperSeries of", "targetobject": "GSE1"}])
    assert len(plan(archive.portal(), ["GSE5"]).chosen) == 3


@pytest.mark.parametrize(
    "fault",
    ["429", "500", "503", "cut", "short", "wrong", "hang", "no range", "other range", "416"],
    ids=lambda fault: fault.replace(" ", "-"),
)
def test_faults_that_pass(archive, tmp_path, fault):
    wanted = plan(archive.portal(), ["GSM2"])
    archive.faults["SRR100003_1.fastq.gz"] = ["cut", fault] if "range" in fault or fault == "416" else [fault]
    fetch(archive.portal(**impatient(fault)), wanted, tmp_path, jobs=2, say=quiet)
    assert whole(archive, tmp_path)
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize("place", ["esearch.fcgi", "esummary.fcgi", "efetch.fcgi", "filereport"])
@pytest.mark.parametrize("fault", ["429", "500", "hang"])
def test_services_are_asked_again(archive, place, fault):
    archive.faults[place] = [fault]
    assert len(plan(archive.portal(**impatient(fault)), ["GSE1"]).chosen) == 3


@pytest.mark.parametrize("place", ["esearch.fcgi", "filereport"])
def test_services_that_stay_away_or_talk_nonsense(archive, place):
    archive.faults[place] = ["500"] * 9
    with pytest.raises(ServiceUnreachable):
        plan(archive.portal(), ["GSE1"])
    archive.faults[place] = ["text"]
    with pytest.raises(FetchRefused, match="html"):
        plan(archive.portal(), ["GSE1"])


@pytest.mark.parametrize(("fault", "said"), [("wrong", "MD5"), ("500", "status 500"), ("cut", "bytes"), ("404", "status 404")])
def test_one_file_that_never_comes_leaves_the_others(archive, tmp_path, fault, said):
    archive.faults["SRR100003_1.fastq.gz"] = [fault] * (1 if fault == "404" else 60)
    if fault == "cut":
        archive.faults["SRR100003_1.fastq.gz"] = ["short"] * 60
    with pytest.raises(FetchFailed, match="1 of 6 files") as caught:
        fetch(archive.portal(), plan(archive.portal(), ["GSE1"]), tmp_path, jobs=2, say=quiet)
    assert said in str(caught.value)
    assert not (tmp_path / "SRR100003_1.fastq.gz").exists()
    assert whole(archive, tmp_path)
    archive.faults.clear()
    archive.asked.clear()
    fetch(archive.portal(), plan(archive.portal(), ["GSE1"]), tmp_path, jobs=2, say=quiet)
    assert [path for path in archive.asked if path.startswith("/vol1")] == ["/vol1/fastq/SRR100003/SRR100003_1.fastq.gz"]
    assert whole(archive, tmp_path)


def test_a_file_goes_on_where_it_stopped(archive, tmp_path):
    content = archive.files["/vol1/fastq/SRR100003/SRR100003_2.fastq.gz"]
    (tmp_path / ".SRR100003_2.fastq.gz.part").write_bytes(content[:100])
    fetch(archive.portal(), plan(archive.portal(), ["SRR100003"]), tmp_path, jobs=1, say=quiet)
    assert whole(archive, tmp_path)


def test_a_file_changed_on_disk_is_fetched_again(archive, tmp_path):
    wanted = plan(archive.portal(), ["SRR100003"])
    fetch(archive.portal(), wanted, tmp_path, jobs=1, say=quiet)
    path = tmp_path / "SRR100003_1.fastq.gz"
    path.write_bytes(b"x" * path.stat().st_size)
    fetch(archive.portal(), wanted, tmp_path, jobs=1, say=quiet)
    assert whole(archive, tmp_path)


def test_what_is_absent(archive):
    with pytest.raises(FetchRefused, match="nothing in GEO"):
        plan(archive.portal(), ["GSE404"])
    with pytest.raises(FetchRefused, match="no runs at ENA"):
        plan(archive.portal(), ["SRR9999999"])
    with pytest.raises(BadUsage, match="'GEO1'"):
        plan(archive.portal(), ["GEO1"])
    archive.add_series("GSE7", "", {"GSM1": "x"})
    with pytest.raises(FetchRefused, match="no reads in the archive"):
        plan(archive.portal(), ["GSE7"])


def test_hosts_are_allowed_by_name(archive, tmp_path):
    archive.runs["SRR100003"][0]["fastq_ftp"] = "evil.example.org/a_1.fastq.gz;ftp.sra.ebi.ac.uk/a_2.fastq.gz"
    with pytest.raises(FetchRefused, match="evil"):
        fetch(archive.portal(), plan(archive.portal(), ["SRR100003"]), tmp_path, jobs=1, say=quiet)
    portal = archive.portal(allow=("evil.example.org",))
    assert portal.address("ftp://evil.example.org/a") == "https://evil.example.org/a"
    archive.faults["SRR100001_1.fastq.gz"] = ["to http://192.0.2.1/x"]
    with pytest.raises(FetchFailed, match=r"192\.0\.2\.1"):
        fetch(archive.portal(), plan(archive.portal(), ["SRR100001"]), tmp_path, jobs=1, say=quiet)


def test_the_disk_is_asked_first(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(get.shutil, "disk_usage", lambda _place: SimpleNamespace(free=10))
    with pytest.raises(FetchRefused, match="GB free"):
        fetch(archive.portal(), plan(archive.portal(), ["GSE1"]), tmp_path, jobs=1, say=quiet)
    assert not any("/vol1" in path for path in archive.asked)


CELLS = {"library_source": "TRANSCRIPTOMIC SINGLE CELL"}


def test_single_cells_need_their_barcode_read(archive, tmp_path):
    cdna = {"SRR200001.fastq.gz": reads("SRR200001", 1, 91)}
    archive.add_run("SRP000002", "SRR200001", cdna, **CELLS)
    with pytest.raises(FetchRefused, match="no barcode read"):
        plan(archive.portal(), ["SRR200001"])
    parts = {
        f"pbmc_S1_L001_{mark}_001.fastq.gz": reads("X", at, bases) for at, (mark, bases) in enumerate((("R1", 28), ("R2", 91)))
    }
    archive.add_run("SRP000002", "SRR200002", cdna, **CELLS, submitted=parts)
    wanted = plan(archive.portal(), ["SRR200002"])
    fetch(archive.portal(), wanted, tmp_path, jobs=1, say=quiet)
    assert sorted(path.name for path in (tmp_path / "SRR200002").iterdir()) == sorted(parts)
    archive.add_run("SRP000002", "SRR200003", cdna, **CELLS, submitted={"possorted.bam": b"BAM", "possorted.bam.bai": b"x"})
    (chosen,) = plan(archive.portal(), ["SRR200003"]).chosen
    assert [file.name for file in chosen.files] == ["possorted.bam"]
    both = {f"SRR200004_{mate}.fastq.gz": reads("SRR200004", mate, 91) for mate in (1, 2)}
    archive.add_run("SRP000002", "SRR200004", both, **CELLS)
    with pytest.raises(FetchRefused, match="reads of 91 bases"):
        fetch(archive.portal(), plan(archive.portal(), ["SRR200004"]), tmp_path, jobs=1, say=quiet)
    assert len(plan(archive.portal(), ["SRR200001"], single_cell=False).chosen) == 1


def test_a_third_file_of_reads_without_mates_is_left(archive):
    run = "SRR300001"
    archive.add_run("SRP3", run, {f"{run}{end}.fastq.gz": reads(run, at) for at, end in enumerate(("", "_1", "_2"))})
    (chosen,) = plan(archive.portal(), [run]).chosen
    assert [file.name for file in chosen.files] == [f"{run}_1.fastq.gz", f"{run}_2.fastq.gz"]


def test_from_accession_to_sheet(archive, assayline, shared, tmp_path):
    env = archive.environment()
    assert assayline("deploy", "fetch", "GSE1", "-o", tmp_path / "d", "--dry-run", env=env).out.count("\n") == 6
    assert not (tmp_path / "d").exists()
    done = assayline("deploy", "fetch", "GSE1", "-o", tmp_path / "d", "--json", env=env)
    assert done.status == 0, done.out
    words = ("--metadata", tmp_path / "d" / "metadata.csv", "-o", tmp_path / "s.csv")
    sheet = assayline("deploy", "sheet", shared / "nfcore" / "rnaseq", tmp_path / "d", *words)
    assert sheet.status == 0, sheet.err
    rows = list(csv.DictReader((tmp_path / "s.csv").open()))
    assert [row["sample"] for row in rows] == ["ctrl_rep_1", "ctrl_rep_1", "treated_rep_1"]
    assert assayline("deploy", "fetch", "GSE404", "-o", tmp_path / "d", env=env).status == 9


def test_a_full_disk_is_told_and_the_file_is_absent(archive, tmp_path):
    (tmp_path / ".SRR100003_1.fastq.gz.part").symlink_to("/dev/full")
    with pytest.raises(FetchFailed, match="No space left"):
        fetch(archive.portal(), plan(archive.portal(), ["SRR100003"]), tmp_path, jobs=1, say=quiet)
    assert not (tmp_path / "SRR100003_1.fastq.gz").exists()
    assert (tmp_path / "SRR100003_2.fastq.gz").is_file()
