"""The threshold, which widths reuse weights, and what is refused."""

import pytest
from pydantic import ValidationError

from experiments.double_descent_width.settings import DoubleDescentWidthSettings

BELKIN = {
    "data": {"name": "mnist", "train_examples": 4000},
    "widths": [1, 3, 49, 50, 51, 53],
    "batch_size": 128,
}


def settings(**changes):
    return DoubleDescentWidthSettings.model_validate({**BELKIN, **changes})


def test_the_source_reuses_weights_up_to_50_hidden_units():
    chosen = settings()
    assert chosen.threshold == 40_000
    assert [chosen.parameters(width) for width in (50, 51)] == [39_760, 40_555]
    assert [chosen.reuses(index) for index in range(-1, 7)] == [False] * 2 + [True] * 3 + [
        False
    ] * 3
    assert not any(settings(reuse_until=0.0).reuses(index) for index in range(7))
    assert [settings(reuse_until=1.02).reuses(index) for index in (4, 5)] == [True, False]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"widths": [4, 3]}, "widths is [4, 3], expected different widths in rising order"),
        ({"widths": [3, 3]}, "different widths in rising order"),
        ({"batch_size": 4001}, "batch_size is 4001, expected at most the 4000 training images"),
        ({"data": {"validation_examples": 5}}, "data.validation_examples is 5, expected 0"),
        ({"data": {"augmentation": "crop_flip"}}, "data.augmentation is crop_flip, expected none"),
        ({"data": {"train_examples": 5000}}, "at most 1438 of digits"),
        ({"data": {"label_noise": 1.0}}, "label_noise"),
        ({"optimizer": {"name": "muon"}}, "optimizer"),
        ({"schedule": {"name": "plateau"}}, "schedule"),
    ],
)
def test_what_is_refused(changes, text):
    with pytest.raises(ValidationError) as refused:
        settings(**changes)
    assert text in str(refused.value)
