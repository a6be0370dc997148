"""Runs of several stages, killed and resumed, and surfaces shared by two processes: all the same.

The processes are forks of one script, `staged_in_forks`; each is a whole `one_run`.
"""

import json
from pathlib import Path

import pytest

from research.records.store import Record
from tests.faults.conftest import run_script, sha1_of_weights
from tests.faults.test_killed_sweep import what_came_of

SCRIPT = Path(__file__).parent / "staged_in_forks.py"


@pytest.fixture(scope="module")
def ended(tmp_path_factory, descent_command):
    """The folder of the records, and how each process ended."""
    folder = tmp_path_factory.mktemp("staged")
    done = run_script(descent_command, SCRIPT, folder)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout), done.stderr


def run_of(folder, name):
    return Record.open(folder / name).run("plain", 0)


def stages_of(run):
    """All that the two stages have left, to the bit."""
    training, surface = run.stage("training"), run.stage("surface")
    return sha1_of_weights(training), what_came_of(training), what_came_of(surface)


def test_it_ended_as_it_was_asked_to(ended):
    assert ended[1] == {
        "left alone": [0],
        "killed in training": [-9],
        "killed in the surface": [-9],
        "resumed": [0],
        "two killed": [-9, -9],
        "two stopped": [143, 143],
        "one of two failed": [1, 1],
        "two resumed": [0, 0],
    }


def test_a_run_killed_in_both_stages_equals_one_left_alone(ended):
    alone, killed = run_of(ended[0], "alone"), run_of(ended[0], "killed")
    _, (rows, _), (blocks, arrays) = stages_of(alone)
    assert len(rows) > 4 and len(blocks) > 6
    assert {Path(name).parts[0] for name in arrays} >= {"plane.surface", "plane.values"}
    assert stages_of(killed) == stages_of(alone)
    for run in (alone, killed):
        assert run.status().state == "done" and run.status().stage == "surface"


def test_two_processes_leave_the_surface_of_one(ended):
    two, alone = run_of(ended[0], "two"), run_of(ended[0], "alone")
    assert stages_of(two) == stages_of(alone)
    assert (two.status().state, two.status().step) == ("done", len(two.stage("surface").metrics()))
    assert (alone.stage("surface").array("plane.surface", alone.status().step - 1)).shape[1:] == (
        9,
        5,
    )


def test_an_error_in_one_process_is_told_by_the_other(ended):
    assert "raise found\nZeroDivisionError: point 6" in ended[2]
