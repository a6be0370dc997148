"""Studies of the searched experiment for the tests of faults, and what became of their trials."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from experiments.__main__ import main
from experiments.command_line import run_process
from experiments.command_line.catalog import find
from experiments.command_line.search.command import open_study, work
from experiments.command_line.search.plan import SweepOptions, plan_study
from experiments.command_line.search.words import SearchWords
from research.records.run_store import RunStore
from research.records.store import Record
from research.search.storage import open_storage
from research.search.storage_url import checked_url
from research.search.study import Study
from tests import warm_command
from tests.faults.conftest import ROOT

SEARCHED = ROOT / "tests" / "searched"
NAME = "searched"
STEPS = 40


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder.absolute()}/study.db"


def make_study(
    folder, experiment=SEARCHED, sampler="grid", trials=None, seeds=(0,), url=None, **search
):
    """Makes a study without working on it; `search` are flags, with __ for dots."""
    folder.mkdir(parents=True, exist_ok=True)
    flags = {key.replace("__", "."): value for key, value in search.items()}
    options = SweepOptions("quick", None, trials, sampler, list(seeds), 0, 1, "off")
    planned = plan_study(find(str(experiment)), options, SearchWords({}, flags))
    return open_study(checked_url(url or url_of(folder)), NAME, planned)


@contextmanager
def warm(descent_command):
    """Has commands of this process fork their runs from the server that tests share."""
    forking = run_process.ForkServer
    if descent_command[1:]:
        warm_command.WarmForkServer.socket = descent_command[1]
        run_process.ForkServer = warm_command.WarmForkServer
    try:
        yield
    finally:
        run_process.ForkServer = forking


def work_here(folder, descent_command, slots=1):
    """Works on a study with this process as its worker; its exit code."""
    with warm(descent_command):
        return work(url_of(folder), NAME, folder, slots)


def descent_here(descent_command, *words):
    """The command line in this process; its exit code."""
    with warm(descent_command):
        return main(list(map(str, words)))


def table_of(folder):
    return Study.open(open_storage(url_of(folder)), NAME).table()


def results_of(folder):
    """What a study found: state, settings and value of every trial."""
    return [(row.number, row.state, row.values, row.value) for row in table_of(folder).trials]


def noted(folder, key):
    """What the storage notes about every trial under a key."""
    study = Study.open(open_storage(url_of(folder)), NAME)
    trials = study.storage.get_all_trials(study._study_id)
    return [trial.user_attrs.get(key) for trial in trials]


def records_of(folder):
    """The records of all trials that were begun, by number."""
    paths = sorted((folder / "trials").glob("[0-9]*"))
    return {int(path.name): Record.open(path) for path in paths}


def steps_of(file):
    """The steps that each place took, in order, over all attempts."""
    steps: dict[int, list[int]] = {}
    for line in file.read_text().splitlines():
        place, step, _ = map(int, line.split())
        steps.setdefault(place, []).append(step)
    return steps


def runs_of(folder):
    """The first run of every trial that was begun, by number; reads no plan, so it is quick."""
    paths = sorted((folder / "trials").glob("[0-9]*"))
    return {int(path.name): RunStore(path / "runs" / "trial" / "0", "trial", 0) for path in paths}


def training(folder):
    """The trials that have a checkpoint by now and are being trained: number and status."""
    found = {}
    for number, run in runs_of(folder).items():
        status = run.status()
        if status.state == "running" and status.pid and any(run.checkpoints.glob("*.ckpt")):
            found[number] = status
    return found


def complete(folder):
    """How many trials are complete; quick, too."""
    with closing(sqlite3.connect(folder / "study.db")) as database:
        query = "SELECT count(*) FROM trials WHERE state = 'COMPLETE'"
        return database.execute(query).fetchone()[0]
