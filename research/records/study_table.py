"""The table of a study: its trials as plain data, which reports and figures are made from.

It is written from Optuna's storage whenever a report is wanted, so that the evidence needs neither
the storage nor Optuna.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from research.records.atomic import write_atomically
from research.records.errors import RecordError
from research.settings.base import Settings
from research.settings.search import StudyPlan

TABLE_FILE = "trials.json"
"""In the folder of a study."""

DATABASE_FILE = "study.db"
"""In the folder of a study whose storage is SQLite, unless another place was chosen."""
BEST_FILE = "best.yaml"
"""In the folder of a study: its best settings, to be run."""

TrialState = Literal["waiting", "running", "complete", "pruned", "failed"]


class TrialRow(Settings):
    """One trial."""

    number: int
    """Its number, which is the index of its point."""
    state: TrialState
    values: dict[str, Any]
    """The searched settings that it has, by dotted key."""
    value: float | None = None
    """Of the objective; None unless complete, or pruned after a first report."""
    reached: bool = True
    """With an objective `steps_to`: whether the metric got there."""
    message: str = ""
    """What happened, for a trial that failed."""
    step: int = 0
    """Optimizer steps done."""
    seconds: float | None = None
    """Wall-clock seconds from its first start to its end."""
    intermediate: dict[int, float] = Field(default_factory=dict)
    """Reported values of the metric by step."""


class StudyTable(Settings):
    """A study and its trials."""

    name: str
    plan: StudyPlan
    trials: tuple[TrialRow, ...]
    """Sorted by number."""


@dataclass(frozen=True)
class StudyFolder:
    """Where the parts of a study lie.

    Attributes:
        folder: of the study.
    """

    folder: Path

    @property
    def figures(self) -> Path:
        """The figures of its report."""
        return self.folder / "figures"

    @property
    def report(self) -> Path:
        """The page of its report."""
        return self.folder / "report.html"

    @property
    def best(self) -> Path:
        """The best settings, to be run."""
        return self.folder / BEST_FILE

    def trial(self, number: int) -> Path:
        """The record of a trial."""
        return self.folder / "trials" / f"{number:04}"


def write_table(folder: Path, table: StudyTable) -> None:
    """Writes trials.json, atomically."""
    write_atomically(folder / TABLE_FILE, table.model_dump_json(indent=1).encode() + b"\n")


def read_table(folder: Path) -> StudyTable:
    """The table in a study's folder.

    Raises:
        RecordError: there is none, or it is damaged.
    """
    path = folder / TABLE_FILE
    try:
        return StudyTable.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise RecordError(f"{folder} is no study: expected {TABLE_FILE} in it") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise RecordError(f"{path}: {key}: {first['msg']}") from error
    except OSError as error:
        raise RecordError(f"{path} can't be read: {error.strerror}") from error
