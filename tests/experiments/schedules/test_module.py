"""The module of schedules: the rates it trains with, held against torch's at its first step."""

import pytest

from experiments.command_line.catalog import find
from experiments.schedules.module import Schedules, difference_from_torch
from research.settings.document import read_document
from research.settings.resolve import resolve

QUICK = resolve(
    read_document(find("schedules").config), find("schedules").settings_class(), "quick"
).variants
WITHOUT_TWIN = {
    "inverse-time", "inverse-sqrt", "strongly-convex", "trapezoid-sqrt", "formula", "plateau",
    "range-test",
}  # fmt: skip


@pytest.mark.parametrize("variant", QUICK)
def test_every_shipped_schedule_equals_torch_s_where_there_is_one(variant):
    difference = difference_from_torch(QUICK[variant].settings)
    if variant in WITHOUT_TWIN:
        assert difference is None
    else:
        assert difference < 1e-12


def test_the_difference_is_logged_once(tmp_path):
    from research.records.record_logger import RecordLogger
    from research.records.run_store import RunStore
    from research.training.trainer import build_trainer

    settings = QUICK["cosine"].settings
    short = settings.trainer.model_copy(update={"max_steps": 100, "log_every": 10})
    settings = settings.model_copy(update={"trainer": short})
    store = RunStore(tmp_path, "cosine", 0)
    trainer = build_trainer(short, tmp_path, loggers=[RecordLogger(store)])
    trainer.fit(Schedules(settings))
    steps, differences = store.column("schedule/difference_from_torch")
    assert steps.tolist() == [0]
    assert differences[0] < 1e-12
    losses = store.column("train/loss")[1]
    assert losses[-1] < 2.0
