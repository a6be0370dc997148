"""The figures of skip_connections: what they show, and that they show what there is."""

import math

import pytest

from experiments.skip_connections import evidence
from experiments.skip_connections.naming import names_of, one_of_each
from experiments.skip_connections.readings import read
from research.evidence.style import read_caption
from research.records.rows import encode_row
from research.records.status import Status
from tests.experiments.skip_connections.made_up import make_record


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("evidence") / "r")


@pytest.fixture(scope="module")
def figures(record):
    return evidence.figures(record)


def test_every_figure_says_what_it_shows(figures):
    assert list(figures) == ["skip_connections", "reliefs", "curvature_map", "numbers"]
    for figure in figures.values():
        title, text = read_caption(figure)
        assert title and "34 layers, 8 channels at first, on digits" in text


def test_planes_are_named_by_what_they_are(figures):
    titles = [axes.get_title(loc="left") for axes in figures["skip_connections"].axes]
    assert titles[:3] == [
        "with skips, 15 epochs\ntraining loss 0.01",
        "without skips, 15 epochs\ntraining loss 1",
        "without skips, 60 epochs\ntraining loss 0.02",
    ]


def test_the_map_says_how_much_is_not_convex(figures):
    titles = [axes.get_title(loc="left") for axes in figures["curvature_map"].axes]
    assert titles[0].endswith("\n27 % above 0.1") and titles[1].endswith("\n51 % above 0.1")
    texts = [text.get_text() for text in figures["curvature_map"].axes[0].texts]
    assert texts == [".11"] * 13 + [".10"] * 36
    bold = [text.get_weight() == "bold" for text in figures["curvature_map"].axes[0].texts]
    assert sum(bold) == 13


def test_the_map_has_its_first_coordinate_to_the_right(figures):
    """The points that are not convex come first: those with the least x, y running fastest."""
    bold = [t for t in figures["curvature_map"].axes[0].texts if t.get_weight() == "bold"]
    assert [t.get_position() for t in bold[:7]] == [
        pytest.approx((-1, y / 3)) for y in range(-3, 4)
    ]


def test_colours_lie_under_their_numbers(figures):
    panel = figures["curvature_map"].axes[0]
    [mesh] = panel.collections
    colours = mesh.get_array().reshape(7, 7)  # rows along y
    for text in panel.texts:
        x, y = text.get_position()
        shown = colours[round(3 * y) + 3, round(3 * x) + 3]
        assert shown == (0.11 if text.get_weight() == "bold" else 0.1)


def test_numbers_have_a_dot_for_each_seed(figures):
    panel = figures["numbers"].axes[0]
    dots = [line.get_xdata().tolist() for line in panel.lines]
    assert dots == [pytest.approx([value] * 3) for value in (0.01, 1.0, 0.02)]
    assert [text.get_text() for text in panel.texts] == ["0.01", "1", "0.02"]


def test_depths_are_named_where_they_differ(tmp_path):
    readings = read(make_record(tmp_path / "r", "paper"))
    assert list(names_of(readings).values()) == [
        "20 layers, with skips",
        "20 layers, without skips",
        "56 layers, with skips",
        "56 layers, without skips",
    ]
    assert [each.store.variant for each in one_of_each(readings)][2] == "resnet56"


def test_networks_that_differ_in_something_else_keep_their_variants(tmp_path):
    same = {"trainer.max_steps": 165}
    names = names_of(read(make_record(tmp_path / "r", overrides=same)))
    assert names["plain-long"] == "plain-long: without skips"


def test_a_run_that_is_in_training_shows_nothing(tmp_path):
    record = make_record(tmp_path / "r", variants=["skip"], seeds=[0])
    store = record.run("skip", 0)
    for stage in ("landscape", "map"):
        for path in sorted(store.stage(stage).folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    assert list(evidence.figures(record)) == ["numbers"]
    assert evidence.interactive(record) == {}
    store.stage("training").keep_until(55)
    store.write_status(Status("running", 55, 165))
    [reading] = read(record)
    assert math.isnan(reading.train_loss) and math.isnan(reading.lambda_max)
    assert evidence.figures(record) == {}


def test_a_map_with_a_point_missing_is_none(tmp_path):
    record = make_record(tmp_path / "r", variants=["skip"], seeds=[0])
    record.run("skip", 0).stage("map").keep_until(47)
    [reading] = read(record)
    assert reading.map is None
    assert "curvature_map" not in evidence.figures(record)


def test_where_no_eigenvalue_is_negative_the_ratio_is_zero(tmp_path):
    record = make_record(tmp_path / "r", variants=["skip"], seeds=[0])
    stage = record.run("skip", 0).stage("map")
    rows = [{**row, "lambda_min": abs(row["lambda_min"])} for row in stage.metrics()]
    rows[0] |= {"ratio": 0.998, "lambda_min": -0.998}
    rows[1] |= {"ratio": 12.3, "lambda_min": -12.3}
    lines = (encode_row(row.pop("step"), row) for row in rows)
    stage.metrics_file.write_bytes(b"".join(lines))
    [reading] = read(record)
    assert reading.map.ratio.ravel()[:3].tolist() == [0.998, 12.3, 0]
    texts = [text.get_text() for text in evidence.figures(record)["curvature_map"].axes[0].texts]
    assert texts == ["1.0", "12", *[".00"] * 47]


def test_to_turn_by_hand(record):
    page = evidence.interactive(record)["planes"]
    assert [trace.name for trace in page.data] == [
        "with skips, 15 epochs",
        "without skips, 15 epochs",
        "without skips, 60 epochs",
    ]


def test_the_lowest_seed_is_drawn_in_whatever_order_they_came(tmp_path):
    record = make_record(tmp_path / "r", variants=["skip"], seeds=[2, 0, 1], empty=True)
    assert [each.store.seed for each in one_of_each(read(record))] == [0]
