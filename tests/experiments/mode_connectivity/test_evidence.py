"""The figures: what is drawn of which record, and what labels and captions say."""

from shutil import rmtree

import numpy
import pytest

from experiments.mode_connectivity import evidence
from experiments.mode_connectivity.naming import curve_of, network_of
from research.evidence.style import read_caption
from tests.experiments.mode_connectivity.made_up import GOOD, make_record, settings_of


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("evidence") / "record", ("bezier", "batch-norm"))


@pytest.fixture(scope="module")
def drawn(record):
    return evidence.figures(record)


def names_in(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_figures_of_a_whole_record(drawn):
    assert list(drawn) == ["mode_connectivity", "along", "planes", "test_planes"]
    assert all(read_caption(figure)[1] for figure in drawn.values())


def test_nothing_is_drawn_before_the_paths_are_measured(tmp_path):
    assert evidence.figures(make_record(tmp_path / "record", points=30)) == {}
    assert evidence.interactive(make_record(tmp_path / "other", points=0)) == {}


def test_a_pair_that_has_not_begun_keeps_claims_about_every_pair_open(tmp_path):
    record = make_record(tmp_path / "record")
    assert {each.id: each.verdict for each in evidence.verdicts(record)}["M1"] == "holds"
    run = record.runs()[-1]
    rmtree(run.folder)
    found = {each.id: each for each in evidence.verdicts(record)}
    assert (found["M1"].verdict, found["M1"].note) == (
        "not measured",
        f"bezier/{run.seed} is waiting",
    )


def test_one_variant_without_a_plane(tmp_path):
    drawn = evidence.figures(make_record(tmp_path / "record", planes=False))
    assert list(drawn) == ["mode_connectivity"]
    assert "plane" not in read_caption(drawn["mode_connectivity"])[1]


def test_both_paths_lie_on_the_plane_where_they_were_measured(drawn):
    plane, upper, lower = drawn["mode_connectivity"].axes[:3]
    straight, curve, ends = plane.lines
    assert straight.get_ydata().max() == 0
    assert curve.get_ydata().max() == pytest.approx(0.15)
    assert list(ends.get_xdata()) == [0, 1]
    assert straight.get_color() != curve.get_color()
    assert upper.get_title("left") == "training loss" and "%" in lower.get_title("left")
    assert lower.get_ylim()[0] < 0 < 30 < lower.get_ylim()[1]


def test_the_panel_has_every_pair_and_their_median(drawn):
    upper = drawn["mode_connectivity"].axes[1]
    bold = [each for each in upper.lines if each.get_linewidth() == 3]
    thin = [each for each in upper.lines if each.get_linewidth() == 1]
    assert len(bold) == 2 and len(thin) == 4
    tops = sorted(float(numpy.max(each.get_ydata())) for each in bold)
    assert tops[1] == pytest.approx(1.0, abs=0.01) and tops[0] < 0.02
    assert names_in(upper) == ["straight line", "Bezier curve"]


def test_moved_statistics_are_dotted_where_there_is_batch_norm(drawn):
    plain, norm = drawn["along"].axes[:2]
    dotted = [
        [each for each in axes.lines if each.get_linewidth() == 2 and len(each.get_xdata())]
        for axes in (plain, norm)
    ]
    assert [len(found) for found in dotted] == [0, 2]
    assert "Dotted" in read_caption(drawn["along"])[1]
    assert "batch norm" in norm.get_title("left")


def test_labels_follow_the_settings(tmp_path):
    assert network_of(settings_of("mlp")) == "fully connected, 64-64 units"
    assert network_of(settings_of("batch-norm")) == "CNN, 16-32 channels, batch norm"
    assert curve_of(settings_of("chain")) == "chain of 2 pieces"
    assert curve_of(settings_of("bezier", **{"curve.bends": 3})) == "Bezier curve with 3 bends"
    changed = {"curve.kind": "chain", "data.name": "mnist", "data.train_examples": 500}
    figure = evidence.figures(make_record(tmp_path / "record", **changed))["mode_connectivity"]
    assert figure.axes[0].get_title("left") == "training loss, MNIST: CNN,\n16-32 channels"
    assert names_in(figure.axes[1])[1] == "chain of 2 pieces"


def test_variants_with_the_same_settings_are_drawn_once(tmp_path):
    record = make_record(tmp_path / "record", ("bezier", "chain"), **{"curve.kind": "chain"})
    drawn = evidence.figures(record)
    assert "along" not in drawn
    assert len([axes for axes in drawn["planes"].axes if axes.get_title("left")]) == 1


def test_planes_share_a_scale_and_say_where_it_ends(drawn):
    first, second, bar = drawn["planes"].axes
    limits = [axes.collections[0].norm for axes in (first, second)]
    assert (limits[0].vmin, limits[0].vmax) == (limits[1].vmin, limits[1].vmax)
    assert limits[0].vmax == pytest.approx(5.0)
    assert "above 5 " in read_caption(drawn["planes"])[1]
    assert "training loss" in bar.get_ylabel()


def test_a_curve_that_leaves_the_plane_is_said_to(tmp_path, monkeypatch):
    from tests.experiments.mode_connectivity import made_up

    rows = made_up.rows_of(settings_of("bezier"), GOOD)
    monkeypatch.setattr(made_up, "rows_of", lambda *_: [{**row, "off": 0.2} for row in rows])
    drawn = evidence.figures(make_record(tmp_path / "record"))
    assert "leaves it by up to 0.2" in read_caption(drawn["mode_connectivity"])[1]


def test_planes_to_turn_by_hand(record):
    figure = evidence.interactive(record)["planes"]
    names = [trace.name for trace in figure.data]
    assert len(names) == 4 and sum("test loss" in name for name in names) == 2
    assert figure.data[0].z.shape == (7, 9)  # rows along y


def test_the_scale_to_turn_has_room_for_both_splits(tmp_path):
    high = {**GOOD, "line": {**GOOD["line"], "test/error": 9.0}}  # a test loss of 9.1 half way
    figure = evidence.interactive(make_record(tmp_path / "record", rises=high))["planes"]
    assert [10**trace.cmax for trace in figure.data] == pytest.approx([9.1, 9.1])
