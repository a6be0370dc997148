"""A Python that need not import torch to be torchrun or a rank of a run: see `warm_rank`.

    python -m tests.warm_python SOCKET -m experiments.command_line.one_run RECORD VARIANT SEED

What torchrun or srun start by this command is a `warm_rank`, and torchrun is a fork of the warm
server, too. `-m experiments` is the command `descent`, which gets its fork server there. With other
words it is a Python as any other.
"""

import importlib.util
import os
import signal
import sys
from pathlib import Path

from experiments.command_line.fork_server import LARGEST_PACKET
from experiments.command_line.run_process import ONE_RUN
from tests import warm_command, warm_rank


def main(path: str, words: list[str]) -> int:
    """Runs torchrun or one rank, and returns its exit code; does not return from anything else."""
    if words[0] == "-u":
        words = words[1:]
    if words[:2] == ["-m", "torch.distributed.run"]:
        return torchrun(path, words[2:])
    if words[:2] == ["-m", "experiments"]:
        words[1:2] = ["tests.warm_command", path]
    if words[:2] != ONE_RUN:
        os.execv(sys.executable, [sys.executable, *words])
    os.environ[warm_command.SOCKET] = path
    return warm_rank.main(words[2:])


def torchrun(path: str, words: list[str]) -> int:
    """Runs torchrun in a fork with the streams of this process, and hands signals on to it."""
    torch = Path(importlib.util.find_spec("torch").origin).parent  # which does not import it
    script = torch / "distributed" / "run.py"
    fork, ended = warm_command.begin(path, words, Path.cwd(), os.environ, (0, 1, 2), script)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(fork.pid, number))
    with ended:
        code = int(ended.recv(LARGEST_PACKET))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
