"""What there is to show of an experiment: read from records, and from studies with their trials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from research.evidence.study_reading import objective_words
from research.records.drawn import drawn_files
from research.records.errors import RecordError
from research.records.plan import TrialOf
from research.records.run_store import RunStore
from research.records.store import Record
from research.records.study_table import TABLE_FILE, read_table

TRIALS = "trials"
"""The folder of a study that holds the records of its trials."""
_FIGURES = {"png": "figures", "gif": "animations", "html": "interactive"}


@dataclass
class Contents:
    """What W&B has of one experiment.

    Attributes:
        experiment: its name.
        metrics: names of the rows' numbers.
        stages: of runs that have some, in their order.
        figures: under which names pictures, animations and pages are.
        tables: under which names tables are.
        searched: searched settings by dotted key, and whether they are compared by ratio.
        objective: what trials are judged by, in words; empty where no study says.
        direction: which objectives are better; None where no study says, or they differ.
    """

    experiment: str
    metrics: dict[str, None] = field(default_factory=dict)
    stages: dict[str, None] = field(default_factory=dict)
    figures: dict[str, None] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)
    searched: dict[str, bool] = field(default_factory=dict)
    objective: str = ""
    direction: Literal["minimize", "maximize"] | None = None


def read_contents(folders: Iterable[Path]) -> list[Contents]:
    """The contents of records and studies, by experiment, sorted by name.

    Raises:
        RecordError: a folder is neither a record nor a study, or is damaged; or has nothing yet.
    """
    found: dict[str, Contents] = {}
    for folder in folders:
        trials = _trials(folder)
        for record in trials or [Record.open(folder)]:
            name = record.plan.experiment
            _add_record(found.setdefault(name, Contents(name)), record)
        if (folder / TABLE_FILE).exists():
            _add_study(found, folder)
    for contents in found.values():
        if not contents.metrics:
            raise RecordError(f"{contents.experiment}: no run has begun, expected rows to show")
    return [found[name] for name in sorted(found)]


def _trials(folder: Path) -> Sequence[Record]:
    """The records of a study's trials; none where the folder is no study."""
    if (folder / "settings.yaml").exists():
        return []
    records = [
        Record.open(path.parent) for path in sorted(folder.glob(f"{TRIALS}/*/settings.yaml"))
    ]
    if not records and (folder / TRIALS).is_dir():
        raise RecordError(f"{folder} is a study without a trial, expected one that has begun")
    return records


def _add_record(contents: Contents, record: Record) -> None:
    for run in record.runs():
        for row in run.metrics():
            contents.metrics.update(dict.fromkeys(name for name in row if name != "step"))
        stages: dict[str, RunStore] = {f"{name}/": run.stage(name) for name in run.stages()}
        contents.stages.update(dict.fromkeys(run.stages()))
        for prefix, part in (stages or {"": run}).items():
            if (part.folder / "arrays" / "class_counts").is_dir():
                contents.tables[f"{prefix}per_class/table"] = None
    for suffix, group in _FIGURES.items():
        for path in drawn_files(record, suffix):
            contents.figures[f"{group}/{path.stem}"] = None
    if record.verdicts.exists():
        contents.tables["verdicts"] = None
    if record.plan.trial:
        _add_searched(contents, record.plan.trial)


def _add_searched(contents: Contents, trial: TrialOf) -> None:
    for key in trial.values:
        contents.searched.setdefault(key, False)


def _add_study(found: dict[str, Contents], folder: Path) -> None:
    """What a study's plan adds to what its trials say: scales, and what is better."""
    plan = read_table(folder).plan
    contents = found.setdefault(plan.experiment, Contents(plan.experiment))
    for key, domains in plan.space.items():
        logarithmic = any(domain.log for domain in domains)
        contents.searched[key] = contents.searched.get(key, False) or logarithmic
    words, direction = objective_words(plan.objective), plan.objective.direction
    if contents.objective in ("", words):
        contents.objective, contents.direction = words, direction
    else:
        contents.objective, contents.direction = "objective of several studies", None
