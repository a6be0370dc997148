"""Verdicts from made-up curves: what holds, what fails, what was not measured."""

import math

import pytest

from experiments.double_descent_polynomial.evidence import verdicts
from tests.experiments.double_descent_polynomial import made_up


def record_of(folder, changes=None, **options):
    """Without fits, which no claim reads."""
    return made_up.record_of(folder, changes, keep_fits=False, **options)


def by_id(record):
    return {verdict.id: verdict for verdict in verdicts(record)}


def at(parameters, factor=None, value=None, name="test"):
    """A change of one point: times a factor, or to a value, in all draws."""

    def change(arrays):
        where = arrays["parameters"] == parameters
        if value is None:
            arrays[name][:, where] *= factor
        else:
            arrays[name][:, where] = value

    return change


def one_draw(parameters, factor, draw=3, name="test"):
    def change(arrays):
        arrays[name][draw, arrays["parameters"] == parameters] *= factor

    return change


def flat(arrays):
    arrays["test"][:] = 0.1 + 1e-4 * arrays["parameters"]


def all_draws_to(parameters):
    """Puts the peak of more than half of the draws there."""

    def change(arrays):
        arrays["test"][:11, arrays["parameters"] == parameters] = 1e30

    return change


def test_all_hold(tmp_path):
    found = by_id(record_of(tmp_path))
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(found, "holds")
    assert len(found) == 15
    assert found["D1a"].per_seed == {"lecture/0": 50, "lecture/1": 50}
    assert found["D1a"].note == "single draws: quartiles 50 to 50, range 50 to 50"
    assert found["D1b"].measured == pytest.approx(21.15, abs=0.01)
    assert found["D2"].measured == pytest.approx(0.1 / 0.007)
    assert found["D2"].note == (
        "0.007 at P = 8 and 0.1 at P = 75; the second descent's lowest point is lower in 0 of 20"
        " draws"
    )
    assert found["D13"].measured == pytest.approx(4)
    assert found["S2"].measured == pytest.approx(0.6)
    assert "30 of 30 draws" in found["S2"].note


@pytest.mark.parametrize(
    ("variant", "change", "failing", "measured"),
    [
        ("lecture", at(53, value=1e25), ["D1a"], 53),
        ("lecture", at(47, value=1e25), ["D1a"], 47),
        ("lecture", flat, ["D1a", "D1b", "D9", "D13"], None),
        ("lecture", at(75, 0.01), ["D2"], 0.1 / 0.7),
        ("lecture", at(50, value=1e-4), ["D9"], 1.0),  # the threshold is not beyond itself
        ("lecture", one_draw(50, 1.02), ["D9"], 0.02),
        ("nodes", at(50, 3), ["D10"], 0.18),
        ("nodes", at(50, value=math.nan), ["D10"], None),
        ("noiseless", at(50, 1e4), ["D11"], 1e-5),
        ("ridge", at(41, 1e3), ["D12"], None),
        ("ridge", at(60, 1e3), ["D12"], None),
        ("lecture", at(301, 0.4), ["D13"], 1.6),
        ("legendre", at(301, 1.3), ["D14"], 1.3),
        ("monomial", one_draw(50, 1e5, draw=19), ["D15"], 1e-5),
        ("lecture", one_draw(101, 1e4, name="train"), ["D16"], 1e-5),
        ("lecture", one_draw(50, 1e4, name="train"), ["D16"], 1e-5),
        ("uniform", all_draws_to(53), ["D17"], 53),
        ("uniform", at(50, 100), ["D18"], 0.01),
        ("schaeffer", at(14, value=1e30), ["S1"], 14),
        ("schaeffer", at(16, value=1e30), ["S1"], 16),
        ("schaeffer", at(1, 0.1), ["S2"], 6),
    ],
)
def test_one_seed_is_enough_to_fail(tmp_path, variant, change, failing, measured):
    found = by_id(record_of(tmp_path, {variant: change}, variants={variant}))
    assert [name for name, each in found.items() if each.verdict == "fails"] == failing
    if measured is not None:
        assert found[failing[0]].measured == pytest.approx(measured, rel=1e-3)


def test_places_at_random_are_judged_by_the_middle_of_all_draws(tmp_path):
    def spread(arrays):
        for draw in range(20):
            arrays["test"][draw, arrays["parameters"] == 41 + draw] = 1e30

    found = by_id(record_of(tmp_path, {"uniform": spread}, variants={"uniform"}, seeds=[1]))["D17"]
    assert (found.verdict, found.measured) == ("holds", 50.5)
    assert found.note == "single draws: quartiles 45.75 to 55.25, range 41 to 60"


@pytest.mark.parametrize(
    ("variant", "change"),
    [
        ("ridge", at(39, 1e3)),  # below 0.8 n
        ("uniform", one_draw(53, 1e30)),  # one draw's peak elsewhere
        ("uniform", one_draw(50, 1e4)),  # one draw that float64 gets right
        ("lecture", one_draw(49, 1e4, name="train")),  # below the threshold
        ("lecture", one_draw(53, 1e30)),  # no median
        ("legendre", at(301, 0.5)),
    ],
)
def test_what_a_claim_does_not_speak_of_changes_nothing(tmp_path, variant, change):
    found = by_id(record_of(tmp_path, {variant: change}, variants={variant}))
    assert {each.verdict for each in found.values()} == {"holds", "not measured"}


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"noise": 0.5}, "lecture has noise 0.5, the claim is about 0.25"),
        ({"draws": 19}, "lecture has draws 19, the claim needs at least 20"),
        ({"rcond": None}, "lecture has rcond None, the claim is about 1e-15"),
        ({"all_degrees_to": 99}, "lecture has all_degrees_to 99, the claim needs at least 100"),
    ],
)
def test_other_settings_decide_nothing(tmp_path, settings, note):
    found = by_id(record_of(tmp_path, variants={"lecture"}, seeds=[0], **settings))
    assert {each.verdict for each in found.values()} == {"not measured"}
    assert found["D1a"].note == note
    assert found["D17"].note == "the record has no runs of uniform"


def test_a_curve_that_ends_early_decides_what_it_can(tmp_path):
    record = record_of(tmp_path, variants={"lecture"}, seeds=[0], more_degrees=())
    found = by_id(record)
    assert found["D2"].verdict == "holds"
    assert found["D13"].note == "lecture has no point with 301 coefficients"


def test_unfinished_runs_decide_nothing(tmp_path):
    found = by_id(record_of(tmp_path, variants={"lecture"}, seeds=[0], state="interrupted"))
    assert {found[name].note for name in ("D1a", "D2", "D9")} == {"lecture/0 is interrupted"}
