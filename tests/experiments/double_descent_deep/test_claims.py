"""The verdicts of double descent: what decides them, and what keeps them from being decided."""

import numpy
import pytest

from experiments.double_descent_deep import evidence
from tests.experiments.double_descent_deep.synthetic import (
    curves_of,
    make_record,
    plausible,
    write_run,
)

FALLING = numpy.linspace(0.4, 0.1, 40)


def verdict(record, name):
    return {each.id: each for each in evidence.verdicts(record)}[name]


def with_noise(**changes):
    """Plausible runs, but for some arguments of the curves of the noisy ones, by seed."""

    def curves(variant, seed):
        if variant != "noise":
            return plausible(variant, seed)
        known = plausible("noise", seed)
        test = [1 - value for value in known["test/accuracy"]]
        train = [1 - value for value in known["train/accuracy"]]
        given = {"test": test, "train": train, "truth": known["train/truth_on_noisy"]}
        return curves_of(**(given | {name: change(seed) for name, change in changes.items()}))

    return curves


def bump(low: float, high: float, end: float) -> list[float]:
    """Falls to low, rises to high, falls to end: each for longer than the median is wide."""
    return [*numpy.linspace(0.5, low, 10), *[low] * 6, *[high] * 8, *[end] * 16]


def test_plausible_runs_decide_everything(tmp_path):
    found = {each.id: each for each in evidence.verdicts(make_record(tmp_path / "r"))}
    assert {name: each.verdict for name, each in found.items()} == {
        **dict.fromkeys(["N1", "N2", "N3", "N4", "N5", "N6", "N7"], "holds"),
        "N8": "not measured",
        "N9": "not measured",
    }
    assert found["N4"].measured == pytest.approx(75)
    assert found["N5"].measured == pytest.approx(2)


@pytest.mark.parametrize(("worst", "expected"), [((0.17, 0.2, 0.18), 2), ((0.17, 0.179, 0.1), 0.9)])
def test_the_lowest_bump_of_all_seeds_decides(tmp_path, worst, expected):
    def test(seed):
        return bump(*(worst if seed == 1 else (0.15, 0.25, 0.2)))

    found = verdict(make_record(tmp_path / "r", curves=with_noise(test=test)), "N1")
    assert found.measured == pytest.approx(expected)
    assert found.verdict == ("holds" if expected >= 1 else "fails")
    assert found.per_seed["noise/0"] == pytest.approx(5)


def test_no_bump_is_a_failure(tmp_path):
    record = make_record(tmp_path / "r", curves=with_noise(test=lambda _: FALLING))
    assert verdict(record, "N1").verdict == "fails"


@pytest.mark.parametrize(("high", "expected"), [(0.1699, "holds"), (0.1701, "fails")])
def test_a_bump_without_noise(tmp_path, high, expected):
    def curves(variant, seed):
        flat = curves_of(bump(0.16, high, 0.1), train=FALLING)
        return flat if variant == "clean" and seed == 1 else plausible(variant, seed)

    assert verdict(make_record(tmp_path / "r", curves=curves), "N2").verdict == expected


@pytest.mark.parametrize(
    ("known_at", "expected"), [(9, "holds"), (8, "fails"), (34, "holds"), (35, "fails")]
)
def test_where_the_peak_is(tmp_path, known_at, expected):
    """The plateau of the peak begins at the 17th evaluation, epoch 17."""
    train = [0.3] * (known_at - 1) + [0.05] * (41 - known_at)
    curves = with_noise(test=lambda _: bump(0.15, 0.25, 0.2), train=lambda _: train)
    found = verdict(make_record(tmp_path / "r", curves=curves), "N3")
    assert found.verdict == expected
    assert found.measured == pytest.approx(17 / known_at)


def test_a_training_set_that_is_never_known(tmp_path):
    record = make_record(tmp_path / "r", curves=with_noise(train=lambda _: [0.2] * 40))
    found = verdict(record, "N3")
    assert (found.verdict, found.measured) == ("fails", None)
    assert "no such number" in found.note


@pytest.mark.parametrize(("share", "expected"), [(0.6, "holds"), (0.59, "fails")])
def test_the_truth_is_looked_up_at_the_valley(tmp_path, share, expected):
    truth = [0.0] * 8 + [share] * 8 + [0.0] * 24
    curves = with_noise(test=lambda _: bump(0.15, 0.25, 0.2), truth=lambda _: truth)
    found = verdict(make_record(tmp_path / "r", curves=curves), "N4")
    assert (found.verdict, found.measured) == (expected, pytest.approx(100 * share))


@pytest.mark.parametrize(("end", "expected"), [(0.151, "holds"), (0.149, "fails")])
def test_which_descent_ends_lower(tmp_path, end, expected):
    curves = with_noise(test=lambda _: bump(0.15, 0.25, end))
    found = verdict(make_record(tmp_path / "r", curves=curves), "N5")
    assert (found.verdict, found.measured) == (expected, pytest.approx(100 * end - 15))


