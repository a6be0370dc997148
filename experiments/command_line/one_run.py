"""One run in its own process: `python -m experiments.command_line.one_run RECORD VARIANT SEED`.

The launcher starts it; under several devices Lightning starts it again for the other ranks. Or
torchrun or srun start it once for each rank, see `ranks`; then rank 0 keeps others off the record.
Whatever happens, the run's status says so: the launcher and the display read it from the record.
"""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from signal import SIGTERM

from experiments.command_line.ranks import as_own_launcher, is_first_process
from research.records.store import Record, RecordError, RunStore
from research.training.interruption import Interrupted, Interruption


def main(arguments: list[str]) -> int:
    """Computes what is left of one run.

    Args:
        arguments: the record's folder, the variant, the seed.

    Returns:
        0 if the run is done or diverged, 1 if it failed, 128 + signal if it was interrupted.

    Raises:
        RecordError: there is no such run, or another command works on its record.
    """
    folder, variant, seed = arguments
    record = Record.open(Path(folder))
    store = record.run(variant, int(seed))
    _follow_the_launcher()
    with as_own_launcher(record), Interruption() as interruption:
        try:
            from experiments.command_line.computing import compute

            compute(record, store, interruption)
        except Interrupted as stop:
            return _stopped(store, stop)
        except Exception as error:
            return _failed(store, error)
    return 0


def _stopped(store: RunStore, stop: Interrupted) -> int:
    """Writes it down where nobody has: no Trainer works between two stages."""
    status = store.status()
    if is_first_process() and status.state == "running":
        store.write_status(replace(status, state="interrupted", message=str(stop), pid=0))
    return stop.exit_code


def _failed(store: RunStore, error: Exception) -> int:
    """Writes the failure down: the whole story to the log, one line to the status."""
    import traceback

    from callbacks.divergence import Diverged
    from callbacks.recorder import one_line

    if isinstance(error, Diverged):
        return 0
    traceback.print_exception(error)
    if is_first_process():
        status = store.status()
        message = f"{status.stage}: {one_line(error)}" if status.stage else one_line(error)
        store.write_status(replace(status, state="failed", message=message, pid=0))
    return 1


def _follow_the_launcher() -> None:
    """Stops this process when its launcher is gone, even by kill -9: its pipe then ends."""
    if os.environ.get("DESCENT_LAUNCHED") != "1":
        return

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        os.kill(os.getpid(), SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RecordError as problem:
        sys.stderr.write(f"descent: {problem}\n")
        sys.exit(2)
