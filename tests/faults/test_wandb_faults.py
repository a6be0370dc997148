"""Killed processes and full disks, beside a W&B run: real processes, and W&B's own files."""

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
import os, signal, subprocess, sys, time
from pathlib import Path
from research.records.store import Record
from research.records.wandb_mirror import make_logger

record = Record.open(Path(sys.argv[1]))
store = record.run("small", 0)
store.keep_until(int(sys.argv[2]))
mirror = make_logger(store, record.plan, record)
for step in range(int(sys.argv[2]) + 1, int(sys.argv[3])):
    store.append(step, {"batch/loss": 1.5 / step, "lr": 0.1})
    mirror.log_metrics({"batch/loss": 1.5 / step, "lr": 0.1}, step)
    if step == 300 and sys.argv[4] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if step == 300 and sys.argv[4] == "kill service":
        command = ["pgrep", "-P", str(os.getpid()), "wandb-core"]
        for found in subprocess.run(command, capture_output=True, text=True).stdout.split():
            os.kill(int(found), signal.SIGKILL)
        time.sleep(0.2)
mirror.finalize("success")
"""


def train(record: Record, first: int, last: int, fault: str, limit: str = "") -> tuple[int, str]:
    """Exit code and what was printed, of a process that trains."""
    command = [sys.executable, "-c", TRAIN, str(record.folder), str(first), str(last), fault]
    if limit:
        command = ["bash", "-c", f'ulimit -f {limit} && exec "$@"', "bash", *command]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WANDB_")}
    environment |= {"HOME": str(record.folder.parent), "PYTHONPATH": str(Path(__file__).parents[2])}
    outcome = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    return outcome.returncode, outcome.stdout + outcome.stderr


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("HOME", str(tmp_path))


def test_killed_and_resumed_run_is_whole_in_the_end(tmp_path: Path) -> None:
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


def test_killed_service_does_not_stop_training(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    code, printed = train(record, 0, 400, "kill service")
    assert code == 0
    assert len(printed.splitlines()) == len(record.warnings()) == 1, printed
    assert len(record.run("small", 0).metrics()) == 399
    publish_evidence(record)
    assert missing_rows(record.run("small", 0)) == []


def test_full_disk_for_wandb_does_not_stop_training(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    code, printed = train(record, 0, 800, "none", limit="60")  # KiB: the record fits, W&B does not
    assert (code, printed) == (0, "")
    assert len(record.run("small", 0).metrics()) == 799
    assert missing_rows(record.run("small", 0)), "W&B lost rows in silence"
    publish_evidence(record)
    assert missing_rows(record.run("small", 0)) == []
