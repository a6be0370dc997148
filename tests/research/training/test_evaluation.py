"""Evaluation: a slow twin, one example after the other, and closed forms."""

import pytest
import torch

from research.training.evaluation import evaluate
from tests.parity.module import Parity, ParityTask
from tests.research.training.conftest import parity_settings


@pytest.fixture
def task():
    torch.manual_seed(1)
    task = ParityTask()
    task.model.eval()
    return task


def one_by_one(task, split):
    """Loss, accuracy and largest logit, in Python's floats."""
    losses, right, logits = [], [], []
    for i in range(len(split["y"])):
        outputs = task.model(split["x"][i : i + 1])
        losses.append(torch.nn.functional.cross_entropy(outputs, split["y"][i : i + 1]).item())
        right.append(outputs.argmax().item() == split["y"][i].item())
        logits.append(outputs.max().item())
    return sum(losses) / len(losses), sum(right) / len(right), max(logits)


def largest_logit(outputs, batch):
    return {"second": batch["x"][:, 1]}, {"largest": outputs.amax(dim=1)}


@pytest.mark.parametrize("split", ["train", "validation"])
@pytest.mark.parametrize("batch_size", [1, 5, 37, 1000])
def test_the_slow_twin_and_no_trace_of_the_batch_size(task, split, batch_size):
    """37 examples make uneven batches of 5: a mean of means would be wrong."""
    loss, accuracy, largest = one_by_one(task, task.splits[split])
    measured = evaluate(task, task.model, task.splits[split], batch_size, largest_logit).values()
    assert measured == {
        "loss": pytest.approx(loss, rel=1e-6),
        "accuracy": pytest.approx(accuracy, abs=1e-12),
        "second": pytest.approx(task.splits[split]["x"][:, 1].double().mean().item(), abs=1e-9),
        "largest": pytest.approx(largest, rel=1e-6),
    }


def test_sums_are_float64(task):
    """In float32 the sum of a large value and many small ones would lose the small ones."""
    split = {"x": torch.zeros(1001, 2), "y": torch.zeros(1001, dtype=torch.long)}

    def values(outputs, batch):
        return {"mean": torch.tensor([2.0**24] + [1.0] * 1000)}, {}

    assert evaluate(task, task.model, split, 2000, values).values()["mean"] * 1001 == 2**24 + 1000


def test_a_maximum_may_lie_in_any_batch(task):
    """Also when all values are negative, and when it comes first, in the middle or last."""
    for place in (0, 18, 36):
        values = torch.full((37,), -5.0)
        values[place] = -1.0
        split = {**task.splits["train"], "value": values}
        extra = lambda outputs, batch: ({}, {"top": batch["value"]})  # noqa: E731
        assert evaluate(task, task.model, split, 5, extra).values()["top"] == -1.0


def test_evaluation_leaves_no_gradient(task):
    measured = evaluate(task, task.model, task.splits["train"], 10)
    assert not any(value.requires_grad for value in measured.means.values())


def sampled(train, name, examples, seed=5, **settings):
    """A run that evaluates a sample of its training examples."""
    evaluation = parity_settings().evaluation.model_copy(update={"train_examples": examples})

    def prepare(module):
        module.seed = seed
        module.settings = module.settings.model_copy(update={"evaluation": evaluation})

    return train(name, prepare=prepare, **settings)


def test_a_sample_of_the_training_examples_stands_for_all(train):
    """The same ten in every run, whatever its seed; no other number changes."""
    whole, some = train("whole"), sampled(train, "some", 10)
    again = sampled(train, "again", 10, seed=6)
    sample = some.module.evaluated_data["train"]
    assert len(sample["y"]) == 10 == len(torch.unique(sample["x"], dim=0))
    assert torch.equal(sample["x"], again.module.evaluated_data["train"]["x"])
    everything = {tuple(point) for point in some.module.data["train"]["x"].tolist()}
    assert {tuple(point) for point in sample["x"].tolist()} < everything
    last, last_of_all = some.store.metrics()[-1], whole.store.metrics()[-1]
    some.module.model.eval()
    assert last["train/loss"] == pytest.approx(one_by_one(some.module.task, sample)[0], rel=1e-6)
    assert last["train/loss"] != last_of_all["train/loss"]
    assert last["validation/loss"] == last_of_all["validation/loss"]


@pytest.mark.parametrize("examples", [37, 1000])
def test_a_sample_as_large_as_the_set_is_the_set(train, examples):
    done = sampled(train, "run", examples, max_steps=1)
    assert torch.equal(done.module.evaluated_data["train"]["x"], done.module.data["train"]["x"])


def test_evaluations_turn_dropout_off(train):
    """The logged numbers are those of the weights, without noise."""
    done = train("run", max_steps=20)
    assert isinstance(done.module, Parity)
    done.module.model.eval()
    expected, *_ = one_by_one(done.module.task, done.module.data["train"])
    assert done.store.metrics()[-1]["train/loss"] == pytest.approx(expected, rel=1e-6)
