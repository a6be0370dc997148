import io

from rich.console import Console

from research.evidence.claims import Claim
from research.evidence.table import verdict_table

CLAIM = Claim("G1", "A [bold]claim[/bold] of x[0]", "", "≥ 10 [every]")


def test_each_verdict_is_shown_with_its_numbers_and_brackets_stay_text():
    console = Console(width=100, file=io.StringIO())
    console.print(
        verdict_table(
            [CLAIM.judge(12.5, True, {"small-wd1/3": 12.5}), CLAIM.not_measured("too few seeds")]
        )
    )
    text = console.file.getvalue()
    for part in ("G1", "holds", "12.5", "≥ 10 [every]", "A [bold]claim[/bold] of x[0]", "3: 12.5"):
        assert part in text
    assert "not measured" in text
    assert "too few seeds" in text
