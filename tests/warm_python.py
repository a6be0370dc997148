"""A Python that need not import torch to be a rank of a run: see `warm_server`.

    python -m tests.warm_python SOCKET -m experiments.command_line.one_run RECORD VARIANT SEED

What torchrun or srun start by this command becomes a fork of the warm server, with the same words
and environment; signals are handed on to it. `-m experiments` is the command `descent`, which gets
its fork server there. With other words it is a Python as any other.
"""

import os
import signal
import sys
import time

from experiments.command_line.run_process import ONE_RUN
from tests.warm_command import WarmForkServer


def main(path: str, words: list[str]) -> int:
    """Runs one rank, and returns its exit code; does not return from anything else."""
    if words[0] == "-u":
        words = words[1:]
    if words[:2] == ["-m", "experiments"]:
        words[1:2] = ["tests.warm_command", path]
    if words[:2] != ONE_RUN:
        os.execv(sys.executable, [sys.executable, *words])
    WarmForkServer.socket = path
    server = WarmForkServer([], os.environ)
    while not server.is_ready():
        assert not server.is_gone, server.last_words()
        time.sleep(0.01)
    nothing = os.open(os.devnull, os.O_RDWR)
    pid = server.fork(words[2:], {}, (nothing, sys.stdout.fileno(), nothing))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(pid, number))
    while (code := server.exit_code(pid)) is None:
        time.sleep(0.02)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
