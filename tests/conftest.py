"""One thread per process, since tests run side by side; one width of the terminal; no downloads."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.postgres import postgres  # noqa: F401  (a fixture)

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["COLUMNS"] = "120"
os.environ["DESCENT_MIRROR"] = "off"
OF_COMMANDS = (
    "experiments.command_line.dispatch",
    "experiments.command_line.finish",
    "experiments.command_line.plan",
    "jinja2",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "research.evidence.build",
    "research.evidence.style",
    "research.image_task",
    "sklearn.datasets",
)
"""What a command imports that trains and draws, and runs that take their images from sklearn."""


@pytest.fixture(scope="session")
def descent_command(tmp_path_factory):
    """How to start `descent` without importing it and torch each time: see `warm_server`."""
    if sys.platform != "linux":
        yield ("experiments",)
        return
    from experiments.command_line.run_process import PRELOADED  # NumPy reads the variables above

    path = tmp_path_factory.mktemp("warm") / "socket"
    command = [sys.executable, "-m", "tests.warm_server", str(path), *PRELOADED, *OF_COMMANDS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[1]) as server:
        while not path.exists():
            assert server.poll() is None
            time.sleep(0.01)
        yield ("tests.warm_command", str(path))
        server.stdin.close()
