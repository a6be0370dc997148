"""The figures of heavy_tails_text: what is drawn, of which runs."""

import numpy
import pytest

from experiments.heavy_tails_text import evidence
from tests.experiments.heavy_tails_text.synthetic import groups_of


def lines(axes):
    return [numpy.asarray(line.get_ydata(), dtype=float) for line in axes.lines]


def test_a_panel_for_each_method_at_its_best_rate(written):
    figure = evidence.figures(written)["heavy_tails_text"]
    titles = [axes.get_title(loc="left") for axes in figure.axes[:3]]
    assert titles == [
        "SGD, momentum\nlr 0.1",
        "Adam\nlr 0.003",
        "sign descent, momentum\nlr 0.001",
    ]
    ends = sorted(values[-1] for values in lines(figure.axes[1])[:4])
    expected = numpy.mean([groups_of("adam", seed, False) for seed in range(3)], axis=0)
    assert ends == pytest.approx(sorted(expected))
    assert "Kinds of tokens by group: 1, 1, 1, 1" in figure.get_label()


def test_leads_early_and_at_the_end(written):
    figure = evidence.figures(written)["gaps"]
    early, late = figure.axes[:2]
    assert early.get_title(loc="left") == "after 75 steps"
    assert late.get_title(loc="left") == "after 600 steps"
    for axes, leads in ((early, [0.3, 0.2, 0.1, -0.1]), (late, [0.1, 0.2, 0.3, 0.5])):
        zero, *drawn = lines(axes)
        assert not zero.any() and len(drawn) == 2 * (3 + 1)  # two methods, their seeds and mean
        assert all(values == pytest.approx(leads) for values in drawn)


def test_every_rate_is_in_the_curve(written):
    figure = evidence.figures(written)["learning_rates"]
    assert len(figure.axes) == 1
    rates = {float(x) for line in figure.axes[0].lines for x in line.get_xdata()}
    assert {0.03, 0.1, 0.3, 0.001, 0.003, 0.01, 0.0003} <= rates


def test_a_record_that_has_only_begun_has_only_the_curve(make_record):
    record = make_record(variants=["adam-lr0.001", "sgdm-lr0.1"])
    for store in record.runs():
        store.metrics_file.unlink()
    assert set(evidence.figures(record)) == {"learning_rates"}


def test_without_sgd_there_is_nothing_to_lead(make_record):
    names = ["adam-lr0.001", "adam-lr0.003", "adam-lr0.01"]
    assert set(evidence.figures(make_record(variants=names))) == {
        "heavy_tails_text",
        "learning_rates",
    }
