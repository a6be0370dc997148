"""Trials that diverge, raise, are killed again and again, or fill the disk."""

import resource

import pytest

from experiments.command_line.search.outcome import says_full
from experiments.command_line.search.trial_record import open_trial, trial_plan
from research.records.run_store import RunStore
from research.records.status import Status
from tests.faults.sweeps import (
    NAME,
    STEPS,
    descent_here,
    make_study,
    noted,
    records_of,
    results_of,
    steps_of,
    table_of,
    url_of,
    work_here,
)


def test_every_way_to_fail_and_then_the_disk_is_full(
    tmp_path, descent_command, monkeypatch, capsys
):
    """The search goes on behind failed trials, stops at a full disk, and goes on with room."""
    folder, steps = tmp_path / "study", tmp_path / "steps"
    study = make_study(folder, space__place=[0, 1, 2, 3, 4], space__optimizer__lr="none")
    faults = '{"1": ["fail", 7], "2": ["kill", 27], "3": ["diverge", 14], "4": ["full", 17]}'
    monkeypatch.setenv("SEARCHED_FAULTS", faults)
    monkeypatch.setenv("SEARCHED_STEPS", str(steps))
    command = ("worker", "--study", NAME, "--storage", url_of(folder), "--workers", 1)
    assert descent_here(descent_command, *command) == 1
    said = capsys.readouterr()
    [line] = said.err.splitlines()
    assert line.startswith("descent: No space left on device: ") and "trials/0004" in line
    assert "go on with the same command" in said.out
    fine, failed, killed, diverged, waits = table_of(folder).trials
    assert fine.state == "complete"
    assert (failed.state, failed.message) == ("failed", "ValueError: as it should")
    assert (killed.state, noted(folder, "attempts")[2]) == ("failed", 3)
    assert killed.message.startswith("killed 3 times: its process ended with SIGKILL")
    assert diverged.state == "failed" and diverged.step == 16
    assert diverged.message == "diverged: loss is nan at step 16"
    assert waits.state == "waiting"
    trained = steps_of(steps)
    assert trained[2] == [*range(28), *range(20, 28), *range(20, 28)], "from the last checkpoint"

    monkeypatch.delenv("SEARCHED_FAULTS")
    assert work_here(folder, descent_command) == 0
    assert results_of(folder)[:4] == [
        (row.number, row.state, row.values, row.value) for row in (fine, failed, killed, diverged)
    ]
    last = table_of(folder).trials[4]
    assert (last.state, last.step) == ("complete", STEPS)
    assert noted(folder, "attempts")[4] == 2
    assert study.is_finished()


def test_a_trial_of_several_seeds(tmp_path, descent_command, monkeypatch):
    """Its value is the mean over them; one that diverges decides for all, and the other stops."""
    monkeypatch.setenv("SEARCHED_FAULTS", '{"4/1": ["diverge", 3]}')
    monkeypatch.setenv("SEARCHED_WAIT", "0.05")
    make_study(tmp_path, seeds=(0, 1), space__place=[4, 3], space__optimizer__lr="none")
    assert work_here(tmp_path, descent_command, slots=2) == 0
    failed, mean = table_of(tmp_path).trials
    records = records_of(tmp_path)
    rows = [store.metrics() for store in records[1].runs()]
    least = [min(row["validation/loss"] for row in each if "validation/loss" in row)
             for each in rows]  # fmt: skip
    assert least[0] != least[1] and mean.value == pytest.approx(sum(least) / 2, rel=1e-15)
    assert failed.state == "failed" and failed.step == 5
    assert failed.message == "seed 1: diverged: loss is nan at step 5"
    assert [run.status().state for run in records[0].runs()] == ["interrupted", "diverged"]

    results = results_of(tmp_path)
    for file in tmp_path.glob("study.db*"):
        file.unlink()
    make_study(tmp_path, seeds=(0, 1), space__place=[4, 3], space__optimizer__lr="none")
    monkeypatch.setenv("SEARCHED_STEPS", str(tmp_path / "steps"))
    assert work_here(tmp_path, descent_command) == 0
    assert results_of(tmp_path) == results
    assert not (tmp_path / "steps").exists(), "what records tell is not trained again"


def test_a_disk_without_room_is_found_where_a_run_could_not_say_so(tmp_path, searched_settings):
    """Neither its status nor its log: RLIMIT_FSIZE stands for the disk."""
    store = RunStore(tmp_path / "run", "trial", 0)
    store.write_status(Status("failed", message="its process ended with exit code 1"))
    plan = trial_plan(*searched_settings)
    assert not says_full(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        assert says_full(store)
        with pytest.raises(OSError, match="File too large"):
            open_trial(tmp_path, plan, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((tmp_path / "trials").iterdir()), "no half of a record is left"
    assert open_trial(tmp_path, plan, {}).plan == plan
    assert not [path for path in store.folder.iterdir() if path.name != "status"]


@pytest.fixture
def searched_settings(tmp_path):
    study = make_study(tmp_path / "study", space__place=[3], space__optimizer__lr="none", trials=1)
    from tests.searched.settings import SearchedSettings

    settings = SearchedSettings.model_validate(study.plan.base)
    return study.plan, NAME, 0, {"place": 3}, settings
