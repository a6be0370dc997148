"""The figures of a study show what its table holds."""

import numpy
import pytest
from matplotlib.collections import PathCollection, QuadMesh

from research.evidence.empty_panels import has_data
from research.evidence.study_cells import cells
from research.evidence.study_figures import study_figures
from research.evidence.study_history_figure import history_figure
from research.evidence.study_importances_figure import (
    MOST_BARS,
    MOST_GROUPS,
    TOGETHER,
    bars,
    importances_figure,
)
from research.evidence.study_map_figure import chosen_pair, map_figure
from research.evidence.study_parallel_figure import parallel_figure
from research.evidence.study_reading import Importance, searched_settings
from research.evidence.study_slices_figure import slices_figure
from research.evidence.style import read_caption
from research.settings.search import Domain
from tests.research.evidence.made_up_study import (
    ACCURACY,
    BATCH,
    DECAY,
    LR,
    STEPS,
    complete,
    conditional,
    ended,
    mixed,
    table_of,
)


def points(axes, marker, fill="full"):
    """All points of one marker: those in data coordinates, and places of those at the edge."""
    lines = [
        line
        for line in axes.lines
        if line.get_marker() == marker and line.get_fillstyle() == fill and len(line.get_xdata())
    ]
    inside = [line for line in lines if line.get_transform() == axes.transData]
    edge = [line for line in lines if line not in inside]
    return (
        [(x, y) for line in inside for x, y in zip(*line.get_data(), strict=True)],
        [x for line in edge for x in line.get_xdata()],
    )


class TestHistory:
    def test_every_trial_by_its_kind_and_the_best_so_far(self):
        [axes] = history_figure(mixed()).axes
        assert points(axes, "o") == ([(0, 3.0), (2, 1.0), (3, 1.0), (5, 6.0)], [])
        assert points(axes, "X") == ([(4, 2.0)], [])
        assert points(axes, "^") == ([], [1]), "a failed trial stands at the edge"
        [line] = [each for each in axes.lines if each.get_drawstyle() == "steps-post"]
        assert list(zip(*line.get_data(), strict=True)) == [(0, 3.0), (2, 1.0), (6, 1.0)]
        assert [text.get_text() for text in axes.texts] == ["trial 2: 1"]

    def test_trials_are_counted_in_whole_numbers(self):
        for rows in (1, 2, 40):
            table = table_of([complete(1.0, lr=1e-3)] * rows, {"optimizer.lr": LR})
            [axes] = history_figure(table).axes
            ticks = axes.get_xticks()
            assert len(ticks)
            assert all(float(tick).is_integer() for tick in ticks)

    def test_steps_to_something(self):
        [axes] = history_figure(mixed(STEPS)).axes
        assert points(axes, "o", "none") == ([(5, 6.0)], []), "never reached it"
        assert points(axes, "X") == ([], [4]), "a pruned trial has no number of steps"

    @pytest.mark.parametrize(("objective", "height"), [(STEPS, 0.98), (ACCURACY, 0.02)])
    def test_the_edge_is_where_the_bad_values_are(self, objective, height):
        [axes] = history_figure(mixed(objective)).axes
        assert {
            float(y) for line in axes.lines if line.get_marker() == "^" for y in line.get_ydata()
        } == {height}

    def test_a_logarithmic_axis_where_values_span_much(self):
        rows = [complete(10.0**power, lr=1e-3) for power in range(-4, 2)]
        assert history_figure(table_of(rows, {"optimizer.lr": LR})).axes[0].get_yscale() == "log"
        assert history_figure(mixed()).axes[0].get_yscale() == "linear"


class TestSlices:
    def test_a_panel_per_setting_with_its_scale_and_the_best(self):
        lr, decay = slices_figure(mixed()).axes
        assert (lr.get_xscale(), decay.get_xscale()) == ("log", "linear")
        assert (lr.get_xlabel(), decay.get_xlabel()) == ("lr (log scale)", "weight_decay")
        assert points(decay, "o")[0] == [(0.5, 3.0), (0.4, 1.0), (0.9, 1.0), (0.05, 6.0)]
        assert points(decay, "^") == ([], [0.1])
        assert points(lr, "o", "none")[0] == [(2e-3, 1.0)], "the ring"

    def test_whole_numbers_have_whole_ticks(self):
        rows = [complete(1.0, lr=1e-3, weight_decay=each) for each in range(1, 9)]
        whole = Domain(low=1, high=8, integer=True)
        table = table_of(rows, {"optimizer.lr": LR, "optimizer.weight_decay": whole})
        _, axes = slices_figure(table).axes
        assert all(float(tick).is_integer() for tick in axes.get_xticks())
        [parallel] = parallel_figure(table).axes
        assert "1.5" not in {text.get_text() for text in parallel.texts}
        assert "2" in {text.get_text() for text in parallel.texts}

    def test_only_trials_that_have_the_setting(self):
        *_, momentum = slices_figure(conditional()).axes
        assert len(points(momentum, "o")[0]) == 30

    def test_many_settings_take_several_rows(self):
        figure = slices_figure(table_of([ended("waiting")], {f"a.k{i}": BATCH for i in range(6)}))
        assert len([axes for axes in figure.axes if axes.axison]) == 6
        assert figure.axes[0].get_gridspec().nrows == 2


