"""The figures of double descent, and that evidence can be built from any record."""

import numpy
import pytest

from experiments.double_descent_deep import evidence
from research.evidence.build import build_evidence
from research.evidence.claims import read_verdicts
from research.evidence.style import read_caption
from research.records.status import Status
from tests.experiments.double_descent_deep.synthetic import (
    curves_of,
    make_record,
    plausible,
    write_run,
)


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
    assert "peak (20 % wrong, smoothed):\nup by 6.2 points, down by 4.2" in texts(test)
    assert texts(train) == {"peak"}
    assert test.get_title(loc="right") == "dotted: with batch norm's running statistics"
    assert train.get_title(loc="left") == "training images, 20 % wrong labels: share in %"
    names = [text.get_text().replace("\n", " ") for text in train.get_legend().get_texts()]
    assert names == [  # in the order in which the lines begin
        "wrong label not yet learned",
        "wrong label, right answer",
        "right label not yet learned",
    ]
    for axes in (test, train):
        (upright,) = [line for line in axes.lines if len(set(line.get_xdata())) == 1]
        assert upright.get_xdata()[0] in (18, 19)
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
    assert "peak: up by 5.0 points, down by 5.0" in texts(axes)
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


def noisy_runs(test):
    """Curves of a test error for the runs with wrong labels."""
    return lambda variant, seed: curves_of(test, train=[0.1] * len(test))


@pytest.mark.parametrize(("fall", "is_marked"), [(0.019, False), (0.021, True)])
def test_a_peak_is_marked_only_if_the_error_comes_down_again(tmp_path, fall, is_marked):
    curves = noisy_runs([*[0.1] * 9, *[0.2] * 9, *[0.2 - fall] * 9])
    record = make_record(tmp_path / "r", curves=curves, variants=["noise"])
    figure = evidence.figures(record)["double_descent_deep"]
    said = " ".join(texts(figure.axes[0]))
    assert ("no second descent" in said, "peak" in said) == (not is_marked, is_marked)
    assert ("peak" in texts(figure.axes[1])) == is_marked
    assert ("The dashed line" in read_caption(figure)[1]) == is_marked
    state = record.run("noise", 1)
    write_run(record, state, curves("noise", 1), "interrupted", 0.9)
    said = " ".join(texts(evidence.figures(record)["double_descent_deep"].axes[0]))
    assert is_marked or "no second descent so far" in said


def test_a_peak_over_widths_that_is_too_low(tmp_path):
    def curves(variant, seed):
        return curves_of([0.3 + 0.019 * (variant == "cnn5-k4")] * 4, [0.1] * 4)

    (axes,) = evidence.figures(make_record(tmp_path / "r", "widths", curves))["widths"].axes
    assert texts(axes) > {"no second descent"}
    assert not any("peak" in text for text in texts(axes))


def test_curves_are_named_by_what_ran(tmp_path):
    """A flag reaches every variant: all three are then the same runs, which are drawn once."""
    record = make_record(tmp_path / "r", overrides={"data.label_noise": 0.3})
    figure = evidence.figures(record)["double_descent_deep"]
    test, train = figure.axes
    bold = [line for line in test.lines if line.get_linewidth() == 3]
    assert [line.get_label() for line in bold] == ["30 % of the\nlabels wrong"]
    assert train.get_title(loc="left") == "training images, 30 % wrong labels: share in %"
    title, said = read_caption(figure)
    assert title.endswith("epochs: 30 % of the labels wrong")
    assert "clean has the settings of noise, and is not drawn again." in said


def test_runs_that_differ_in_something_else_have_the_record_s_label(tmp_path):
    record = make_record(tmp_path / "r", overrides={"data.label_noise": 0.3})
    record.plan.variants["clean"].settings["batch_size"] = 25
    test, _ = evidence.figures(record)["double_descent_deep"].axes
    names = {text.replace("\n", " ") for text in texts(test)}
    label = record.plan.variants["clean"].label
    assert f"30 % of the labels wrong ({label})" in {name.replace("-- ", "--") for name in names}


def test_labels_that_are_drawn_anew_are_not_called_wrong(tmp_path):
    record = make_record(tmp_path / "r", overrides={"data.noisy_labels": "any"})
    figure = evidence.figures(record)["double_descent_deep"]
    assert figure.axes[1].get_title(loc="left") == "training images, 20 % drawn anew: share in %"
    assert read_caption(figure)[0].count("of the labels drawn anew") == 2


def test_one_variant_alone_shows_its_own_training_images(tmp_path):
    for variant, count in (("noise40", 3), ("clean", 1)):
        record = make_record(tmp_path / variant, variants=[variant])
        _, train = evidence.figures(record)["double_descent_deep"].axes
        assert len(train.get_legend().get_texts()) == count


def test_the_best_and_the_end_are_medians_of_three(tmp_path):
    def curves(variant, seed):
        return curves_of([0.5, 0.3, 0.1, 0.4, 0.35, 0.36, 0.9], [0.1] * 7)

    (axes,) = evidence.figures(make_record(tmp_path / "r", "widths", curves))["widths"].axes
    bold = {line.get_label(): line for line in axes.lines if line.get_linewidth() == 3}
    assert bold["test error\nat its best"].get_ydata() == pytest.approx(30)
    assert bold["test error\nat the end"].get_ydata() == pytest.approx(36)


def test_widths_that_a_flag_made_one(tmp_path):
    names = ["cnn5-k1", "cnn5-k2", "cnn5-k3"]
    record = make_record(tmp_path / "r", "widths", None, {"model.width": 3}, names)
    figures = evidence.figures(record)
    assert list(figures) == ["epochs_by_width"]
    (axes,) = figures["epochs_by_width"].axes
    assert texts(axes) == {"k = 3", "all runs have width 3: no curve over widths"}
    said = "cnn5-k1 and cnn5-k2 and cnn5-k3 all ran with width 3, so there is no curve over widths."
    assert read_caption(figures["epochs_by_width"])[1].endswith(said)
