"""Verdicts and figures of a record, of a part of one, and of an empty one."""

import numpy

from experiments.random_search import evidence
from experiments.random_search.claims import CLAIMS
from experiments.random_search.picture_figure import _typical
from experiments.random_search.readings import read
from research.evidence.build import build_evidence
from research.evidence.style import read_caption
from research.records.status import Status
from research.records.store import Record
from tests.experiments.random_search.made_up import make_record, plan_of, settings_of


def reading_of(record, variant):
    return next(each for each in read(record) if each.store.variant == variant)


def test_a_record_too_small_decides_nothing_and_says_why(record):
    found = {each.id: each for each in evidence.verdicts(record)}
    assert {each.verdict for each in found.values()} == {"not measured"}
    assert found["H1a"].note == "one-of-four has repeats 3, the claim needs at least 500"
    assert found["H2"].note.startswith("one-of-four has")
    assert found["H4"].note == "the record has no runs of two-of-four"
    assert "problem.steps 1, the claim is about 100" in found["H6"].note


def test_every_figure_is_drawn_with_a_caption(figures):
    assert list(figures) == ["random_search", "budgets", "network"]
    assert all(all(read_caption(figure)) for figure in figures.values())
    assert "3 searches (2 of TPE)" in read_caption(figures["budgets"])[1]
    assert "The grid has 2 values of each setting." in read_caption(figures["network"])[1]
    titles = [axes.get_title(loc="left") for axes in figures["budgets"].axes]
    assert titles == ["one of four matters", "control: both of two matter"]
    assert figures["network"].axes[0].get_title(loc="left") == "a network on digits"


def test_the_curves_are_the_means_of_the_record(record, figures):
    left, _ = figures["budgets"].axes
    reading = reading_of(record, "one-of-four")
    drawn = {line.get_label(): line.get_ydata() for line in left.lines}
    numpy.testing.assert_allclose(drawn["random"], reading.best("random").mean(0))
    numpy.testing.assert_allclose(drawn["TPE"], reading.best("tpe").mean(0))
    assert reading.best("tpe").shape == (2, 16)


def test_the_picture_shows_a_typical_search(record, figures):
    reading = reading_of(record, "one-of-two")
    best = {sampler: reading.best(sampler)[:, -1] for sampler in ("grid", "random")}
    far = sum((values - values.mean()) ** 2 for values in best.values())
    chosen = _typical(reading, ["grid", "random"])
    assert chosen == far.argmin() != far.argmax()
    above, square = figures["random_search"].axes[2:4]
    assert above.get_title(loc="left").startswith("random: 9 values")
    points = square.lines[0].get_xydata()
    shown = [reading.tried("random")[search] for search in range(3)]
    assert sum(numpy.array_equal(points, each) for each in shown) == 1


def test_the_network_panels_show_every_random_trial(record, figures):
    figure = figures["network"]
    reading = reading_of(record, "network")
    panels = [axes for axes in figure.axes if axes.get_xlabel() in ("learning rate", "momentum")]
    for axes, column in zip(panels, (0, 2), strict=True):
        drawn = axes.lines[0].get_xydata()
        assert (drawn[:, 0] == reading.tried("random")[..., column].ravel()).all()
        assert (drawn[:, 1] == reading.errors("random").ravel()).all()
    assert reading.tried("random").shape == (3, 16, 4)


def test_a_run_that_has_only_begun_is_drawn_as_far_as_it_is(tmp_path):
    settings = {
        "one-of-four": settings_of("one-of-four"),
        "network": settings_of("network", samplers=("grid", "random"), repeats=2),
    }
    record = make_record(tmp_path / "record", settings, state="running", left_out=2)
    figures = evidence.figures(record)
    assert list(figures) == ["budgets", "network"]
    assert read(record)[0].samplers == ["grid", "random"]
    assert "TPE" not in read_caption(figures["budgets"])[1]
    assert {each.verdict for each in evidence.verdicts(record)} == {"not measured"}


def test_a_record_with_nothing_in_it_has_a_report(tmp_path):
    plan = plan_of({"one-of-four": settings_of("one-of-four")})
    record = Record.create(tmp_path / "record", plan, {"command": ["descent"]})
    record.run("one-of-four", 0).write_status(Status("failed", 0, 1, "no space"))
    verdicts = build_evidence(record, evidence)
    assert len(verdicts) == len(CLAIMS)
    assert evidence.figures(record) == {}
