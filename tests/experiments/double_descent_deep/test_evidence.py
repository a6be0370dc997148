"""The figures of double descent, and that evidence can be built from any record."""

import numpy
import pytest

from experiments.double_descent_deep import evidence
from research.evidence.build import build_evidence
from research.evidence.claims import read_verdicts
from research.records.status import Status
from tests.experiments.double_descent_deep.synthetic import make_record, plausible, write_run


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("quick") / "record")


def texts(axes):
    return {text.get_text() for text in axes.texts}


def test_which_figures_there_are(quick, tmp_path):
    assert list(evidence.figures(quick)) == ["double_descent_deep"]
    assert list(evidence.figures(make_record(tmp_path / "r", "widths"))) == [
        "widths",
        "epochs_by_width",
    ]


def test_the_curve_over_epochs(quick):
    test, train = evidence.figures(quick)["double_descent_deep"].axes
    columns = [100 * (1 - quick.run("noise", seed).column("test/accuracy")[1]) for seed in range(4)]
    bold = next(line for line in test.lines if line.get_label().startswith("20 %"))
    assert bold.get_xdata().tolist() == list(range(1, 41))
    assert bold.get_ydata() == pytest.approx(numpy.median(columns, axis=0))
    thin = [line for line in test.lines if line.get_linewidth() == 1]
    assert len(thin) >= 12
    names = {"40 % of the\nlabels wrong", "20 % of the\nlabels wrong", "all labels right"}
    assert names < texts(test)
    assert any("20 %: up by 6.2 points, down by 4.2" in text for text in texts(test)), texts(test)
    for axes in (test, train):
        (upright,) = [line for line in axes.lines if len(set(line.get_xdata())) == 1]
        assert upright.get_xdata()[0] in (18, 19)
    assert len(texts(train)) >= 3
    lagging = [
        100 * (1 - quick.run("noise", s).column("test/accuracy_lagging")[1]) for s in range(4)
    ]
    expected = numpy.median(lagging, axis=0)
    assert any(
        numpy.allclose(line.get_ydata(), expected)
        for line in test.lines
        if len(line.get_ydata()) == 40
    )


def test_the_curve_over_widths(tmp_path):
    (axes,) = evidence.figures(make_record(tmp_path / "r", "widths"))["widths"].axes
    bold = next(line for line in axes.lines if line.get_label() == "test error\nat the end")
    assert bold.get_xdata().tolist() == [1, 2, 3, 4, 6, 8, 12, 16]
    assert bold.get_ydata()[3] == pytest.approx(25.15)
    assert any("up by 5.0 points, down by 5.0" in text for text in texts(axes))
    best = next(line for line in axes.lines if line.get_label() == "test error\nat its best")
    assert best.get_ydata()[3] == pytest.approx(25.15)


def test_the_curves_over_epochs_of_every_width(tmp_path):
    record = make_record(tmp_path / "r", "widths")
    (axes,) = evidence.figures(record)["epochs_by_width"].axes
    assert texts(axes) == {f"k = {width}" for width in (1, 2, 3, 4, 6, 8, 12, 16)}
    assert axes.lines[3].get_xdata().tolist() == [1, 2, 3, 4]
    assert axes.lines[3].get_ydata() == pytest.approx([50, 25.15, 25.15, 25.15])


def test_both_networks_have_a_panel(tmp_path):
    names = ["cnn5-k1", "cnn5-k2", "resnet-k1", "resnet-k2"]
    record = make_record(tmp_path / "r", "widths", variants=names)
    axes = evidence.figures(record)["widths"].axes
    titles = [panel.get_title(loc="left") for panel in axes]
    assert titles == ["5-layer CNN: error, in %", "ResNet18: error, in %"]


@pytest.mark.parametrize(
    ("preset", "state"),
    [("smoke", "waiting"), ("smoke", "diverged"), ("quick", "running"), ("widths", "diverged")],
)
def test_a_record_in_any_state_has_figures_and_a_report(tmp_path, state, preset):
    record = make_record(tmp_path / "r", preset)
    for store in record.runs():
        if state == "waiting":
            store.metrics_file.unlink()
            store.write_status(Status(state))
        else:
            write_run(record, store, plausible(store.variant, 0), state, 0.5)
    verdicts = build_evidence(record, evidence)
    wanted = "fails" if state == "diverged" and preset != "smoke" else "not measured"
    assert wanted in {verdict.verdict for verdict in verdicts}
    assert "holds" not in {verdict.verdict for verdict in verdicts}
    assert read_verdicts(record.verdicts) == verdicts


def test_nothing_measured_is_said(tmp_path):
    record = make_record(tmp_path / "r")
    for store in record.runs():
        store.metrics_file.unlink()
        store.write_status(Status("waiting"))
    for axes in evidence.figures(record)["double_descent_deep"].axes:
        assert "nothing measured" in texts(axes)
