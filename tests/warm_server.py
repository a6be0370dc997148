"""Commands and fork servers, forked from a process that has torch and Matplotlib in memory already.

    python -m tests.warm_server SOCKET MODULE...

A command that trains starts a fork server, which takes seconds to import torch and Lightning, and
draws figures, for which it imports Matplotlib. Tests start dozens, so here one process imports them
for all. What is asked for is a process of its own: a fork that runs the command `descent` or a
script, or one that runs `fork_server.main`, which imports what is left, forks the runs, and dies as
any other.

Who asks is told the process id, and then how the process ended. The server ends when its standard
input does, so that it outlives no test session.
"""

import importlib.util
import json
import os
import resource
import runpy
import select
import socket
import sys
from contextlib import suppress

from experiments.command_line import fork_server
from tests import warm_command


def main(arguments: list[str]) -> int:
    """Forks until the standard input ends; in a fork, what the command or the run returns."""
    path, *modules = arguments
    forks: dict[int, tuple[int, socket.socket]] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(path)
        listening.listen()
        fork_server.preload(modules)
        while True:
            readable, _, _ = select.select([listening, sys.stdin, *forks], [], [])
            if sys.stdin in readable:
                return 0
            for ended in forks.keys() & set(readable):
                bury(ended, *forks.pop(ended))
            if listening not in readable:
                continue
            asking, _ = listening.accept()
            packet, received, _, _ = socket.recv_fds(asking, fork_server.LARGEST_PACKET, 3)
            pid = fork_server._fork()
            if pid == 0:
                listening.close()
                asking.close()
                return serve(json.loads(packet), path, received)
            for descriptor in received:
                os.close(descriptor)
            forks[os.pidfd_open(pid)] = pid, asking
            asking.sendall(str(pid).encode())


def bury(ended: int, pid: int, asking: socket.socket) -> None:
    """Tells who is still there how a fork ended."""
    os.close(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with asking, suppress(OSError):
        asking.sendall(str(code).encode())


def serve(request: dict, path: str, received: list[int]) -> int:
    """Makes a fork what a command finds that a shell has started, or a fork server."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if size := int(os.environ.get(warm_command.FILE_SIZE, 0)):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    if "words" in request:
        _let_them_be((0, 1, 2), received)
        if request["script"] is None:
            return warm_command.main(path, request["words"])
        sys.argv = [request["script"], *request["words"]]
        runpy.run_path(request["script"], run_name="__main__")
        return 0
    # Lightning starts the other ranks of a run by the module that Python was started with.
    sys.modules["__main__"].__spec__ = importlib.util.find_spec("tests.warm_rank")
    os.environ[warm_command.SOCKET] = path
    connection, said = received
    nothing = os.open(os.devnull, os.O_RDWR)
    _let_them_be((0, 1, 2), (nothing, nothing, said))
    return fork_server.main([str(connection), *request["modules"]])


def _let_them_be(targets, sources) -> None:
    for target, source in zip(targets, sources, strict=True):
        os.dup2(source, target)
    for source in {*sources}:
        os.close(source)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
