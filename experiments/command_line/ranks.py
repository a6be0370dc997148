"""A run whose processes something else starts: torchrun or srun, on one machine or on several.

    descent run grokking --trainer.nodes 2 --trainer.devices 4 --trainer.strategy ddp --prepare
    python -m experiments.command_line.ranks RECORD

The first command makes the record and trains nothing; the second lists what is left of it to train,
a line each: variant, seed, machines, processes on each machine. The scripts scripts/torchrun_run.sh
and scripts/slurm_run.sh start `one_run` for each line in so many processes, which find their ranks
in the environment; `descent resume RECORD` then makes the evidence. Imports no torch.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from research.records.errors import RecordError
from research.records.status import FINISHED
from research.records.store import Record
from research.settings.document import path_shown
from research.settings.errors import SettingsError

_FIRST_IS_ZERO = ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
"""Set by torchrun, Lightning and SLURM; on a second machine a local rank may be 0 too."""
_OF_A_RANK = {
    *_FIRST_IS_ZERO,
    *("GROUP_RANK", "ROLE_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_WORLD_SIZE"),
    *("ROLE_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"),
    *("SLURM_LOCALID", "SLURM_NODEID", "SLURM_NTASKS", "SLURM_NPROCS", "SLURM_NTASKS_PER_NODE"),
}


def is_first_process() -> bool:
    """Whether this is rank 0, before Lightning could tell."""
    return all(os.environ.get(name, "0") == "0" for name in _FIRST_IS_ZERO)


def without_ranks(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment that makes nobody a rank of anything.

    A run that a worker starts on one machine is on its own, though the worker may be the third task
    of a SLURM job.
    """
    return {
        name: value
        for name, value in environment.items()
        if name not in _OF_A_RANK and not name.startswith("TORCHELASTIC_")
    }


@contextmanager
def as_own_launcher(record: Record) -> Iterator[None]:
    """What a launcher does else: keeps others off a record, and notes the machine and the time.

    Raises:
        RecordError: another command works on the record.
    """
    if os.environ.get("DESCENT_LAUNCHED") == "1" or not is_first_process():
        yield
        return
    from experiments.command_line.finish import note_time
    from experiments.command_line.launch import lock_record
    from research.records.provenance import hardware, now

    with lock_record(record):
        began = now()
        record.update_provenance({"hardware": hardware()})
        try:
            yield
        finally:
            note_time(record, began)


def refuse_several_machines(record: Record) -> None:
    """A launcher on one machine would wait for the others for ever.

    Raises:
        RecordError: a run that is not done is one over several machines.
    """
    for variant, seed, machines, _ in left_to_train(record):
        if machines > 1:
            folder = path_shown(record.folder)
            raise RecordError(
                f"{folder}: {variant} seed {seed} has trainer.nodes {machines}, expected 1, or "
                f"scripts/torchrun_run.sh {folder} on each machine, or sbatch scripts/slurm_run.sh"
            )


def left_to_train(record: Record) -> list[tuple[str, int, int, int]]:
    """The runs of a record that are not done: variant, seed, machines, processes on each."""
    left = []
    for run in record.runs():
        if run.status().state not in FINISHED:
            trainer = record.plan.variants[run.variant].settings.get("trainer", {})
            sizes = trainer.get("nodes", 1), trainer.get("devices", 1)
            left.append((run.variant, run.seed, *sizes))
    return left


def main(arguments: list[str]) -> int:
    """Lists what is left to train.

    Args:
        arguments: the record's folder.

    Returns:
        0; 2 with one line if there is no such record.
    """
    try:
        for line in left_to_train(Record.open(Path(arguments[0]))):
            print(*line)
    except SettingsError as error:
        sys.stderr.write(f"descent: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
