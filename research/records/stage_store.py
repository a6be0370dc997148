"""What one stage of a run leaves on disk, where a run is several: training, then its landscape.

A stage has a folder of its own in the run's, with all that a run has. The run's status is that of
the stage it is in, so that whoever asks how a run stands need not know of stages.
"""

import json
from dataclasses import replace

from research.records.atomic import write_atomically
from research.records.errors import RecordError
from research.records.rows import Row, merge_steps
from research.records.run_store import STAGES_FILE, RunStore
from research.records.status import Status


class StageStore(RunStore):
    """The folder runs/<variant>/<seed>/<stage> of a record.

    Args:
        run: the run that it is a stage of.
        name: its name.
    """

    def __init__(self, run: RunStore, name: str) -> None:
        super().__init__(run.folder / name, run.variant, run.seed)
        self.run = run
        self.name = name

    def write_status(self, status: Status) -> None:
        """Replaces the status of the stage, and that of the run by what follows from it."""
        super().write_status(status)
        names = self.run.stages()
        last = not names or self.name == names[-1]
        goes_on = status.state == "done" and not last
        others = [self.run.stage(name).status() for name in names if name != self.name]
        message = f"{self.name}: {status.message}" if status.message else ""
        self.run.write_status(
            replace(
                status,
                state="running" if goes_on else status.state,
                message=message,
                seconds=status.seconds + sum(other.seconds for other in others),
                metrics={**self.run.status().metrics, **status.metrics},
                stage=self.name,
            )
        )


def write_stages(run: RunStore, names: tuple[str, ...]) -> None:
    """Notes the names of a run's stages, in order, unless they stand there.

    Raises:
        OSError: they can't be written.
        RecordError: the run has other ones.
    """
    found = run.stages()
    if found and found != names:
        raise RecordError(
            f"{run.folder / STAGES_FILE} has {', '.join(found)}, expected {', '.join(names)}: "
            "the experiment has changed since the run began"
        )
    if not found:
        run.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(run.folder / STAGES_FILE, json.dumps(names).encode() + b"\n")


def read_stages(run: RunStore) -> tuple[str, ...]:
    """The names of a run's stages; none where it has none, or has not begun.

    Raises:
        RecordError: the file is damaged.
    """
    path = run.folder / STAGES_FILE
    try:
        names = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ()
    except ValueError as error:
        raise RecordError(f"{path}: found no JSON ({error}), expected a list of stages") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RecordError(f"{path}: expected a list of stages; restore it, or start the run anew")
    return tuple(names)


def merged_rows(run: RunStore) -> list[Row]:
    """The rows of all stages by step, each metric as `<stage>/<metric>`."""
    rows: list[Row] = []
    for name in run.stages():
        for row in run.stage(name).metrics():
            values = {f"{name}/{key}": value for key, value in row.items() if key != "step"}
            rows.append({"step": row["step"], **values})
    return merge_steps(rows)
