"""Searches over every kind of run: a training that is pruned, a sweep of points, one of stages."""

import json

from tests.faults.conftest import ROOT
from tests.faults.sweeps import make_study, records_of, table_of, work_here


def test_a_trial_that_is_worse_half_way_is_pruned(tmp_path, descent_command):
    """Its run asks the study in the storage that the worker's environment names."""
    make_study(
        tmp_path,
        space__place="none",
        space__optimizer__lr=[0.03, 1e-6],
        objective__take="last",
        pruner__name="median",
        pruner__startup_trials=1,
    )
    assert work_here(tmp_path, descent_command) == 0
    complete, pruned = table_of(tmp_path).trials
    assert (complete.state, complete.step) == ("complete", 40)
    assert set(complete.intermediate) == {10, 20, 30, 40}
    assert (pruned.state, pruned.step) == ("pruned", 10)
    assert pruned.message.startswith("pruned at step 10, where validation/loss is")
    record = records_of(tmp_path)[1]
    assert record.runs()[0].status().state == "pruned" and record.plan.trial.prunes
    assert "DESCENT_STORAGE" not in json.dumps(record.read_provenance())


def test_points_and_stages(tmp_path, descent_command):
    points, stages = tmp_path / "points", tmp_path / "stages"
    make_study(
        points,
        ROOT / "tests" / "sweep",
        objective__metric="norm",
        objective__take="mean",
        space__count=[2, 6],
    )
    make_study(
        stages,
        ROOT / "tests" / "staged",
        objective__metric="training/validation/loss",
        space__optimizer__lr=[0.02],
    )
    for folder in (points, stages):
        assert work_here(folder, descent_command, slots=2) == 0
        rows = table_of(folder).trials
        assert {row.state for row in rows} == {"complete"}
        assert len({row.value for row in rows}) == len(rows)
    assert [len(records_of(points)[number].runs()[0].metrics()) for number in (0, 1)] == [2, 6]
