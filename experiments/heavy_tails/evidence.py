"""The evidence of heavy tails: claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.heavy_tails.bigram_figures import groups_figure, reweighting_figure
from experiments.heavy_tails.claims import CLAIMS
from experiments.heavy_tails.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.heavy_tails.drawing import of
from experiments.heavy_tails.growth_figure import growth_figure
from experiments.heavy_tails.main_figure import main_figure
from experiments.heavy_tails.rates_figures import loss_rates, update_rates, weighted_rates
from experiments.heavy_tails.readings import read
from experiments.heavy_tails.separable_figure import separable_figure
from research.evidence.bounded_claim import not_read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

SEPARABLE = {
    "separable": "separable",
    "separable-final": "separable_final",
    "paper-softmax": "paper_softmax",
}
"""Variants of the linear softmax, and the name of the figure of each."""


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings = read(record)
    wrong = not_read(record, readings) | wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those figures whose runs are there.

    `heavy_tails`, the one of the lecture; `bigram_groups`, `growth`, `reweighting`, `separable`;
    and the curves of the learning rate, `rates`, `weighted_rates` and `growth_rates`.
    """
    readings = read(record)
    labels = {name: plan.label for name, plan in record.plan.variants.items()}
    drawn = {
        "heavy_tails": main_figure(readings),
        "bigram_groups": groups_figure(readings),
        "growth": growth_figure(readings),
        "reweighting": reweighting_figure(readings, labels),
        **{name: separable_figure(of(readings, each)) for each, name in SEPARABLE.items()},
        "rates": loss_rates(readings),
        "weighted_rates": weighted_rates(readings, labels),
        "growth_rates": update_rates(readings),
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}
