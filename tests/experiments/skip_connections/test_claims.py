"""The verdicts of skip_connections: what decides them, and what keeps them from being decided."""

import numpy
import pytest

from experiments.skip_connections import evidence
from experiments.skip_connections.settings import SkipConnectionsSettings
from research.records.status import Status
from tests.experiments.skip_connections.made_up import (
    PLAUSIBLE,
    make_record,
    plane,
    write_plane,
    write_run,
)

SMALL = ("C4a", "C4b", "C5", "C6", "C5c", "C6c")


def verdict(record, name):
    return {each.id: each for each in evidence.verdicts(record)}[name]


def test_plausible_runs_decide_everything_but_the_large_networks(tmp_path):
    found = {each.id: each for each in evidence.verdicts(make_record(tmp_path / "r"))}
    assert {name: each.verdict for name, each in found.items()} == {
        **dict.fromkeys(SMALL, "holds"),
        "C5p": "not measured",
        "C6p": "not measured",
    }
    assert found["C4a"].measured == pytest.approx(100)
    assert found["C4b"].measured == pytest.approx(10)
    assert found["C5"].measured == pytest.approx(100 * (25 - 13) / 49)
    assert found["C6"].measured == pytest.approx(2, rel=0.02)
    assert found["C4a"].per_seed == {f"skip/{seed}": pytest.approx(100) for seed in range(3)}
    assert "no runs of resnet56" in found["C5p"].note


def test_the_large_networks(tmp_path):
    found = {each.id: each for each in evidence.verdicts(make_record(tmp_path / "r", "paper"))}
    decided = {name for name, each in found.items() if each.verdict != "not measured"}
    assert decided == {"C5p", "C6p"}
    assert found["C5p"].verdict == found["C6p"].verdict == "holds"


@pytest.mark.parametrize(
    ("name", "variant", "field", "holds", "fails"),
    [
        ("C4a", "plain", "loss", 0.0501, 0.0499),
        ("C4b", "plain", "lambda_max", 30.1, 29.9),
        ("C5", "plain", "share", 0.27, 0.25),
        ("C5c", "plain_long", "share", 0.27, 0.25),
        ("C6", "plain", "bump", 0.0101, 0.01),
        ("C6c", "plain_long", "bump", 0.0101, 0.0099),
    ],
)
def test_the_worst_seed_decides(tmp_path, name, variant, field, holds, fails):
    for value, expected in ((holds, "holds"), (fails, "fails")):
        changes = {variant: {0: {}, 1: {field: value}}}
        needed = ["skip", variant.replace("_", "-")]
        record = make_record(tmp_path / expected, variants=needed, **changes)
        found = verdict(record, name)
        assert found.verdict == expected
        assert found.measured == min(found.per_seed.values())
        assert found.measured == found.per_seed["skip/1"]


def test_a_network_is_compared_with_that_of_its_own_seed(tmp_path):
    changes = {
        "skip": {0: {"loss": 0.1}, 1: {"loss": 0.01}},
        "plain": {0: {"loss": 0.4}, 1: {"loss": 0.08}},
    }
    found = verdict(make_record(tmp_path / "r", **changes), "C4a")
    assert found.per_seed["skip/0"] == pytest.approx(4)
    assert found.per_seed["skip/1"] == pytest.approx(8)
    assert found.verdict == "fails"


class TestNotMeasured:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("data.name", "fashion_mnist"),
            ("model.width", 4),
            ("model.blocks", [4, 4]),
            ("model.order", "pre"),
            ("optimizer.lr", 0.05),
            ("surface.points", 13),
            ("surface.batch_norm", "re-estimated"),
            ("surface.directions.normalisation", "none"),
            ("surface.refinement", 0.001),
            ("curvature_map.points", 3),
            ("curvature_map.examples", 16),
        ],
    )
    def test_other_settings(self, tmp_path, key, value):
        record = make_record(tmp_path / "r", overrides={key: value}, empty=True)
        found = evidence.verdicts(record)
        assert {each.verdict for each in found} == {"not measured"}
        assert f"has {key} {value}, the claim" in found[0].note

    def test_a_finer_map_of_more_examples_is_fine(self, tmp_path):
        more = {"curvature_map.points": 8, "curvature_map.examples": 256, "surface.examples": None}
        found = evidence.verdicts(make_record(tmp_path / "r", overrides=more))
        assert [each.verdict for each in found if each.id in SMALL] == ["holds"] * len(SMALL)

    def test_two_seeds_are_too_few(self, tmp_path):
        record = make_record(tmp_path / "r", seeds=[0, 1], empty=True)
        assert verdict(record, "C4a").note == "skip has 2 of the 3 seeds that are needed"

    def test_an_unfinished_run(self, tmp_path):
        record = make_record(tmp_path / "r")
        record.run("plain", 1).write_status(Status("interrupted", 1, 1))
        assert verdict(record, "C4a").note == "plain/1 is interrupted"
        assert verdict(record, "C5c").verdict == "holds"

    def test_a_plane_that_a_spline_has_filled_in(self, tmp_path):
        record = make_record(tmp_path / "r")
        axes = settings(record, "plain").surface.axes
        measured = numpy.ones((25, 25))
        measured[3, 4] = 0
        stage = record.run("plain", 2).stage("landscape")
        write_plane(stage, axes, plane(axes, 0.02), measured)
        assert "plain/2: a spline has filled in" in verdict(record, "C6").note

    def test_a_loss_that_is_not_a_number(self, tmp_path):
        record = make_record(tmp_path / "r")
        axes = settings(record, "plain").surface.axes
        loss = plane(axes, 0.02)
        loss[0, 0] = numpy.inf
        write_plane(record.run("plain", 0).stage("landscape"), axes, loss)
        assert "plain/0: a loss of its plane is not a finite" in verdict(record, "C6").note


def test_a_training_that_diverged_fails(tmp_path):
    record = make_record(tmp_path / "r", variants=["skip"])
    other = make_record(tmp_path / "s")
    store = other.run("plain", 1)
    for path in sorted(store.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    write_run(store, settings(other, "plain"), PLAUSIBLE["plain"], until="training")
    store.stage("training").metrics_file.unlink()
    store.write_status(Status("diverged", 1, 1))
    assert verdict(record, "C4a").verdict == "not measured"
    found = verdict(other, "C4a")
    assert (found.verdict, found.measured) == ("fails", None)
    assert verdict(other, "C6").note == "plain/1 has no plane"


def settings(record, variant):
    return SkipConnectionsSettings.model_validate(record.plan.variants[variant].settings)
