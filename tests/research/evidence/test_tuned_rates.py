"""The rules of every comparison of optimizers, each at its own best learning rate."""

import dataclasses
import itertools
import math
from types import SimpleNamespace

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from research.evidence.style import lecture_style
from research.evidence.tuned_rates import (
    Trial,
    choose,
    common_seeds,
    grid_method,
    incomparable,
    methods_of,
    read_trials,
    undecided,
)
from research.evidence.tuned_rates_figure import rates_figure
from research.records.run_store import RunStore
from research.records.status import Status

VALLEY = {0.01: 3.0, 0.03: 2.0, 0.1: 2.5}


def trials(losses=None, method="sgdm", seeds=(0, 1, 2), **changes):
    """Runs whose losses differ by a little from seed to seed."""
    return [
        Trial(method, rate, seed, f"{method}-lr{rate:g}", loss + 0.01 * seed, **changes)
        for rate, loss in (losses or VALLEY).items()
        for seed in seeds
    ]


def changed(found, rate, seed, /, **changes):
    return [
        dataclasses.replace(each, **changes) if (each.rate, each.seed) == (rate, seed) else each
        for each in found
    ]


class TestChoose:
    def test_the_least_mean_over_seeds(self):
        choice = choose([*trials(), *trials({0.001: 0.1}, "adam")], "sgdm")
        assert (choice.rate, choice.variant, choice.is_interior) == (0.03, "sgdm-lr0.03", True)
        assert choice.grid == (0.01, 0.03, 0.1)
        assert [trial.seed for trial in choice.trials] == [0, 1, 2]
        assert choice.loss == pytest.approx(2.01)

    def test_one_lucky_seed_decides_nothing(self):
        assert choose(changed(trials(), 0.1, 1, loss=1.5), "sgdm").rate == 0.03

    @pytest.mark.parametrize("lost", [{"diverged": True}, {"loss": math.nan}, {"loss": -math.inf}])
    def test_a_rate_with_a_lost_run_is_never_the_best(self, lost):
        choice = choose(changed(trials(), 0.03, 2, **lost), "sgdm")
        assert choice.rate == 0.1
        assert not choice.is_interior

    def test_a_rate_that_diverges_bounds_the_grid(self):
        losses = {0.01: 3.0, 0.03: 2.0, 0.1: math.inf}
        choice = choose(trials(losses), "sgdm")
        assert (choice.rate, choice.is_interior) == (0.03, True)

    def test_where_everything_diverged_there_is_none(self):
        choice = choose(trials(diverged=True), "sgdm")
        assert math.isnan(choice.rate)
        assert math.isnan(choice.loss)
        assert (choice.trials, choice.variant, choice.is_interior) == ((), "", False)

    def test_the_order_of_the_plan_does_not_matter(self):
        assert choose(trials()[::-1], "sgdm") == choose(trials(), "sgdm")


