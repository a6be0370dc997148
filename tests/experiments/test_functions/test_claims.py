"""Verdicts from made-up rows and paths: what holds, what fails, what was not measured."""

import numpy
import pytest

from experiments.test_functions.claims import CLAIMS, curvature_at_start, rates_of_theory
from experiments.test_functions.evidence import verdicts
from research.problems.test_functions import TEST_FUNCTIONS
from tests.experiments.test_functions.made_up import STEPS, path_of, record_of, settings_of


def by_id(record):
    return {verdict.id: verdict for verdict in verdicts(record)}


def outcomes(record, wanted):
    return [name for name, each in by_id(record).items() if each.verdict == wanted]


def test_all_hold(tmp_path):
    found = by_id(record_of(tmp_path))
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(found, "holds")
    assert found.keys() == {each.claim.id for each in CLAIMS}
    assert found["F2"].per_seed.keys() == {"square/0", "ill_conditioned/0", "normalised/0"}
    assert found["F3"].per_seed == {"ill_conditioned/0": 300, "normalised/0": 30}


BOUND = 2 / curvature_at_start(-1.5, 2.0)
HEAVY = rates_of_theory(TEST_FUNCTIONS["normalised"].largest_curvature)["heavy_ball"]


@pytest.mark.parametrize(
    ("point", "row", "claim", "measured", "verdict"),
    [
        (("normalised", "heavy_ball"), {"largest_rate": HEAVY * 1.029}, "F2", 0.029, "holds"),
        (("normalised", "heavy_ball"), {"largest_rate": HEAVY * 1.031}, "F2", 0.031, "fails"),
        (("square", "gd"), {"largest_rate": 0.96}, "F2", 0.04, "fails"),
        (("ill_conditioned", "gd"), {"found/arrived": 299}, "F3", 299 / 30, "fails"),
        (("normalised", "gd"), {"found/arrived": 31}, "F3", 300 / 31, "fails"),
        (("rosenbrock", "gd"), {"largest_rate": 0.003}, "R1", 0.003, "fails"),
        (("rosenbrock", "gd"), {"rate0/updates": STEPS}, "R1", 0.002, "fails"),
        (("rosenbrock", "adam"), {"rate0/updates": STEPS - 1}, "R1", 0.002, "fails"),
        (("rosenbrock", "rmsprop"), {"rate0/updates": 3}, "R1", 0.002, "fails"),
        (("rosenbrock", "lbfgs"), {"rate0/updates": 3}, "R1", 0.002, "holds"),
        (("rosenbrock", "gd"), {"largest_rate": BOUND}, "R2", 1.0, "fails"),
        (("rosenbrock", "gd"), {"largest_rate": 1.01 * BOUND}, "R2", 1.01, "holds"),
    ],
)
def test_rows_at_their_boundaries(tmp_path, point, row, claim, measured, verdict):
    found = by_id(record_of(tmp_path, rows={point: row}))
    assert found[claim].verdict == verdict
    assert found[claim].measured == pytest.approx(measured)
    assert {each.verdict for name, each in found.items() if name != claim} == {"holds"}


def changed(variant, method, rate, change):
    path = path_of(settings_of(variant), method, rate)
    return change(path)


def left_at(update):
    def change(path):
        path[:, -1] = numpy.where(numpy.arange(len(path)) >= update, -0.2, -0.19)
        return path

    return change


def moved(path):
    path[7, 0] *= 1 + 3e-12
    return path


def straight(path):
    path[:, 0] = numpy.linspace(-4, 0, len(path))
    path[:, 1] = 0.0
    return path


@pytest.mark.parametrize(
    ("point", "change", "claim", "verdict"),
    [
        (("square", "gd", "rate0"), (0.2, moved), "F1", "fails"),
        (("square", "gd", "rate2"), (1.05, moved), "F1", "fails"),
        (("ill_conditioned", "gd", "found"), (0.01, straight), "F3", "fails"),
        (("saddle", "gd", "rate0"), (0.1, left_at(25)), "F4", "holds"),
        (("saddle", "gd", "rate0"), (0.1, left_at(24)), "F4", "fails"),
        (("saddle", "adam", "rate0"), (0.1, left_at(7)), "F4", "fails"),
        (("saddle", "gd", "rate0"), (0.1, left_at(1000)), "F4", "not measured"),
    ],
)
def test_paths_at_their_boundaries(tmp_path, point, change, claim, verdict):
    variant, method, _ = point
    path = changed(variant, method, *change)
    found = by_id(record_of(tmp_path, paths={point: path}))
    assert found[claim].verdict == verdict
    assert {each.verdict for name, each in found.items() if name != claim} == {"holds"}


def test_turns_are_counted(tmp_path):
    """11 of the first 19 turns are sharp, and with 9 the claim fails."""
    for sharp, verdict in ((11, "holds"), (9, "fails")):
        path = path_of(settings_of("ill_conditioned"), "gd", 0.01)
        path[sharp + 1 :, 1] = path[sharp + 1, 1]
        folder = tmp_path / str(sharp)
        folder.mkdir()
        found = by_id(record_of(folder, paths={("ill_conditioned", "gd", "found"): path}))
        assert found["F3"].verdict == verdict, found["F3"].note


COARSE = settings_of("rosenbrock").search.model_copy(update={"steps": 499})
ROUGH = settings_of("square").search.model_copy(update={"precision": 0.021})
HALF = settings_of("normalised").search.model_copy(update={"fraction": 0.5})


@pytest.mark.parametrize(
    ("variant", "change", "not_measured"),
    [
        ("square", {"rates": (0.2, 1.05)}, ["F1"]),
        ("square", {"methods": ("adam",)}, ["F1", "F2"]),
        ("square", {"search": ROUGH}, ["F2"]),
        ("square", {"start": (0.5,)}, ["F1", "F2"]),
        ("normalised", {"search": HALF}, ["F3"]),
        ("saddle", {"start": (1.0, 0.1)}, ["F4"]),
        ("saddle", {"rates": (0.2,)}, ["F4"]),
        ("saddle", {"function": "beale"}, ["F4"]),
        ("rosenbrock", {"rates": (0.004,)}, ["R1"]),
        ("rosenbrock", {"search": None}, ["R1", "R2"]),
        ("rosenbrock", {"search": COARSE}, ["R2"]),
        ("rosenbrock", {"start": (-1.2, 1.0)}, ["R1", "R2"]),
        ("rosenbrock", {"start": (-1.5, 2.0)}, []),
    ],
)
def test_other_settings_decide_nothing(tmp_path, variant, change, not_measured):
    record = record_of(tmp_path, **{variant: change})
    assert sorted(outcomes(record, "not measured")) == not_measured
    assert outcomes(record, "fails") == []


def test_a_part_of_the_variants(tmp_path):
    found = by_id(record_of(tmp_path, variants=("beale",)))
    assert {each.verdict for each in found.values()} == {"not measured"}
    assert found["R1"].note == "the record has no results of rosenbrock"


def test_the_curvature_at_the_start():
    hessian = [[1200 * 2.25 - 800 + 2, 600], [600, 200]]
    assert curvature_at_start(-1.5, 2.0) == pytest.approx(numpy.linalg.eigvalsh(hessian)[1])
