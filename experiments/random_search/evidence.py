"""The evidence of random_search: claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.random_search.budgets_figure import budgets_figure
from experiments.random_search.claims import CLAIMS
from experiments.random_search.configurations import AT_LEAST, EXACTLY
from experiments.random_search.network_figure import network_figure
from experiments.random_search.picture_figure import SHOWN, picture_figure
from experiments.random_search.readings import Reading, read
from experiments.random_search.settings import BumpSettings
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

MOST_PANELS = 3


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings, wrong = read(record), wrong_settings(record.plan, EXACTLY, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those figures whose searches are there, each of the first seed of a variant.

    `random_search`, the picture of trials in two dimensions; `budgets`, of the other variants of
    the bump; and of each variant with a network one that is called as it is.
    """
    first: dict[str, Reading] = {}
    for each in read(record):
        if each.samplers:
            first.setdefault(each.store.variant, each)
    bumps = [each for each in first.values() if isinstance(each.settings.problem, BumpSettings)]
    networks = [each for each in first.values() if each not in bumps]
    pictures = [each for each in bumps if _is_the_picture(each)]
    curves = [each for each in bumps if each not in pictures][:MOST_PANELS]
    drawn: dict[str, Figure] = {}
    if pictures:
        drawn["random_search"] = picture_figure(pictures[0])
    if curves:
        order = sorted(
            curves,
            key=lambda each: (each.bump.relevant == each.bump.dimensions, each.bump.relevant),
        )
        drawn["budgets"] = budgets_figure(order)
    for each in networks:
        drawn[each.store.variant] = network_figure(each)
    return drawn


def _is_the_picture(reading: Reading) -> bool:
    """Two dimensions, of which one matters, and points to draw."""
    bump = reading.bump
    return (bump.dimensions, bump.relevant) == (2, 1) and not set(SHOWN).isdisjoint(
        reading.samplers
    )
