"""The boundaries of every claim, on outcomes made by hand."""

import pytest

from experiments.schedules.claims import judge_all
from experiments.schedules.outcomes import Outcome


def run(variant, seed, final, cooldown=0.8, **changes):
    values = {
        "run": f"{variant}/{seed}",
        "variant": variant,
        "seed": seed,
        "state": "done",
        "losses": {1600: cooldown, 1700: final, 1800: final, 1900: final, 2000: final},
        "from_torch": 1e-16,
        "from_closed_form": 0.0,
    }
    return Outcome(**{**values, **changes})


def runs(variant, *finals, **changes):
    return [run(variant, seed, final, **changes) for seed, final in enumerate(finals)]


def judged(name, outcomes, wrong=None):
    return {verdict.id: verdict for verdict in judge_all(outcomes, wrong or {})}[name]


@pytest.mark.parametrize("name", ["S1", "S2"])
@pytest.mark.parametrize(("number", "verdict"), [(1e-12, "holds"), (1.01e-12, "fails")])
def test_the_largest_difference_of_rates_decides(name, number, verdict):
    key = {"S1": "from_torch", "S2": "from_closed_form"}[name]
    outcomes = [run("step", 0, 1.0), run("cosine", 0, 1.0, **{key: number}), run("x", 0, 1.0)]
    found = judged(name, outcomes)
    assert (found.verdict, found.measured) == (verdict, number)
    assert found.per_seed["cosine/0"] == number


def test_schedules_without_a_twin_are_not_listed():
    found = judged("S1", [run("formula", 0, 1.0, from_torch=None), run("step", 0, 1.0)])
    assert list(found.per_seed) == ["step/0"]
    assert judged("S1", [run("formula", 0, 1.0, from_torch=None)]).verdict == "not measured"


@pytest.mark.parametrize(
    ("finals", "verdict", "measured"),
    [((0.70, 0.74, 0.75), "holds", 0.05), ((0.70, 0.74, 0.7801), "fails", 0.0199)],
)
def test_s3_the_smallest_gap_decides(finals, verdict, measured):
    found = judged("S3", runs("cosine", *finals) + runs("constant", 0.8, 0.8, 0.8))
    assert (found.verdict, found.measured) == (verdict, pytest.approx(measured))


@pytest.mark.parametrize(
    ("final", "cooldown", "verdict", "measured"),
    [
        (0.70, 0.90, "holds", 0.05),
        (0.70, 0.81, "holds", 0.01),
        (0.75, 0.90, "fails", 0.0),
        (0.70, 0.80, "fails", 0.0),
        (0.70, 0.79, "fails", -0.01),
        (0.76, 0.90, "fails", -0.01),
    ],
)
def test_s4_needs_both_signs(final, cooldown, verdict, measured):
    others = runs("trapezoid", 0.6, 0.6, cooldown=1.0)
    outcomes = [*others, run("trapezoid", 2, final, cooldown), *runs("cosine", 0.75, 0.75, 0.75)]
    found = judged("S4", outcomes)
    assert (found.verdict, found.measured) == (verdict, pytest.approx(measured))


def late(variant, *finals, cooldown):
    """Runs of seeds 3, 4, ..."""
    return [run(variant, seed, final, cooldown) for seed, final in enumerate(finals, start=3)]


@pytest.mark.parametrize(
    ("cooldown", "verdict", "measured"), [(0.85, "holds", 0.02), (0.84, "fails", 0.018)]
)
def test_s5_the_mean_of_the_last_five_evaluations_decides(cooldown, verdict, measured):
    constant = [*late("constant", 0.9, 0.9, cooldown=0.9), run("constant", 5, 0.7625, cooldown)]
    found = judged("S5", [*late("cosine", 0.76, 0.76, 0.76, cooldown=0.76), *constant])
    assert found.measured == pytest.approx(measured, abs=1e-12)
    assert found.verdict == verdict


def test_s5_leaves_out_the_seeds_that_s3_had_failed_on():
    outcomes = late("cosine", 0.7, 0.7, 0.7, cooldown=0.7)
    outcomes += late("constant", 0.8, 0.8, 0.8, cooldown=0.8)
    outcomes += runs("cosine", 0.9, 0.9, 0.9) + runs("constant", 0.8, 0.8, 0.8)
    assert judged("S5", outcomes).verdict == "holds"
    assert judged("S5", outcomes).seeds == [3, 4, 5]
    assert judged("S3", outcomes).verdict == "fails"
    assert judged("S5", outcomes[6:]).verdict == "not measured"


FULL = runs("cosine", 0.7, 0.7, 0.7) + runs("constant", 0.8, 0.8, 0.8)


def without(index, *others):
    return [*FULL[:index], *FULL[index + 1 :], *others]


@pytest.mark.parametrize(
    ("outcomes", "wrong", "words"),
    [
        ([], {}, "the record has no runs of cosine"),
        (FULL[:3], {}, "the record has no runs of constant"),
        (without(5), {}, "both variants have 2 of the 3 seeds"),
        (without(5, run("constant", 9, 0.8)), {}, "both variants have 2 of the 3 seeds"),
        (FULL, {"cosine": "cosine has batch_size 8"}, "cosine has batch_size 8"),
        (without(5, run("constant", 2, 0.8, state="running")), {}, "constant/2 is running"),
        (without(5, run("constant", 2, 0.8, losses={900: 0.8})), {}, "ended after 900 steps"),
    ],
)
def test_not_measured_and_why(outcomes, wrong, words):
    found = judged("S3", outcomes, wrong)
    assert found.verdict == "not measured"
    assert words in found.note


def test_a_diverged_run_fails():
    outcomes = without(5, run("constant", 2, 0.8, state="diverged"))
    found = judged("S3", outcomes)
    assert (found.verdict, found.measured, found.note) == ("fails", None, "a run diverged")
