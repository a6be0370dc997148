"""Both stages of a run on digits: which weights the surfaces are around, and along what they go."""

from dataclasses import replace
from itertools import combinations

import pytest
import torch
from torch.nn import functional as F

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from experiments.loss_landscape.module import LossLandscape
from experiments.loss_landscape.naming import MATCHED, START, TRAINED, line_name, plane_name
from experiments.loss_landscape.settings import LossLandscapeSettings
from experiments.loss_landscape.training import Network
from research.image_task import ImageTask
from research.landscape.vectors import cosine
from research.landscape.weights import flatten
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.training import TrainerSettings
from research.training.stages import Done
from research.training.trainer import build_trainer

LECTURE = {"normalisation": "tensor", "vectors": "normalised"}
PLAIN = {
    "data": {"train_examples": 64, "test_examples": 40},
    "model": {"name": "cnn", "channels": [2, 3], "hidden": 5, "dropout_before": "hidden"},
    "batch_size": 16,
    "optimizer": {"name": "sgd", "lr": 0.5},
    "trainer": {"max_steps": 8, "accelerator": "cpu", "checkpoint_every": 4},
    "evaluation": {"every": 2},
    "directions": 3,
    "lines": {"dimensions": 1, "points": 3, "examples": 32, "directions": LECTURE},
    "planes": {"points": 3, "examples": 32, "directions": LECTURE},
    "matched_loss": 2.305,
}


def make(**changes):
    return LossLandscapeSettings.model_validate({**PLAIN, **changes})


def trainer(folder, callbacks=(), loggers=(), max_steps=8):
    settings = TrainerSettings(max_steps=max_steps, accelerator="cpu")
    return build_trainer(settings, folder, callbacks, loggers)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run after its first stage, the module that was trained, and the folder it wrote."""
    store = RunStore(tmp_path_factory.mktemp("run") / "training", "plain", 0)
    run = LossLandscape(make(), seed=0)
    module = run.build("training", Done())
    watchers = [Recorder(store), DurableCheckpoint(store.checkpoints, every=4)]
    trainer(store.folder, watchers, [RecordLogger(store)]).fit(module)
    return run, module, store


def plans(landscape):
    return {plan.name: plan for plan in landscape.plans}


def loss_of(plan, batch):
    """The network's own loss with the weights that a plan is around."""
    model = Network(make(), seed=0).model.eval()
    model.load_state_dict(plan.origin)
    with torch.no_grad():
        return float(F.cross_entropy(model(batch["images"]), batch["labels"]))


def same(first, second):
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


def test_lines_and_planes_of_every_point(trained):
    run, _, store = trained
    found = set(plans(run.build("landscape", Done(training=store))))
    lines = [(START, "train"), (START, "test"), (TRAINED, "train"), (TRAINED, "test")]
    expected = {
        line_name(*each, index) for each in [*lines, (MATCHED, "train")] for index in range(3)
    }
    assert found == expected | {plane_name(*each) for each in lines}


def test_around_which_weights(trained):
    run, module, store = trained
    found = plans(run.build("landscape", Done(training=store)))
    begun = dict(Network(make(), seed=0).model.named_parameters())
    assert same(found["start-train-line0"].origin, {k: v.detach() for k, v in begun.items()})
    ended = dict(module.model.named_parameters())
    assert same(found["trained-test-plane"].origin, {k: v.detach() for k, v in ended.items()})
    assert not same(found["trained-test-plane"].origin, found["start-test-plane"].origin)


def test_of_which_images(trained):
    run, module, store = trained
    for name, plan in plans(run.build("landscape", Done(training=store))).items():
        there = module.task.splits[name.split("-")[1]]["images"].flatten(1)
        asked = plan.objective.examples["images"].flatten(1)
        assert len(asked) == 32
        assert all((there == image).all(dim=1).any() for image in asked), name


def test_the_weights_of_the_training_loss_that_is_compared_at(trained):
    run, module, store = trained
    steps, losses = [], []
    for row in store.metrics():
        if "train/loss" in row:
            steps.append(row["step"])
            losses.append(row["train/loss"])
    first = next(index for index, loss in enumerate(losses) if loss <= 2.305)
    assert 0 < first < len(losses) - 1
    assert module.matched_at == steps[first]
    plan = plans(run.build("landscape", Done(training=store)))["matched-train-line1"]
    assert plan.notes["training_loss"] == pytest.approx(losses[first], rel=1e-6)
    loss = loss_of(plan, module.task.splits["train"])
    assert loss == pytest.approx(losses[first], rel=1e-6)


def test_memory_has_what_the_record_has(trained):
    run, module, store = trained
    there = plans(LossLandscape(make(), seed=0).build("landscape", Done(training=store)))
    here = plans(run.build("landscape", Done(training=module)))
    assert list(here) == list(there)
    for name, plan in here.items():
        assert same(plan.origin, there[name].origin)
        assert same(plan.directions[0], there[name].directions[0])


def test_a_resume_does_not_look_for_them_again(trained):
    _, module, _ = trained
    again = Network(make(), seed=0)
    again.load_state(module.state())
    again.evaluated({"train/loss": 1.0})
    assert again.matched_at == module.matched_at and not again.arrays


@pytest.mark.parametrize("wanted", [None, 0.01])
def test_runs_without_such_weights(trained, wanted):
    module = Network(make(matched_loss=wanted), seed=0)
    module.evaluated({"train/loss": 2.0})
    run = LossLandscape(make(matched_loss=wanted), seed=0)
    found = plans(run.build("landscape", Done(training=module)))
    assert not any(name.startswith(MATCHED) for name in found)


def has_channels_last(weights):
    images = [tensor for tensor in weights.values() if tensor.dim() == 4]
    return bool(images) and all(
        tensor.is_contiguous(memory_format=torch.channels_last) for tensor in images
    )


