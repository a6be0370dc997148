"""Every shipped experiment at its preset `smoke`, through the real command line."""

import json

import pytest

from experiments.command_line.catalog import all_experiments, find
from research.records.status import FINISHED
from research.records.store import Record
from research.search.objective import trial_value
from research.settings.document import read_document
from research.settings.metrics import SPLITS, metrics_of
from research.settings.resolve_search import resolve_search
from research.settings.training import TrainingSettings
from tests.faults.conftest import Descent


@pytest.mark.parametrize("name", [each.name for each in all_experiments()])
def test_smoke(name, tmp_path, descent_command):
    words = ["run", name, "--preset", "smoke", "--wandb", "off", "--out", str(tmp_path / "record")]
    # An empty data folder: smoke must need no files.
    descent = Descent(tmp_path, descent_command, {"DESCENT_DATA": str(tmp_path / "no-data")})
    done = descent(*words, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    record = Record.open(tmp_path / "record")
    assert record.runs()
    assert {run.status().state for run in record.runs()} <= FINISHED
    assert all(run.metrics() for run in record.runs())
    verdicts = json.loads(record.verdicts.read_text())
    ids = [verdict["id"] for verdict in verdicts]
    assert ids
    assert len(ids) == len(set(ids))
    assert {path.suffix for path in record.figures.iterdir()} >= {".svg", ".png"}
    for run in record.runs():
        assert_metrics_are_those_that_the_settings_name(record, run)
    assert_a_sweep_would_be_judged(name, record)
    report = record.report.read_text()
    for verdict in verdicts:
        assert verdict["id"] in report


def assert_a_sweep_would_be_judged(name, record):
    """The objective of the experiment's sweep is a metric that runs of its variant have."""
    experiment = find(name)
    search, _ = resolve_search(
        read_document(experiment.config), experiment.settings_class(), "smoke"
    )
    if runs := [run for run in record.runs() if run.variant == search.variant]:
        trial_value(search.objective, runs)


def assert_metrics_are_those_that_the_settings_name(record, run):
    """What a stop may wait for is what an evaluation logs; only some networks have layer norms."""
    model = find(record.plan.experiment).settings_class()
    settings = model.model_validate(record.plan.variants[run.variant].settings)
    if not isinstance(settings, TrainingSettings) or settings.splits() is None:
        return
    stages = [run.stage(name) for name in run.stages()] or [run]
    trainings = [stage for stage in stages if stage.checkpoints.is_dir()]
    assert trainings
    logged = {name for stage in trainings for row in stage.metrics() for name in row}
    of_splits = {name for name in logged if name.partition("/")[0] in SPLITS}
    assert {name.partition("/")[0] for name in of_splits} == set(settings.splits())
    if (added := settings.added_metrics()) is not None:
        named = set(metrics_of(settings.splits(), added))
        assert named - {"weight_norm/norm"} <= logged
        assert of_splits <= named
