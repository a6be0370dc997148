"""The boundaries of every claim, on delays made by hand."""

import pytest

from experiments.grokking.claims import CLAIMS
from experiments.grokking.delays import Delay

BY_ID = {claim.claim.id: claim for claim in CLAIMS}


def run(variant, seed, validation=5000, train=100, state="done", steps=None, **changes):
    values = {
        "run": f"{variant}/{seed}",
        "variant": variant,
        "seed": seed,
        "state": state,
        "steps": steps if steps is not None else (validation or 12_000) + 300,
        "train": train,
        "validation": validation,
        "validation_accuracy_at_train": None if train is None else 0.02,
        "overshoot": None if validation is None else 1.0,
    }
    return Delay(**{**values, **changes})


def runs(variant, *validations, **changes):
    return [run(variant, seed, steps, **changes) for seed, steps in enumerate(validations)]


def judge(name, delays, wrong=None):
    return BY_ID[name].judge(delays, wrong or {})


def test_ids_are_those_of_the_readme_and_all_texts_are_there():
    assert list(BY_ID) == ["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9"]
    for claim in CLAIMS:
        assert claim.claim.text
        assert claim.claim.source
        assert claim.claim.threshold


@pytest.mark.parametrize(
    ("name", "delays", "verdict", "measured"),
    [
        # G1: t_validation / t_train >= 10 in every one of four seeds
        ("G1", runs("small-wd1", 1000, 2000, 3000, 4000), "holds", 10),
        ("G1", runs("small-wd1", 999, 2000, 3000, 4000), "fails", 9.99),
        ("G1", runs("small-wd1", 12_000, 2000, 3000, 4000), "holds", 20),
        ("G1", runs("small-wd1", 12_001, 2000, 3000, 4000), "fails", None),
        # G3: 800 <= t_validation <= 4000 and 2 <= ratio < 10
        ("G3", runs("lecture-wd1", 800, 4000, train=401), "fails", 800 / 401),
        ("G3", runs("lecture-wd1", 800, 3999, train=400), "holds", 2),
        ("G3", runs("lecture-wd1", 1000, 4000, train=400), "fails", 10),
        ("G3", runs("lecture-wd1", 799, 1000, train=200), "fails", 3.995),
        ("G3", runs("lecture-wd1", 4001, 1000, train=1000), "fails", None),
        # G4: median(wd 1) / median(wd 3) >= 1.5
        ("G4", runs("small-wd1", *[1500] * 4) + runs("small-wd3", *[1000] * 4), "holds", 1.5),
        ("G4", runs("small-wd1", *[1499] * 4) + runs("small-wd3", *[1000] * 4), "fails", 1.499),
        (
            "G4",
            runs("small-wd1", 1, 2000, 4000, 9999) + runs("small-wd3", 1, 900, 1100, 9999),
            "holds",
            3.0,
        ),
        # G5: median(30 %) / median(50 %) >= 1.5
        (
            "G5",
            runs("lecture-fraction0.3", 3000, 3000) + runs("lecture-wd1", 2000, 2000),
            "holds",
            1.5,
        ),
        (
            "G5",
            runs("lecture-fraction0.3", 2000, 2000) + runs("lecture-wd1", 3000, 3000),
            "fails",
            2 / 3,
        ),
        # G7: median(AdamW) / median(Muon) >= 2
        ("G7", runs("lecture-wd1", *[800] * 4) + runs("lecture-muon", *[400] * 4), "holds", 2),
        ("G7", runs("lecture-wd1", *[799] * 4) + runs("lecture-muon", *[400] * 4), "fails", 1.9975),
        # G8: ratio >= 50 by 1e6
        ("G8", runs("fig1-adam", 1_000_000, train=20_000), "holds", 50),
        ("G8", runs("fig1-adam", 999_999, train=20_000), "fails", 999_999 / 20_000),
        ("G8", runs("fig1-adam", 1_000_001, train=100), "fails", None),
        # G9: ratio >= 10 in both seeds
        ("G9", runs("lecture-wd0.3", 1000, 5000), "holds", 10),
        ("G9", runs("lecture-wd0.3", 999, 5000), "fails", 9.99),
    ],
)
def test_exactly_at_the_threshold_holds_and_beyond_it_fails(name, delays, verdict, measured):
    judged = judge(name, delays)
    assert judged.verdict == verdict
    assert judged.measured == (pytest.approx(measured) if measured is not None else None)


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.1, "holds"), (0.1001, "fails")])
def test_g2_the_largest_accuracy_when_memorised_decides(accuracy, verdict):
    delays = [*runs("small-wd1", 5000, 5000, 5000)]
    delays.append(run("small-wd1", 3, validation_accuracy_at_train=accuracy))
    judged = judge("G2", delays)
    assert (judged.verdict, judged.measured) == (verdict, accuracy)
    assert judged.per_seed["small-wd1/0"] == 0.02


