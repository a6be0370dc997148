"""The verdicts of loss_landscape: what decides them, and what keeps them from being decided."""

import math

import pytest

from experiments.loss_landscape.claims import judge_all
from experiments.loss_landscape.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.loss_landscape.naming import MATCHED, START, TRAINED
from research.evidence.claimed_settings import wrong_settings
from research.records.status import Status
from tests.experiments.loss_landscape.synthetic import (
    WEIGHTS,
    bowl,
    make_readings,
    make_record,
    plausible,
)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("quick") / "r")


def verdicts(record, *losses, **options):
    wrong = wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    found = judge_all(make_readings(record, *losses, **options), wrong)
    return {each.id: each for each in found}


def at(wanted, make, split=None):
    """Plausible surfaces, but for those around one point."""

    def losses(run, point, its_split, index):
        other = point != wanted or (split is not None and its_split != split)
        return plausible(run, point, its_split, index) if other else make(run, index)

    return losses


def test_plausible_runs_decide_everything(record):
    found = verdicts(record)
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(
        [
            *("C1", "C1-test", "C1-matched", "C2-flat", "C2-convex", "C2-minimum", "C2-mean"),
            "C3",
        ],
        "holds",
    ) | dict.fromkeys(["C1-mnist", "C1-mnist-matched"], "not measured")
    assert found["C1"].measured == pytest.approx(0.77 / 0.97)
    assert found["C3"].measured == pytest.approx(0.008 * WEIGHTS**0.5)
    assert found["C2-flat"].measured == pytest.approx(
        100 * 0.0012 / (0.77 / 2 * 0.301**2), rel=1e-3
    )


@pytest.mark.parametrize(
    ("name", "point", "split"),
    [("C1", TRAINED, "train"), ("C1-test", TRAINED, "test"), ("C1-matched", MATCHED, "train")],
)
@pytest.mark.parametrize(("exceptions", "expected"), [(1, "holds"), (2, "fails")])
def test_four_of_five_seeds_decide(record, name, point, split, exceptions, expected):
    def curved(run, index):
        dropped, seed = run.startswith("dropout"), int(run[-1])
        return bowl(3.0 if dropped and seed < exceptions else 1.0 if dropped else 2.0)

    found = verdicts(record, at(point, curved, split))
    assert found[name].verdict == expected
    assert found[name].measured == pytest.approx(0.5 if expected == "holds" else 1.5)
    assert found[name].per_seed["dropout/0"] == pytest.approx(1.5)
    others = {"C1", "C1-test", "C1-matched"} - {name}
    assert all(found[other].verdict == "holds" for other in others)


def test_mnist_is_judged_by_itself(tmp_path):
    found = verdicts(make_record(tmp_path / "r", preset="mnist"))
    assert found["C1"].verdict == "not measured"
    for name in ("C1-mnist", "C1-mnist-matched"):
        assert (found[name].verdict, found[name].measured) == ("holds", pytest.approx(0.77 / 0.97))


def test_equal_curvature_is_not_lower(record):
    assert verdicts(record, at(TRAINED, lambda run, index: bowl(1.0)))["C1"].verdict == "fails"


@pytest.mark.parametrize(("lost", "expected"), [(1, "holds"), (2, "fails")])
def test_a_curvature_that_is_no_number_is_not_lower(record, lost, expected):
    def curved(run, index):
        gone = run.startswith("dropout") and int(run[-1]) < lost
        return bowl(math.nan if gone else 1.0 if run.startswith("dropout") else 2.0)

    assert verdicts(record, at(TRAINED, curved))["C1"].verdict == expected


def test_nothing_is_compared_to_what_is_not_curved_upwards(record):
    found = verdicts(record, at(TRAINED, lambda run, index: bowl(-1.0 if "plain/3" in run else 1)))
    reason = "plain/3 has a mean curvature of -1, expected one above 0 to compare to"
    assert (found["C1"].verdict, found["C1"].note) == ("not measured", reason)


def test_a_preview_decides_nothing(tmp_path):
    record = make_record(tmp_path / "r", overrides={"lines.preview": True}, seeds=[0])
    assert "lines.preview True" in verdicts(record)["C2-flat"].note


def test_the_mean_over_directions_counts(record):
    def curved(run, index):
        return bowl(4.0 if run.startswith("dropout") and index == 0 else 2.0)

    found = verdicts(record, at(TRAINED, curved))["C1"]
    assert found.measured == pytest.approx((4 + 7 * 2) / (8 * 2))


def test_curvature_before_training_does_not_count(record):
    found = verdicts(record, at(START, lambda run, index: bowl(50.0)))["C1"]
    assert found.measured == pytest.approx(0.77 / 0.97)


