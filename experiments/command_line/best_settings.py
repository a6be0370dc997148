"""best.yaml: the best settings of a study as an experiment's file, which `descent run` takes.

It holds all settings, resolved, not only those that were searched, and the number of threads: so it
gives the trial's own value again, also when the experiment's own file has changed since.
"""

from pathlib import Path

from experiments.command_line.catalog import find
from research.evidence.study_page import best_words
from research.evidence.study_reading import ranked
from research.records.atomic import write_atomically
from research.records.study_table import StudyFolder, StudyTable, TrialRow
from research.settings.core_schema import dump_yaml

VARIANT, PRESET = "best", "quick"


def write_best(place: StudyFolder, table: StudyTable) -> Path | None:
    """Writes best.yaml of a study; None, and nothing is written, without a complete trial.

    Raises:
        SettingsError: the experiment is not there any more, or its settings have changed.
        OSError: the file can't be written.
    """
    best = next(iter(ranked(table)), None)
    if best is None:
        return None
    write_atomically(place.best, best_yaml(table, best).encode())
    return place.best


def best_yaml(table: StudyTable, row: TrialRow) -> str:
    """The settings of a trial as the text of an experiment's file.

    Raises:
        SettingsError: as `write_best`.
    """
    from research.search.trial_settings import trial_settings

    plan = table.plan
    experiment = plan.folder or plan.experiment
    model = find(experiment).settings_class()
    settings = trial_settings(model, plan.base, row.values, plan.overrides)
    trials = sum(each.state == "complete" for each in table.trials)
    data = {
        "summary": f"Best of the study {table.name}, trial {row.number}",
        "experiment": experiment,
        "threads": plan.threads,
        "settings": settings.model_dump(mode="json"),
        "variants": {VARIANT: {"label": f"best of {trials} trials"}},
        "presets": {PRESET: {"runs": {VARIANT: list(plan.seeds)}}},
    }
    return f"# {_words(table, row)}\n{dump_yaml(data)}"


def _words(table: StudyTable, row: TrialRow) -> str:
    """What the trial came to, on one line."""
    return " ".join(f"The best settings. {best_words(table, row)}".split())
