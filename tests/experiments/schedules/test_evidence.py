"""Outcomes and figures from a record, made up but for its settings, which are the shipped ones."""

import numpy
import pytest

from experiments.command_line.catalog import find
from experiments.schedules.evidence import figures, verdicts
from experiments.schedules.outcomes import read_outcomes
from experiments.schedules.shapes_figure import closed_form
from research.evidence.style import read_caption
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan
from research.settings.document import read_document
from research.settings.resolve import resolve


@pytest.fixture(scope="module")
def resolved():
    """The shipped settings of the preset quick."""
    experiment = find("schedules")
    return resolve(read_document(experiment.config), experiment.settings_class(), "quick")


def write(store, settings, curve, final):
    rows = range(100, 2001, 100)
    if settings["schedule"]["name"] == "range_test":
        for t, rate in enumerate(curve):
            loss = 2.3 - 1.5 * numpy.exp(-((numpy.log10(rate) + 0.5) ** 2))
            row = {"lr": rate, "loss": loss, "smoothed": loss}
            store.append(t + 1, {f"range_test/{name}": value for name, value in row.items()})
        store.append(len(curve), {"range_test/suggested_lr": 0.1})
    else:
        for step in rows:
            lr = 0.3 if curve is None else curve[step - 1]
            loss = final + 2000 / step - 1
            store.append(step, {"lr": lr, "train/loss": loss, "test/accuracy": 0.9})
        store.append(0, {"schedule/difference_from_torch": 1e-17})
    store.write_status(Status("done", 2000, 2000))


@pytest.fixture
def record(resolved, tmp_path):
    variants = {
        name: VariantPlan(label=variant.label, settings=variant.settings.model_dump(mode="json"))
        for name, variant in resolved.variants.items()
    }
    judged = ("constant", "cosine", "trapezoid")
    runs = {name: [0, 1, 2] if name in judged else [0] for name in variants}
    plan = Plan(experiment="schedules", variants=variants, runs=runs)
    record = Record.create(tmp_path / "record", plan, {})
    for store in record.runs():
        settings = variants[store.variant].settings
        final = {"constant": 0.8, "cosine": 0.74}.get(store.variant, 0.7) + 0.01 * store.seed
        write(store, settings, closed_form(settings), final)
    return record


def test_verdicts_of_the_shipped_settings(record):
    """S4 fails: these curves never cross."""
    found = {verdict.id: verdict.verdict for verdict in verdicts(record)}
    others = {"S4": "fails", "S5": "not measured"}
    assert found == {"S1": "holds", "S2": "holds", "S3": "holds", **others}


def test_a_rate_that_is_not_the_closed_form_is_seen(record):
    store = record.run("cosine", 1)
    store.append(500, {"lr": 1.001 * closed_form(record.plan.variants["cosine"].settings)[499]})
    outcomes = {outcome.run: outcome for outcome in read_outcomes(record)}
    assert outcomes["cosine/1"].from_closed_form == pytest.approx(1e-3)
    assert outcomes["cosine/0"].from_closed_form == 0


def test_every_schedule_has_a_panel_and_a_place(record):
    drawn = figures(record)
    assert list(drawn) == ["schedules", "training"]
    panels = [axes.get_title(loc="left") for axes in drawn["schedules"].axes]
    assert panels == [variant.label for variant in record.plan.variants.values()]
    places = [label.get_text() for label in drawn["training"].axes[1].get_yticklabels()]
    assert set(panels) - set(places) == {"learning-rate range test"}
    assert all(read_caption(figure)[0] for figure in drawn.values())


def test_the_panels_show_the_closed_forms(record):
    for axes, variant in zip(figures(record)["schedules"].axes, record.plan.variants, strict=True):
        curve = closed_form(record.plan.variants[variant].settings)
        if curve is not None:
            assert numpy.array_equal(axes.lines[0].get_ydata(), curve)


def test_other_settings_decide_nothing(record):
    variants = record.plan.variants
    settings = {**variants["cosine"].settings, "batch_size": 8}
    changed = {**variants, "cosine": variants["cosine"].model_copy(update={"settings": settings})}
    other = Record(record.folder, record.plan.model_copy(update={"variants": changed}))
    found = {verdict.id: verdict for verdict in verdicts(other)}
    assert found["S3"].note == "cosine has batch_size 8, the claim is about 16"


def test_a_record_that_has_just_begun_can_be_drawn(resolved, tmp_path):
    variant = resolved.variants["plateau"]
    plain = VariantPlan(label="p", settings=variant.settings.model_dump(mode="json"))
    plan = Plan(experiment="schedules", variants={"plateau": plain}, runs={"plateau": [0]})
    record = Record.create(tmp_path / "new", plan, {})
    assert {verdict.verdict for verdict in verdicts(record)} == {"not measured"}
    assert len(figures(record)) == 2
