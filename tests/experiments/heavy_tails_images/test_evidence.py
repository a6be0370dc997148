"""Verdicts and figures of heavy_tails_images, from made-up records."""

import copy
import dataclasses

import pytest

from experiments.heavy_tails_images import evidence
from experiments.heavy_tails_images.claims import CLAIMS
from experiments.heavy_tails_images.outcomes import read_outcomes
from experiments.heavy_tails_images.table import main
from research.evidence.build import build_evidence
from research.records.status import Status
from tests.experiments.heavy_tails_images.made_up import LAST, make_record


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("quick") / "record")


def found(record):
    return {verdict.id: verdict for verdict in evidence.verdicts(record)}


def test_what_is_measured(quick):
    verdicts = found(quick)
    measured = {name: verdict.measured for name, verdict in verdicts.items()}
    assert measured == {
        "HI1": pytest.approx(1.6 - 0.6),
        "HI2": pytest.approx((3.0 - 1.0) - 2 * (0.2 - 0.1)),
        "HI3": pytest.approx((3.0 - 1.5) / (3.0 - 1.0)),
        "C6i": pytest.approx(1 - (0.9 - 0.7) / (1.6 - 0.6)),
        "C6s": pytest.approx(1 - (1.0 - 0.7) / (1.6 - 0.6)),
    }
    assert {verdict.verdict for verdict in verdicts.values()} == {"holds"}
    assert list(verdicts["HI2"].per_seed) == ["sgdm/0", "sgdm/1", "sgdm/2"]


@pytest.mark.parametrize(
    ("claim", "last"),
    [
        ("HI1", {"sgdm": (0.2, 3.0, 0.69)}),
        ("HI2", {"sgdm": (1.1, 3.0, 1.6)}),
        ("HI2", {"sgdm": (-0.9, 3.0, 1.6)}),
        ("HI3", {"signm": (0.2, 2.1, 1.1)}),
        ("C6i", {"sgdm-inverse": (0.5, 1.0, 1.3)}),
        ("C6s", {"adam-inverse_sqrt": (0.5, 1.0, 0.4)}),
        ("C6s", {"adam": (0.1, 1.0, 1.7)}),
    ],
)
def test_what_fails(tmp_path, claim, last):
    (methods,) = (each.methods for each in CLAIMS if each.claim.id == claim)
    record = make_record(tmp_path / "record", last, methods=methods)
    assert found(record)[claim].verdict == "fails"


def test_a_best_rate_at_the_edge_decides_nothing(tmp_path):
    verdicts = found(make_record(tmp_path / "record", best=lambda rates: rates - 1))
    assert {verdict.verdict for verdict in verdicts.values()} == {"not measured"}
    assert verdicts["HI1"].note.startswith("grid edge: the best learning rate of sgdm")


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"data.bits": 4}, "data.bits 4, the claim is about 5"),
        ({"reweighting": "inverse"}, "reweighting inverse, the claim is about none"),
        ({"batch_size": 64}, "batch_size 64, the claim is about null"),
        ({"trainer.max_steps": 20}, "trainer.max_steps 20, the claim needs at least"),
        ({"schedule.name": "cosine"}, "the claim is about constant rates"),
        ({"optimizer.weight_decay": 0.1}, "weight_decay 0.1, the claim is about 0.0"),
        ({"model.channels": [2, 2]}, "channels [2, 2], the claim is about [8, 16]"),
        ({"model.dropout": 0.5}, "model.dropout 0.5, the claim is about 0.0"),
        ({"data.validation_examples": 700}, "validation_examples 700, the claim is about 0"),
        ({"data.empty_code": True}, "data.empty_code True, the claim is about False"),
        ({"averaging.name": "ema"}, "the claim is about null"),
    ],
)
def test_other_settings_are_not_measured(tmp_path, overrides, words):
    record = make_record(tmp_path / "record", overrides=overrides, methods=("sgdm", "adam"))
    verdict = found(record)["HI1"]
    assert verdict.verdict == "not measured"
    assert words in verdict.note


@pytest.mark.parametrize(
    ("method", "key", "value"),
    [("sgdm", "momentum", 0.5), ("adam", "betas", [0.0, 0.999]), ("adam", "eps", 0.1)],
)
def test_other_optimizers_are_not_measured(quick, method, key, value):
    found = read_outcomes(quick)
    outcomes = dataclasses.replace(found, settings=copy.deepcopy(found.settings))
    for name, settings in outcomes.settings.items():
        if name.startswith(f"{method}-lr"):
            settings["optimizer"][key] = value
    verdict = CLAIMS[0].judge(outcomes)
    assert verdict.verdict == "not measured" and f"has optimizer.{key} {value}" in verdict.note


def test_the_figures(quick):
    figures = evidence.figures(quick)
    assert list(figures) == ["heavy_tails_images", "reweighting", "learning_rates", "barcodes"]
    panels = figures["heavy_tails_images"].axes
    rare = panels[2].lines[0]
    assert rare.get_ydata()[-1] == pytest.approx(LAST["sgdm"][1] + 0.01), "the mean over seeds"
    assert [len(axes.lines) for axes in figures["reweighting"].axes] == [3, 2, 2]
    titles = [axes.get_title(loc="left") for axes in figures["learning_rates"].axes]
    assert titles[0] == "all labels alike"
    assert len(titles) == 3
    images = figures["barcodes"].axes
    assert [axes.get_title() for axes in images][:2] == ["class 0\n1 image", "class 1\n2 images"]
    frames = [spine for axes in images for spine in axes.spines.values()]
    assert all(axes.axison for axes in images) and all(spine.get_visible() for spine in frames)
    (legend,) = figures["heavy_tails_images"].legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names[0] == "SGD, momentum, lr 0.1"


def test_the_table_of_the_readme(quick, capsys):
    main(str(quick.folder))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(LAST)
    assert lines[2] == "| SGD, momentum | none | 0.1 | 0.01 to 0.3 | yes | 1.61 | 0.21 | 3.01 |"


@pytest.mark.parametrize("state", ["waiting", "running", "diverged"])
def test_a_record_in_any_state_has_evidence(tmp_path, state):
    record = make_record(tmp_path / "record", preset="smoke")
    for store in record.runs():
        store.write_status(Status(state))
        if state == "waiting":
            store.metrics_file.unlink()
    if state == "running":
        verdicts = build_evidence(record, evidence)
    else:
        verdicts = evidence.verdicts(record)
        assert "heavy_tails_images" in evidence.figures(record)
    assert {verdict.verdict for verdict in verdicts} == {"not measured"}
