import io

import pytest
from rich.console import Console

from research.evidence.claims import Claim
from research.evidence.table import verdict_table

CLAIM = Claim("G1", "A [bold]claim[/bold] of x[0]", "", "≥ 10 [every]")
LONG = Claim("G12", "One of those claims that go on and on " * 4, "", "the least of them ≥ 10 " * 3)
SEEDS = {f"lecture-fraction0.3/{seed}": 1000.0 + seed for seed in range(100, 112)}


def printed(verdicts, width):
    console = Console(width=width, file=io.StringIO())
    console.print(verdict_table(verdicts))
    return console.file.getvalue()


def test_each_verdict_is_shown_with_its_numbers_and_brackets_stay_text():
    text = printed(
        [CLAIM.judge(12.5, True, {"small-wd1/3": 12.5}), CLAIM.not_measured("too few seeds")], 100
    )
    for part in ("G1", "holds", "12.5", "≥ 10 [every]", "A [bold]claim[/bold] of x[0]", "3: 12.5"):
        assert part in text
    assert "not measured" in text
    assert "too few seeds" in text


@pytest.mark.parametrize("width", [80, 81, 100, 120, 200])
def test_nothing_is_cut_off(width):
    note = "a note that is too long for one line of a narrow terminal " * 3
    text = printed([LONG.judge(1234567.0, False, SEEDS, note)], width)
    first = next(line for line in text.splitlines() if line.startswith("G12"))
    assert "fails" in first
    assert "1,234,567" in first
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    words = text.split()
    for part in (LONG.text, LONG.threshold, note):
        assert all(words.count(word) >= part.split().count(word) for word in part.split())
    for seed in range(100, 112):
        assert f"{seed}: 1,{seed}" in text  # never broken between a seed and its number


def test_claims_that_were_not_measured_come_last_with_one_line_each():
    reason = "the record has no runs of lecture-fraction0.3"
    missing = [LONG.not_measured(reason, SEEDS), CLAIM.not_measured(reason)]
    lines = printed([*missing, CLAIM.judge(12.5, True, {})], 80).splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["G12", "G1"]
    assert all("not measured" in line and reason in line for line in lines[-2:])
