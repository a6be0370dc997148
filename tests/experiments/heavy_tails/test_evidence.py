"""Claims and figures: of a small record, of a part of one, and of changed numbers."""

import dataclasses
import math
import shutil

import numpy
import pytest

from experiments.heavy_tails import evidence, numbers
from experiments.heavy_tails.claims import CLAIMS
from experiments.heavy_tails.readings import read
from research.evidence.bounded_claim import NotDecided
from research.evidence.style import read_caption
from research.records.status import Status
from research.records.store import Record


def first(record, variant):
    return next(each for each in read(record) if each.store.variant == variant)


def with_losses(reading, losses, seeds=(0, 1, 2)):
    """The reading with made-up results: by (size, method), the loss at each rate."""
    trials = {
        size: [
            dataclasses.replace(trial, seed=seed, loss=loss, diverged=math.isinf(loss))
            for method in dict.fromkeys(each.method for each in old)
            for trial, loss in zip(
                [each for each in old if each.method == method and each.seed == 0],
                losses[size, method],
                strict=True,
            )
            for seed in seeds
        ]
        for size, old in reading.trials.items()
    }
    changed = dataclasses.replace(reading, trials=trials)
    rows = {}
    for (size, method), values in losses.items():
        points = [each for each in reading.rows if (each.size, each.method) == (size, method)]
        for point, value in zip(points, values, strict=True):
            rows[point] = {**reading.rows[point], "loss": value, "arrived": value, "initial": 2.0}
    changed.__dict__["rows"] = rows
    return changed


BIGRAM = {(12, "gd"): [3, 1, 3], (12, "gdm"): [3, 0.5, 3], (12, "adam"): [3, 0.1, 3]}


def test_a_record_too_small_for_the_claims_decides_none_and_says_why(record):
    verdicts = {verdict.id: verdict for verdict in evidence.verdicts(record)}
    assert {verdict.verdict for verdict in verdicts.values()} == {"not measured"}
    assert "problem.classes 200, the claim is about 1000" in verdicts["C1a"].note
    assert "problem.vocabularies [12]" in verdicts["C2a"].note
    assert verdicts["C6a"].note
    assert verdicts["C5p"].note == "the record has no runs of paper-softmax"


def test_slopes_are_those_of_the_recorded_losses(record):
    reading = first(record, "one-hot")
    point = reading.only("gd", 200)
    losses = reading.array("classes", point)[:100]
    ranks = numpy.log(numpy.arange(1, 101))
    expected = numpy.polyfit(-ranks, numpy.log(losses), 1)[0]
    assert numbers.frequency_slope("gd")(reading) == pytest.approx(expected)
    assert abs(numbers.frequency_slope("sign")(reading)) < 1e-9


def test_the_best_rate_decides_and_must_lie_inside(record):
    reading = with_losses(first(record, "bigram"), BIGRAM)
    assert reading.tuned("gdm").rate == 3.16
    assert numbers.gap(reading) == pytest.approx((0.5 - 0.1) / 2)
    assert numbers.adam_behind(reading) == pytest.approx(-0.4)
    assert numbers.adam_ahead(reading) == pytest.approx(0.4)
    assert numbers.adam_updates_ratio(reading) == pytest.approx(0.2)
    edge = with_losses(first(record, "bigram"), {**BIGRAM, (12, "gdm"): [3, 1, 0.5]})
    with pytest.raises(NotDecided, match="grid edge: the best learning rate of gdm, 10"):
        numbers.gap(edge)
    assert edge.best("gdm").rate == 10  # a figure shows it all the same
    few = with_losses(first(record, "bigram"), BIGRAM, seeds=(0, 1))
    with pytest.raises(NotDecided, match="2 of the 3 seeds"):
        numbers.gap(few)
    lost = with_losses(first(record, "bigram"), {**BIGRAM, (12, "adam"): [math.inf] * 3})
    with pytest.raises(NotDecided, match="every rate of adam diverged"):
        numbers.gap(lost)
    assert lost.best("adam") is None


