"""The best settings of a study, run from its best.yaml with real processes."""

from research.evidence.study_reading import ranked
from research.records.store import Record
from research.records.study_table import StudyFolder, read_table
from tests.faults.sweeps import NAME, SEARCHED, descent_here


def test_they_give_the_trials_rows_again(tmp_path, descent_command, monkeypatch):
    """With the threads of the study, whatever this machine or its user would take."""
    folder, again = tmp_path / "study", tmp_path / "again"
    sweep = ("sweep", SEARCHED, "--study", NAME, "--trials", 2, "--seeds", "1", "--out", folder)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert descent_here(descent_command, *sweep, "--workers", 2, "--wandb", "off") == 0
    table = read_table(folder)
    best = ranked(table)[0]
    assert best.value < ranked(table)[1].value
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run = ("run", folder / "best.yaml", "--out", again, "--wandb", "off")
    assert descent_here(descent_command, *run) == 0
    trial, record = Record.open(StudyFolder(folder).trial(best.number)), Record.open(again)
    assert record.plan.threads == trial.plan.threads == 2
    assert [run.seed for run in record.runs()] == [1]
    for first, second in zip(trial.runs(), record.runs(), strict=True):
        assert first.metrics_file.read_bytes() == second.metrics_file.read_bytes()
