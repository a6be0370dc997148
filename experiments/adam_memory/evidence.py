"""The evidence of adam_memory: its claims and its figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.adam_memory.claims import CLAIMS, settings_of
from experiments.adam_memory.figures import game_figure, largest_figure, noise_figure
from experiments.adam_memory.points import points
from experiments.adam_memory.rare_figure import rare_figure
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record, RunStore


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    return [claim.judge(record) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """The rare gradient as `adam_memory`; `noise_share`, `largest_step` and `counterexample`.

    They show the first run that has all its points; none if there is no such run.
    """
    run = next((run for run in record.runs() if is_complete(record, run)), None)
    if run is None:
        return {}
    settings = settings_of(record, run.variant)
    return {
        "adam_memory": rare_figure(run, settings),
        "noise_share": noise_figure(run, settings),
        "largest_step": largest_figure(run, settings),
        "counterexample": game_figure(run, settings),
    }


def is_complete(record: Record, run: RunStore) -> bool:
    """Whether every point of a run has its row."""
    return len(run.metrics()) == len(points(settings_of(record, run.variant)))
