"""Training losses over steps: of both halves of the images, and under each weighting."""

from collections.abc import Mapping, Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.heavy_tails_images.methods import OPTIMIZERS, WEIGHTINGS, Method
from experiments.heavy_tails_images.outcomes import LOSS, Outcomes
from experiments.heavy_tails_images.settings import FREQUENT, RARE
from research.evidence.style import caption, slide
from research.evidence.tuned_rates import Choice
from research.evidence.tuned_rates_figure import colour_of, name_of
from research.settings.reweighting import WEIGHTED_LOSS, Reweighting

OF_LINES = "Lines are means over seeds, bands go from the least to the greatest."
AT_BEST = (
    " The learning rate of each method is the one of its grid with the least loss of what it"
    " minimises after the last step."
)


def halves_figure(outcomes: Outcomes) -> Figure:
    """Three panels of the methods without weights: all images, frequent classes, rare classes."""
    figure = slide()
    panels = figure.subplots(1, 3, sharey=True)
    titles = ("all images", "frequent classes", "rare classes")
    choices = [outcomes.choice(method) for method in OPTIMIZERS]
    for axes, metric, title in zip(panels, (LOSS, FREQUENT, RARE), titles, strict=True):
        _draw_all(axes, outcomes, choices, metric)
        axes.set_title(title)
    rates = {_optimizer(choice): f", lr {choice.rate:g}" for choice in choices if choice.trials}
    _legend(figure, rates)
    panels[0].set_ylabel("training loss, in nats")
    panels[0].set_ylim(bottom=0)
    caption(
        figure,
        "Training loss of frequent and of rare classes, each method at its best learning rate",
        "Half of the images belong to ten frequent classes, the others to many rare ones, which"
        f" differ by a barcode too. {OF_LINES}{AT_BEST}",
    )
    return figure


def weightings_figure(outcomes: Outcomes, weightings: Sequence[Reweighting]) -> Figure:
    """A panel per weighting: the loss that SGD with momentum and Adam minimise."""
    figure = slide()
    panels = figure.subplots(1, len(weightings), sharey=True, squeeze=False)[0]
    for axes, weighting in zip(panels, weightings, strict=True):
        choices = [outcomes.choice(Method(each, weighting).name) for each in OPTIMIZERS]
        _draw_all(axes, outcomes, choices, WEIGHTED_LOSS)
        axes.set_title(WEIGHTINGS[weighting])
    shown = [_optimizer(outcomes.choice(trial.method)) for trial in outcomes.trials]
    _legend(figure, dict.fromkeys(shown, ""))
    panels[0].set_ylabel("training loss that is minimised, in nats")
    panels[0].set_ylim(bottom=0)
    caption(
        figure,
        "What is minimised, with labels weighted against the frequency of their classes",
        "p is the share of a label's class in the training labels; weights have the mean 1."
        f" {OF_LINES}{AT_BEST}",
    )
    return figure


def _draw_all(axes: Axes, outcomes: Outcomes, choices: Sequence[Choice], metric: str) -> None:
    """A band and its mean line for each method that has a best rate."""
    axes.set_xlabel("optimizer step")
    for choice in choices:
        runs = [outcomes.curves[trial.run] for trial in choice.trials]
        if not runs:
            continue
        steps = min((run["step"] for run in runs), key=len)
        values = numpy.stack([run[metric][: len(steps)] for run in runs])
        mean, colour = values.mean(axis=0), colour_of(_optimizer(choice))
        axes.fill_between(
            steps, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, lw=0
        )
        axes.plot(steps, mean, color=colour, marker="o" if len(steps) == 1 else "")


def _legend(figure: Figure, methods: Mapping[str, str]) -> None:
    """Names above the panels, each followed by what else is to be said."""
    handles = [
        Line2D([], [], color=colour_of(name), label=name_of(name) + more)
        for name, more in methods.items()
    ]
    if handles:
        figure.legend(handles=handles, loc="outside upper left", ncols=len(handles), fontsize=16)


def _optimizer(choice: Choice) -> str:
    """The optimizer of a method, whatever its weighting."""
    return choice.method.partition("-")[0]