class TestParallelCoordinates:
    def trials(self, table):
        [axes] = parallel_figure(table).axes
        across = len(table.plan.space)
        lines = [
            line
            for line in axes.lines
            if len(line.get_xdata()) >= across > len(line.get_xdata()) - 2
        ]
        return [line for line in lines if line.get_xdata()[0] == 0 and line.get_xdata()[-1] >= 1]

    def test_a_line_per_ended_trial_through_shares_of_its_axes(self):
        lines = self.trials(mixed())
        assert len(lines) == 6
        best = max(lines, key=lambda line: line.get_linewidth())
        assert best.get_color() == "#000000"
        assert list(best.get_ydata()) == pytest.approx([numpy.log10(20) / 2, 0.4, 0.0])
        ends = sorted(len(line.get_xdata()) for line in lines)
        assert ends == [2, 2, 3, 3, 3, 3], "what failed or was pruned has no value"

    def test_below_the_axis_without_the_setting(self):
        heights = [line.get_ydata()[2] for line in self.trials(conditional())]
        assert sum(height < 0 for height in heights) == 30


class TestImportances:
    def test_bars_and_what_is_left(self):
        found = [Importance("", 12, {"a.b": 0.6, "c": 0.3})]
        figure = importances_figure(mixed(), found)
        [axes] = figure.axes
        assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.6, 0.3, 0.1])
        assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a.b", "c", TOGETHER]
        assert axes.get_title() == "All: 12 complete trials"
        assert "rests on 12 trials: few" in read_caption(figure)[1]
        assert "failed or were pruned do not count" in read_caption(figure)[1]

    def test_a_panel_per_condition_and_why_one_is_missing(self):
        found = [
            Importance("", 90, {"a": 1.0}),
            Importance("name = x", 2, reason="it takes at least 4 trials"),
            *(Importance(f"name = {i}", 10 + i, {"b": 1.0}) for i in range(MOST_GROUPS)),
        ]
        figure = importances_figure(mixed(), found)
        titles = [axes.get_title() for axes in figure.axes]
        assert titles[:2] == ["All: 90 complete trials", "name = 4: 14 complete trials"]
        assert len(titles) == MOST_GROUPS
        assert "Not shown: name = x: it takes at least 4 trials" in read_caption(figure)[1]
        assert "The 1 groups" not in read_caption(figure)[1]
        assert "1 more group" in read_caption(figure)[1]

    def test_small_shares_are_added_up(self):
        shares = {f"k{i}": 0.1 / (i + 1) for i in range(MOST_BARS + 2)}
        drawn = bars(Importance("", 99, shares, 0.5))
        assert list(drawn)[-2:] == ["2 others", TOGETHER]
        assert len(drawn) == MOST_BARS + 2
        assert sum(drawn.values()) == pytest.approx(1.0)

    def test_nothing_to_say(self):
        [axes] = importances_figure(mixed(), [Importance("", 0, reason="no trials")]).axes
        assert "nothing to say yet: no trials" in axes.texts[0].get_text()


def grid_table(skip=()):
    """Three by two cells; the value of each is 10 * column + row."""
    rates, decays = (2e-4, 1e-3, 5e-3), (0.25, 0.75)
    rows = [
        complete(10.0 * i + j, lr=lr, weight_decay=decay)
        for i, lr in enumerate(rates)
        for j, decay in enumerate(decays)
        if (i, j) not in skip
    ]
    space = {"optimizer.lr": LR, "optimizer.weight_decay": DECAY}
    return table_of(rows, space, sampler="grid")