@pytest.mark.parametrize(("overshoot", "verdict"), [(0.3, "holds"), (0.2999, "fails")])
def test_g6_the_lowest_peak_decides(overshoot, verdict):
    delays = runs("small-wd1", *[5000] * 4) + runs("lecture-wd1", 1500, 1500)
    delays += [run("lecture-wd0.3", 0), run("lecture-wd0.3", 1, overshoot=overshoot)]
    judged = judge("G6", delays)
    assert (judged.verdict, judged.measured) == (verdict, overshoot)


FULL = {
    "G1": runs("small-wd1", *[5000] * 4),
    "G2": runs("small-wd1", *[5000] * 4),
    "G3": runs("lecture-wd1", 1500, 1500, train=300),
    "G4": runs("small-wd1", *[5000] * 4) + runs("small-wd3", *[1500] * 4),
    "G5": runs("lecture-fraction0.3", 3500, 3500) + runs("lecture-wd1", 1500, 1500),
    "G6": runs("small-wd1", *[5000] * 4)
    + runs("lecture-wd1", 1500, 1500)
    + runs("lecture-wd0.3", 5000, 5000),
    "G7": runs("lecture-wd1", *[1500] * 4) + runs("lecture-muon", *[400] * 4),
    "G8": runs("fig1-adam", 40_000),
    "G9": runs("lecture-wd0.3", 5000, 5000),
}


@pytest.mark.parametrize("name", BY_ID)
def test_holds_on_plausible_runs(name):
    assert judge(name, FULL[name]).verdict == "holds"


@pytest.mark.parametrize("name", BY_ID)
def test_a_seed_too_few_is_not_measured(name):
    judged = judge(name, FULL[name][:-1])
    assert judged.verdict == "not measured"
    assert "seeds that the claim needs" in judged.note or "has no runs of" in judged.note


@pytest.mark.parametrize("name", BY_ID)
@pytest.mark.parametrize("state", ["waiting", "running", "interrupted", "failed"])
def test_an_unfinished_run_is_not_measured_and_says_which(name, state):
    *others, last = FULL[name]
    unfinished = run(last.variant, last.seed, None, state=state, steps=500)
    judged = judge(name, [*others, unfinished])
    assert judged.verdict == "not measured"
    assert judged.note == f"{last.run} is {state}"
    assert judged.measured is None
    assert len(judged.per_seed) == len(FULL[name])


@pytest.mark.parametrize("name", BY_ID)
def test_an_unfinished_seed_more_than_needed_is_not_passed_over(name):
    last = FULL[name][-1]
    extra = run(last.variant, 9, None, state="failed", steps=500)
    assert judge(name, [*FULL[name], extra]).verdict == "not measured"


@pytest.mark.parametrize("name", BY_ID)
def test_a_diverged_run_counts_as_not_reached(name):
    *others, last = FULL[name]
    diverged = run(last.variant, last.seed, None, train=None, state="diverged", steps=50)
    judged = judge(name, [*others, diverged])
    assert (judged.verdict, judged.measured) == ("fails", None)
    assert judged.per_seed[last.run] is None
    assert judged.note


@pytest.mark.parametrize("name", BY_ID)
def test_never_reached_within_the_budget_fails(name):
    *others, last = FULL[name]
    never = run(last.variant, last.seed, None, train=None, steps=BY_ID[name].budget)
    judged = judge(name, [*others, never])
    assert (judged.verdict, judged.measured) == ("fails", None)


@pytest.mark.parametrize("name", BY_ID)
def test_never_reached_because_the_run_was_shorter_than_the_budget_is_not_measured(name):
    *others, last = FULL[name]
    short = run(last.variant, last.seed, None, train=None, steps=BY_ID[name].budget - 1)
    judged = judge(name, [*others, short])
    assert judged.verdict == "not measured"
    assert f"ended after {BY_ID[name].budget - 1:,} steps" in judged.note


def test_a_run_that_diverged_after_it_had_generalised_has_generalised():
    delays = [*runs("lecture-wd0.3", 5000), run("lecture-wd0.3", 1, 5000, state="diverged")]
    assert judge("G9", delays).verdict == "holds"


@pytest.mark.parametrize("name", BY_ID)
def test_other_settings_than_the_claims_are_not_measured(name):
    variant = FULL[name][-1].variant
    judged = judge(name, FULL[name], {variant: f"{variant} has data.modulus 47"})
    assert judged.verdict == "not measured"
    assert judged.note == f"{variant} has data.modulus 47"


@pytest.mark.parametrize("name", BY_ID)
def test_no_runs_at_all_are_not_measured(name):
    judged = judge(name, [])
    assert judged.verdict == "not measured"
    assert "the record has no runs of" in judged.note
