"""Real processes of the command line, with a tiny experiment of one's own."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit

import pytest
import torch

from research.records.store import Record
from research.training.checkpoints import all_checkpoints, load
from tests.warm_command import FILE_SIZE, in_a_fork

ROOT = Path(__file__).parents[2]
PARITY = ROOT / "tests" / "parity"


@dataclass
class Descent:
    """The command `descent`, run in a folder of its own, with one thread per run."""

    folder: Path
    command: tuple[str, ...] = ("experiments",)
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments, file_size=None, **environment):
        """A command that can be sent signals, and that has words of its own in /proc."""
        limit = partial(setrlimit, RLIMIT_FSIZE, (file_size, file_size))
        return subprocess.Popen(
            [sys.executable, "-m", *self.command, *map(str, arguments)],
            cwd=self.folder,
            env=self._whole(environment),
            preexec_fn=limit if file_size else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _whole(self, environment):
        own = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **self.environment}
        return {**os.environ, **own, **environment}

    def __call__(self, *arguments, timeout=120, file_size=None, **environment):
        """A command that nobody disturbs; elsewhere than on Linux, a Python of its own.

        All files that it and its runs write end at `file_size` bytes.
        """
        if self.command[1:]:
            whole = self._whole(environment | ({FILE_SIZE: str(file_size)} if file_size else {}))
            return in_a_fork(self.command[1], arguments, self.folder, whole, timeout)
        process = self.start(*arguments, file_size=file_size, **environment)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def parity(self, out, *arguments, **environment):
        """Runs the tiny experiment into a record."""
        return self("run", PARITY, "--out", out, "--wandb", "off", *arguments, **environment)

    def run_of(self, record, variant="plain", seed=0):
        return Record.open(self.folder / record).run(variant, seed)


def run_script(descent_command, script, *words):
    """A script of these tests to its end, as `Descent` runs a command to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    if descent_command[1:]:
        return in_a_fork(descent_command[1], words, ROOT, environment, 300, script)
    command = [sys.executable, script, *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a file, a folder that is not empty, and a record."""
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("")
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "settings.yaml").write_text("experiment: grokking\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def descent(tmp_path, descent_command):
    return Descent(tmp_path, descent_command)


def sha1_of_weights(run):
    """SHA-1 over the weights in the newest checkpoint."""
    digest = hashlib.sha1()
    for name, weights in load(all_checkpoints(run.checkpoints)[0])["state_dict"].items():
        digest.update(name.encode() + weights.contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def what_came_of(run):
    """SHA-1 of the final weights, and every line of the metrics."""
    return sha1_of_weights(run), run.metrics_file.read_text().splitlines()


def wait_for(condition, seconds=60):
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def kill_everything(process, run):
    """kill -9 of the command and of the process that trains, at once."""
    os.kill(run.status().pid, signal.SIGKILL)
    process.kill()
    process.communicate()


SEEDS = 5
KILLED_AT = 150


@pytest.fixture(scope="session")
def left_alone(tmp_path_factory, descent_command):
    """What came of the tiny experiment with several seeds, each left alone."""
    descent = Descent(tmp_path_factory.mktemp("left_alone"), descent_command)
    done = descent.parity("record", "--seeds", f"0-{SEEDS - 1}")
    assert done.returncode == 0, done.stderr
    return [what_came_of(descent.run_of("record", seed=seed)) for seed in range(SEEDS)]


@pytest.fixture(scope="session")
def uninterrupted(left_alone):
    """What came of its seed 0."""
    return left_alone[0]


@pytest.fixture(scope="session")
def _killed(tmp_path_factory, descent_command):
    descent = Descent(tmp_path_factory.mktemp("killed"), descent_command)
    killed = descent.parity("record", PARITY_KILL_AT=str(KILLED_AT))
    assert killed.returncode == 1, killed.stderr
    return descent.folder / "record"


@pytest.fixture
def killed(descent, _killed):
    """The tiny experiment, killed before step 151: a record of one's own, to be damaged."""
    shutil.copytree(_killed, descent.folder / "record")
    run = descent.run_of("record")
    assert run.status().state == "failed" and len(all_checkpoints(run.checkpoints)) == 2
    return run
