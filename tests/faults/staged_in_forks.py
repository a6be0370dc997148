"""Runs of two stages, left alone, killed, resumed and shared: each process forked from this one.

`python staged_in_forks.py FOLDER` leaves these records in FOLDER, and prints how each process
ended, by what was asked of it, as JSON:

    alone    a run that nobody disturbs
    killed   kill -9 in its training, then in its surface, then left alone
    two      the surface of `alone`, shared by two processes: both killed by kill -9, then one asked
             to stop by SIGTERM, then an error in one, then left alone
"""

import json
import os
import shutil
import socket
import sys
from pathlib import Path

from experiments.command_line import one_run
from experiments.command_line.computing import compute
from research.records.store import Plan, Record, VariantPlan
from tests.staged.module import Staged
from tests.staged.settings import StagedSettings

STAGED = Path(__file__).parents[1] / "staged"
TRAINING = {
    "batch_size": 8,
    "trainer": {"max_steps": 40, "checkpoint_every": 10, "accelerator": "cpu"},
    "evaluation": {"every": 10},
}
SHARED = {"devices": 2, "strategy": "ddp"}
assert compute and Staged  # imported once, for all forks


def main(folder: Path) -> dict[str, list[int]]:
    """How the processes of each step ended."""
    alone, killed, two = folder / "alone", folder / "killed", folder / "two"
    make(alone)
    ended = {"left alone": processes(alone)}
    make(killed)
    ended["killed in training"] = processes(killed, PARITY_KILL_AT="25")
    ended["killed in the surface"] = processes(killed, STAGED_KILL_AT="2")
    ended["resumed"] = processes(killed)
    make(two, SHARED)
    for part in ("stages.json", "training"):
        place = two / "runs" / "plain" / "0"
        copy = shutil.copytree if part == "training" else shutil.copy
        copy(alone / "runs" / "plain" / "0" / part, place / part)
    ended["two killed"] = processes(two, 2, STAGED_KILL_AT="2")
    ended["two stopped"] = processes(two, 2, STAGED_TERM_AT="3")
    ended["one of two failed"] = processes(two, 2, STAGED_FAIL_AT="6")
    ended["two resumed"] = processes(two, 2)
    return ended


def make(folder: Path, devices: dict | None = None) -> None:
    """A record that has not begun."""
    trainer = {**TRAINING["trainer"], **(devices or {})}
    settings = StagedSettings.model_validate({**TRAINING, "trainer": trainer})
    variants = {"plain": VariantPlan(label="as it is", settings=settings.model_dump(mode="json"))}
    plan = Plan(
        experiment="staged", folder=str(STAGED), wandb="off", variants=variants, runs={"plain": [0]}
    )
    Record.create(folder, plan, {})


def processes(record: Path, count: int = 1, **environment: str) -> list[int]:
    """The exit codes of one run's processes, as torchrun would start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    together = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    children = []
    for rank in range(count):
        child = os.fork()
        if child == 0:
            os.environ.update(environment)
            if count > 1:
                os.environ.update(together | {"LOCAL_RANK": str(rank), "NODE_RANK": "0"})
            os._exit(one_run.main([str(record), "plain", "0"]))
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