@pytest.mark.parametrize(("lagging", "expected"), [(0.265, "holds"), (0.255, "fails")])
def test_the_lag_is_the_difference_of_the_heights(tmp_path, lagging, expected):
    curves = with_noise(
        test=lambda _: bump(0.15, 0.25, 0.2), lagging=lambda _: bump(0.15, lagging, 0.2)
    )
    found = verdict(make_record(tmp_path / "r", curves=curves), "N6")
    assert (found.verdict, found.measured) == (expected, pytest.approx(100 * (lagging - 0.25)))


@pytest.mark.parametrize(("higher", "expected"), [(0.281, "holds"), (0.279, "fails")])
def test_noise_is_compared_seed_by_seed(tmp_path, higher, expected):
    """Both bumps get lower from seed to seed; one seed of the smaller noise has no partner."""

    def curves(variant, seed):
        if variant == "clean":
            return plausible(variant, seed)
        high = (higher if variant == "noise40" else 0.25) - 0.02 * seed
        return curves_of(bump(0.15, high, high - 0.01), train=FALLING, truth=FALLING)

    record = make_record(tmp_path / "r", curves=curves)
    record.plan.runs["noise40"].remove(1)
    found = verdict(record, "N7")
    assert (found.verdict, found.measured) == (expected, pytest.approx(100 * (higher - 0.25)))
    assert list(found.per_seed) == ["noise40/0", "noise40/2", "noise40/3"]


class TestWidths:
    def test_holds(self, tmp_path):
        found = verdict(make_record(tmp_path / "r", "widths"), "N8")
        assert (found.verdict, found.measured) == ("holds", pytest.approx(5))
        assert found.per_seed == {f"cnn5-k1/{seed}": pytest.approx(5) for seed in range(4)}

    @pytest.mark.parametrize(
        ("known_from", "expected"), [(2, "holds"), (8, "holds"), (1, "fails"), (12, "fails")]
    )
    def test_where_the_peak_is(self, tmp_path, known_from, expected):
        """At width 4, whatever the training error."""

        def curves(variant, seed):
            width = int(variant.partition("-k")[2])
            train = 0.05 if width >= known_from or (seed == 3 and width >= 4) else 0.11
            return curves_of([0.2 + 0.05 * (width == 4)] * 4, [train] * 4)

        found = verdict(make_record(tmp_path / "r", "widths", curves), "N9")
        assert (found.verdict, found.measured) == (expected, 4 / known_from)

    def test_fails(self, tmp_path):
        def curves(variant, seed):
            error = 0.3 / int(variant.partition("-k")[2])
            return plausible(variant, seed) if seed == 0 else curves_of([error] * 4, [0.1] * 4)

        assert verdict(make_record(tmp_path / "r", "widths", curves), "N8").verdict == "fails"

    def test_the_end_is_the_median_of_three(self, tmp_path):
        def curves(variant, seed):
            last = 0.9 if variant == "cnn5-k8" else 0.1
            return curves_of([0.9, 0.1, 0.1, last], [0.1] * 4)

        assert verdict(make_record(tmp_path / "r", "widths", curves), "N8").measured == 0

    def test_a_width_is_missing(self, tmp_path):
        record = make_record(tmp_path / "r", "widths", variants=["cnn5-k1", "cnn5-k2"])
        assert verdict(record, "N8").note == "the record has no runs of cnn5-k3"


class TestNotMeasured:
    @pytest.mark.parametrize(
        ("key", "value", "words"),
        [
            ("data.name", "mnist", "the claim is about fashion_mnist"),
            ("optimizer.lr", 1e-4, "the claim is about"),
            ("model.width", 8, "the claim is about 16"),
            ("fresh_statistics", False, "the claim is about True"),
            ("data.augmentation", "crop_flip", "the claim is about none"),
            ("trainer.max_steps", 400, "the claim needs at least"),
            ("data.test_examples", 100, "the claim needs at least"),
        ],
    )
    def test_other_settings(self, tmp_path, key, value, words):
        found = verdict(make_record(tmp_path / "r", overrides={key: value}), "N1")
        assert found.verdict == "not measured"
        assert f"noise has {key} {value}" in found.note and words in found.note

    def test_a_longer_run_and_all_test_images(self, tmp_path):
        more = {"trainer.max_steps": 8000, "data.test_examples": None}
        assert verdict(make_record(tmp_path / "r", overrides=more), "N1").verdict == "holds"

    def test_an_unfinished_run(self, tmp_path):
        record = make_record(tmp_path / "r")
        write_run(record, record.run("noise", 1), plausible("noise", 1), "interrupted", 0.5)
        assert verdict(record, "N1").note == "noise/1 is interrupted"
        assert verdict(record, "N2").verdict == "holds"

    def test_a_run_that_ended_early(self, tmp_path):
        record = make_record(tmp_path / "r")
        write_run(record, record.run("noise", 1), plausible("noise", 1), "done", 0.5)
        assert "noise/1 ended after" in verdict(record, "N1").note

    def test_a_run_that_diverged(self, tmp_path):
        record = make_record(tmp_path / "r")
        write_run(record, record.run("noise", 1), plausible("noise", 1), "diverged", 0.5)
        found = verdict(record, "N1")
        assert (found.verdict, found.measured) == ("fails", None)

    def test_one_seed(self, tmp_path):
        record = make_record(tmp_path / "r")
        record.plan.runs["noise"][:] = [0]
        assert verdict(record, "N1").note == "noise has 1 of the 2 seeds that the claim needs"
