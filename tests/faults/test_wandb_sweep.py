"""W&B beside a real `descent sweep`: each trial is a run of its own, and a dashboard shows them."""

import json
import os

import pytest

from research.records import wandb_session
from research.records.rows import merge_steps
from research.records.store import Record
from research.records.study_table import read_table
from research.records.wandb_history import missing_rows, read_segment
from scripts.publish_dashboard import main
from tests.faults.conftest import PARITY
from tests.wandb_stand_in import entries

STUDY = "parity-quick-random"
SEARCHED = {"optimizer.lr": "1e-3..1e-1 log", "batch_size": "[8, 16]"}


@pytest.fixture
def home(descent, monkeypatch):
    """Nobody is logged in here, and nothing of W&B is in the environment."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    descent.environment["HOME"] = str(descent.folder)
    return descent


def test_the_trials_of_a_sweep_read_back_and_have_a_dashboard(home, capsys):
    space = [word for key, text in SEARCHED.items() for word in (f"--space.{key}", text)]
    asked = ("--objective.metric", "validation/loss", "--trainer.max_steps", "40", *space)
    words = ("--trials", "3", "--workers", "2", "--wandb", "offline", "--out", "study", *asked)
    done = home("sweep", PARITY, *words)
    assert (done.returncode, done.stderr) == (0, "")
    folder = home.folder / "study"
    table = read_table(folder)
    metrics = set()
    for row in table.trials:
        record = Record.open(folder / "trials" / f"{row.number:04}")
        store = record.run("trial", 0)
        [segment] = wandb_session.segments(store)
        found = entries(segment)
        [run] = [entry["run"] for entry in found if entry["type"] == "run"]
        assert (run["run_group"], run["display_name"]) == (STUDY, f"trial-{row.number:04}")
        assert run["tags"] == ["parity", STUDY]
        config = run["config"]["update"]
        assert (config["study"], config["trial"]) == (STUDY, row.number)
        rate, batch_size = (row.values[key] for key in SEARCHED)
        assert config["searched"] == {"optimizer": {"lr": rate}, "batch_size": batch_size}
        assert (config["optimizer"]["lr"], config["batch_size"]) == (rate, batch_size)
        rows = merge_steps(read_segment(segment).rows)
        assert [line["step"] for line in rows] == [line["step"] for line in store.metrics()]
        assert missing_rows(store) == [] and record.warnings() == []
        end = [entry["summary"]["update"] for entry in found if entry["type"] == "summary"]
        said = {name: value for update in end for name, value in update.items()}
        assert (said["state"], said["objective"]) == ("done", row.value)
        metrics |= {name for line in store.metrics() for name in line if name != "step"}
    # what a dashboard of the study shows
    assert main([str(folder), "--print"]) == 0
    [page] = json.loads(capsys.readouterr().out).values()
    sections = page["section"]["panelBankConfig"]["sections"]
    panels = [panel["config"] for section in sections for panel in section["panels"]]
    assert {name for panel in panels for name in panel.get("metrics", [])} == metrics
    axes = {column["accessor"] for column in panels[0]["columns"]}
    searched = {f"config:searched.value.{key}" for key in SEARCHED}
    assert axes == {*searched, "summary:objective"}
