"""The command `descent` with `--engine ray`, but for where its workers' fork servers come from.

    python -m tests.warm_ray SOCKET sweep ... --engine ray

See `warm_server`. The workers are Ray's processes: what they run is told them by the task.
"""

import sys

from experiments.__main__ import main
from experiments.command_line import run_process
from experiments.command_line.search import ray_engine
from tests.warm_command import WarmForkServer


def with_warm_forks(path, arguments):
    """What a task does, in its own process."""
    WarmForkServer.socket = path
    run_process.ForkServer = WarmForkServer
    return ray_engine._work(*arguments)


if __name__ == "__main__":
    from tests.warm_ray import with_warm_forks as by_name

    socket, *words = sys.argv[1:]
    ray_engine._work = lambda *arguments: by_name(socket, arguments)
    sys.exit(main(words))
