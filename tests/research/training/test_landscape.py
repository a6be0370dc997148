"""A surface in blocks is the surface in one piece, however often it is stopped; so is curvature."""

from dataclasses import replace

import numpy
import pytest
import torch
from pytorch_lightning import Callback, Trainer

from research.evidence.surfaces import (
    curvature_names,
    read_curvature,
    read_surface,
    surface_names,
)
from research.landscape.curvature.measure import measure_curvature
from research.landscape.surfaces import measure
from research.landscape.weights import moved, weights_of
from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.settings.landscape import CurvatureSettings, SurfaceSettings
from research.training.landscape import CurvaturePlan, LandscapeModule, planned
from tests.research.landscape.networks import objective

CURVATURE = CurvatureSettings(largest=2, lanczos_steps=12)


def surface_plans(name="mlp"):
    """A line, a plane that is refined (13 x 9 points), and one of the test images alone."""
    of = objective(name)
    test = replace(of, examples={column: each[:40] for column, each in of.examples.items()})
    plane = SurfaceSettings(
        span=(-0.2, 0.2), points=13, second_span=(0.0, 0.2), second_points=9, refinement=0.02
    )
    small = SurfaceSettings(points=3, second_points=2, batch_norm="re-estimated")
    return [
        planned("line", of, SurfaceSettings(dimensions=1, points=5), notes={"step": 3}),
        planned("plane", of, plane),
        planned("test-plane", test, small, statistics=of),
    ]


def curvature_plans():
    of = objective("mlp")
    origin = weights_of(of.model)
    return [
        CurvaturePlan("hessian", of, settings=CURVATURE),
        CurvaturePlan("corner", of, origin, CURVATURE, (origin,), (0.5,), {"i": 3}),
    ]


def kept(store):
    """Every row, and the bytes of every array."""
    files = sorted((store.folder / "arrays").rglob("*.npy"))
    return store.metrics(), {str(f.relative_to(store.folder)): f.read_bytes() for f in files}


class Stopped(Exception):
    pass


class Stop(Callback):
    """Ends the run before the row of a point is written."""

    def __init__(self, at):
        self.at = at

    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if batch == self.at:
            raise Stopped


def same(found, expected):
    assert found.name == expected.name
    assert found.held_out_error == expected.held_out_error
    for mine, theirs in zip(found.axes, expected.axes, strict=True):
        numpy.testing.assert_array_equal(mine, theirs)
    numpy.testing.assert_array_equal(found.evaluated, expected.evaluated)
    assert set(found.values) == set(expected.values)
    for name, values in expected.values.items():
        numpy.testing.assert_array_equal(found.values[name], values)


@pytest.mark.parametrize("block", [4, 100])
def test_blocks_make_the_surface_that_is_measured_in_one_piece(sweep, block):
    plans = surface_plans()
    store = sweep("run", LandscapeModule(plans, block=block))
    assert surface_names(store) == ["line", "plane", "test-plane"]
    assert curvature_names(store) == []
    for plan in plans:
        found, expected = read_surface(store, plan.name), measure(plan)
        same(found, expected)
        assert expected.about.items() <= found.about.items()
    plane = read_surface(store, "plane")
    assert plane.loss.shape == (13, 9) and not plane.evaluated.all()
    assert plane.about["evaluations"] == plane.evaluated.sum()
    assert plane.about["held_out_error"] > 0
    assert read_surface(store, "line").about["step"] == 3
    rows = store.metrics()
    assert store.status().state == "done" and store.status().max_steps == len(rows)
    evaluations = sum(row.get("plane/evaluations", 0) for row in rows)
    assert evaluations == 2 * plane.evaluated.sum()  # block by block, and the whole


