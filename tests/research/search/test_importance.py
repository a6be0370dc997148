"""Importances against closed forms."""

import numpy
import pytest

from research.search import importance
from research.search.importance import importances
from tests.research.evidence.made_up_study import (
    BATCH,
    LR,
    additive,
    complete,
    conditional,
    ended,
    table_of,
)


@pytest.fixture(autouse=True)
def small_forest(monkeypatch):
    """The time that shares take is that of the trees."""
    monkeypatch.setattr(importance, "TREES", 12)


class TestOneGroup:
    def test_shares_of_a_sum(self, monkeypatch):
        """Var(3 log10 lr) : Var(2 weight decay) = 6² : 2² on their spans, so .9 and .1."""
        monkeypatch.setattr(importance, "TREES", 32)
        [found] = importances(additive())
        assert list(found.shares) == ["optimizer.lr", "optimizer.weight_decay"]
        assert found.shares["optimizer.lr"] == pytest.approx(0.9, abs=0.05)
        assert found.shares["optimizer.weight_decay"] == pytest.approx(0.1, abs=0.05)
        assert (found.trials, found.condition, found.reason) == (100, "", "")

    def test_the_same_table_gives_the_same_shares(self):
        table = additive(16)
        [first], [again], [other] = (importances(table, seed) for seed in (0, 0, 1))
        assert first == again
        assert first.shares != other.shares

    def test_choices_and_whole_numbers_that_come_back_as_others(self):
        rows = [
            complete(float(batch == 1024), batch_size=batch, lr=1e-4 * (1 + i))
            for i, batch in enumerate((64, 256.0, 1024) * 10)
        ]
        [found] = importances(table_of(rows, {"batch_size": BATCH, "optimizer.lr": LR}))
        assert found.shares["batch_size"] > 0.8

    def test_only_complete_trials_count(self):
        table = additive(16)
        others = [ended("failed", lr=1e-3, weight_decay=0.1), ended("pruned", 99.0, lr=1e-3)]
        rows = [row.model_dump(exclude={"number"}) for row in table.trials] + others
        assert importances(table_of(rows, table.plan.space)) == importances(table)

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([], "it takes at least 4 trials"),
            ([ended("failed", lr=1e-3)] * 5, "it takes at least 4 trials"),
            ([complete(1.0 + i, lr=1e-3) for i in range(3)], "it takes at least 4 trials"),
            (
                [complete(2.0, lr=1e-4 * (1 + i)) for i in range(9)],
                "all these trials have the same",
            ),
            ([complete(1.0 + i, lr=1e-3) for i in range(9)], "no better than their mean"),
        ],
    )
    def test_nothing_is_said_where_nothing_can_be(self, rows, reason):
        [found] = importances(table_of(rows, {"optimizer.lr": LR}))
        assert not found.shares
        assert reason in found.reason

    def test_values_of_any_size(self):
        """Losses that have exploded, without becoming infinite, are beyond whole numbers."""
        table = additive(16)
        rows = [row.model_dump(exclude={"number"}) for row in table.trials]
        huge = [{**row, "value": row["value"] * 2.0**100} for row in rows]
        assert importances(table_of(huge, table.plan.space)) == importances(table)

    def test_of_very_many_trials_the_first(self, monkeypatch):
        monkeypatch.setattr(importance, "MOST", 12)
        assert importances(additive(16))[0].trials == 12

    def test_noise_is_not_explained(self):
        """A forest gives noise shares too; that it can't predict what it has not seen tells."""
        random = numpy.random.default_rng(2)
        rows = [complete(v, lr=1e-4 * 100**u) for u, v in random.random((40, 2))]
        [found] = importances(table_of(rows, {"optimizer.lr": LR}))
        assert found.explained < 0
        assert not found.shares


class TestConditionalSettings:
    def test_a_setting_with_two_intervals_counts_by_its_place_within_its_own(self):
        """The value depends on that place alone, so the optimizer's name explains nothing."""
        table = conditional()
        rows = []
        for row in table.trials:
            values = row.values
            low = 1e-4 if values["optimizer.name"] == "adamw" else 0.01
            place = numpy.log10(values["optimizer.lr"] / low)
            rows.append({"state": "complete", "value": float(place), "values": values})
        everything, *_ = importances(table_of(rows, table.plan.space))
        assert everything.shares["optimizer.lr"] > 0.95

    def test_a_group_of_trials_for_each_condition(self):
        everything, adamw, sgd = importances(conditional())
        assert set(everything.shares) == {"optimizer.name", "optimizer.lr"}, "momentum not all have"
        assert everything.explained > 0.5
        assert (adamw.condition, adamw.trials) == ("optimizer.name = adamw", 30)
        assert adamw.shares == {"optimizer.lr": pytest.approx(1.0, abs=0.01)}
        assert sgd.condition == "optimizer.name = sgd"
        assert sgd.shares["optimizer.momentum"] > 0.95
        assert "optimizer.name" not in sgd.shares

    def test_a_condition_with_two_values_leaves_them_to_compare(self):
        table = conditional()
        space = dict(table.plan.space)
        both = {"optimizer.name": ("adamw", "sgd")}
        del space["optimizer.momentum"]
        space["optimizer.lr"] = (LR.model_copy(update={"high": 1.0, "when": both}),)
        rows = [row.model_dump(exclude={"number"}) for row in table.trials]
        _, found = importances(table_of(rows, space))
        assert found.condition == "optimizer.name = adamw or sgd"
        assert set(found.shares) == {"optimizer.name", "optimizer.lr"}
