"""A Python that need not import torch to be a rank of a run: see `warm_rank`.

    python -m tests.warm_python SOCKET -m experiments.command_line.one_run RECORD VARIANT SEED

What torchrun or srun start by this command is a `warm_rank`. `-m experiments` is the command
`descent`, which gets its fork server there. With other words it is a Python as any other.
"""

import os
import sys

from experiments.command_line.run_process import ONE_RUN
from tests import warm_command, warm_rank


def main(path: str, words: list[str]) -> int:
    """Runs one rank, and returns its exit code; does not return from anything else."""
    if words[0] == "-u":
        words = words[1:]
    if words[:2] == ["-m", "experiments"]:
        words[1:2] = ["tests.warm_command", path]
    if words[:2] != ONE_RUN:
        os.execv(sys.executable, [sys.executable, *words])
    os.environ[warm_command.SOCKET] = path
    return warm_rank.main(words[2:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
