"""When SWATS switches from Adam to SGD, over its tolerance."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from experiments.generalisation.comparisons import swats_runs, tolerance_of
from experiments.generalisation.names import tolerance_text
from experiments.generalisation.outcomes import Outcome, by_variant
from research.evidence.style import BLUE, GREY, VERMILLION, caption, slide


def swats_figure(outcomes: Sequence[Outcome]) -> Figure:
    """A row per tolerance, a point per seed at the step of its switch; a cross where there is none.

    The crosses stand at the last step that the run was trained.
    """
    groups = list(by_variant(swats_runs(outcomes)).values())
    groups.sort(key=lambda runs: -tolerance_of(runs[0]))
    figure = slide(height=1.8 + 1.1 * len(groups))
    axes = figure.subplots()
    for row, runs in enumerate(groups):
        for run in runs:
            _draw_run(figure, row, run)
        words = _in_words(runs)
        axes.annotate(
            words,
            (1.0, row),
            xycoords=axes.get_yaxis_transform(),
            xytext=(12, 0),
            textcoords="offset points",
            va="center",
            size=15,
            annotation_clip=False,
        )
    axes.set_xscale("log")
    axes.set_xlim(left=1)
    axes.set_yticks(range(len(groups)), [tolerance_text(tolerance_of(runs[0])) for runs in groups])
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("optimizer step of the switch to SGD (log scale)")
    axes.set_ylabel("tolerance")
    caption(
        figure,
        "When SWATS switches, over its tolerance",
        "Each point is one run, at the step after which Adam was replaced by SGD. A cross is a run"
        " that never switched, at its last step. The tolerance of the paper is 1e-9.",
    )
    return figure


def _draw_run(figure: Figure, row: int, run: Outcome) -> None:
    (axes,) = figure.axes
    if run.switched is not None:
        axes.plot([run.switched], [row], "o", color=BLUE, markersize=11, alpha=0.75)
    elif len(run.steps):
        axes.plot([run.steps[-1]], [row], "x", color=VERMILLION, markersize=11, markeredgewidth=3)
    else:
        axes.plot([1], [row], ".", color=GREY)


def _in_words(runs: Sequence[Outcome]) -> str:
    switches = [f"{run.switched:,}" for run in runs if run.switched is not None]
    return "step " + ", ".join(switches) if switches else "never"
