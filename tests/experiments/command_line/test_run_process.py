"""A forked run is what a fresh process would be, and outlives whatever it was forked from.

The forks are real; what they run is a user's own experiment without torch, so that all is quick.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.command_line import run_process
from experiments.command_line.run_process import (
    UNSEEN,
    ForkServer,
    Job,
    Starter,
    can_be_forked,
)
from research.records.plan import Plan, VariantPlan
from research.records.store import Record

ROOT = Path(__file__).parents[3]
# What a run does here, in place of training: it writes down how it finds its process, then waits.
PLAY = """
import json, os, sys, time
import numpy.random
from experiments.command_line import one_run

def play(arguments):
    found = {
        "arguments": arguments, "argv": sys.argv, "pid": os.getpid(), "group": os.getpgid(0),
        "stdin": os.fstat(0).st_ino, "variable": os.environ.get("VARIABLE"),
        "draw": numpy.random.randint(2**31), "sockets": [
            os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
            if os.path.exists(f"/proc/self/fd/{n}")],
        "while importing": os.environ["SEEN"],
    }
    print(json.dumps(found), flush=True)
    print("to stderr", file=sys.stderr)
    folder, what, seed = arguments
    if what == "raises":
        raise ValueError("as it should")
    if what == "waits":
        os.read(0, 1)
        time.sleep(0.3)
    return int(seed)

