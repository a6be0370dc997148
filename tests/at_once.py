"""What a command that answers at once has loaded: what its time is made of, on any machine.

Its seconds are no test, since other load on a machine changes them; `scripts/bench/startup.py`
measures them.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAVY = {
    "PIL",
    "matplotlib",
    "numpy",
    "optuna",
    "plotly",
    "polars",
    "pytorch_lightning",
    "scipy",
    "sqlalchemy",
    "torch",
    "wandb",
}
"""None of these is there in less than a tenth of a second."""
MOST_VALIDATORS = 25
"""A fourth of the models of settings: those that have a default built, and those at hand."""
MOST_COLLECTIONS = 2


@dataclass(frozen=True)
class Answer:
    """What a command said, and what its process had loaded by then.

    Attributes:
        code: the exit code.
        said: the standard output.
        refused: the standard error.
        modules: names of all imported modules.
        models: how many classes of settings there are.
        validators: of how many of them the validator was built.
        sources: files of settings that were read for what settings mean.
        collections: how many times garbage was looked for.
    """

    code: int
    said: str
    refused: str
    modules: set[str]
    models: int
    validators: int
    sources: int
    collections: int


def answer(folder: Path, *words: str) -> Answer:
    """Runs `descent` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.startup_script", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    *said, loaded = done.stdout.splitlines(keepends=True)
    counted = json.loads(loaded)
    modules = set(counted.pop("modules"))
    return Answer(done.returncode, "".join(said), done.stderr, modules, **counted)


def assert_at_once(found: Answer) -> None:
    """Nothing heavy was imported, few validators were built, and no garbage was looked for."""
    assert not HEAVY & found.modules
    assert found.validators <= MOST_VALIDATORS
    assert found.collections <= MOST_COLLECTIONS
