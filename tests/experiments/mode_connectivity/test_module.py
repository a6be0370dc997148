"""The stages on a small network: what is trained, what is measured, and where it lies."""

import pytest
import torch
from pytorch_lightning import Trainer

from experiments.mode_connectivity.module import ModeConnectivity
from experiments.mode_connectivity.settings import ModeConnectivitySettings
from research.landscape.objective import task_objective
from research.landscape.weights import weights_of
from research.settings.training import TrainerSettings
from research.training.batch_statistics import measure_statistics
from research.training.evaluation import evaluate
from research.training.stages import Done
from research.training.trainer import build_trainer

STAGES = ("first", "second", "curve", "along", "plane")
SMALL = {
    "data": {"train_examples": 96, "test_examples": 40},
    "model": {"name": "mlp", "widths": [6]},
    "batch_size": 32,
    "optimizer": {"name": "heavy_ball", "lr": 0.1, "momentum": 0.9},
    "trainer": {"max_steps": 12, "accelerator": "cpu", "log_every": 6, "flush_every": 6},
    "evaluation": {"every": 12, "batch_size": 32},
    "curve": {"max_steps": 9},
    "path_points": 5,
    "plane": {"points": 5, "examples": 30, "refinement": None},
}


def carried_out(folder, seed=0, stages=STAGES, **changes):
    """Every stage's module, and what the sweeps gave."""
    run = ModeConnectivity(ModeConnectivitySettings.model_validate({**SMALL, **changes}), seed)
    modules, results = {}, {}
    for name in stages:
        modules[name] = run.build(name, Done(**modules))
        if name in ("first", "second", "curve"):
            trainer = build_trainer(modules[name].settings.trainer, folder)
            trainer.fit(modules[name])
        else:
            trainer = build_trainer(TrainerSettings(accelerator="cpu"), folder)
            results[name] = trainer.predict(modules[name])
    return modules, results


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return carried_out(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def normed(tmp_path_factory):
    model = {"name": "mlp", "widths": [6], "batch_norm": True}
    stages = ("first", "second", "curve", "along")
    return carried_out(tmp_path_factory.mktemp("normed"), stages=stages, model=model)


def rows(results):
    return [each["metrics"] for each in results["along"]]


def test_the_stages_are_those_that_are_named():
    assert ModeConnectivity.stages == STAGES


def test_the_networks_differ_and_a_seed_gives_the_same_ones(plain, tmp_path):
    modules, _ = plain
    first, second = (weights_of(modules[name].model) for name in ("first", "second"))
    assert not any(torch.equal(first[name], second[name]) for name in first)
    again, _ = carried_out(tmp_path, stages=("first", "second", "curve"))
    for name in ("first", "second", "curve"):
        expected, found = modules[name].model.state_dict(), again[name].model.state_dict()
        assert all(torch.equal(found[key], value) for key, value in expected.items())
    other, _ = carried_out(tmp_path, seed=1, stages=("first",))
    assert not torch.equal(weights_of(other["first"].model)["output.bias"], first["output.bias"])


def test_the_curve_begins_and_ends_at_the_networks_and_its_bend_has_moved(plain):
    modules, _ = plain
    points = modules["curve"].model.points
    for point, name in ((points[0], "first"), (points[-1], "second")):
        trained = modules[name].model.state_dict()
        assert all(torch.equal(point.state_dict()[key], each) for key, each in trained.items())
    assert (modules["curve"].steps, modules["first"].steps) == (9, 12)
    middle = (points[0].output.weight + points[2].output.weight) / 2
    assert not torch.allclose(points[1].output.weight, middle, atol=1e-4)


def test_the_ends_of_both_paths_are_the_networks_as_they_were_evaluated(plain):
    modules, results = plain
    found = rows(results)
    assert len(found) == 10
    for name, indices in (("first", (0, 5)), ("second", (4, 9))):
        module = modules[name]
        for split in ("train", "test"):
            measured = evaluate(module.task, module.model, module.task.splits[split], 32).values()
            for index in indices:
                assert found[index][f"{split}/loss"] == pytest.approx(measured["loss"], rel=1e-12)
                error = 1 - measured["accuracy"]
                assert found[index][f"{split}/error"] == pytest.approx(error, abs=1e-12)


def test_a_point_is_the_network_with_weights_of_the_path(plain):
    modules, results = plain
    path = modules["curve"].model
    path.position = 0.25
    task = modules["first"].task
    with torch.no_grad():
        expected = float(task.losses(path, task.splits["test"]).double().mean())
    assert rows(results)[6]["test/loss"] == pytest.approx(expected, rel=1e-6)


def test_points_lie_in_the_plane_where_they_are_drawn(plain):
    _, results = plain
    line, curve = rows(results)[:5], rows(results)[5:]
    for path in (line, curve):
        assert (path[0]["x"], path[0]["y"]) == pytest.approx((0, 0), abs=1e-6)
        assert (path[4]["x"], path[4]["y"]) == pytest.approx((1, 0), abs=1e-6)
        assert all(row["off"] < 1e-6 for row in path)
    assert [row["x"] for row in line] == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=1e-6)
    assert curve[2]["y"] > 1e-3
    assert [row["length"] for row in line] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert curve[4]["length"] > 1
    # A Bezier curve of one bend at (a, b) is a parabola: y = 2 t (1 - t) b.
    assert curve[1]["y"] / curve[2]["y"] == pytest.approx(0.75, rel=1e-4)


