"""Trials in W&B: read back from its offline files, by its own reader."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import wandb
from rich.console import Console

from research.records import wandb_session
from research.records.errors import RecordError
from research.records.plan import Plan, TrialOf, VariantPlan
from research.records.status import State, Status
from research.records.store import Record
from research.records.wandb_evidence import publish_here
from research.records.wandb_history import missing_rows, read_segment
from research.records.wandb_mirror import make_logger
from research.records.wandb_sync import sync
from research.records.wandb_trial import run_name, searched, summary, trial_identity
from tests.wandb_stand_in import add_evidence, entries

pytestmark = pytest.mark.usefixtures("no_one_is_logged_in")

ROOT = Path(__file__).parents[3]
VALUES = {"optimizer.name": "adamw", "optimizer.lr": 3e-3, "widths": [64, 32], "stop": None}


def new_trial(
    folder: Path, seeds: tuple[int, ...] = (0,), study: str = "grokking-smoke-random"
) -> Record:
    settings = {"optimizer": {"name": "adamw", "lr": 3e-3}, "widths": [64, 32], "stop": None}
    plan = Plan(
        experiment="grokking",
        preset="smoke",
        wandb="offline",
        variants={"trial": VariantPlan(label="trial 7", settings=settings)},
        runs={"trial": list(seeds)},
        trial=TrialOf(study=study, number=7, values=VALUES),
    )
    return Record.create(folder, plan, {})


def run_to(record: Record, state: State, value: float = 1.25) -> dict[str, Any]:
    """A run that ends in a state, and what W&B's summary says of it."""
    store = record.run("trial", 0)
    mirror = make_logger(store, record.plan, record, lambda: value)
    assert mirror is not None
    for step in (10, 20):
        store.append(step, {"validation/loss": 1.0 / step})
        mirror.log_metrics({"validation/loss": 1.0 / step}, step)
    store.write_status(Status(state, step=20))
    mirror.finalize("success" if state in ("done", "pruned") else "failed")
    wandb.teardown()
    return said_at_the_end(wandb_session.segments(store)[-1])


def said_at_the_end(segment: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries(segment):
        found.update(entry.get("summary", {}).get("update", {}))
    return found


def test_a_trial_is_a_run_of_its_study(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record = new_trial(tmp_path / "0007")
    end = run_to(record, "done")
    assert (end["objective"], end["state"], end["validation/loss"]) == (1.25, "done", 0.05)
    store = record.run("trial", 0)
    [segment] = wandb_session.segments(store)
    [run] = [entry["run"] for entry in entries(segment) if entry["type"] == "run"]
    assert (run["display_name"], run["run_group"]) == ("trial-0007", "grokking-smoke-random")
    assert run["job_type"] == "trial"
    assert run["tags"] == ["grokking", "grokking-smoke-random"]
    config = run["config"]["update"]
    assert (config["study"], config["trial"], config["seed"]) == ("grokking-smoke-random", 7, 0)
    assert config["searched"] == {
        "optimizer": {"name": "adamw", "lr": 3e-3},
        "widths": "[64, 32]",
        "stop": "null",
    }
    assert config["widths"] == [64, 32], "the settings are as they are"
    assert read_segment(segment).rows == [
        {"step": 10, "validation/loss": 0.1, wandb_session.STEP_AXIS: 10},
        {"step": 20, "validation/loss": 0.05, wandb_session.STEP_AXIS: 20},
    ]
    # a report that is made of the one trial adds to its run, and sends nothing again
    add_evidence(record)
    publish_here(record)
    wandb.teardown()
    first, second = wandb_session.segments(store)
    assert first == segment and missing_rows(store) == [] and record.warnings() == []
    [row] = read_segment(second).rows
    assert "figures/accuracy.size" in row and "validation/loss" not in row
    [again] = [entry["run"] for entry in entries(second) if entry["type"] == "run"]
    same = ("run_id", "display_name", "run_group", "tags")
    assert [again[name] for name in same] == [run[name] for name in same]
    assert said_at_the_end(second)["state"] == "done"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("state", ["pruned", "diverged"])
def test_a_trial_that_was_not_done_has_no_objective(tmp_path: Path, state: State) -> None:
    end = run_to(new_trial(tmp_path / "0007"), state)
    assert end["state"] == state and "objective" not in end


def test_an_objective_that_can_not_be_had_is_left_out(tmp_path: Path) -> None:
    store = new_trial(tmp_path / "0007").run("trial", 0)

    def missing() -> float:
        raise RecordError("objective.metric is validation/los")

    store.write_status(Status("done"))
    assert summary(store, True, missing) == {"state": "done"}
    store.write_status(Status("running"))  # the last of several stages ends before its run does
    assert summary(store, True, lambda: 2.0) == {"state": "done", "objective": 2.0}
    assert summary(store, False, lambda: 2.0) == {"state": "failed"}


def test_only_a_trial_of_several_seeds_names_them(tmp_path: Path) -> None:
    record = new_trial(tmp_path / "0007", (0, 1))
    names = [run_name(store, record.plan) for store in record.runs()]
    assert names == ["trial-0007 seed 0", "trial-0007 seed 1"]


def test_sync_says_which_trial_it_means(tmp_path: Path) -> None:
    screen = Console(file=io.StringIO(), width=200)
    sync([new_trial(tmp_path / "0007").folder], screen)
    assert isinstance(screen.file, io.StringIO)
    said = "grokking-smoke-random trial-0007: no run has begun: nothing to send\n"
    assert screen.file.getvalue() == said


def test_a_long_name_is_cut_for_the_tag_alone(tmp_path: Path) -> None:
    identity = trial_identity(new_trial(tmp_path / "0007", study="a" * 70).plan)
    assert identity["tags"] == ["grokking", "a" * 64] and identity["group"] == "a" * 70
    assert wandb.Settings(run_tags=identity["tags"]).run_tags == ("grokking", "a" * 64)
    with pytest.raises(ValueError, match="64 characters"):
        wandb.Settings(run_tags=["a" * 65])
    same = trial_identity(new_trial(tmp_path / "0008", study="grokking").plan)
    assert same["tags"] == ["grokking"], "a study called as its experiment needs one tag"


def test_a_group_that_is_searched_itself_keeps_its_place() -> None:
    values = {"schedule.steps": 5, "schedule": "constant"}
    found = searched(TrialOf(study="s", number=0, values=values))
    assert found == {"schedule.steps": 5, "schedule": "constant"}


STARTS_A_RUN = """
import sys
import research.records.wandb_imports
before = set(sys.modules)
from pathlib import Path
from research.records import wandb_session
from research.records.store import Record
record = Record.open(Path(sys.argv[1]))
identity = wandb_session.run_identity(record.run("trial", 0), record.plan, "group")
wandb_session.finish_run(wandb_session.start_run(identity, "offline", record), True, record)
print(*(name for name in set(sys.modules) - before if name.startswith(("wandb", "requests"))))
"""


def test_a_run_imports_nothing_more_of_wandb(tmp_path: Path) -> None:
    record = new_trial(tmp_path / "0007")
    command = [sys.executable, "-c", STARTS_A_RUN, str(record.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
