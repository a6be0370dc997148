"""One row per point, at once and after its arrays; the same numbers however often it is stopped."""

import math
import signal

import numpy
import pytest
import torch
from pytorch_lightning import Callback, Trainer

from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.training.interruption import Interrupted, Interruption
from research.training.sweep import Result, SweepModule
from tests.sweep.module import Sweep
from tests.sweep.settings import SweepSettings


def build(**settings):
    return Sweep(SweepSettings(**settings), seed=3)


def kept(store):
    """Every row, and the bytes of every array, by point."""
    arrays = {
        (name, step): array.tobytes()
        for name in ("gradient", "x", "sum")
        for step, array in store.arrays(name).items()
    }
    return store.metrics(), arrays


class Count(Callback):
    def __init__(self):
        self.points = []

    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.points.append(batch)


class Signal(Callback):
    def __init__(self, at):
        self.at = at

    def on_predict_batch_start(self, trainer, pl_module, batch, batch_idx):
        if batch == self.at:
            signal.raise_signal(signal.SIGTERM)


def test_a_row_and_arrays_for_every_point(sweep):
    store = sweep("run", build())
    rows = store.metrics()
    assert [row["step"] for row in rows] == [row["index"] for row in rows] == list(range(6))
    assert list(store.arrays("x")) == list(range(6))
    for row, x in zip(rows, store.arrays("x").values(), strict=True):
        assert x.dtype == numpy.float64
        assert row["norm"] == pytest.approx(math.sqrt((x**2).sum()), rel=1e-6)
    status = store.status()
    assert (status.state, status.step, status.max_steps, status.pid) == ("done", 6, 6, 0)


def test_the_slow_obvious_twin(sweep):
    """What the points say, one after the other, without Lightning, in whatever order."""
    store = sweep("run", build())
    module = build()
    vectors = list(store.arrays("x").values())
    for index in (4, 0, 5):
        total = numpy.add.accumulate(numpy.stack(vectors[: index + 1]).astype(numpy.float32))[-1]
        assert store.arrays("sum")[index].tolist() == total.tolist()
        torch.manual_seed(99)
        x = torch.randn(3, generator=module.generator(index))
        assert torch.equal(x.double(), torch.from_numpy(store.arrays("x")[index]))
        gradient = store.arrays("gradient")[index]
        assert gradient.any() == (index > 0)


def test_points_and_seeds_draw_different_numbers(sweep):
    store = sweep("run", build())
    other = sweep("other", Sweep(SweepSettings(), seed=4))
    numbers = [*store.column("norm")[1], *other.column("norm")[1]]
    assert len(set(numbers)) == 12


def test_a_signal_ends_the_run_after_its_point_and_resume_is_exact(sweep):
    whole = sweep("whole", build())
    with Interruption() as interruption, pytest.raises(Interrupted):
        module = build()
        module.interruption = interruption
        sweep("stopped", module, Signal(at=2))
    store = RunStore(whole.folder.parent / "stopped", "plain", 0)
    assert (store.status().state, store.status().step) == ("interrupted", 3)
    count = Count()
    sweep("stopped", build(), count)
    assert count.points == [3, 4, 5]
    assert kept(store) == kept(whole)


def test_a_missing_row_is_computed_again_and_nothing_else(sweep):
    whole = sweep("whole", build())
    store = sweep("torn", build())
    lines = store.metrics_file.read_bytes().splitlines(keepends=True)
    store.metrics_file.write_bytes(b"".join([*lines[:1], *lines[2:5], lines[5][:9]]))
    count = Count()
    sweep("torn", build(), count)
    assert count.points == [1, 5]
    assert kept(store) == kept(whole)


def test_a_sweep_with_nothing_left_is_done_again(sweep):
    store = sweep("run", build())
    store.write_status(type(store.status())("interrupted", 6, 6))
    before = store.metrics_file.read_bytes()
    sweep("run", build())
    assert store.status().state == "done"
    assert store.metrics_file.read_bytes() == before


def test_layers_of_a_point_do_not_depend_on_what_was_drawn_before(sweep):
    torch.manual_seed(1)
    first = sweep("first", build())
    torch.manual_seed(2)
    assert kept(sweep("second", build())) == kept(first)


def test_the_global_generator_is_left_alone(sweep):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    sweep("run", build())
    assert torch.equal(torch.rand(1), expected)


def test_a_lost_end_is_no_end(sweep):
    """Lightning takes StopIteration for the end of its loop: half a sweep must not be done."""
    with pytest.raises(RuntimeError, match="StopIteration at point 2"):
        sweep("run", build(fail_at=2))


def test_works_under_a_trainer_of_ones_own():
    trainer = Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    results = trainer.predict(build(count=2))
    assert [result["index"] for result in results] == [0, 1]
    assert results[1]["arrays"]["gradient"].any()
    x = [result["arrays"]["x"] for result in results]
    assert torch.equal(results[1]["arrays"]["sum"], x[0] + x[1])


def test_what_is_remembered_of_a_point_does_not_change_under_its_successor():
    module = build(count=3)
    trainer = Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    sums = [result["arrays"]["sum"].clone() for result in trainer.predict(module)]
    module.arrays[2]["sum"].zero_()  # it belongs to whoever takes it
    remembered = [module.earlier(index, "sum") for index in range(3)]
    assert all(each.dtype == torch.float64 for each in remembered)
    assert all(torch.equal(one, each.double()) for one, each in zip(remembered, sums, strict=True))


@pytest.mark.parametrize(
    ("index", "name", "text"),
    [(5, "sum", "sum of point 5 is asked for, which is not done"), (0, "y", "0 has no array y")],
)
def test_an_array_that_is_not_there_is_named(index, name, text):
    module = build()
    module.done = {0, 1}
    with pytest.raises(ValueError, match=text):
        module.earlier(index, name)


def test_a_resumed_run_whose_record_has_lost_an_array_says_which(sweep):
    store = sweep("run", build())
    lines = store.metrics_file.read_bytes().splitlines(keepends=True)
    store.metrics_file.write_bytes(b"".join(lines[:3]))
    (store.folder / "arrays" / "sum" / "2.npy").unlink()
    with pytest.raises(RecordError, match=r"arrays/sum/2\.npy is missing"):
        sweep("run", build())
    assert store.status().state == "failed" and len(store.metrics()) == 3


def test_an_array_without_its_row_is_not_that_of_a_point_that_is_done():
    module = build()
    module.read_array = lambda name, index: numpy.ones(3)
    with pytest.raises(ValueError, match="not done"):
        module.earlier(0, "sum")
    module.done = {0}
    assert module.earlier(0, "sum").tolist() == [1, 1, 1]


def test_a_metric_may_not_take_the_name_of_the_index(sweep):
    class Wrong(Sweep):
        def compute(self, index, point):
            return Result({"step": 1.0})

    with pytest.raises(ValueError, match="metric step"):
        sweep("run", Wrong(SweepSettings()))


@pytest.mark.parametrize("missing", ["points", "compute"])
def test_a_module_that_does_not_say_what_it_sweeps(sweep, missing):
    parts = {"points": lambda self: [1], "compute": lambda self, index, point: Result({})}
    del parts[missing]
    with pytest.raises(TypeError, match=f"define {missing}"):
        sweep("run", type("Half", (SweepModule,), parts)(SweepSettings()))
