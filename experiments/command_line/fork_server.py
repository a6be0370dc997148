"""The process that runs are forked from: it imports what they need, once, and trains nothing.

    python -m experiments.command_line.fork_server DESCRIPTOR MODULE...

Importing torch and Lightning takes seconds, a fork takes milliseconds. The launcher's end of the
socket DESCRIPTOR asks in packets of JSON and is answered one by one: {"start": [RECORD, VARIANT,
SEED], "environment": {...}}, with the run's stdin, log and lock as descriptors, gives its process
id; {"ended": ID} gives the exit code, null while it trains. When the launcher closes its end, or is
killed, this process ends; its forks notice by themselves (see one_run).

A fork returns from `serve` and goes on as a fresh Python would, up to the exit handlers. So that it
can be one, nothing here may start a thread or CUDA: neither survives a fork.
"""

import gc
import importlib
import json
import os
import socket
import sys
import threading
import warnings
from collections.abc import Sequence

READY = b"ready"
LARGEST_PACKET = 2**16
_DESCRIPTORS = 3


def main(arguments: Sequence[str]) -> int:
    """Serves until the launcher is gone; in a fork, trains the run that was asked for.

    Args:
        arguments: the descriptor of the socket, then the modules to import.
    """
    connection = socket.socket(fileno=int(arguments[0]))
    try:
        preload(arguments[1:])
    except BaseException:
        connection.close()  # at once, though this process may have to wait for a thread
        raise
    try:
        run = serve(connection)
    except ConnectionError:  # the launcher did not wait for an answer
        return 0
    if run is None:
        return 0

    from experiments.command_line import one_run

    sys.argv = [one_run.__file__, *run]
    return one_run.main(run)


def preload(modules: Sequence[str]) -> None:
    """Imports them, and leaves what they made to no garbage collection of any fork.

    A module that asks whether there is a GPU is answered by NVML, not by CUDA: a fork of a process
    that has called CUDA can't use it. Lightning asks for the same, but other imports come first.

    Raises:
        RuntimeError: an import has started what a fork loses; runs are then started without one.
    """
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    for module in modules:
        importlib.import_module(module)
    if threading.active_count() > 1:
        raise RuntimeError(f"an import has started {threading.enumerate()[1:]}")
    if "torch.cuda" in sys.modules and sys.modules["torch.cuda"].is_initialized():
        raise RuntimeError("an import has started CUDA")
    gc.collect()
    gc.freeze()


def serve(connection: socket.socket) -> list[str] | None:
    """Answers the launcher.

    Returns:
        None when the launcher is gone; in a fork, its run: the record's folder, variant and seed.
    """
    connection.sendall(READY)
    while True:
        packet, descriptors, _, _ = socket.recv_fds(connection, LARGEST_PACKET, _DESCRIPTORS)
        if not packet:
            return None
        request = json.loads(packet)
        if "ended" in request:
            connection.sendall(json.dumps(_exit_code(request["ended"])).encode())
            continue
        pid = _fork()
        if pid == 0:
            connection.close()
            _become_run(request["environment"], *descriptors)
            run: list[str] = request["start"]
            return run
        os.setpgid(pid, pid)  # the fork does it too: whoever comes first
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(json.dumps(pid).encode())


def _exit_code(pid: int) -> int | None:
    """How a fork ended, as subprocess has it: -9 for kill -9; None while it is alive."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _fork() -> int:
    with warnings.catch_warnings():
        # Python sees the threads of OpenBLAS, which stops and starts them around a fork.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        return os.fork()


def _become_run(environment: dict[str, str], stdin: int, log: int, lock: int) -> None:
    """Makes a fork what a fresh process would be; the lock stays open as long as it lives."""
    import numpy

    del lock
    os.setpgid(0, 0)
    for source, target in ((stdin, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(stdin)
    os.close(log)
    os.environ.update(environment)
    numpy.random.seed()  # else all forks would draw the same; torch is seeded by the run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