class TestChannelsLast:
    """How weights lie in memory decides the rounding of a convolution."""

    def test_weights_lie_so_and_are_those_of_the_seed(self, monkeypatch):
        network = dict(Network(make(), seed=3).named_parameters())
        monkeypatch.setattr(Network, "build_task", as_pytorch_lays_it_out)
        other = dict(Network(make(), seed=3).named_parameters())
        assert has_channels_last(network) and not has_channels_last(other)
        assert same(network, other)

    def test_training_and_surfaces_keep_it(self, trained):
        run, module, store = trained
        assert has_channels_last(dict(module.model.named_parameters()))
        found = plans(run.build("landscape", Done(training=store)))
        for point in (START, MATCHED, TRAINED):
            assert has_channels_last(found[line_name(point, "train", 0)].origin)

    def test_the_centre_is_the_networks_own_loss_to_the_bit(self, trained):
        run, module, store = trained
        plan = plans(run.build("landscape", Done(training=store)))[plane_name(TRAINED, "train")]
        batch = plan.objective.examples
        with torch.no_grad():
            outputs = module.model.eval()(batch["images"])
        losses = F.cross_entropy(outputs, batch["labels"], reduction="none")
        measured = replace(plan, fast=False).evaluator()([plan.centre])["loss"][0]
        assert torch.equal(measured, losses)

    def test_a_resume_is_exact(self, trained, tmp_path):
        _, module, _ = trained
        short, resumed = (Network(make(), seed=0) for _ in range(2))
        first = trainer(tmp_path, max_steps=4)
        first.fit(short)
        first.save_checkpoint(tmp_path / "short.ckpt")
        whole = trainer(tmp_path)
        whole.fit(resumed, ckpt_path=tmp_path / "short.ckpt", weights_only=True)
        assert resumed.steps == module.steps
        found = dict(resumed.model.named_parameters())
        assert same(found, dict(module.model.named_parameters())) and has_channels_last(found)


def as_pytorch_lays_it_out(network):
    return ImageTask(network.settings.data, network.settings.model)


class TestDirections:
    def of(self, trained, seed=0, **changes):
        run = LossLandscape(make(**changes), seed)
        return plans(run.build("landscape", Done(training=Network(make(**changes), seed))))

    def test_every_tensor_moves_by_its_own_length(self, trained):
        plan = self.of(trained)["trained-train-line2"]
        for name, change in plan.directions[0].items():
            assert change.norm() == pytest.approx(float(plan.origin[name].norm()), rel=1e-5)

    def test_variants_of_a_seed_share_them(self, trained):
        model = {**PLAIN["model"], "dropout": 0.2}
        plain, dropout = self.of(trained), self.of(trained, model=model)
        for name, plan in plain.items():
            assert all(map(same, plan.directions, dropout[name].directions))

    def test_lines_and_seeds_have_their_own(self, trained):
        first, other = self.of(trained), self.of(trained, seed=1)
        drawn = [first[line_name(START, "train", index)].directions[0] for index in range(3)]
        drawn.append(other[line_name(START, "train", 0)].directions[0])
        signs = [{name: each.sign() for name, each in one.items()} for one in drawn]
        for one, two in combinations(signs, 2):  # lengths differ anyway
            assert not same(one, two)

    def test_splits_and_planes_share_those_of_the_lines(self, trained):
        found = self.of(trained)
        lines = [found[line_name(TRAINED, "train", index)].directions[0] for index in range(2)]
        assert same(lines[0], found[line_name(TRAINED, "test", 0)].directions[0])
        assert all(map(same, found[plane_name(TRAINED, "test")].directions, lines))

    def test_planes_say_which_seeds_drew_them(self, trained):
        found = self.of(trained)
        drawn = [found[line_name(TRAINED, "test", index)].notes["seed"] for index in range(2)]
        assert found[plane_name(TRAINED, "test")].notes["seed"] == drawn

    def test_planes_can_be_orthogonal(self, trained):
        wanted = {"directions": {**LECTURE, "orthogonal": True}}
        plan = self.of(trained, planes={**PLAIN["planes"], **wanted})[plane_name(TRAINED, "test")]
        assert abs(cosine(*plan.directions)) < 1e-6
        first = self.of(trained)[line_name(TRAINED, "test", 0)].directions[0]
        assert same(plan.directions[0], first)

    def test_cosines_are_those_of_the_noise(self, trained):
        """Without normalisation the directions are the noise."""
        noise = {"directions": {**LECTURE, "normalisation": "none"}}
        found = self.of(trained, lines={**PLAIN["lines"], **noise})
        vectors = [
            flatten(found[line_name(START, "train", index)].directions[0]).double()
            for index in range(3)
        ]
        expected = [
            float(one @ two / (one.norm() * two.norm())) for one, two in combinations(vectors, 2)
        ]
        plan = self.of(trained)[line_name(TRAINED, "test", 2)]
        assert plan.notes["cosines_of_noise"] == pytest.approx(expected, abs=1e-6)
        assert plan.notes["weights"] == len(vectors[0])


def test_both_stages_in_a_notebook(trained, tmp_path):
    run, module, _ = trained
    landscape = run.build("landscape", Done(training=module))
    results = trainer(tmp_path).predict(landscape)
    surfaces = {
        name: values
        for result in results
        for name, values in result["arrays"].items()
        if name.endswith(".surface")
    }
    assert len(surfaces) == len(landscape.plans)
    plan = plans(landscape)["trained-train-plane"]
    expected = loss_of(plan, plan.objective.examples)
    middle = surfaces["trained-train-plane.surface"][:, 1, 1]
    assert any(float(value) == pytest.approx(expected, rel=1e-6) for value in middle)
