"""The history of a study: every trial, and the best value so far."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from research.evidence.study_marks import draw_trials, legend, tidy, value_axis
from research.evidence.study_reading import best_so_far, objective_words
from research.evidence.style import BLACK, HALO, caption, slide
from research.records.study_table import StudyTable

LINE = Line2D([], [], color=BLACK, label="best so far")


def history_figure(table: StudyTable) -> Figure:
    """Value of the objective over the number of the trial, with the best so far as steps."""
    figure = slide(height=6.2)
    axes = figure.subplots()
    value_axis(axes, table)
    axes.set_xlim(-0.5, max(len(table.trials) - 0.5, 0.5))
    axes.set_xlabel("trial")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    up = table.plan.objective.direction == "maximize"
    _make_room(axes, up)
    draw_trials(axes, table, lambda row: row.number)
    steps = best_so_far(table)
    if steps:
        last = max(row.number for row in table.trials)
        numbers, values = zip(*steps, (last, steps[-1][1]), strict=True)
        axes.step(numbers, values, where="post", color=BLACK, zorder=3)
        _name_the_best(axes, *steps[-1], last, up)
    legend(figure, table, [LINE] if steps else [])
    caption(figure, "Every trial, and the best so far", _text(table))
    return figure


def _make_room(axes: Axes, up: bool) -> None:
    """Room for the name of the best trial, above it or below it."""
    to_data = axes.transAxes + axes.transData.inverted()
    low, high = (float(to_data.transform((0, height))[1]) for height in (-0.07, 1.07))
    axes.set_ylim(top=high) if up else axes.set_ylim(bottom=low)


def _name_the_best(axes: Axes, number: int, value: float, last: int, up: bool) -> None:
    """Says beside its point which trial is the best."""
    right = number < 0.75 * max(last, 1)
    axes.annotate(
        f"trial {number}: {tidy(value)}",
        (number, value),
        xytext=(8 if right else -8, 10 if up else -10),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom" if up else "top",
        weight="bold",
        path_effects=HALO,
        annotation_clip=False,
        zorder=4,
    )


def _text(table: StudyTable) -> str:
    plan = table.plan
    better = "Higher" if plan.objective.direction == "maximize" else "Lower"
    return (
        f"The objective is: {objective_words(plan.objective)}"
        f"{f', mean over {len(plan.seeds)} seeds' if len(plan.seeds) > 1 else ''}. "
        f"{better} is better; the line is the best of the trials up to each number, whichever "
        "ended first. Trials without a value stand at the edge."
    )
