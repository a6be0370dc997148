"""W&B beside a real `descent run`: read with W&B's own reader, its files hold the record's rows."""

import json
import os
import subprocess

import pytest
from wandb.util import get_core_path

from research.records import wandb_session
from research.records.rows import merge_steps
from research.records.store import Record
from research.records.wandb_history import missing_rows, read_segment
from tests.faults.conftest import PARITY

KEY = "0123456789abcdef0123456789abcdef01234567"

EVIDENCE = """
from matplotlib.figure import Figure
from research.evidence.claims import Claim

CLAIM = Claim("L1", "the loss falls", "the tests", "< 1")


def verdicts(record):
    losses = {"plain/0": float(record.run("plain", 0).column("train/loss")[1][-1])}
    return [CLAIM.judge(losses["plain/0"], losses["plain/0"] < 1, losses)]


def figures(record):
    figure = Figure()
    figure.subplots().plot(*record.run("plain", 0).column("train/loss"))
    return {"loss": figure}
"""


@pytest.fixture
def home(descent, monkeypatch):
    """Nobody is logged in here, and nothing of W&B is in the environment."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    descent.environment["HOME"] = str(descent.folder)
    return descent


@pytest.fixture
def experiment(tmp_path):
    """The tiny experiment, with a claim, in a folder of the user's own."""
    folder = tmp_path / "own" / "parity"
    folder.mkdir(parents=True)
    for name in ("module.py", "settings.py", "parity.yaml"):
        (folder / name).write_text((PARITY / name).read_text())
    (folder / "evidence.py").write_text(EVIDENCE)
    return folder


def entries(paths):
    """Everything in W&B's files, as its own reader prints it."""
    found = []
    for path in paths:
        command = [get_core_path(), "leet", "inspect", "--no-observability", "--json"]
        command += ["--run-file", str(path), str(path.parent.parent)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found += [json.loads(line) for line in printed.splitlines()]
    return found


def without_evidence(row):
    """A row less what W&B counts of figures and tables, such as figures/loss.height."""
    return {name: x for name, x in row.items() if not name.startswith(("figures/", "verdicts"))}


def test_an_offline_run_reads_back_as_the_record(home, experiment):
    """All metrics and no others; what was run, in which record; and in the end the evidence."""
    done = home("run", experiment, "--out", "record", "--wandb", "offline")
    assert (done.returncode, done.stderr) == (0, "")
    run = home.run_of("record")
    paths = wandb_session.segments(run)
    rows = merge_steps([row for path in paths for row in read_segment(path).rows])
    assert all(row.pop(wandb_session.STEP_AXIS) == row["step"] for row in rows)
    metrics = [without_evidence(row) for row in rows]
    assert metrics == run.metrics() and len(metrics) > 66
    assert missing_rows(run) == []
    record = Record.open(home.folder / "record")
    settings = json.loads(json.dumps(record.plan.variants["plain"].settings))
    read = entries(paths)
    for started in [entry["run"] for entry in read if entry["type"] == "run"]:
        assert (started["run_group"], started["display_name"]) == ("record", "plain seed 0")
        config = started["config"]["update"]
        assert settings.items() <= config.items()
        assert (config["variant"], config["seed"]) == ("plain", 0)
    items = [entry["history"]["item"] for entry in read if entry["type"] == "history"]
    shown = {name: value for item in items for name, value in item.items()}
    assert shown["figures/loss._type"] == "image-file"
    assert shown["verdicts._type"] == "table-file"
    files = paths[-1].parent / "files"
    assert (files / shown["figures/loss.path"]).read_bytes().startswith(b"\x89PNG")
    table = json.loads((files / shown["verdicts.path"]).read_text())
    [verdict] = json.loads(record.verdicts.read_text())
    assert table["data"] == [[verdict[name] for name in table["columns"]]]
    assert (verdict["id"], verdict["verdict"]) == ("L1", "holds")


def test_an_unreachable_server_costs_one_warning(home, uninterrupted):
    """The user is logged in, the server is away: the same record as without W&B, logged offline."""
    address = "http://127.0.0.1:9"
    done = home(*("run", PARITY, "--out", "record"), WANDB_BASE_URL=address, WANDB_API_KEY=KEY)
    assert done.returncode == 0, done.stderr
    record, run = Record.open(home.folder / "record"), home.run_of("record")
    [warning] = record.warnings()
    assert warning == f"W&B: {address} can't be reached; logged offline"
    assert done.stderr == "" and "Traceback" not in run.log.read_text()
    assert run.status().state == "done"
    assert run.metrics_file.read_text().splitlines() == uninterrupted[1]
    assert missing_rows(run) == []
    assert record.report.is_file()
    for file in record.folder.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file
