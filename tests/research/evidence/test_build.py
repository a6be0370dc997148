import json

import pytest

from research.evidence.build import build_evidence
from research.evidence.claims import Claim
from research.evidence.style import caption, slide
from tests.research.evidence.synthetic import make_record

CLAIM = Claim("X1", "A claim", "A source", "≥ 1")


class Evidence:
    """The smallest evidence module."""

    def __init__(self, *names):
        self.names = names

    def verdicts(self, record):
        return [CLAIM.judge(2.0, True, {"small-wd3/0": 2.0})]

    def figures(self, record):
        figures = {}
        for name in self.names:
            figures[name] = slide(4, 3)
            figures[name].subplots().plot([0, 1], [0, 1])
            caption(figures[name], f"Title of {name}", f"Caption of {name}")
        return figures


@pytest.fixture
def record(tmp_path):
    return make_record(tmp_path / "record", ("small-wd3",), seeds=1)


def test_writes_figures_verdicts_and_report(record):
    verdicts = build_evidence(record, Evidence("grokking", "another"))
    assert [verdict.verdict for verdict in verdicts] == ["holds"]
    assert sorted(path.name for path in record.figures.iterdir()) == [
        "another.png",
        "another.svg",
        "grokking.png",
        "grokking.svg",
    ]
    assert (record.figures / "grokking.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(record.verdicts.read_bytes())[0]["id"] == "X1"
    html = record.report.read_text()
    assert html.index("Caption of grokking") < html.index("Caption of another")


def test_the_same_record_gives_the_same_bytes(record):
    build_evidence(record, Evidence("grokking"))
    before = (record.figures / "grokking.svg").read_bytes(), record.report.read_bytes()
    build_evidence(record, Evidence("grokking"))
    assert before == ((record.figures / "grokking.svg").read_bytes(), record.report.read_bytes())


def test_figures_that_are_gone_are_removed(record):
    build_evidence(record, Evidence("old", "grokking"))
    build_evidence(record, Evidence("grokking"))
    assert sorted(path.stem for path in record.figures.iterdir()) == ["grokking", "grokking"]


def test_png_has_the_pixels_of_a_slide(record):
    class Slide(Evidence):
        def figures(self, record):
            figure = slide()
            figure.subplots()
            return {"grokking": figure}

    build_evidence(record, Slide())
    header = (record.figures / "grokking.png").read_bytes()[16:24]
    assert int.from_bytes(header[:4], "big") in (1919, 1920)
    assert int.from_bytes(header[4:], "big") == 1080
