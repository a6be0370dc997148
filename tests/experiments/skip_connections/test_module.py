"""One run, stage by stage, on a network small enough to be measured by other means."""

import copy

import pytest
import torch

from experiments.skip_connections.curvature_map import CurvatureMap
from experiments.skip_connections.module import SkipConnections
from experiments.skip_connections.settings import SkipConnectionsSettings
from experiments.skip_connections.surroundings import plane_directions, surroundings
from research.image_task import ImageTask
from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.operator import dense
from research.landscape.objective import task_objective
from research.landscape.weights import moved, weights_of
from research.training.stages import Done
from research.training.trainer import build_trainer

SETTINGS = SkipConnectionsSettings.model_validate(
    {
        "data": {"train_examples": 64, "test_examples": 32},
        "model": {"width": 1, "blocks": [1, 1], "order": "post", "init": "he"},
        "batch_size": 32,
        "trainer": {"max_steps": 4, "accelerator": "cpu"},
        "evaluation": {"every": 2},
        "surface": {"points": 3, "second_span": [0, 1], "splits": ["train"], "fast": False},
        "curvature": {"largest": 1},
        "curvature_map": {"points": 3, "examples": None, "tolerance": 1e-4},
    }
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The modules of all stages by name, and the results of the map."""
    folder, described = tmp_path_factory.mktemp("run"), SkipConnections(SETTINGS, seed=5)
    training = described.build("training", Done())
    build_trainer(SETTINGS.trainer, folder).fit(training)
    done = Done(training=training)
    landscape, mapped = (described.build(name, done) for name in described.stages[1:])
    build_trainer(SETTINGS.trainer, folder).predict(landscape)
    rows = build_trainer(SETTINGS.trainer, folder).predict(mapped)
    return {"training": training, "landscape": landscape, "rows": [r["metrics"] for r in rows]}


@pytest.fixture
def task(run):
    task = ImageTask(SETTINGS.data, SETTINGS.model)
    task.model.load_state_dict(run["training"].model.state_dict())
    return task


def test_the_plane_and_the_map_are_one_plane(run):
    """Same directions, same images: where both have a point, they have one loss."""
    surface = run["landscape"].earlier(2, "train.surface")
    rows = run["rows"]
    assert [(row["x"], row["y"]) for row in rows] == [
        (x, y) for x in (-1, 0, 1) for y in (0, 0.5, 1)
    ]
    names = sorted(["loss", "accuracy", "rise", "half_width"])
    losses = surface[names.index("loss")].flatten().tolist()
    assert [row["loss"] for row in rows] == pytest.approx(losses, rel=1e-5)


def test_the_eigenvalues_are_those_of_the_dense_hessian(run, task):
    objective = task_objective(task, task.splits["train"])
    origin = weights_of(task.model)
    directions = plane_directions(SETTINGS, 5, task)
    row = run["rows"][8]
    task.model.eval()
    hessian = Hessian(objective, moved(origin, directions, (row["x"], row["y"])))
    values = torch.linalg.eigvalsh(dense(hessian).double())
    assert row["lambda_max"] == pytest.approx(float(values[-1]), rel=1e-3)
    assert row["lambda_min"] == pytest.approx(float(values[0]), abs=1e-3 * float(values[-1]))
    assert row["ratio"] == pytest.approx(max(-row["lambda_min"], 0) / row["lambda_max"])


def test_every_seed_has_directions_of_its_own(task):
    first, other = (plane_directions(SETTINGS, seed, task)[0] for seed in (0, 1))
    assert not torch.equal(first["first.weight"], other["first.weight"])
    assert all(
        torch.equal(first[n], each) for n, each in plane_directions(SETTINGS, 0, task)[0].items()
    )


def test_every_split_has_a_plane_and_curvature_of_its_own(task):
    splits = {"splits": ("train", "test")}
    settings = SETTINGS.model_copy(
        update={
            "surface": SETTINGS.surface.model_copy(update=splits),
            "curvature": SETTINGS.curvature.model_copy(update=splits),
        }
    )
    plans = surroundings(settings, 0, task)
    assert [plan.name for plan in plans] == ["train", "test", "end_point", "end_point_test"]
    assert [plan.objective.count for plan in plans] == [64, 32, 64, 32]


def test_measuring_leaves_the_network_as_it_was(run, task):
    before = copy.deepcopy(task.model.state_dict())
    module = CurvatureMap(SETTINGS, 0, task)
    module.setup("predict")
    module.compute(0, (1.0, 1.0))
    assert all(torch.equal(before[name], each) for name, each in task.model.state_dict().items())
    assert run["training"].steps == 4
