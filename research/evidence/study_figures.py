"""All figures of a study, in the order in which its report shows them."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from research.evidence.study_history_figure import history_figure
from research.evidence.study_importances_figure import importances_figure
from research.evidence.study_map_figure import map_figure
from research.evidence.study_parallel_figure import parallel_figure
from research.evidence.study_reading import Importance
from research.evidence.study_slices_figure import slices_figure
from research.records.study_table import StudyTable


def study_figures(table: StudyTable, found: Sequence[Importance]) -> dict[str, Figure]:
    """The figures by name; the map only where there are two settings to span it.

    Args:
        table: the study, finished or not.
        found: how much its settings matter, from `research.search.importance`.
    """
    figures = {
        "history": history_figure(table),
        "map": map_figure(table, found),
        "importances": importances_figure(table, found),
        "slices": slices_figure(table),
        "parallel_coordinates": parallel_figure(table),
    }
    return {name: figure for name, figure in figures.items() if figure is not None}
