"""One process of a run on several devices, without importing torch: see `warm_server`.

    WARM_SOCKET=SOCKET python -m tests.warm_rank RECORD VARIANT SEED

It stands where `python -m experiments.command_line.one_run` does: what the launcher, Lightning,
torchrun or srun start by it becomes a fork of the warm server, with the same words, environment and
standard streams. Signals are handed on to the fork, and its exit code is returned.
"""

import os
import signal
import sys
import time

from tests.warm_command import SOCKET, WarmForkServer


def main(words: list[str]) -> int:
    """Runs one rank, and returns its exit code."""
    WarmForkServer.socket = os.environ[SOCKET]
    server = WarmForkServer([], os.environ)
    while not server.is_ready():
        assert not server.is_gone, server.last_words()
        time.sleep(0.01)
    nothing = os.open(os.devnull, os.O_RDWR)
    pid = server.fork(words, {}, (sys.stdin.fileno(), sys.stdout.fileno(), nothing))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(pid, number))
    while (code := server.exit_code(pid)) is None:
        time.sleep(0.02)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
