"""Processes that share a study: no trial twice, none left out, whatever becomes of its database."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import optuna
import pytest

from research.search.points import draw
from research.search.storage import open_storage
from research.search.study import Study
from tests.faults.conftest import ROOT, wait_for
from tests.studies import toy_plan


@pytest.fixture
def opened():
    """Opens the study of a URL, and closes its storage at the end."""
    storages = []

    def open_study(url):
        storages.append(open_storage(url))
        return Study.open(storages[-1], "toy")

    yield open_study
    for storage in storages:
        storage.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/study.db"
    return request.getfixturevalue("postgres").new_schema()


def forks(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.studies_in_forks", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def claims_in(path):
    """Trials by number, as often as they were told."""
    return Counter(int(line.split()[1]) for line in path.read_text().splitlines())


def test_points_are_added_by_killed_commands_and_claimed_once_by_four_workers(
    url, opened, tmp_path
):
    done = forks(url, 4, 90, 0, tmp_path / "told")
    out, err = done.communicate(timeout=100)
    assert done.returncode == 0, err
    killed, *said = out.splitlines()
    assert int(killed) == 3  # before the study, before its first points and before its last
    assert said == []  # nobody was refused by the database, and had to try again
    assert claims_in(tmp_path / "told") == dict.fromkeys(range(90), 1)
    workers = {line.split()[0] for line in (tmp_path / "told").read_text().splitlines()}
    assert len(workers) > 1
    study = opened(url)
    plan = toy_plan(trials=90)
    assert study.plan == plan
    trials = optuna.load_study(study_name="toy", storage=study.storage).get_trials()
    assert [trial.params for trial in trials] == draw(plan.space, "random", 90, plan.seed)
    assert [trial.value for trial in trials] == [number / 2 for number in range(90)]


def test_a_server_that_is_away_for_a_while_is_waited_for(postgres, tmp_path):
    told = tmp_path / "told"
    told.touch()
    working = forks(postgres.new_schema(), 2, 40, 0.03, told)
    wait_for(lambda: len(claims_in(told)) > 5)
    postgres.stop()
    time.sleep(1)  # both have met it
    before = claims_in(told)
    postgres.start()
    out, err = working.communicate(timeout=100)
    assert working.returncode == 0, err
    assert len(before) < 40 and claims_in(told) == dict.fromkeys(range(40), 1)
    assert {line.split()[2] for line in told.read_text().splitlines()} == {"True"}
    said = out.splitlines()[1:]
    assert len(said) == 2, said  # once for each worker
    assert all("does not answer, tried again for 300 s:" in line for line in said), said
    assert "secret" not in out + err and "***" in out


def test_optunas_dashboard_shows_the_study(tmp_path):
    url = f"sqlite:///{tmp_path}/study.db"
    storage = open_storage(url)
    study = Study.create(storage, "toy", toy_plan())
    study.complete(study.claim(), 0.25)
    storage.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).parent / "optuna-dashboard"
    command = [
        program,
        "--host=127.0.0.1",
        f"--port={port}",
        "--server=wsgiref",
        url,
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as dashboard:
        try:
            wait_for(lambda: read(port, "studies") is not None)
            (shown,) = read(port, "studies")["study_summaries"]
            trials = read(port, f"studies/{shown['study_id']}")["trials"]
        finally:
            dashboard.terminate()
    assert shown["study_name"] == "toy" and shown["directions"] == ["minimize"]
    assert [trial["state"] for trial in trials] == ["Complete"] + 5 * ["Waiting"]
    assert trials[0]["values"] == [0.25]


def read(port, what):
    """What the dashboard says; None while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/{what}", timeout=10) as answer:
            return json.load(answer)
    except (urllib.error.URLError, ConnectionError):
        return None