def test_a_stopped_surface_goes_on_and_ends_with_the_same_bytes(sweep):
    whole = sweep("whole", LandscapeModule(surface_plans(), block=8))
    points = len(whole.metrics())
    for at in (0, 1, 5, points - 2):
        with pytest.raises(Stopped):
            sweep("stopped", LandscapeModule(surface_plans(), block=8), Stop(at))
    store = sweep("stopped", LandscapeModule(surface_plans(), block=8))
    assert kept(store) == kept(whole)


def test_a_missing_row_is_computed_again(sweep):
    whole = sweep("whole", LandscapeModule(surface_plans()))
    store = sweep("torn", LandscapeModule(surface_plans()))
    lines = store.metrics_file.read_bytes().splitlines(keepends=True)
    store.metrics_file.write_bytes(b"".join([lines[0], *lines[2:7], *lines[9:-1], lines[-1][:9]]))
    assert kept(sweep("torn", LandscapeModule(surface_plans()))) == kept(whole)


def test_what_is_resumed_rests_on_what_was_stored(sweep, tmp_path):
    """The centre of a killed surface is read, not measured again: the rise is over that one."""
    with pytest.raises(Stopped):
        sweep("run", LandscapeModule(surface_plans()[:1]), Stop(1))
    store = RunStore(tmp_path / "run", "plain", 0)
    centre = store.array("line.centre", 0)
    centre[1] += 1  # accuracy comes before loss
    store.save_array("line.centre", 0, centre)
    sweep("run", LandscapeModule(surface_plans()[:1]))
    found = read_surface(store, "line")
    numpy.testing.assert_allclose(found.rise[2], -1, atol=1e-6)


def test_what_a_block_needs_comes_in_earlier_stages():
    module = LandscapeModule([*surface_plans(), *curvature_plans()], block=16)
    blocks = module.points()
    for index, block in enumerate(blocks):
        needed = module.needs(index)
        assert all(earlier < index and blocks[earlier].plan == block.plan for earlier in needed)
        kinds = [blocks[earlier].kind for earlier in needed]
        match block.kind:
            case "centre" | "curvature":
                assert kinds == []
            case "cells":
                assert kinds[0] == "centre"
                assert all(blocks[earlier].stage < block.stage for earlier in needed[1:])
            case "whole":
                assert len(needed) == sum(each.plan == block.plan for each in blocks) - 1
    stages = {block.stage for block in blocks if block.plan == 1 and block.kind == "cells"}
    assert len(stages) > 2


def test_curvature_is_that_of_the_library(sweep):
    plans = curvature_plans()
    store = sweep("run", LandscapeModule(plans))
    assert curvature_names(store) == ["corner", "hessian"] and surface_names(store) == []
    for plan in plans:
        point = plan.origin and moved(plan.origin, plan.directions, plan.coordinates)
        expected = measure_curvature(plan.objective, point, largest=2, lanczos_steps=12)
        found = read_curvature(store, plan.name)
        assert found.metrics == expected.metrics
        assert set(found.arrays) == set(expected.arrays) >= {"largest", "largest_residuals"}
        for name, values in expected.arrays.items():
            assert found.arrays[name].tolist() == values.tolist()
        assert found.about["fingerprint"] == plan.objective.fingerprint()
        assert found.about["tolerance"] == CURVATURE.tolerance
    corner, hessian = (read_curvature(store, name) for name in ("corner", "hessian"))
    assert corner.about["i"] == 3 and corner.about["coordinates"] == [0.5]
    assert corner.metrics["loss"] != hessian.metrics["loss"]
    assert store.metrics()[0]["hessian/lambda_max"] == hessian.metrics["lambda_max"]


def test_curvature_on_another_device_leaves_the_network_where_it_is():
    for here in curvature_plans():
        assert here.on(torch.device("cpu")) is here
        there = here.on(torch.device("meta"))
        parameters = [*there.objective.model.parameters(), *there.objective.examples.values()]
        points = [
            *(there.origin or {}).values(),
            *(v for d in there.directions for v in d.values()),
        ]
        assert all(each.is_meta for each in [*parameters, *points])
        assert not any(each.is_meta for each in here.objective.model.parameters())
        assert (there.origin is None) == (here.origin is None)
        assert there.coordinates == here.coordinates and there.settings == here.settings


