import subprocess
import sys

import matplotlib
import pytest

from research.evidence.style import (
    LineLabel,
    caption,
    label_lines,
    lecture_style,
    pushed_apart,
    read_caption,
    slide,
    wrapped,
)


def test_the_look_holds_within_and_nothing_is_left_of_it():
    before = dict(matplotlib.rcParams)
    with lecture_style():
        assert matplotlib.rcParams["font.size"] > before["font.size"]
    assert dict(matplotlib.rcParams) == before


def test_import_chooses_no_backend_and_imports_no_pyplot():
    code = (
        "import sys, matplotlib\n"
        "import research.evidence.style, research.evidence.build, experiments.grokking.evidence\n"
        "assert matplotlib.get_backend(auto_select=False) is None\n"
        "print(sorted({'matplotlib.pyplot', 'torch', 'pytorch_lightning'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([], []),
        ([0.5], [0.5]),
        ([0.1, 0.5], [0.1, 0.5]),
        ([0.5, 0.5], [0.5, 0.6]),
        ([0.97, 1.0], [0.9, 1.0]),
        ([0.2, 0.95, 1.0, 1.0], [0.2, 0.8, 0.9, 1.0]),
    ],
)
def test_labels_are_pushed_apart_and_stay_in_the_panel(heights, expected):
    assert pushed_apart(heights, 0.1) == pytest.approx(expected)


def test_names_stand_beside_the_panel_in_the_colour_of_their_lines():
    axes = slide().subplots()
    axes.set_ylim(0, 10)
    texts = label_lines(
        axes, [LineLabel(9.0, "upper", "#0072B2"), LineLabel(1.0, "lower", "#D55E00")]
    )
    assert [(text.get_text(), text.get_color()) for text in texts] == [
        ("lower", "#D55E00"),
        ("upper", "#0072B2"),
    ]
    assert [text.get_position()[1] for text in texts] == pytest.approx([0.1, 0.9])


def test_a_caption_comes_back_and_none_is_empty():
    figure = slide()
    assert read_caption(figure) == ("", "")
    caption(figure, "Title", "What it\nshows.")
    assert read_caption(figure) == ("Title", "What it\nshows.")


def test_labels_break_after_commas_where_that_is_enough():
    text = "lecture's model, weight decay 1, 30 % of the equations"
    assert wrapped(text, 80) == text
    assert wrapped(text, 36) == "lecture's model, weight decay 1,\n30 % of the equations"
    assert wrapped("a word that is long", 10) == "a word\nthat is\nlong"
