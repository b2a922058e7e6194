"""Nextflow from Maven Central, for machines that reach a Maven repository but not Nextflow's downloads.

The artefact is a library without a launcher: its dependencies go into a folder of the cache, a short script starts them.
Which of its dependencies' versions are pinned, and why one is left out, is in `POM`; without the `--add-opens` of `OPENS`
`-resume` silently runs everything again.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from assayline.deploy.engines_place import engine_home
from assayline.errors import CannotWrite, EnvironmentMissing

VERSION = "25.04.2"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
JARS = 40
"""Fewer than this many libraries are an installation that was cut off."""
OPENS = (
    *(
        f"java.{name}"
        for name in ("lang", "io", "nio", "net", "util", "util.regex", "util.concurrent.locks", "util.concurrent.atomic")
    ),
    *("sun.nio.ch", "sun.nio.fs"),
    *(f"sun.net.www.protocol.{name}" for name in ("http", "https", "ftp", "file")),
    *("jdk.internal.misc", "jdk.internal.vm"),
)
FLAGS = " ".join(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENS)
# lib-trace is not published; the three managed versions are the ones that this release was built with and that are.
POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>assayline</groupId><artifactId>nextflow-runtime</artifactId><version>{VERSION}</version><packaging>pom</packaging>
  <dependencyManagement><dependencies>
    <dependency><groupId>io.nextflow</groupId><artifactId>nf-lang</artifactId><version>25.04.0</version></dependency>
    <dependency><groupId>io.nextflow</groupId><artifactId>nf-commons</artifactId><version>25.04.4</version></dependency>
    <dependency><groupId>io.nextflow</groupId><artifactId>nf-httpfs</artifactId><version>25.04.4</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>io.nextflow</groupId><artifactId>nextflow</artifactId><version>{VERSION}</version>
      <exclusions><exclusion><groupId>io.seqera</groupId><artifactId>lib-trace</artifactId></exclusion></exclusions>
    </dependency>
  </dependencies>
</project>
"""
LAUNCHER = f"""\
#!/bin/sh
# Nextflow {VERSION} as Maven Central has it; written by `assayline deploy check --fix`, may be deleted with its folder.
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
NXF_HOME=${{NXF_HOME:-$here/home}}
NXF_OFFLINE=${{NXF_OFFLINE:-true}}
NXF_DISABLE_CHECK_LATEST=${{NXF_DISABLE_CHECK_LATEST:-true}}
NXF_CLI="nextflow $*"
export NXF_HOME NXF_OFFLINE NXF_DISABLE_CHECK_LATEST NXF_CLI
home=${{NXF_JAVA_HOME:-$JAVA_HOME}}
exec "${{home:+$home/bin/}}java" -XX:+IgnoreUnrecognizedVMOptions -XX:TieredStopAtLevel=1 \\
  {FLAGS} \\
  $NXF_OPTS -cp "$here/lib/*" nextflow.cli.Launcher "$@"
"""


def launcher() -> Path:
    """Where the launcher of the fetched Nextflow is, or would be."""
    return engine_home("nextflow", VERSION) / "bin" / "nextflow"


def fetched() -> Path | None:
    """The launcher of a complete installation, else None."""
    path = launcher()
    return path if path.is_file() and len(list((path.parents[1] / "lib").glob("*.jar"))) >= JARS else None


def fetch() -> Path:
    """Fetch Nextflow with Maven, checksums enforced, and return its launcher; raises EnvironmentMissing and CannotWrite."""
    for program, command in (("java", "apt-get install default-jre-headless"), ("mvn", "apt-get install maven")):
        if shutil.which(program) is None:
            raise EnvironmentMissing(
                what=program, found="nothing on PATH", expected=f"{program}, to fetch Nextflow from Maven", next=f"{command}"
            )
    home = launcher().parents[1]
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=".fetching-") as name:
            _fill(Path(name))
            _settle(Path(name), home)
    except OSError as error:
        raise CannotWrite(file=error.filename or home, found=error.strerror or error) from error
    return launcher()


def _fill(folder: Path) -> None:
    """Everything of the installation, in a folder that is not yet its place."""
    (folder / "pom.xml").write_text(POM, encoding="utf-8")
    words = ["mvn", "-B", "-q", "--strict-checksums", PLUGIN, "-DincludeScope=runtime", "-DoutputDirectory=lib"]
    done = subprocess.run(
        words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, timeout=1800
    )
    count = len(list((folder / "lib").glob("*.jar"))) if (folder / "lib").is_dir() else 0
    if done.returncode or count < JARS:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise EnvironmentMissing(
            what="Nextflow from Maven",
            found=lines[0].replace("[ERROR]", "").strip() if lines else f"{count} libraries, status {done.returncode}",
            expected=f"Nextflow {VERSION} with its libraries",
            next="Check that Maven reaches its repository, or install Nextflow by its own installer and put it on PATH.",
        )
    (folder / "bin").mkdir()
    script = folder / "bin" / "nextflow"
    script.write_text(LAUNCHER, encoding="utf-8")
    script.chmod(0o755)


def _settle(folder: Path, home: Path) -> None:
    """Move a whole installation to its place; what another process has put there meanwhile stays, what was cut off goes."""
    if fetched() is not None:
        return
    if home.exists():
        shutil.rmtree(home)
    folder.chmod(0o755)
    folder.rename(home)