class TestMatched:
    @pytest.mark.parametrize(("loss", "expected"), [(0.428, "holds"), (0.430, "not measured")])
    def test_losses_must_be_alike(self, record, loss, expected):
        def training_loss(run):
            return loss if run == "plain/3" else 0.39

        found = verdicts(record, training_loss=training_loss)["C1-matched"]
        assert found.verdict == expected
        if expected == "not measured":
            assert "dropout/3 and plain/3 have training losses 0.39 and 0.43" in found.note
        else:
            assert found.note.startswith("training losses there in the deciding seed: 0.39")

    def test_a_run_that_never_came_so_far(self, record):
        def training_loss(run):
            return None if run == "dropout/2" else 0.39

        found = verdicts(record, training_loss=training_loss)["C1-matched"]
        reason = "dropout/2 has no lines of the train loss at matched"
        assert (found.verdict, found.note) == ("not measured", reason)


class TestShape:
    @pytest.mark.parametrize(("range_before", "expected"), [(0.0035, "holds"), (0.0037, "fails")])
    def test_flat_before(self, record, range_before, expected):
        """The range after training is that of 0.8 / 2 x^2 up to x = 0.3: 0.036."""

        def losses(run, point, split, index):
            if point == TRAINED:
                return bowl(0.8)
            steep = range_before if run == "dropout/4" else 0.001
            return lambda x, y=0.0: 2.3 + steep * x / 0.6 + y

        found = verdicts(record, losses)["C2-flat"]
        assert found.verdict == expected
        assert found.measured == pytest.approx(100 * range_before / 0.036)

    def test_convex_after(self, record):
        def dented(run, index):
            sign = -1 if run == "dropout/1" and index == 7 else 1
            return lambda x, y=0.0: 0.3 + sign * x**2 + x**4 + y

        found = verdicts(record, at(TRAINED, dented, "train"))["C2-convex"]
        assert (found.verdict, found.measured) == ("fails", 0)
        assert found.per_seed["plain/0"] == 100

    @pytest.mark.parametrize(
        ("shift", "line", "mean"),
        [(0.029, "holds", "holds"), (0.031, "fails", "holds"), (0.27, "fails", "fails")],
    )
    def test_the_minimum_is_at_the_centre(self, record, shift, line, mean):
        """One line of eight is shifted; their mean is by an eighth of that, one step being 0.02."""

        def shifted(run, index):
            return bowl(0.8, shift if run == "plain/2" and index == 3 else 0.0)

        found = verdicts(record, at(TRAINED, shifted, "train"))
        assert found["C2-minimum"].verdict == line
        assert found["C2-mean"].verdict == mean
        assert found["C2-mean"].measured == round(shift / 8 / 0.02)


@pytest.mark.parametrize(("cosine", "expected"), [(0.0153, "holds"), (-0.0154, "fails")])
def test_directions_are_nearly_orthogonal(record, cosine, expected):
    found = verdicts(record, cosine=lambda run: cosine if run == "dropout/1" else 0.001)["C3"]
    assert found.verdict == expected


class TestNotMeasured:
    def test_too_few_seeds(self, tmp_path):
        found = verdicts(make_record(tmp_path / "r", seeds=[0, 1, 2, 3]))["C1"]
        reason = "dropout and plain share 4 of the 5 seeds that the claim needs"
        assert (found.verdict, found.note) == ("not measured", reason)

    def test_one_variant(self, tmp_path):
        found = verdicts(make_record(tmp_path / "r", variants=["plain"]))
        for name in ("C1", "C2-flat"):
            assert found[name].note == "the record has no runs of dropout"

    def test_a_run_that_is_not_done(self, tmp_path):
        record = make_record(tmp_path / "r")
        record.run("plain", 2).write_status(Status("interrupted"))
        for name in ("C1", "C2-convex"):
            assert verdicts(record)[name].note == "plain/2 is interrupted"

    @pytest.mark.parametrize(
        ("overrides", "reason"),
        [
            ({"model.pool": "max"}, "model.pool max, the claim is about average"),
            ({"lines.points": 21}, "lines.points 21, the claim is about 31"),
            ({"trainer.max_steps": 800}, "trainer.max_steps 800, the claim needs at least 1500"),
            ({"lines.examples": 100}, "lines.examples 100, the claim needs at least 512"),
        ],
    )
    def test_other_settings(self, tmp_path, overrides, reason):
        found = verdicts(make_record(tmp_path / "r", overrides=overrides))["C1"]
        assert (found.verdict, reason in found.note) == ("not measured", True)

    def test_more_is_fine(self, tmp_path):
        overrides = {"data.train_examples": None, "lines.examples": None, "directions": 9}
        record = make_record(tmp_path / "r", overrides=overrides)
        assert verdicts(record)["C1"].verdict == "holds"
