"""Which trials of a study count, which is best, and what its axes are."""

import pytest

from research.evidence.study_page import domain_words
from research.evidence.study_reading import (
    best_so_far,
    objective_words,
    ranked,
    searched_settings,
    short_names,
    shown_value,
)
from research.settings.search import Domain, ObjectiveSettings
from tests.research.evidence.made_up_study import (
    ACCURACY,
    BATCH,
    LOSS,
    STEPS,
    complete,
    conditional,
    ended,
    mixed,
    table_of,
)


class TestRanking:
    def test_complete_trials_only_and_of_equal_ones_the_earlier(self):
        assert [row.number for row in ranked(mixed())] == [2, 3, 0, 5]

    def test_the_direction_decides(self):
        assert [row.number for row in ranked(mixed(ACCURACY))] == [5, 0, 2, 3]

    @pytest.mark.parametrize("direction", ["minimize", "maximize"])
    def test_what_never_reached_it_comes_last(self, direction):
        """Its value is its last step: less than another's where trials have other lengths."""
        objective = STEPS.model_copy(update={"direction": direction})
        rows = [complete(100.0, reached=False, lr=1e-3), complete(900.0, lr=1e-3)]
        assert [
            row.number for row in ranked(table_of(rows, {"optimizer.lr": BATCH}, objective))
        ] == [1, 0]


class TestBestSoFar:
    def test_only_trials_that_are_better(self):
        assert best_so_far(mixed()) == [(0, 3.0), (2, 1.0)]
        assert best_so_far(mixed(ACCURACY)) == [(0, 3.0), (5, 6.0)]

    def test_nothing_that_never_reached_it(self):
        assert (
            best_so_far(table_of([complete(1.0, reached=False, lr=1)], {"optimizer.lr": BATCH}))
            == []
        )


def test_a_pruned_trial_has_the_metric_but_no_number_of_steps():
    pruned, failed = 4, 1
    assert shown_value(mixed(), mixed().trials[pruned]) == 2.0
    assert shown_value(mixed(STEPS), mixed().trials[pruned]) is None
    assert shown_value(mixed(), mixed().trials[failed]) is None


def test_objectives_in_words():
    falling = ObjectiveSettings(metric="train/loss", take="steps_to", reaches=0.1, falls=True)
    mean = ObjectiveSettings(metric="train/loss", take="mean")
    words = [objective_words(each) for each in (LOSS, STEPS, falling, mean)]
    assert words == [
        "least validation/loss",
        "steps until validation/accuracy rises to 0.99",
        "steps until train/loss falls to 0.1",
        "mean train/loss",
    ]


class TestSettings:
    def test_an_interval(self):
        lr, decay = searched_settings(mixed())
        assert (lr.low, lr.high, lr.log, lr.choices) == (1e-4, 1e-2, True, None)
        assert lr.share(lr.place({"optimizer.lr": 1e-3})) == pytest.approx(0.5)
        assert decay.share(0.25) == 0.25
        assert lr.is_continuous

    def test_choices_by_position_whichever_way_they_are_written(self):
        space = {
            "batch_size": BATCH,
            "optimizer.betas": Domain(choices=((0.9, 0.98), (0.9, 0.999))),
        }
        batch, betas = searched_settings(table_of([ended("waiting")], space))
        assert batch.choices == ("64", "256", "1024")
        assert batch.place({"batch_size": 256}) == 1
        assert betas.choices == ("[0.9, 0.98]", "[0.9, 0.999]")
        assert betas.place({"optimizer.betas": [0.9, 0.999]}) == 1
        assert not batch.is_continuous

    def test_several_domains_are_one_axis(self):
        name, lr, momentum = searched_settings(conditional())
        assert (lr.low, lr.high, lr.log, lr.always) == (1e-4, 1.0, True, True)
        assert (momentum.always, momentum.place({"optimizer.name": "adamw"})) == (False, None)
        assert name.choices == ("adamw", "sgd")

    def test_an_interval_in_one_case_and_words_in_another(self):
        when = {"when": {"optimizer.name": "sgd"}}
        domains = (Domain(low=0.0, high=1.0), Domain(choices=("auto",), **when))
        rows = [complete(1.0, lr=0.5), complete(1.0, lr="auto")]
        [lr] = searched_settings(table_of(rows, {"optimizer.lr": domains}))
        assert lr.choices == ("auto", "0.5")

    def test_short_names_that_tell_them_apart(self):
        found = searched_settings(
            table_of(
                [ended("waiting")],
                {"a.lr": BATCH, "b.lr": BATCH, "c.width": BATCH, "optimizer.name": BATCH},
            )
        )
        assert list(short_names(found).values()) == ["a.lr", "b.lr", "width", "optimizer.name"]


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (Domain(low=0.123456789, high=1, points=3), "0.123456789..1 3 points"),
        (Domain(low=1, high=64, log=True, integer=True, when={"a": 1}), "1..64 log integer"),
        (Domain(choices=("sgd", None, (0.9, 0.999))), "sgd, null, [0.9, 0.999]"),
    ],
)
def test_a_domain_in_words(domain, words):
    assert domain_words(domain) == words
