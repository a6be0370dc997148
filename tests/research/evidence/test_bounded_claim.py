"""One number of every seed between two bounds: which of them decides, and what is not decided."""

import math
from dataclasses import dataclass

import pytest

from research.evidence.bounded_claim import BoundedClaim, NotDecided
from research.evidence.claims import Claim
from research.records.run_store import RunStore
from research.records.status import Status

CLAIM = Claim("X1", "The number lies between 0 and 10", "this test", "0 to 10")


@dataclass
class Read:
    store: RunStore
    value: object


@pytest.fixture
def read(tmp_path):
    def make(variant, seed, value, state="done"):
        store = RunStore(tmp_path / variant / str(seed), variant, seed)
        store.folder.mkdir(parents=True, exist_ok=True)
        store.write_status(Status(state=state))
        return Read(store, value)

    return make


def claim(number=lambda reading: reading.value, variants=("a",), **options):
    return BoundedClaim(CLAIM, variants, number, 0.0, 10.0, **options)


@pytest.mark.parametrize(
    ("values", "measured", "verdict"),
    [
        ([5.0, 9.0, 2.0], 9.0, "holds"),
        ([5.0, 10.0, 0.0], 10.0, "holds"),
        ([5.0, 11.0, -3.0], -3.0, "fails"),
        ([5.0, math.nan, -3.0], None, "fails"),
    ],
)
def test_the_seed_nearest_to_a_bound_or_farthest_beyond_decides(read, values, measured, verdict):
    found = claim().judge([read("a", seed, value) for seed, value in enumerate(values)], {})
    assert found.verdict == verdict
    assert found.measured == measured
    told = [None if math.isnan(value) else value for value in values]
    assert list(found.per_seed.values()) == told


def test_copies_are_counted_through_the_seeds(read):
    readings = [read("a", 0, [1.0, 2.0]), read("a", 1, [3.0, 9.5])]
    found = claim(note=lambda reading: f"seed {reading.store.seed}").judge(readings, {})
    assert found.per_seed == {"a/0": 1.0, "a/1": 2.0, "a/2": 3.0, "a/3": 9.5}
    assert found.measured == 9.5
    assert found.note == "seed 1"


def test_several_variants_are_read_seed_by_seed(read):
    both = claim(lambda one, other: one.value - other.value, ("a", "b"))
    readings = [read("a", 0, 5.0), read("b", 0, 3.0), read("a", 1, 5.0), read("b", 2, 1.0)]
    assert both.judge(readings, {}).per_seed == {"a/0": 2.0}
    assert "no seed of a and b in common" in both.judge(readings[2:], {}).note


def test_what_is_not_decided(read):
    def refuse(reading):
        raise NotDecided("it has no peak")

    for number, readings, wrong, reason in (
        (refuse, [read("a", 0, 1.0)], {}, "it has no peak"),
        (None, [], {}, "the record has no runs of a"),
        (None, [read("a", 1, 1.0, "failed")], {}, "a/1 is failed"),
        (None, [read("a", 0, 1.0)], {"a": "lr is 3"}, "lr is 3"),
    ):
        chosen = claim(number) if number else claim()
        found = chosen.judge(readings, wrong)
        assert (found.verdict, found.measured) == ("not measured", None)
        assert found.note == reason
