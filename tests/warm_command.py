"""The command `descent`, but for where its runs come from: see `warm_server` and `warm_rank`.

python -m tests.warm_command SOCKET run grokking ...
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from experiments import __main__ as descent
from experiments.command_line import run_process
from experiments.command_line.fork_server import LARGEST_PACKET
from experiments.command_line.run_process import ForkServer

SOCKET = "WARM_SOCKET"
FILE_SIZE = "WARM_FILE_SIZE"
"""In the environment of a command: all files that it and its runs write end at so many bytes."""


def main(path: str, words: list[str]) -> int:
    """Runs a command, and returns its exit code."""
    WarmForkServer.socket = os.environ[SOCKET] = path
    run_process.ForkServer = WarmForkServer
    run_process.ONE_RUN = ["-m", "tests.warm_rank"]
    sys.argv = ["descent", *words]
    return descent.main()


def in_a_fork(path, words, folder, environment, timeout, script=None):
    """Runs a command to its end in a process that need not even start Python; see `begin`.

    Returns:
        What `subprocess.run` does.
    """
    with ExitStack() as opened:
        out, err = (opened.enter_context(tempfile.TemporaryFile("w+")) for _ in range(2))
        nothing = opened.enter_context(Path(os.devnull).open())
        streams = [file.fileno() for file in (nothing, out, err)]
        process, ended = begin(path, words, folder, environment, streams, script)
        opened.enter_context(ended)
        ended.settimeout(timeout)
        try:
            code = int(ended.recv(LARGEST_PACKET))
        except BaseException:
            process.kill()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


def begin(path, words, folder, environment, streams, script=None):
    """Starts a command in a fork.

    Args:
        path: the socket of the warm server.
        words: what follows `descent`, or the script.
        folder: where the command runs.
        environment: all of it.
        streams: what is the fork's standard input, output and error.
        script: another one than `descent`.

    Returns:
        The process, and the socket that its exit code comes from.
    """
    asking = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asking.connect(path)
    request = {"words": list(map(str, words)), "environment": dict(environment)}
    request |= {"folder": str(folder), "script": script and str(script)}
    socket.send_fds(asking, [json.dumps(request).encode()], streams)
    return Begun(int(asking.recv(LARGEST_PACKET))), asking


class WarmForkServer(ForkServer):
    """A fork server that need not import torch."""

    socket = ""

    def _begin(self, connection, modules, environment):
        request = {"modules": modules, "environment": dict(environment), "folder": str(Path.cwd())}
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
            asking.connect(self.socket)
            descriptors = (connection, self._said.fileno())
            socket.send_fds(asking, [json.dumps(request).encode()], descriptors)
            return Begun(int(asking.recv(LARGEST_PACKET)))


class Begun:
    """A process that is no child of ours, with the methods of a Popen."""

    def __init__(self, pid):
        self.pid = pid

    def kill(self):
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout=60.0):
        deadline = time.monotonic() + timeout
        while run_process._is_alive(self.pid):
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a forked fork server", timeout)
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
