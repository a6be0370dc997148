import json
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from research.records import provenance
from research.records.store import Plan, Record

SECRET = "s3cr3t-0123456789abcdef"


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_is_plain_and_complete():
    collected = provenance.collect(["descent", "run", "grokking"])
    assert json.loads(json.dumps(collected)) == collected
    assert collected["command"] == ["descent", "run", "grokking"]
    assert datetime.fromisoformat(collected["started"]).tzinfo is not None
    assert collected["versions"]["torch"]
    assert collected["versions"]["python"].count(".") == 2
    assert collected["hardware"]["cores"] >= 1
    assert collected["hardware"]["memory_gib"] > 0.1


def test_a_secret_in_the_environment_is_in_no_file(tmp_path, monkeypatch):
    for name in ("WANDB_API_KEY", "AWS_SECRET_ACCESS_KEY", "DESCENT_DATA", "USER_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    record = Record.create(
        tmp_path / "r",
        Plan(experiment="x", variants={}, runs={}),
        provenance.collect(["descent"], user_folder=tmp_path),
    )
    record.note_warning("W&B is not there")
    files = [path for path in record.folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_git_commit_and_dirt(checkout):
    clean = provenance.git_state(checkout)
    assert len(clean["commit"]) == 40
    assert clean["dirty"] is False
    (checkout / "a.py").write_text("2")
    assert provenance.git_state(checkout) == {"commit": clean["commit"], "dirty": True}


def test_an_installed_package_does_not_take_the_commit_of_the_checkout_around_it(checkout):
    inside = checkout / "venv" / "site-packages"
    inside.mkdir(parents=True)
    assert provenance.git_state(inside) is None
    assert provenance.git_state(inside, whole_checkout=False)["commit"]


def test_without_git_or_checkout_there_is_no_state(tmp_path, monkeypatch):
    assert provenance.git_state(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert provenance.git_state(Path(__file__).parent, whole_checkout=False) is None
    assert provenance.hardware()["gpus"] == []


def test_finish_counts_the_seconds(monkeypatch):
    monkeypatch.setattr(provenance, "now", lambda: "2026-03-01T10:05:12+00:00")
    assert provenance.finish("2026-03-01T10:00:00+00:00") == {
        "finished": "2026-03-01T10:05:12+00:00",
        "seconds": 312.0,
    }
