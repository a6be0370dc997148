import pytest

from experiments.grokking.configurations import NAMED_BY_CLAIMS
from research.evidence.claimed_settings import wrong_settings
from tests.research.evidence.synthetic import VARIANTS, make_record


def test_the_variants_are_what_the_claims_are_about(tmp_path):
    record = make_record(tmp_path / "r", tuple(VARIANTS), seeds=1)
    assert set(NAMED_BY_CLAIMS) == set(VARIANTS)
    assert wrong_settings(record.plan, NAMED_BY_CLAIMS) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data.modulus", 47),
        ("data.operation", "x+y"),
        ("model.layers", 3),
        ("optimizer.name", "sgd"),
    ],
)
def test_another_value_of_what_a_claim_names_is_told(tmp_path, key, value):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=1, changes={key: value})
    assert list(wrong_settings(record.plan, NAMED_BY_CLAIMS)) == ["small-wd3"]
    assert (
        f"{key} {value}, the claim is about"
        in wrong_settings(record.plan, NAMED_BY_CLAIMS)["small-wd3"]
    )


def test_what_no_claim_names_may_change(tmp_path):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=1, changes={"model.width": 64})
    assert wrong_settings(record.plan, NAMED_BY_CLAIMS) == {}