class TestUndecided:
    def reason(self, found, **options):
        return undecided(choose(found, "sgdm"), **options)

    def test_a_valley_decides(self):
        assert self.reason(trials()) is None

    @pytest.mark.parametrize(
        ("losses", "edge"),
        [
            ({0.01: 1.0, 0.03: 2.0, 0.1: 2.5}, "0.01, is the least"),
            ({0.01: 3.0, 0.03: 2.0, 0.1: 1.5}, "0.1, is the greatest"),
            ({0.03: 2.0}, "0.03, is the least"),
        ],
    )
    def test_a_grid_edge_does_not(self, losses, edge):
        expected = f"grid edge: the best learning rate of sgdm, {edge} of its grid"
        assert self.reason(trials(losses)) == expected

    @pytest.mark.parametrize(
        "grid",
        [
            (0.01, 0.03, 0.1),
            (0.01, 0.0316, 0.1),
            (10**-1.5, 10**-1.0, 10**-0.5),
            (0.3, 1.0, 3.0),
            (0.178, 0.56, 1.78),
        ],
    )
    def test_half_decades_as_people_write_them(self, grid):
        assert self.reason(trials(dict(zip(grid, (3.0, 2.0, 2.5), strict=True)))) is None

    @pytest.mark.parametrize("grid", [(0.01, 0.1, 1.0), (0.01, 0.02, 0.04), (0.01, 0.03, 0.06)])
    def test_other_grids(self, grid):
        found = self.reason(trials(dict(zip(grid, (3.0, 2.0, 2.5), strict=True))))
        rates = ", ".join(f"{rate:g}" for rate in grid)
        assert found == f"the grid of sgdm is not one of half decades: {rates}"

    def test_too_few_seeds_at_one_rate(self):
        found = [each for each in trials() if (each.rate, each.seed) != (0.1, 2)]
        assert self.reason(found) == "sgdm-lr0.1 has 2 of the 3 seeds that the claim needs"
        assert self.reason(found, seeds=2) is None

    def test_the_same_seed_twice_is_one(self):
        found = changed(trials(), 0.1, 2, seed=1)
        assert self.reason(found) == "sgdm-lr0.1 has 2 of the 3 seeds that the claim needs"

    def test_runs_that_still_run_or_ended_early(self):
        running = changed(trials(), 0.1, 1, loss=math.nan, state="running")
        assert self.reason(running) == "sgdm-lr0.1/1 is running"
        short = changed(trials(), 0.1, 1, loss=math.nan)
        assert self.reason(short) == "sgdm-lr0.1/1 ended before its last step"

    def test_a_diverged_run_is_no_reason_unless_every_rate_has_one(self):
        one = changed(trials(), 0.1, 1, diverged=True, loss=math.nan, state="diverged")
        assert self.reason(one) is None
        all_of_them = trials(diverged=True, state="diverged")
        assert self.reason(all_of_them) == "every rate of sgdm diverged in a seed"

    def test_a_rate_that_is_not_constant(self):
        found = trials(schedule="cosine")
        expected = "sgdm-lr0.01 has schedule.name cosine, the claim is about constant rates"
        assert self.reason(found) == expected
        assert self.reason(found, constant=False) is None

    def test_no_runs_at_all(self):
        assert undecided(choose([], "sgdm")) == "the record has no runs of sgdm"


class TestIncomparable:
    def both(self, first, second, **options):
        return incomparable([choose(first, "sgdm"), choose(second, "adam")], **options)

    def test_two_methods_with_the_same_seeds(self):
        assert self.both(trials(), trials(method="adam")) is None

    def test_the_reason_of_either(self):
        edge = trials({0.01: 1.0, 0.03: 2.0}, "adam")
        assert "grid edge: the best learning rate of adam" in self.both(trials(), edge)

    def test_other_seeds(self):
        other = trials(method="adam", seeds=(2, 3, 4))
        choices = [choose(trials(), "sgdm"), choose(other, "adam")]
        assert common_seeds(choices) == [2]
        expected = "sgdm-lr0.03 and adam-lr0.03 share 1 seeds, the claim needs 3"
        assert incomparable(choices) == expected


def test_the_methods_of_variants():
    assert grid_method("sgdm-lr0.1") == "sgdm"
    assert grid_method("adam-then-sgd-lr1e-3") == "adam-then-sgd"
    assert grid_method("adam-dropout") is None
    assert methods_of([*trials(method="b"), *trials(method="a")]) == ["b", "a"]


@pytest.fixture
def record(tmp_path):
    """Just enough of a record: a plan and real stores."""

    def store(variant, seed, state, values):
        made = RunStore(tmp_path / variant / str(seed), variant, seed)
        made.folder.mkdir(parents=True)
        for step, value in values.items():
            made.append(step, {"train/loss": value, "test/loss": 9.0})
        made.write_status(Status(state))
        return made

    def settings(rate):
        return {
            "trainer": {"max_steps": 20},
            "optimizer": {"lr": rate},
            "schedule": {"name": "constant"},
        }

    stores = [
        store("sgdm-lr0.1", 0, "done", {10: 3.0, 20: 2.0}),
        store("sgdm-lr0.1", 1, "done", {10: 3.0}),
        store("adam-lr0.01", 0, "running", {10: 3.0, 20: 2.0}),
        store("adam-lr0.03", 0, "diverged", {10: 3.0}),
        store("adam-dropout", 0, "done", {20: 1.0}),
        store("adam-lr0.1", 0, "done", {20: math.inf}),
    ]
    plans = {each.variant: SimpleNamespace(settings=settings(0.5)) for each in stores}
    return SimpleNamespace(plan=SimpleNamespace(variants=plans), runs=lambda: stores)


