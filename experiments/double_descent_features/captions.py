"""What the captions say: a sentence stands there only if the curves of the record show it."""

from collections.abc import Callable, Sequence
from functools import partial

from experiments.double_descent_features.claims import EXACT
from experiments.double_descent_features.curves import CLOSE
from experiments.double_descent_features.series import KINDS, Series, names

SEEN = 0.05
"""An error that rises or falls by these 5 points is said to."""
FACTOR = 2.0
"""And a loss or a norm by this factor."""


def errors_text(series: Sequence[Series], threshold: str) -> str:
    """Where the error peaks, and whether it falls again; begins with a space."""
    where = _where(series, "test/error", threshold)
    none = f"The error does not peak where {threshold}"
    text = _sentence(f"The error peaks{where}", none, series, rises)
    high = [each for each in series if rises(each)]
    if any(falls_again(each) for each in high):
        text += _sentence("Beyond the peak it falls again", "", high, falls_again)
    return text


def behind_text(series: Sequence[Series]) -> str:
    """What test loss, norm and training loss do around N = n; begins with a space."""
    text = ""
    for metric, start in (("test/loss", "The squared test loss"), ("norm", "The norm")):
        where = _where(series, metric, "N = n")
        shown = partial(towers, metric=metric)
        none = f"{start} does not peak where N = n"
        text += _sentence(f"{start} peaks{where}", none, series, shown)
    exactly = "fitted exactly from N = n on"
    text += _sentence(
        f"The labels are {exactly}", f"The labels are not {exactly}", series, is_exact
    )
    fitted = [each for each in series if is_exact(each)]
    if fitted and all(towers(each, "norm") for each in fitted):
        start = " At" if len(fitted) == len(series) else " Where they are, at"
        text += (
            f"{start} N = n just one set of weights fits them, and it is a long one; with more"
            " features there is a choice, and the shortest is taken."
        )
    return text


def shift_text(series: Sequence[Series]) -> str:
    """A sentence on features that do not count, if there are any at N = n."""
    text = ""
    for kind, name in KINDS.items():
        own = [each for each in series if each.kind == kind]
        dead = [1 - c.at("live", 1.0) / c.at("features", 1.0) for each in own for c in each.curves]
        if max(dead, default=0.0) > 0.005:
            text += f" Up to {max(dead):.0%} of the {name} are zero on all training images and do"
            moved = any(rises(each) and each.climb("test/error").at > 1 + CLOSE for each in own)
            text += f" not count{', which moves their peak to the right' if moved else ''}."
    return text


def rises(series: Series) -> bool:
    """Whether the median of the test error has a peak at the threshold."""
    climb = series.climb("test/error")
    return climb.is_at_threshold and climb.high - climb.low >= SEEN


def falls_again(series: Series) -> bool:
    """Whether the test error falls to the right of its peak."""
    climb = series.climb("test/error")
    return climb.high - climb.end >= SEEN


def towers(series: Series, metric: str) -> bool:
    """Whether a positive median has a peak at the threshold."""
    climb = series.climb(metric)
    return climb.is_at_threshold and climb.high >= FACTOR * climb.low


def is_exact(series: Series) -> bool:
    """Whether every seed fits its labels with as many features as images, or more."""
    fitted = series.x > 1 - CLOSE
    if series.curves[0].settings.sweep == "samples":
        fitted = series.x < 1 + CLOSE
    return bool((series.values("train/loss")[:, fitted] < EXACT).all())


def _where(series: Sequence[Series], metric: str, threshold: str) -> str:
    """Exactly at the threshold, or near it."""
    climbs = [each.climb(metric) for each in series]
    is_exact_there = all(abs(climb.at - 1) <= CLOSE for climb in climbs if climb.is_at_threshold)
    return f" where {threshold}" if is_exact_there else f" within 10 % of {threshold}"


def _sentence(
    some: str, none: str, series: Sequence[Series], holds: Callable[[Series], bool]
) -> str:
    """`some` of all curves, or of some but not the others, or `none`; begins with a space."""
    with_kind = len({each.kind for each in series}) > 1
    called = [name.replace("\n", " ") for name in names(series, with_kind)]
    yes = [name for name, each in zip(called, series, strict=True) if holds(each)]
    no = [name for name in called if name not in yes]
    if not yes:
        return f" {none}."
    return f" {some} ({' and '.join(yes)}; not {' and '.join(no)})." if no else f" {some}."