one_run.main = play
os.environ["SEEN"] = os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"]
"""


@pytest.fixture
def server(tmp_path):
    (tmp_path / "play.py").write_text(PLAY)
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    environment = {name: text for name, text in os.environ.items() if "CUDA_CHECK" not in name}
    server = ForkServer(["play"], {**environment, "PYTHONPATH": path})
    yield server
    server.close()


class Fork:
    """A run, started by hand, with its log and the pipe that keeps it."""

    def __init__(self, server, folder, what="ends", seed=0, **environment):
        while not server.is_ready():
            assert not server.is_gone
            time.sleep(0.01)
        self.log = folder / f"log-{what}-{seed}"
        self.lock = (folder / "lock").open("a")
        stdin, self.lifeline = os.pipe()
        with self.log.open("ab") as log:
            arguments = [str(folder), what, str(seed)]
            descriptors = (stdin, log.fileno(), self.lock.fileno())
            self.stdin = os.fstat(stdin).st_ino
            pid = server.fork(arguments, environment, descriptors)
        os.close(stdin)
        assert pid is not None
        self.process = run_process.ForkedProcess(pid, server)

    def end(self):
        self.lock.close()
        os.close(self.lifeline)
        return self.process.wait(20)

    @property
    def said(self):
        return json.loads(self.log.read_text().splitlines()[0])


def wait_until_it_speaks(fork):
    while not (fork.log.exists() and "to stderr" in fork.log.read_text()):
        time.sleep(0.01)


def test_a_fork_finds_what_a_fresh_process_would(server, tmp_path, monkeypatch):
    forks = [Fork(server, tmp_path, seed=seed, VARIABLE=f"its {seed}") for seed in (0, 7)]
    assert [fork.end() for fork in forks] == [0, 7]
    for fork, seed in zip(forks, (0, 7), strict=True):
        said = fork.said
        assert said["arguments"] == said["argv"][1:] == [str(tmp_path), "ends", str(seed)]
        assert Path(said["argv"][0]).name == "one_run.py"
        assert said["pid"] == said["group"] == fork.process.pid
        assert said["stdin"] == fork.stdin
        assert said["variable"] == f"its {seed}"
        assert said["while importing"] == "1"
        assert not any("socket" in target for target in said["sockets"])
        assert fork.log.read_text().splitlines()[1:] == ["to stderr"]
    assert forks[0].said["draw"] != forks[1].said["draw"]


def test_how_a_fork_ended(server, tmp_path):
    killed = Fork(server, tmp_path, "waits")
    assert killed.process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        killed.process.wait(0.05)
    os.killpg(killed.process.pid, signal.SIGKILL)
    assert killed.end() == killed.process.returncode == -signal.SIGKILL
    raised = Fork(server, tmp_path, "raises")
    assert raised.end() == 1
    assert "ValueError: as it should" in raised.log.read_text()


def test_the_lock_lasts_as_long_as_the_fork(server, tmp_path):
    fork = Fork(server, tmp_path, "waits")
    wait_until_it_speaks(fork)
    fcntl.flock(fork.lock, fcntl.LOCK_EX)
    fork.lock.close()
    with (tmp_path / "lock").open("a") as again:
        with pytest.raises(BlockingIOError):
            fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert fork.end() == 0
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_run_outlives_the_server(server, tmp_path):
    """Its end is noticed, though nobody can tell its exit code any more."""
    fork = Fork(server, tmp_path, "waits", seed=3)
    wait_until_it_speaks(fork)
    server._process.kill()
    server._process.wait()
    assert fork.process.poll() is None
    assert server.is_gone and not server.is_ready()
    assert server.fork([], {}, ()) is None
    assert fork.end() == UNSEEN


def test_the_server_ends_with_its_launcher(server):
    server._connection.close()
    assert server._process.wait(20) == 0


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=[9]).start()",
            "an import has started [<Thread",
        ),
        (
            "import sys, types\nsys.modules['torch.cuda'] = types.SimpleNamespace("
            "is_initialized=lambda: True)",
            "an import has started CUDA",
        ),
    ],
    ids=["can't be imported", "starts a thread", "starts CUDA"],
)
def test_a_server_whose_forks_could_not_live_is_gone_and_says_why(tmp_path, code, reason):
    """Runs are started without it then."""
    (tmp_path / "imported.py").write_text(code)
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    server = ForkServer(["imported"], {**os.environ, "PYTHONPATH": path})
    deadline = time.monotonic() + 8
    while not server.is_gone and time.monotonic() < deadline:
        assert not server.is_ready()
        time.sleep(0.01)
    assert server.is_gone
    assert reason in server.last_words()
    server.close()


def record_of(folder, **trainer):
    plan = Plan(
        experiment="grokking",
        folder=None,
        preset="smoke",
        overrides={},
        workers=1,
        threads=1,
        wandb="off",
        variants={"one": VariantPlan(label="One", settings={"trainer": trainer})},
        runs={"one": [0]},
    )
    return Record.create(folder / "record", plan, {})


@pytest.mark.parametrize(
    ("trainer", "forked"),
    [
        ({}, True),
        ({"devices": 1, "nodes": 1, "strategy": "auto"}, True),
        ({"devices": 2, "strategy": "ddp"}, False),
        ({"devices": 1, "strategy": "ddp"}, False),
        ({"devices": 1, "nodes": 2}, False),
    ],
)
def test_what_is_forked(trainer, forked):
    assert can_be_forked({"trainer": trainer}) == (forked and sys.platform == "linux")


def test_without_a_server_a_run_is_started_anew(tmp_path, monkeypatch):
    """The server dies while it imports; the run must not, and has all it would have had."""
    record = record_of(tmp_path)
    [run] = record.runs()
    with (tmp_path / "lock").open("a") as lock, (tmp_path / "log").open("ab") as log:
        job = Job(record, run, lock.fileno())
        warnings = []
        starter = Starter(record.plan, warnings.append, {"DESCENT_STORAGE": "somewhere"})
        assert not starter.is_ready(job.settings)
        starter.server._process.kill()
        while not starter.is_ready(job.settings):
            time.sleep(0.01)
        assert starter.is_ready(job.settings)
        [warning] = warnings  # once, not for each run of a search
        assert "each run imports torch itself" in warning
        stdin, lifeline = os.pipe()
        monkeypatch.setattr(sys, "executable", "/usr/bin/env")
        monkeypatch.setattr(run_process, "ONE_RUN", ["sh", "-c", 'echo "$0 $*"; env'])
        process = starter.start(job, stdin, log.fileno(), {"CUDA_VISIBLE_DEVICES": "5"})
        assert process.wait(20) == 0
        starter.close()
        os.close(stdin)
        os.close(lifeline)
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[0] == f"{record.folder} one 0"
    assert {"DESCENT_LAUNCHED=1", "OMP_NUM_THREADS=1", "CUDA_VISIBLE_DEVICES=5"} <= set(lines)
    assert "DESCENT_STORAGE=somewhere" in lines
    assert any(line.startswith("MALLOC_TRIM_THRESHOLD_=") for line in lines)
