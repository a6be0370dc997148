"""Killed processes and full disks, beside a W&B run: real processes, and W&B's own files."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from research.records import wandb_session
from research.records.store import Record
from research.records.wandb_evidence import publish_evidence
from research.records.wandb_history import missing_rows
from tests.wandb_stand_in import new_record, services

TRAIN = """
import json, os, resource, signal, subprocess, sys, time, traceback
from pathlib import Path
import wandb
from research.records.store import Record
from research.records.wandb_mirror import make_logger

def train(folder, first, last, fault):
    record = Record.open(Path(folder))
    store = record.run("small", 0)
    store.keep_until(first)
    mirror = make_logger(store, record.plan, record)
    for step in range(first + 1, last):
        store.append(step, {"batch/loss": 1.5 / step, "lr": 0.1})
        mirror.log_metrics({"batch/loss": 1.5 / step, "lr": 0.1}, step)
        if step == 300 and fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if step == 300 and fault == "kill service":
            command = ["pgrep", "-P", str(os.getpid()), "wandb-core"]
            for found in subprocess.run(command, capture_output=True, text=True).stdout.split():
                os.kill(int(found), signal.SIGKILL)
            time.sleep(0.2)
    mirror.finalize("success")

for line in sys.stdin:  # a fork each, since the imports take seconds
    asked = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.environ.update(HOME=asked["home"])
    for output in (1, 2):
        os.dup2(os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), output)
    if asked["limit"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["limit"], asked["limit"]))
    train(*asked["train"])
    sys.exit(0)
"""


@pytest.fixture(scope="module")
def forking(tmp_path_factory):
    """The process that those which train are forked from."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WANDB_")}
    home = tmp_path_factory.mktemp("home")
    environment |= {"HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", TRAIN],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def train(forking, tmp_path):
    """train(record, first, last, fault): exit code and what was printed, of a process of its own.

    A limit is that of the size of a file, in bytes.
    """

    def run(record: Record, first: int, last: int, fault: str, limit: int = 0) -> tuple[int, str]:
        said = tmp_path / "said"
        said.unlink(missing_ok=True)
        words = {"train": [str(record.folder), first, last, fault], "limit": limit}
        asked = {**words, "home": str(record.folder.parent), "said": str(said)}
        forking.stdin.write(json.dumps(asked) + "\n")
        forking.stdin.flush()
        code = int(forking.stdout.readline())
        return code, said.read_text()

    return run


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("HOME", str(tmp_path))


def test_killed_and_resumed_run_is_whole_in_the_end(train, tmp_path: Path) -> None:
    for attempt in range(3):  # on a busy machine W&B sometimes has time to write its last rows
        record = new_record(tmp_path / f"record{attempt}")
        store = record.run("small", 0)
        assert train(record, 0, 400, "kill")[0] == -9
        time.sleep(1)
        assert services(record.folder) == []
        if missing_rows(store):
            break
    assert missing_rows(store), "W&B lost its last rows"
    first = wandb_session.run_id(store)
    assert train(record, 290, 400, "none") == (0, "")
    assert wandb_session.run_id(store) == first
    assert len(wandb_session.segments(store)) == 2
    publish_evidence(record)
    assert missing_rows(store) == []
    assert record.warnings() == []
    assert services(record.folder) == []


def test_killed_service_does_not_stop_training(train, tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    code, printed = train(record, 0, 400, "kill service")
    assert code == 0
    assert len(printed.splitlines()) == len(record.warnings()) == 1, printed
    assert len(record.run("small", 0).metrics()) == 399
    publish_evidence(record)
    assert missing_rows(record.run("small", 0)) == []


def test_full_disk_for_wandb_does_not_stop_training(train, tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    code, printed = train(record, 0, 800, "none", limit=60 * 1024)  # the record fits, W&B does not
    assert (code, printed) == (0, "")
    assert len(record.run("small", 0).metrics()) == 799
    assert missing_rows(record.run("small", 0)), "W&B lost rows in silence"
    publish_evidence(record)
    assert missing_rows(record.run("small", 0)) == []
