"""Importances of a study: what share of the objective's variance each setting explains alone."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from research.evidence.study_reading import Importance
from research.evidence.style import BLUE, GREY, caption, slide
from research.records.study_table import StudyTable

TOGETHER = "only together"
MOST_GROUPS = 5
"""Panels that there is room for: those with the most trials."""
MOST_BARS = 6
"""Settings that a panel has room for: those with the largest shares."""


def importances_figure(table: StudyTable, found: Sequence[Importance]) -> Figure:
    """A panel per group of trials; a bar per setting, and one for what single settings leave."""
    able = [each for each in found if each.shares]
    shown = [*able[:1], *sorted(able[1:], key=lambda each: -each.trials)[: MOST_GROUPS - 1]]
    heights = [len(bars(each)) for each in shown] or [1]
    figure = slide(height=max(1.6 + 0.62 * sum(heights) + 1.1 * len(shown), 4.0))
    grid = figure.subplots(max(len(shown), 1), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, each in zip(grid, shown, strict=False):
        _draw(axes, each)
    grid[-1].set_xlabel("share of the objective's variance")
    if not shown:
        grid[0].set_axis_off()
        reason = found[0].reason if found else "there are no trials"
        grid[0].text(0.5, 0.5, f"nothing to say yet: {reason}", ha="center", style="italic")
    caption(figure, "Which settings matter", _text(table, found))
    return figure


def bars(group: Importance) -> dict[str, float]:
    """The shares that are drawn, by name: the largest, the others added up, and what is left."""
    most = MOST_BARS if len(group.shares) > MOST_BARS + 1 else len(group.shares)
    pairs = list(group.shares.items())
    drawn = dict(pairs[:most])
    if others := pairs[most:]:
        drawn[f"{len(others)} others"] = sum(share for _, share in others)
    drawn[TOGETHER] = max(0.0, 1 - sum(group.shares.values()))
    return drawn


def _draw(axes: Axes, group: Importance) -> None:
    drawn = bars(group)
    colours = [BLUE if name in group.shares else GREY for name in drawn]
    axes.barh(list(drawn), list(drawn.values()), color=colours, height=0.66)
    for place, share in enumerate(drawn.values()):
        axes.text(share + 0.01, place, f"{100 * share:.0f} %", va="center", weight="bold")
    axes.set_xlim(0, 1.08)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0, labelsize=15)
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    trials = f"{group.trials} complete trials"
    if group.explained is not None:
        trials += f", R² {group.explained:.2f} on unseen ones"
    axes.set_title(f"{group.condition or 'All'}: {trials}", size=15)


def _text(table: StudyTable, found: Sequence[Importance]) -> str:
    text = (
        "Functional analysis of variance (Hutter et al., 2014): how much of the variance of the"
        " objective over the whole space each setting explains by itself, by a random forest fitted"
        f" to the complete trials; “{TOGETHER}” is what remains for interactions. R² is the"
        " share that the forest explains of trials that it has not seen; a setting"
        " with several intervals counts by its place within its own. "
    )
    trials = found[0].trials if found else 0
    text += f"It rests on {trials} trials: " + (
        "few, so read it as a hint." if trials < 50 else "shares of a few per cent are noise."
    )
    able = sum(bool(each.shares) for each in found)
    if able > MOST_GROUPS:
        more = able - MOST_GROUPS
        text += f" {more} more group{'s' if more > 1 else ''}, with fewer trials, would not fit."
    silent = [f"{each.condition or 'all trials'}: {each.reason}" for each in found if each.reason]
    if silent:
        text += f" Not shown: {'; '.join(silent)}."
    if any(row.state in ("failed", "pruned") for row in table.trials):
        text += " Trials that failed or were pruned do not count."
    return text