class TestMap:
    def test_cells_of_a_grid(self):
        table = grid_table(skip={(2, 1)})
        found = cells(table, *searched_settings(table))
        assert found.exact
        assert found.x == pytest.approx(
            [2e-4 / 5**0.5, 2e-4 * 5**0.5, 1e-3 * 5**0.5, 5e-3 * 5**0.5]
        )
        assert found.y == pytest.approx([0.0, 0.5, 1.0])
        assert found.values.tolist()[:2] == [[0.0, 1.0], [10.0, 11.0]]
        assert found.values[2, 0] == 20.0
        assert numpy.isnan(found.values[2, 1])

    def test_the_values_of_a_grid_stand_on_its_axes(self):
        figure = map_figure(grid_table(), [])
        figure.canvas.draw()
        axes = figure.axes[0]
        assert [each.get_text() for each in axes.get_xticklabels()] == ["0.0002", "0.001", "0.005"]
        assert [each.get_text() for each in axes.get_yticklabels()] == ["0.25", "0.75"]
        assert not len(axes.xaxis.get_minorticklocs())

    def test_of_many_values_of_a_grid_some_stand_on_its_axes(self):
        rows = [complete(1.0 + i, lr=1e-3, weight_decay=i / 40) for i in range(41)]
        rows += [complete(1.0, lr=2e-3, weight_decay=0.0)]
        table = table_of(
            rows, {"optimizer.lr": LR, "optimizer.weight_decay": DECAY}, sampler="grid"
        )
        axes = map_figure(table, []).axes[0]
        assert 4 <= len(axes.get_yticks()) <= 9

    def test_the_bar_has_the_colours_of_the_points(self):
        figure = map_figure(mixed(), [])
        bar = next(each for each in figure.axes[1].collections if isinstance(each, QuadMesh))
        assert bar.get_alpha() in (None, 1)

    def test_a_grid_over_more_settings_shows_the_median(self):
        rows = [
            complete(v, lr=1e-3, weight_decay=0.5, batch_size=b)
            for v, b in ((1.0, 64), (2.0, 256), (9.0, 1024))
        ]
        space = {"optimizer.lr": LR, "optimizer.weight_decay": DECAY, "batch_size": BATCH}
        table = table_of(rows, space, sampler="grid")
        found = cells(table, *searched_settings(table)[:2])
        assert found.values.tolist() == [[2.0]]
        assert found.most == 3

    def test_random_points_over_coarse_cells(self):
        random = numpy.random.default_rng(3)
        rows = [
            complete(float(d), lr=1e-4 * 100**u, weight_decay=d) for u, d in random.random((40, 2))
        ]
        table = table_of(rows, {"optimizer.lr": LR, "optimizer.weight_decay": DECAY})
        found = cells(table, *searched_settings(table))
        assert found.values.shape == (4, 4)
        assert found.x == pytest.approx(numpy.geomspace(1e-4, 1e-2, 5))
        inside = [
            r.value
            for r in table.trials
            if r.values["optimizer.lr"] < found.x[1] and r.value < 0.25
        ]
        assert found.values[0, 0] == pytest.approx(numpy.median(inside))
        figure = map_figure(table, [])
        axes = figure.axes[0]
        [scatter] = [each for each in axes.collections if isinstance(each, PathCollection)]
        assert len(scatter.get_offsets()) == 40
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")

    def test_marks_over_a_grid(self):
        axes = map_figure(mixed(STEPS, sampler="grid"), []).axes[0]
        marked = {
            each.get_label(): each.get_offsets().tolist()
            for each in axes.collections
            if not isinstance(each, QuadMesh)
        }
        assert marked == {
            "complete, never reached it": [[1e-4, 0.05]],
            "pruned": [[2e-4, 0.2]],
            "failed": [[9e-3, 0.1]],
        }
        assert points(axes, "o", "none")[0] == [(2e-3, 0.4)]

    def test_dark_is_better(self):
        def colours(objective):
            axes = map_figure(mixed(objective), []).axes[0]
            return next(each for each in axes.collections if isinstance(each, QuadMesh)).get_cmap()

        assert sum(colours(STEPS)(0.0)[:3]) < 1 < sum(colours(STEPS)(1.0)[:3])
        assert sum(colours(ACCURACY)(1.0)[:3]) < 1 < sum(colours(ACCURACY)(0.0)[:3])

    def test_the_two_that_matter_most(self):
        rows = [complete(1.0, lr=1e-3, weight_decay=0.1, momentum=0.5, batch_size=64)]
        space = {
            "batch_size": BATCH,
            "optimizer.lr": LR,
            "optimizer.weight_decay": DECAY,
            "optimizer.momentum": DECAY,
        }
        table = table_of(rows, space)
        shares = {"batch_size": 0.5, "optimizer.momentum": 0.3, "optimizer.lr": 0.1}
        pair = chosen_pair(table, [Importance("", 9, shares)])
        assert [each.key for each in pair] == ["optimizer.lr", "optimizer.momentum"]
        assert [each.key for each in chosen_pair(table, [])] == [
            "optimizer.lr",
            "optimizer.weight_decay",
        ]

    def test_no_map_without_two_numbers_that_all_have_or_without_values(self):
        assert map_figure(conditional(), []) is None
        waiting = [ended("waiting", lr=1e-3, weight_decay=0.1)]
        assert (
            map_figure(table_of(waiting, {"optimizer.lr": LR, "optimizer.weight_decay": DECAY}), [])
            is None
        )


@pytest.mark.parametrize("rows", [[], [ended("waiting", lr=1e-3)], [ended("failed", lr=1e-3)]])
def test_studies_without_a_value(rows):
    figures = study_figures(table_of(rows, {"optimizer.lr": LR}, trials=3), [])
    assert set(figures) == {"history", "importances", "slices", "parallel_coordinates"}
    shows = has_data(figures["slices"].axes[0])
    assert not shows or rows[0]["state"] == "failed"


def test_no_trial_is_called_the_best_where_none_reached_it():
    rows = [complete(50.0, False, lr=1e-3, weight_decay=decay) for decay in (0.1, 0.5)]
    space = {"optimizer.lr": LR, "optimizer.weight_decay": DECAY}
    for figure in study_figures(table_of(rows, space, STEPS), []).values():
        labels = [text.get_text() for each in figure.legends for text in each.get_texts()]
        assert not {"best", "best so far"} & set(labels)
        assert all(line.get_markersize() < 15 for axes in figure.axes for line in axes.lines)
