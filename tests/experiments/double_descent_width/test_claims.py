"""Every claim on made-up curves: met, refuted, and what it does not decide."""

import pytest

from experiments.double_descent_width import evidence
from experiments.double_descent_width.claims import CLAIMS
from tests.experiments.double_descent_width.made_up import CURVES, make_record

DIGITS = [each.claim.id for each in CLAIMS if each.variants[0] in CURVES]


def judged(folder, curves=CURVES, **how):
    return {each.id: each for each in evidence.verdicts(make_record(folder, curves, **how))}


def changed(variant, **places):
    """A curve with some values replaced, by index: w5=3.0; with that of `noise` beside it."""
    curve = list(CURVES[variant])
    for place, value in places.items():
        curve[int(place[1:])] = value
    return {"noise": CURVES["noise"], variant: curve}


def test_ids_are_unique_and_every_text_is_there():
    assert len({each.claim.id for each in CLAIMS}) == len(CLAIMS)
    assert all(each.claim.text and each.claim.source and each.claim.threshold for each in CLAIMS)


def test_all_hold_and_the_numbers_are_those_of_the_curves(tmp_path):
    found = judged(tmp_path)
    assert {found[name].verdict for name in DIGITS} == {"holds"}
    measured = {name: found[name].measured for name in DIGITS}
    assert measured["D8"] == measured["W1"] == measured["W9"] == 3985 / 4000
    assert measured["W2"] == pytest.approx(3.0 / 0.8)
    assert measured["W3"] == pytest.approx(0.1 / 0.4)
    assert measured["W4"] == pytest.approx(0.6 / 0.8)
    assert measured["W5"] == pytest.approx(2410 / 4000 / 0.65)
    assert measured["W6"] == pytest.approx(6010 / 4000 / 1.6)
    assert measured["W7"] == pytest.approx(0.9 * 1.01 / (3.0 * 1.005))
    assert measured["W8"] == pytest.approx(1.5 / 0.8)


@pytest.mark.parametrize(
    ("claim", "variant", "places"),
    [
        ("D8", "clean", {"w4": 0.85}),
        ("D8", "clean", {"w9": 0.85}),
        ("W1", "noise", {"w4": 3.5}),
        ("W2", "noise", {"w5": 1.1, "w6": 1.1, "w7": 1.15, "w8": 1.1}),
        ("W3", "clean", {"w11": 0.45}),
        ("W4", "noise", {"w11": 0.85}),
        ("W5", "early", {"w7": 1.6}),
        ("W6", "late", {"w7": 3.5}),
        ("W7", "scratch", {"w7": 1.6}),
        ("W8", "adam", {"w8": 1.4, "w9": 1.4, "w10": 1.4, "w11": 1.4}),
        ("W9", "adam", {"w3": 1.6}),
    ],
)
def test_each_is_refuted_by_another_curve(tmp_path, claim, variant, places):
    assert judged(tmp_path, changed(variant, **places))[claim].verdict == "fails"


def test_the_narrowest_networks_are_no_peak(tmp_path):
    """They have learnt nothing: 0.9 is more than the peak here, and before the first minimum."""
    found = judged(tmp_path, changed("clean", w0=3.0))
    assert found["D8"].verdict == "holds"


def test_where_reuse_stops_elsewhere_the_first_minimum_is_looked_for_before_that(tmp_path):
    found = judged(tmp_path, changed("late", w3=4.0, w6=0.5))
    assert found["W6"].measured == pytest.approx(6010 / 4000 / 1.6)


def test_one_network_decides_and_all_are_listed_through_the_seeds(tmp_path):
    found = judged(tmp_path, seeds=(0, 1), factors=(1.0, 1.2))
    assert list(found["W2"].per_seed) == [f"noise/{network}" for network in range(4)]
    alone = judged(tmp_path / "alone", changed("clean", w11=0.399), factors=(1.0, 1.0))
    assert alone["W3"].verdict == "holds" and alone["W3"].measured == pytest.approx(0.9975)


@pytest.mark.parametrize(
    ("how", "note"),
    [
        ({"epochs": 10}, "the claim needs at least"),
        ({"data.label_noise": 0.3}, "data.label_noise 0.3, the claim is about"),
        ({"state": "running"}, "is running"),
        ({"seeds": ()}, "has no runs of"),
        ({"factors": (1.0, float("nan"))}, "a network of width 4 diverged"),
    ],
)
def test_what_decides_nothing_says_why(tmp_path, how, note):
    for verdict in judged(tmp_path, **how).values():
        assert verdict.verdict == "not measured"
        if verdict.id in DIGITS:
            assert note in verdict.note


def test_widths_that_end_before_the_threshold_decide_nothing_about_a_peak(tmp_path):
    found = judged(tmp_path, {name: curve[:8] for name, curve in CURVES.items()})
    for name in ("D8", "W1", "W2", "W6", "W8"):
        verdict = found[name]
        assert verdict.verdict == "not measured" and "no widths around" in verdict.note
