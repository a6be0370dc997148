"""Every claim holds and fails on surfaces made for it, and is not decided by others."""

import pytest

from experiments.multi_point import evidence
from tests.experiments.multi_point.made_up import make_record

CELLS = 14 * 32
MAJORITY = 299 / CELLS


def judged(*arguments, **changes):
    return {each.id: each for each in evidence.verdicts(make_record(*arguments, **changes))}


@pytest.mark.parametrize(("wrong", "verdict"), [(22, "holds"), (23, "fails")])
@pytest.mark.parametrize(("variant", "suffix"), [("digits", ""), ("fashion", "F")])
def test_the_picture_is_shown(tmp_path, variant, suffix, wrong, verdict):
    found = judged(tmp_path, {variant: wrong})
    for id_ in (f"C7{suffix}", f"C7b{suffix}"):
        assert found[id_].verdict == verdict
        assert found[id_].measured == pytest.approx(100 * (1 - wrong / CELLS))
        assert found[id_].seeds == [0, 1]
    assert found[f"C8{suffix}"].verdict == "holds"
    assert sum(each.verdict == "not measured" for each in found.values()) == 4


def test_the_threshold_of_the_training_images_is_stricter(tmp_path):
    """Training losses 3 higher: their threshold calls bad cells of the test images good."""
    found = judged(tmp_path, {"digits": 5}, by_training=3.0)
    assert found["C7"].verdict == "holds"
    assert found["C7b"].verdict == "fails"


def test_before_training_nothing_is_shown(tmp_path):
    found = judged(tmp_path / "a")["C8"]
    assert (found.verdict, found.measured) == ("holds", 0)
    assert "66.7 %" in found.note
    shown = judged(tmp_path / "b", start=CELLS // 4)["C8"]
    assert shown.verdict == "fails"
    assert shown.measured == pytest.approx(100 * (0.75 - MAJORITY))


@pytest.mark.parametrize(
    ("plain", "norm", "verdict"), [(10, 20, "holds"), (10, 10, "fails"), (20, 10, "fails")]
)
def test_batch_norm_shows_less(tmp_path, plain, norm, verdict):
    found = judged(tmp_path, {"random": plain, "random-norm": norm})["C9"]
    assert found.verdict == verdict
    assert found.measured == pytest.approx(100 * (norm - plain) / 400)


def test_one_seed_decides(tmp_path):
    record = make_record(tmp_path, {"digits": 5})
    path = record.run("digits", 1).folder / "arrays" / "test_loss" / "1200.npy"
    path.write_bytes(path.with_name("200.npy").read_bytes())
    [verdict, *_] = evidence.verdicts(record)
    assert verdict.verdict == "fails" and verdict.measured == pytest.approx(100 * (1 - 65 / CELLS))
    assert set(verdict.per_seed) == {"digits/0", "digits/1"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model.widths": [64, 64]}, "model.widths [64, 64], the claim is about [64, 64, 64]"),
        ({"pattern.text": "GD"}, "pattern.text GD, the claim is about SGD"),
        ({"data.test_examples": 100}, "data.test_examples 100, the claim needs at least 359"),
        ({"trainer.max_steps": 1100}, "trainer.max_steps 1100, the claim needs at least 1200"),
        ({"data.name": "mnist"}, "data.name mnist, the claim is about digits"),
    ],
)
def test_other_settings_decide_nothing(tmp_path, changes, text):
    found = judged(tmp_path, **changes)["C7"]
    assert found.verdict == "not measured" and text in found.note


def test_runs_that_are_not_whole_decide_nothing(tmp_path):
    assert judged(tmp_path / "a", state="running")["C7"].note == "digits/0 is running"
    longer = judged(tmp_path / "b", **{"trainer.max_steps": 1300})["C7"]
    assert longer.note == "digits/0 ended after 1,200 steps"
    diverged = judged(tmp_path / "c", state="diverged")["C7"]
    assert (diverged.verdict, diverged.measured) == ("fails", None)