def test_several_bends_leave_the_plane(tmp_path):
    curve = {"max_steps": 12, "bends": 3, "kind": "chain"}
    _, results = carried_out(tmp_path, stages=STAGES[:4], curve=curve)
    line, path = rows(results)[:5], rows(results)[5:]
    assert max(row["off"] for row in line) < 1e-6
    assert max(row["off"] for row in path) > 1e-4
    assert path[2]["off"] < 1e-6  # the plane goes through the middle


def test_batch_norm_is_measured_anew_and_with_moved_statistics(normed):
    modules, results = normed
    found = rows(results)
    for name, index in (("first", 0), ("second", 9)):
        module = modules[name]
        train, test = (module.task.splits[split] for split in ("train", "test"))
        moved = evaluate(module.task, module.model.eval(), test, 32).values()
        assert found[index]["test/loss_moved"] == pytest.approx(moved["loss"], rel=1e-6)
        kept = {key: each.clone() for key, each in module.model.state_dict().items()}
        measure_statistics(module.task, module.model, train, 32)
        anew = evaluate(module.task, module.model, test, 32).values()
        module.model.load_state_dict(kept)
        assert found[index]["test/loss"] == pytest.approx(anew["loss"], rel=1e-6)
    assert found[2]["train/loss"] != found[2]["train/loss_moved"]


def test_the_plane_has_the_networks_at_its_places(plain):
    modules, _ = plain
    train, test = modules["plane"].plans
    assert (train.name, test.name) == ("train", "test")
    evaluate_at = train.evaluator()
    losses = evaluate_at([(0.0, 0.0), (1.0, 0.0)])["loss"].double().mean(dim=1)
    for loss, name in zip(losses.tolist(), ("first", "second"), strict=True):
        module = modules[name]
        objective = task_objective(module.task, module.task.splits["train"], 30, 32)
        with torch.no_grad():
            measured = objective.measures(module.model.eval(), objective.examples)
        assert loss == pytest.approx(float(measured["loss"].double().mean()), rel=1e-5)


def test_the_plane_is_a_square_with_room_around_both_paths(plain):
    modules, results = plain
    x, y = modules["plane"].plans[0].axes
    assert x[-1] - x[0] == pytest.approx(y[-1] - y[0]) == pytest.approx(1.5)
    for row in rows(results):
        assert x[0] + 0.24 < row["x"] < x[-1] - 0.24
        assert y[0] + 0.24 < row["y"] < y[-1] - 0.24


def test_any_trainer_will_do(plain):
    """As a library: the modules are plain LightningModules."""
    settings = ModeConnectivitySettings.model_validate(SMALL)
    module = ModeConnectivity(settings).build("first", Done())
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    Trainer(max_steps=2, accelerator="cpu", enable_model_summary=False, **quiet).fit(module)
    assert module.steps == 2
