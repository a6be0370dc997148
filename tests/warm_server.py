"""Fork servers, forked in their turn from a process that has torch in memory already.

    python -m tests.warm_server SOCKET MODULE...

A command that trains starts a fork server, which takes seconds to import torch and Lightning. Tests
start dozens, so here one process imports them for all. What a command gets is a process of its own
that runs `fork_server.main`: it imports what is left, forks the runs, and dies as any other.

The process ends when its standard input does, so that it outlives no test session.
"""

import json
import os
import select
import socket
import sys
from contextlib import suppress

from experiments.command_line import fork_server


def main(arguments: list[str]) -> int:
    """Forks until the standard input ends; in a fork, what the fork server and its runs return."""
    path, *modules = arguments
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(path)
        listening.listen()
        fork_server.preload(modules)
        while True:
            readable, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in readable:
                return 0
            command, _ = listening.accept()
            with command:
                packet, received, _, _ = socket.recv_fds(command, fork_server.LARGEST_PACKET, 2)
                pid = fork_server._fork()
                if pid:
                    command.sendall(str(pid).encode())
            if pid == 0:
                listening.close()
                return serve(json.loads(packet), *received)
            for descriptor in received:
                os.close(descriptor)
            _bury_the_dead()


def serve(request: dict, connection: int, said: int) -> int:
    """Makes a fork what a fork server finds that a command has started."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, target in ((nothing, 0), (nothing, 1), (said, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(said)
    return fork_server.main([str(connection), *request["modules"]])


def _bury_the_dead() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
