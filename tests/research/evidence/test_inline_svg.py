import re

import pytest

from research.evidence.inline_svg import inline_svg
from research.evidence.style import caption, slide
from research.records.errors import RecordError

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def inlined(tmp_path, body, prefix="f-"):
    path = tmp_path / "figure.svg"
    path.write_text(f"<?xml version='1.0'?>{HEAD}{body}</svg>")
    return inline_svg(path, prefix).markup


@pytest.fixture
def drawn(tmp_path):
    figure = slide(4, 3)
    axes = figure.subplots()
    axes.plot([1, 2], [3, 4], label="<b>&")
    axes.set_title("<b>&")
    caption(figure, "A <title> & more", "The caption's <text>")
    figure.savefig(
        tmp_path / "figure.svg",
        metadata={"Date": None, "Title": "A <title> & more", "Description": "The caption's <text>"},
    )
    return tmp_path / "figure.svg"


def test_a_figure_of_matplotlib_keeps_what_is_drawn(drawn):
    figure = inline_svg(drawn, "r1-")
    assert figure.title == "A <title> & more"
    assert figure.text == "The caption's <text>"
    assert figure.markup.count("<path") == drawn.read_text().count("<path")
    assert figure.markup.count("<use") == drawn.read_text().count("<use")
    assert (
        'role="img" aria-labelledby="r1-title"><title id="r1-title">A &lt;title&gt;'
        in figure.markup
    )
    assert "viewBox" in figure.markup
    assert "metadata" not in figure.markup
    assert "http" not in figure.markup


def test_every_reference_has_its_id_and_two_copies_share_none(drawn):
    first, second = inline_svg(drawn, "a-").markup, inline_svg(drawn, "b-").markup
    ids = [set(re.findall(r'\bid="([^"]+)"', markup)) for markup in (first, second)]
    assert not ids[0] & ids[1]
    for markup, known in zip((first, second), ids, strict=True):
        used = set(re.findall(r'href="#([^"]+)"', markup)) | set(
            re.findall(r"url\(#([^)]+)\)", markup)
        )
        assert used
        assert used <= known


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<g onload='alert(1)'/>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>alert</body></foreignObject>",
        "<a xlink:href='javascript:alert(1)'><path/></a>",
        "<image xlink:href='http://alert/x.png'/>",
        "<image href='data:image/svg+xml;base64,alert'/>",
        "<use href='http://alert/x.svg#a'/>",
        "<style>@import 'http://alert'</style>",
        "<style>g { fill: url(http://alert) }</style>",
        "<path style='fill: url( &quot;http://alert&quot; )'/>",
        "<path style='fill: u\\72l(http://alert)'/>",
        "<animate onbegin='alert(1)'/>",
        "<set attributeName='href' to='javascript:alert(1)'/>",
        "<path ONCLICK='alert(1)'/>",
    ],
)
def test_nothing_that_runs_or_loads_is_kept(tmp_path, body):
    assert "alert" not in inlined(tmp_path, body)


def test_an_embedded_png_and_references_within_are_kept(tmp_path):
    markup = inlined(
        tmp_path,
        "<defs><clipPath id='c'><rect/></clipPath></defs>"
        "<g clip-path='url(#c)' style='fill: url( \"#c\" )'>"
        "<image href='data:image/png;base64,AA'/></g>",
    )
    assert 'id="f-c"' in markup
    assert 'clip-path="url(#f-c)"' in markup
    assert "fill: url(#f-c)" in markup
    assert "data:image/png;base64,AA" in markup


@pytest.mark.parametrize("text", ["", "<svg", "<html/>", "\0"])
def test_what_is_no_svg_is_refused(tmp_path, text):
    (tmp_path / "figure.svg").write_text(text)
    with pytest.raises(RecordError, match=r"figure\.svg: found"):
        inline_svg(tmp_path / "figure.svg", "f-")
