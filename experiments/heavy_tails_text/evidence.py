"""The evidence of heavy_tails_text: its claims and its figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.heavy_tails_text.claims import CLAIMS
from experiments.heavy_tails_text.gaps_figure import gaps_figure
from experiments.heavy_tails_text.groups_figure import groups_figure
from experiments.heavy_tails_text.methods import by_weighting
from experiments.heavy_tails_text.readings import read_runs, trials_of
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.evidence.tuned_rates_figure import rates_figure
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings = read_runs(record)
    return [claim.judge(readings) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has runs for.

    `heavy_tails_text` has the groups of tokens over the steps, a panel for each method at its best
    rate; `gaps` each method's lead over SGD by group; `learning_rates` all that was
    tried, a panel for each weighting of the tokens.
    """
    readings = read_runs(record)
    drawn = {"heavy_tails_text": groups_figure(readings), "gaps": gaps_figure(readings)}
    found = {name: figure for name, figure in drawn.items() if figure is not None}
    panels = by_weighting(trials_of(readings))
    titles = panels if len(panels) > 1 else {"": trials_of(readings)}
    return {**found, "learning_rates": rates_figure(titles)}
