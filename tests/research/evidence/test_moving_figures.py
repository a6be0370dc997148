"""Animations and interactive figures: written, the same every time, in the report, and removed."""

import base64
import io
import re
from types import SimpleNamespace

import pytest
from matplotlib.animation import FuncAnimation
from PIL import Image

from experiments.command_line.reporting import write_reports
from research.evidence.build import build_evidence
from research.evidence.gif import inline_gif
from research.evidence.interactive import link_to
from research.evidence.report import compose
from research.evidence.style import caption, slide
from research.records.drawn import read_drawn, replace_drawn
from research.records.errors import RecordError
from tests.research.evidence.synthetic import make_record

FRAMES, MILLISECONDS = 5, 80


def animations(record):
    figure = slide(4, 3)
    axes = figure.subplots()
    axes.set(xlim=(0, FRAMES), ylim=(0, 1))
    [line] = axes.plot([], [])
    caption(figure, "It moves", "Along a line, <slowly>.")

    def show(frame):
        line.set_data([0, frame + 1], [0, 1])
        return [line]

    return {"moving": FuncAnimation(figure, show, frames=FRAMES, interval=MILLISECONDS)}


def interactive(record):
    from plotly import graph_objects

    layout = {"title": {"text": "Turn <b>it</b> & zoom"}}
    return {"turn": graph_objects.Figure(graph_objects.Scatter(x=[1, 2], y=[1, 3]), layout)}


def figures(record):
    figure = slide(4, 3)
    figure.subplots()
    return {"still": figure}


def module(**rooms):
    return SimpleNamespace(verdicts=lambda record: [], figures=figures, **rooms)


BOTH = module(animations=animations, interactive=interactive)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    made = make_record(tmp_path_factory.mktemp("moving") / "record", ("small-wd3",), seeds=1)
    build_evidence(made, BOTH)
    return made


def files(record):
    return {path.name: path.read_bytes() for path in record.figures.iterdir()}


def test_the_gif_has_every_frame_its_pace_and_its_caption(record):
    with Image.open(record.figures / "moving.gif") as image:
        assert (image.n_frames, image.info["duration"], image.info["loop"]) == (FRAMES, 80, 0)
        assert image.size == (4 * 72, 3 * 72)
        pictures = []
        for frame in range(FRAMES):
            image.seek(frame)
            pictures.append(image.convert("RGB").tobytes())
    assert len(set(pictures)) == FRAMES


def test_the_report_holds_the_gif_and_links_the_page(record):
    html = record.report.read_text()
    [data] = re.findall(r'<img alt="It moves" src="data:image/gif;base64,([^"]+)">', html)
    assert base64.b64decode(data) == files(record)["moving.gif"]
    assert "Along a line, &lt;slowly&gt;." in html
    assert '<a href="figures/turn.html">Turn it &amp; zoom</a>' in html
    assert "<script" not in html


def test_the_same_record_gives_the_same_bytes(record):
    before = files(record), record.report.read_bytes()
    build_evidence(record, BOTH)
    assert (files(record), record.report.read_bytes()) == before
    assert set(before[0]) == {"still.svg", "still.png", "moving.gif", "turn.html"}


def test_links_of_a_report_elsewhere_lead_to_the_record(record, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep er").mkdir()
    target = tmp_path / "deep er" / "both.html"
    write_reports([record.folder, record.folder], target, redraw=False)
    addresses = re.findall(r'<a href="([^"#]+)">', target.read_text())
    assert len(addresses) == 2
    assert (target.parent / addresses[0]).resolve() == record.figures / "turn.html"


def test_an_address_is_a_relative_url(tmp_path):
    page = tmp_path / "a record" / "figures" / "turn.html"
    page.parent.mkdir(parents=True)
    page.write_text("no title")
    link = link_to(page, tmp_path)
    assert (link.title, link.address) == ("turn", "a%20record/figures/turn.html")


def test_what_is_no_longer_drawn_is_removed_and_a_users_own_file_stays(tmp_path):
    record = make_record(tmp_path / "record", ("small-wd3",), seeds=1)
    build_evidence(record, BOTH)
    for name in ("my own.png", "my own.svg", "own.gif", "own.html", "notes.txt"):
        (record.figures / name).write_bytes(b"the user's")
    build_evidence(record, module())
    own = {"my own.png", "my own.svg", "own.gif", "own.html", "notes.txt"}
    assert set(files(record)) == {"still.svg", "still.png"} | own
    assert {files(record)[name] for name in own} == {b"the user's"}
    html = record.report.read_text()
    assert "own" not in html, "the report shows what was drawn, and stumbles over nothing else"


def test_without_a_list_nothing_is_removed(tmp_path):
    record = make_record(tmp_path / "record", ("small-wd3",), seeds=1)
    build_evidence(record, BOTH)
    (record.folder / "drawn.json").unlink()
    build_evidence(record, module())
    assert set(files(record)) == {"still.svg", "still.png", "moving.gif", "turn.html"}


@pytest.mark.parametrize("text", ["[", '["../verdicts.json"]', '{"a": 1}', '[""]', "[1]"])
def test_a_damaged_list_removes_nothing(tmp_path, text):
    record = make_record(tmp_path / "record", ("small-wd3",), seeds=1)
    record.figures.mkdir()
    record.verdicts.write_text("[]")
    (record.folder / "drawn.json").write_text(text)
    with pytest.raises(RecordError, match=r"drawn\.json: .*delete it.*--redraw"):
        replace_drawn(record, {"still.svg"})
    assert record.verdicts.exists()
    (record.folder / "drawn.json").unlink()
    replace_drawn(record, {"still.svg"})
    assert read_drawn(record) == {"still.svg"}


def test_a_damaged_gif_is_refused_in_one_line(tmp_path):
    path = tmp_path / "moving.gif"
    path.write_bytes(b"<svg onload='alert(1)'>")
    with pytest.raises(RecordError, match=r"moving\.gif: found no GIF; redraw with --redraw$"):
        inline_gif(path)


def test_a_caption_from_a_stranger_can_not_leave_its_attribute(tmp_path):
    stream = io.BytesIO()
    Image.new("RGB", (2, 2)).save(stream, "GIF", comment=b'x" onerror="alert(1)\n<script>')
    record = make_record(tmp_path / "record", ("small-wd3",), seeds=1)
    record.figures.mkdir()
    (record.figures / "moving.gif").write_bytes(stream.getvalue())
    html = compose([record])
    assert 'alt="x&quot; onerror=&quot;alert(1)"' in html
    assert "<script" not in html
