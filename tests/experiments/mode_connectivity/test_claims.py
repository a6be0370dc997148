"""Every claim on made-up paths: met, refuted, and what it does not decide."""

import copy

import pytest

from experiments.mode_connectivity import evidence
from experiments.mode_connectivity.claims import CLAIMS, NAMED_BY_CLAIMS
from tests.experiments.mode_connectivity.made_up import GOOD, make_record

VARIANTS = tuple(NAMED_BY_CLAIMS)


def judged(folder, **how):
    record = make_record(folder, planes=False, **how)
    return {each.id: each for each in evidence.verdicts(record)}


def raised(path, metric, height):
    rises = copy.deepcopy(GOOD)
    rises[path][metric] = height
    return rises


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return judged(tmp_path_factory.mktemp("good") / "record", variants=VARIANTS, seeds=(0,))


def test_all_hold_on_paths_that_meet_them(good):
    assert {verdict.verdict for verdict in good.values()} == {"holds"}
    assert len(good) == len(CLAIMS)


def test_the_numbers_are_those_of_the_paths(good):
    """The middle of the path lies 1 above the mean of ends of 0.001 and 0.002."""
    assert good["M1"].measured == pytest.approx(1 - 0.0005, abs=1e-9)
    assert good["M2"].measured == pytest.approx(0.0095, abs=1e-4)
    assert good["M3"].measured == pytest.approx(0.5, abs=1e-9)
    assert good["M5"].measured == pytest.approx(0.0095, abs=2e-4)
    assert good["M7"].measured == pytest.approx(0.5, abs=1e-9)
    assert good["M8"].measured == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("claims", "variant", "rises", "more"),
    [
        ({"M1"}, "bezier", raised("line", "train/loss", 0.4), {}),
        ({"M2"}, "bezier", raised("curve", "train/loss", 0.06), {}),
        ({"M3"}, "bezier", raised("curve", "test/error", 0.021), {}),
        ({"M8"}, "bezier", GOOD, {"length": 1.3}),
        ({"M4"}, "chain", raised("curve", "train/loss", 0.06), {}),
        ({"M5"}, "mlp", raised("curve", "train/loss", 0.11), {}),
        ({"M6"}, "batch-norm", raised("curve", "train/loss", 0.06), {}),
        ({"M7"}, "batch-norm", raised("curve", "moved", 0.19), {}),
        ({"M9"}, "fashion", raised("line", "train/loss", 0.4), {}),
        ({"M10"}, "fashion", raised("curve", "train/loss", 0.06), {}),
        ({"M11"}, "fashion", raised("curve", "test/error", 0.021), {}),
    ],
)
def test_each_fails_where_it_is_not_so(tmp_path, claims, variant, rises, more):
    found = judged(tmp_path / "record", variants=(variant,), seeds=(0,), rises=rises, **more)
    assert {name for name, each in found.items() if each.verdict == "fails"} == claims


def test_other_settings_decide_nothing(tmp_path):
    found = judged(tmp_path / "record", **{"curve.bends": 2})
    assert found["M2"].verdict == "not measured"
    assert "curve.bends 2, the claim is about 1" in found["M2"].note


def test_shorter_training_decides_nothing(tmp_path):
    found = judged(tmp_path / "record", **{"curve.max_steps": 1000})
    assert "curve.max_steps 1000, the claim needs at least 1500" in found["M2"].note


def test_a_run_that_goes_on_decides_nothing(tmp_path):
    found = judged(tmp_path / "record", state="running", points=30)
    assert found["M1"].verdict == "not measured" and "running" in found["M1"].note


def test_half_a_path_decides_nothing(tmp_path):
    found = judged(tmp_path / "record", points=30)
    assert found["M2"].verdict == "not measured"
    assert found["M2"].note == "bezier/0 has no train/loss along the curve"


def test_a_run_that_diverged_decides_nothing_but_says_so(tmp_path):
    found = judged(tmp_path / "record", state="diverged", points=0)
    assert found["M1"].verdict == "not measured"
    assert found["M1"].note == "bezier/0 has no train/loss along the line"
