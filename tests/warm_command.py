"""The command `descent`, but for where its fork server comes from: see `warm_server`.

python -m tests.warm_command SOCKET run grokking ...
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from experiments.__main__ import main
from experiments.command_line import run_process
from experiments.command_line.fork_server import LARGEST_PACKET
from experiments.command_line.run_process import ForkServer


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
    WarmForkServer.socket, *words = sys.argv[1:]
    run_process.ForkServer = WarmForkServer
    sys.exit(main(words))