def test_trials_of_a_record(record):
    whole, short, running, diverged, infinite = read_trials(record)
    assert (whole.method, whole.rate, whole.seed, whole.run) == ("sgdm", 0.5, 0, "sgdm-lr0.1/0")
    assert (whole.loss, whole.diverged, whole.schedule) == (2.0, False, "constant")
    assert math.isnan(short.loss)
    assert not short.diverged
    assert (running.state, math.isnan(running.loss)) == ("running", True)
    assert diverged.diverged
    assert (infinite.diverged, infinite.score) == (True, math.inf)
    assert read_trials(record, "test/loss")[0].loss == 9.0
    only = read_trials(record, belongs=lambda method: method == "adam")
    assert {each.method for each in only} == {"adam"}


@pytest.fixture(scope="module")
def axes():
    found = trials({0.01: 3.0, 0.03: 2.0, 0.1: 2.5, 0.3: 50.0})
    lost = changed(found, 0.1, 1, diverged=True, state="diverged")
    with lecture_style():
        return rates_figure({"words": lost}, ceilings={"words": 9.0}).axes[0]


class TestFigure:
    def lines(self, axes, marker):
        return [
            line
            for line in axes.lines
            if line.get_marker() == marker and len(line.get_xdata()) and line.get_xdata()[0] > 0
        ]

    def test_every_seed_is_a_point(self, axes):
        points = {line.get_xdata()[0]: line.get_ydata() for line in self.lines(axes, "o")}
        assert list(points[0.01]) == [3.0, 3.01, 3.02]
        assert list(points[0.1]) == [2.5, 2.52], "without the run that diverged"
        assert 0.3 not in points

    def test_the_line_goes_through_means_of_whole_rates(self, axes):
        (line,) = [each for each in axes.lines if each.get_linewidth() == 2.5]
        assert list(line.get_xdata()) == [0.01, 0.03]
        assert list(line.get_ydata()) == pytest.approx([3.01, 2.01])

    def test_a_ring_at_the_best_rate(self, axes):
        (ring,) = [line for line in self.lines(axes, "o") if line.get_fillstyle() == "none"]
        assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0.03, pytest.approx(2.01))

    def test_triangles_where_runs_diverged_or_ended_above_the_panel(self, axes):
        assert [line.get_xdata()[0] for line in self.lines(axes, "^")] == [0.1, 0.3]
        assert axes.get_ylim()[1] < 9

    @pytest.mark.parametrize(("panels", "rates"), [(1, 6), (2, 6), (3, 4), (3, 5), (3, 6), (3, 7)])
    def test_labels_of_rates_do_not_touch(self, panels, rates):
        grid = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)[:rates]
        found = trials(dict.fromkeys(grid, 1.0))
        with lecture_style():
            figure = rates_figure(dict.fromkeys(map(str, range(panels)), found))
            renderer = FigureCanvasAgg(figure).get_renderer()
            figure.draw(renderer)
        ticks = [tick for tick in figure.axes[0].get_xticklabels() if tick.get_text()]
        boxes = [tick.get_window_extent(renderer) for tick in ticks]
        assert len(boxes) >= 2
        assert all(left.x1 + 5 < right.x0 for left, right in itertools.pairwise(boxes))

    def test_nothing_yet(self):
        waiting = trials({0.01: math.nan, 0.03: math.nan}, state="waiting")
        with lecture_style():
            (axes,) = rates_figure({"words": waiting}).axes
        assert not self.lines(axes, "^")
        assert list(axes.get_xlim()) == pytest.approx([0.01 / 1.8, 0.03 * 1.8])
