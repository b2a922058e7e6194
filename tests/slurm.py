"""A real Slurm of one node for tests and for trying things out: started by hand as root, stopped by the ids of its own processes.

python -m tests.slurm FOLDER    starts one and prints what to export; Ctrl-C stops it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")
PATIENCE = 90
SYSTEM = Path("/etc/slurm/slurm.conf")
"""Where clients look without SLURM_CONF: Snakemake's steps inside a job drop all variables of Slurm."""
LOCK = Path(tempfile.gettempdir()) / "assayline-slurm.lock"
CONF = """\
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.socket
SlurmUser=slurm
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
SlurmdParameters=config_overrides
MinJobAge=300
KillWait=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName=localhost NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=20000
PartitionName=main Nodes=ALL Default=YES DefMemPerCPU=500 MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    """Programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None and not Path("/usr/sbin", name).is_file()]


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@dataclass
class Slurm:
    """A running cluster: `env` goes to every client; `sacct`-less, so what ended is in `completed.txt`."""

    folder: Path
    cpus: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        """What a client needs to find it."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def run(self, *words: str) -> str:
        """What a client's command prints; raises CalledProcessError."""
        done = subprocess.run(words, env=os.environ | self.env, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout

    def jobs(self, *states: str) -> list[tuple[str, str, str]]:
        """Identifier, name and state of every job in the queue, of these states only where some are given."""
        rows = [line.split("|") for line in self.run("squeue", "--noheader", "--format=%i|%j|%T").splitlines()]
        return [(row[0], row[1], row[2]) for row in rows if not states or row[2] in states]

    def ended(self) -> list[str]:
        """One line for every job that has ended."""
        path = self.folder / "completed.txt"
        return path.read_text().splitlines() if path.is_file() else []

    def wait_for(self, state: str, name: str = "") -> str:
        """The identifier of the first job whose name holds `name` and that is in the state."""
        for _ in range(PATIENCE * 5):
            found = [job for job, called, _ in self.jobs(state) if name in called]
            if found:
                return found[0]
            time.sleep(0.2)
        raise TimeoutError(f"no job '{name}' became {state}: {self.jobs()}")

    def start(self) -> None:
        """Start munged, the controller and the node, and wait until the node is idle."""
        munge = self.folder / "munge"
        for name, owner in (("munge", "munge"), ("state", "slurm"), ("spool", "root")):
            (self.folder / name).mkdir(mode=0o755)
            shutil.chown(self.folder / name, owner)
        key = munge / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        shutil.chown(key, "munge", "munge")
        (self.folder / "completed.txt").touch()
        shutil.chown(self.folder / "completed.txt", "slurm")
        if not SYSTEM.exists():
            SYSTEM.parent.mkdir(parents=True, exist_ok=True)
            SYSTEM.unlink(missing_ok=True)
            SYSTEM.symlink_to(self.folder / "slurm.conf")
        ports = free_ports(2)
        conf = CONF.format(folder=self.folder, controller=ports[0], daemon=ports[1], cpus=self.cpus)
        (self.folder / "slurm.conf").write_text(conf)
        files = {"key-file": "munge.key", "pid-file": "munged.pid", "seed-file": "munge.seed", "log-file": "munged.log"}
        words = [f"--{option}={munge / name}" for option, name in files.items()]
        drop = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"]
        self.daemon(*drop, "munged", "--foreground", f"--socket={munge / 'munge.socket'}", *words)
        self.until(lambda: (munge / "munge.socket").exists(), "munged's socket")
        self.daemon("slurmctld", "-D", "-f", str(self.folder / "slurm.conf"))
        self.daemon("slurmd", "-D", "-N", "localhost", "-f", str(self.folder / "slurm.conf"))
        self.until(self.idle, "an idle node")

    def daemon(self, *words: str) -> None:
        """Start one daemon in the foreground of its own session, its talk in a log."""
        name = next(word for word in words if word in PROGRAMS)
        env = os.environ | self.env | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        with (self.folder / f"{name}.out").open("ab") as log:
            self.processes.append(subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env))

    def idle(self) -> bool:
        """Whether the node takes jobs."""
        words = ["sinfo", "--noheader", "--format=%T"]
        done = subprocess.run(words, env=os.environ | self.env, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout.strip() == "idle"

    def until(self, true: object, what: str) -> None:
        """Wait for something; when it does not come, or a daemon ends, raise with the end of the logs."""
        assert callable(true)
        for _ in range(PATIENCE * 5):
            if true():
                return
            if any(one.poll() is not None for one in self.processes):
                break
            time.sleep(0.2)
        logs = "\n".join(f"{path.name}: {path.read_text(errors='replace')[-800:]}" for path in self.folder.glob("*.[ol]*"))
        raise TimeoutError(f"Slurm: found no {what}; its logs:\n{logs}")

    def stop(self) -> None:
        """End the jobs that are left, then the daemons that were started, the last one first."""
        left = [job for job, _, _ in self.jobs()] if len(self.processes) == 3 and self.processes[1].poll() is None else []
        if left:
            self.run("scancel", *left)
            for _ in range(50):
                if not self.jobs("RUNNING", "COMPLETING"):
                    break
                time.sleep(0.2)
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if SYSTEM.is_symlink() and SYSTEM.readlink() == self.folder / "slurm.conf":
            SYSTEM.unlink()


@contextmanager
def running(folder: Path, cpus: int = 2) -> Iterator[Slurm]:
    """A cluster of one node for the time of a block; the folder must be new, and readable for other accounts."""
    cluster = Slurm(folder, cpus)
    with LOCK.open("w") as turn:  # clients inside jobs look in one place of the machine, so that there is one cluster at a time
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def main() -> None:
    """Start one and wait."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True)
    with running(folder) as cluster:
        print(f"export SLURM_CONF={cluster.env['SLURM_CONF']}", flush=True)
        signal.sigwait([signal.SIGINT, signal.SIGTERM])


if __name__ == "__main__":
    main()
