import json
import math

import pytest

from research.evidence.claims import (
    Claim,
    Verdict,
    format_number,
    format_per_seed,
    read_verdicts,
    write_verdicts,
)
from research.records.errors import RecordError

CLAIM = Claim("G1", "Later, much <later>", "Somebody (2022)", "≥ 10 in every seed")


def test_a_verdict_has_the_claim_the_number_and_the_seeds():
    verdict = CLAIM.judge(12.5, True, {"b/2": 12.5, "a/0": 14, "a/2": None}, "a note")
    assert verdict == Verdict(
        id="G1",
        text="Later, much <later>",
        source="Somebody (2022)",
        measured=12.5,
        threshold="≥ 10 in every seed",
        verdict="holds",
        seeds=[0, 2],
        per_seed={"b/2": 12.5, "a/0": 14, "a/2": None},
        note="a note",
    )
    assert CLAIM.judge(1, False, {}).verdict == "fails"


def test_not_measured_has_its_reason_and_what_there_is():
    verdict = CLAIM.not_measured("a/1 is interrupted", {"a/0": 3})
    assert (verdict.verdict, verdict.measured) == ("not measured", None)
    assert verdict.note == "a/1 is interrupted"
    assert verdict.per_seed == {"a/0": 3}


def test_a_number_that_is_none_is_no_number():
    verdict = CLAIM.judge(math.inf, False, {"a/0": math.nan})
    assert verdict.measured is None
    assert verdict.per_seed == {"a/0": None}


def test_written_as_a_list_of_objects_and_read_back(tmp_path):
    path = tmp_path / "verdicts.json"
    verdicts = [CLAIM.judge(12.5, True, {"a/0": 12.5}), CLAIM.not_measured("why")]
    write_verdicts(path, verdicts)
    assert read_verdicts(path) == verdicts
    plain = json.loads(path.read_bytes())
    keys = ["id", "text", "source", "measured", "threshold", "verdict", "seeds", "per_seed", "note"]
    assert [list(verdict) for verdict in plain] == [keys, keys]


def test_no_file_no_verdicts(tmp_path):
    assert read_verdicts(tmp_path / "verdicts.json") == []


@pytest.mark.parametrize("text", ["{", "3", "[1]", '[{"id": "G1"}]'])
def test_damaged_verdicts_are_refused(tmp_path, text):
    (tmp_path / "verdicts.json").write_text(text)
    with pytest.raises(RecordError, match=r"verdicts\.json: found no verdicts"):
        read_verdicts(tmp_path / "verdicts.json")


def test_a_verdict_of_another_word_is_refused(tmp_path):
    path = tmp_path / "verdicts.json"
    write_verdicts(path, [CLAIM.judge(1, True, {})])
    path.write_text(path.read_text().replace('"holds"', '"maybe"'))
    with pytest.raises(RecordError, match="maybe"):
        read_verdicts(path)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0.02158, "0.0216"),
        (38.19, "38.2"),
        (4100, "4,100"),
        (1234.5, "1,234"),
        (2.0, "2"),
    ],
)
def test_numbers_for_tables(number, text):
    assert format_number(number) == text


def test_numbers_per_seed_are_grouped_by_variant():
    lines = format_per_seed({"a/0": 38.19, "b/0": 1, "a/1": None})
    assert lines == [("a", "0: 38.2, 1: –"), ("b", "0: 1")]