def test_weights_close_the_share_of_the_gap_that_is_gone(record):
    plain = with_losses(first(record, "bigram"), BIGRAM)
    weighted = with_losses(first(record, "by-target"), {**BIGRAM, (12, "gdm"): [3, 0.2, 3]})
    assert numbers.closed(plain, weighted) == pytest.approx(0.75)


def test_the_rarest_group_is_the_last_one_at_the_best_rate(record):
    reading = with_losses(first(record, "bigram"), BIGRAM)
    groups = {
        method: reading.array("groups", reading.tuned(method))[-1, -1] for method in ("gdm", "adam")
    }
    assert numbers.rarest("gdm")(reading) == groups["gdm"]
    assert numbers.rarest("gdm", "adam")(reading) == max(groups.values())


def test_exponents_are_fitted_over_the_sizes(record):
    made_up = {
        (5, "gd"): [90, 10, 90],
        (10, "gd"): [90, 40, 90],
        (5, "adam"): [90, 3, 90],
        (10, "adam"): [90, 6, 90],
    }
    reading = with_losses(first(record, "growth"), made_up)
    assert numbers.tuned_exponent("gd")(reading) == pytest.approx(2)
    assert numbers.exponent_gap(reading) == pytest.approx(1)
    fixed = first(record, "growth-fixed")
    arrived = [fixed.row(fixed.only("gd", size))["arrived"] for size in (5, 10)]
    expected = math.log2(arrived[1] / arrived[0])
    assert numbers.exponent_by_rule("gd")(fixed) == pytest.approx(expected)
    fixed.row(fixed.only("gd", 10))["arrived"] = math.nan
    with pytest.raises(NotDecided, match="gd did not arrive at V = 10"):
        numbers.exponent_by_rule("gd")(fixed)


def test_a_run_that_ends_far_above_its_start_counts_as_diverged(record):
    reading = first(record, "bigram")
    row = next(iter(reading.rows.values()))
    assert row["initial"] > 0
    assert {trial.diverged for trial in reading.trials[12]} == {True, False}
    for trial in reading.trials[12]:
        other = next(
            each
            for each in read(record)
            if (each.store.variant, each.store.seed) == ("bigram", trial.seed)
        )
        point = next(p for p in other.rows if (p.method, p.rate) == (trial.method, trial.rate))
        found = other.rows[point]
        assert trial.diverged == (not found["loss"] <= 1.5 * found["initial"])
        assert trial.loss == found["loss"]


def test_every_figure_is_drawn_with_a_caption(record):
    figures = evidence.figures(record)
    assert list(figures) == [
        "heavy_tails", "bigram_groups", "growth", "reweighting", "separable", "rates",
        "weighted_rates", "growth_rates",
    ]  # fmt: skip
    for figure in figures.values():
        assert all(read_caption(figure))


def test_the_main_figure_draws_the_recorded_losses(record):
    axes = evidence.figures(record)["heavy_tails"].axes[0]
    reading = first(record, "one-hot")
    drawn = [line.get_ydata().tolist() for line in axes.lines]
    for method in ("gd", "adam", "sign"):
        assert reading.array("classes", reading.only(method, 200)).tolist() in drawn


def test_an_unfinished_record_is_drawn_and_decides_nothing(record, tmp_path):
    folder = tmp_path / "record"
    shutil.copytree(record.folder, folder)
    part = Record.open(folder)
    for variant in ("bigram", "separable"):
        store = part.run(variant, 2)
        shutil.rmtree(store.folder / "arrays")
        (store.folder / "metrics.jsonl").unlink()
        store.write_status(Status("interrupted", 0, 9))
    assert "heavy_tails" in evidence.figures(part)
    reading = first(part, "bigram")
    with pytest.raises(NotDecided, match="bigram/2 is interrupted"):
        reading.tuned("adam")
    assert {each.verdict for each in evidence.verdicts(part)} == {"not measured"}


def test_every_claim_has_all_texts():
    for each in CLAIMS:
        assert each.claim.text and each.claim.source and each.claim.threshold