def test_works_under_a_trainer_of_ones_own():
    plan = surface_plans("cnn")[1]
    before = {name: each.clone() for name, each in plan.objective.model.state_dict().items()}
    plan.objective.model.train()
    trainer = Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    results = trainer.predict(LandscapeModule([plan]))
    numpy.testing.assert_array_equal(
        results[-1]["arrays"]["plane.evaluated"], measure(plan).evaluated
    )
    for name, each in plan.objective.model.state_dict().items():
        assert torch.equal(each, before[name])
    assert all(module.training for module in plan.objective.model.modules())


def test_without_a_record_the_module_has_what_a_record_would(sweep):
    plans = [*surface_plans()[1:], *curvature_plans()]
    store = sweep("run", LandscapeModule(plans))
    module = LandscapeModule(plans, block=7)
    with pytest.raises(ValueError, match="surface plane is asked for, which is not done"):
        module.surface("plane")
    Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    ).predict(module)
    for plan in plans[:2]:
        found, expected = module.surface(plan.name), read_surface(store, plan.name)
        same(found, expected)
        assert found.about == expected.about
    for plan in plans[2:]:
        found, expected = module.curvature(plan.name), read_curvature(store, plan.name)
        assert found.metrics == expected.metrics
        assert set(found.arrays) == set(expected.arrays)
        for name, values in expected.arrays.items():
            numpy.testing.assert_array_equal(found.arrays[name], values)
    for wrong in (lambda: module.surface("hessian"), lambda: module.curvature("plane")):
        with pytest.raises(ValueError, match="is asked for, which is not done"):
            wrong()


def test_losses_that_are_no_numbers_are_kept(sweep):
    plan = surface_plans()[1]
    steep = {name: 1e30 * each for name, each in plan.directions[0].items()}
    plan = replace(plan, directions=(steep, plan.directions[1]), fast=False)
    found = read_surface(sweep("run", LandscapeModule([plan])), "plane")
    assert found.evaluated.all() and numpy.isfinite(found.loss[6]).all()
    assert not numpy.isfinite(found.loss).all()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "a b"}, "called 'a b'"),
        ({"coordinates": (1.0,)}, "0 directions and 1 coordinates"),
        ({"coordinates": (1.0,), "directions": ({},)}, "directions and no origin"),
    ],
)
def test_curvature_plans_that_do_not_fit_together_are_refused(changes, text):
    with pytest.raises(ValueError, match=text):
        CurvaturePlan(**{"name": "x", "objective": objective("mlp"), **changes})


def test_plans_have_names_of_their_own():
    plan = surface_plans()[0]
    with pytest.raises(ValueError, match="called line, line, expected different names"):
        LandscapeModule([plan, plan])


# Reading


def test_what_is_not_there_or_not_whole_is_named(sweep, tmp_path):
    with pytest.raises(Stopped):
        sweep("run", LandscapeModule(surface_plans()), Stop(4))
    store = RunStore(tmp_path / "run", "plain", 0)
    assert surface_names(store) == ["line"] and curvature_names(store) == []
    read_surface(store, "line")
    for read in (read_surface, read_curvature):
        with pytest.raises(RecordError, match=r"no array plane\.description, expected a finished"):
            read(store, "plane")


def test_a_damaged_surface_is_refused(sweep):
    store = sweep("run", LandscapeModule(surface_plans()[:1]))
    index = len(store.metrics()) - 1
    file = store.folder / "arrays" / "line.surface" / f"{index}.npy"
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(RecordError, match=rf"line\.surface/{index}\.npy is damaged"):
        read_surface(store, "line")
    numbers = store.array("line.description", index)
    store.save_array("line.description", index, numbers[:-3])
    with pytest.raises(RecordError, match="description of line is damaged"):
        read_surface(store, "line")
