"""The evidence of cnn_vs_transformer: its claims and its figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.cnn_vs_transformer.claims import CLAIMS
from experiments.cnn_vs_transformer.classes_figure import classes_figure
from experiments.cnn_vs_transformer.curves_figure import curves_figure
from experiments.cnn_vs_transformer.gaps import read_networks
from experiments.cnn_vs_transformer.names import by_optimizer, title_of
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.evidence.tuned_rates_figure import rates_figure
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    networks = read_networks(record)
    return [claim.judge(record.plan, networks) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Curves at the best rates, the grids as `learning_rates`, and losses by class."""
    networks = read_networks(record)
    drawn = {
        "cnn_vs_transformer": curves_figure(record, networks),
        "learning_rates": rates_figure(
            {title_of(each): by_optimizer(each.trials) for each in networks},
            logarithmic={title_of(each): each.is_cnn for each in networks},
            ceilings={title_of(each): 1.2 * each.entropy for each in networks},
        ),
    }
    if (classes := classes_figure(record, networks)) is not None:
        drawn["per_class_loss"] = classes
    return drawn
