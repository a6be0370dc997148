"""A space as Optuna's parameters and back: names, order, distributions, settings."""

import optuna
import pytest
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    distribution_to_json,
    json_to_distribution,
)

from research.search.space import distribution, parameters, suggest, values_of
from research.settings.errors import SettingsError
from research.settings.search import Domain

SPACE = {
    "optimizer.lr": (
        Domain(low=1e-3, high=1, log=True, when={"optimizer.name": ("sgd", "heavy_ball")}),
        Domain(low=1e-5, high=1e-2, log=True, when={"optimizer.name": "adam"}),
    ),
    "optimizer.name": (Domain(choices=("sgd", "heavy_ball", "adam")),),
    "widths": (Domain(choices=((16,), (16, 8))),),
    "width": (Domain(low=16, high=256, log=True, integer=True),),
    "stop": (Domain(choices=(None, True)),),
}
SGD = "optimizer.lr[optimizer.name=sgd|heavy_ball]"
ADAM = "optimizer.lr[optimizer.name=adam]"


def test_what_conditions_ask_for_comes_first_and_domains_have_names_of_their_own():
    names = [each.name for each in parameters(SPACE)]
    assert names == ["optimizer.name", SGD, ADAM, "widths", "width", "stop"]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (Domain(low=0, high=1), FloatDistribution(0.0, 1.0)),
        (Domain(low=1e-3, high=1, log=True), FloatDistribution(1e-3, 1.0, log=True)),
        (Domain(low=1, high=9, integer=True), IntDistribution(1, 9)),
        (Domain(low=1, high=9, integer=True, log=True), IntDistribution(1, 9, log=True)),
        (Domain(choices=("a", None, 1)), CategoricalDistribution(("a", None, 1))),
        (Domain(choices=((1, 2), (3,))), CategoricalDistribution(("[1, 2]", "[3]"))),
    ],
)
def test_distributions(domain, expected):
    found = distribution(domain)
    assert found == expected
    assert json_to_distribution(distribution_to_json(found)) == expected  # as storages keep them


def test_values_are_plain_settings():
    params = {
        "optimizer.name": "adam",
        ADAM: 1e-3,
        "widths": "[16, 8]",
        "width": 32.0,
        "stop": None,
    }
    values = values_of(params, parameters(SPACE))
    assert values == {
        "optimizer.name": "adam",
        "optimizer.lr": 1e-3,
        "widths": [16, 8],
        "width": 32,
        "stop": None,
    }
    assert isinstance(values["width"], int)
    with pytest.raises(ValueError, match='widths is "\\[17\\]", which is none of its choices'):
        values_of({"widths": "[17]"}, parameters(SPACE))


def test_suggestions_follow_the_conditions_and_what_is_fixed_stays():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for fixed, rate in (("sgd", SGD), ("adam", ADAM)):
        study.enqueue_trial({"optimizer.name": fixed, "width": 20})
        trial = study.ask()
        values = suggest(trial, parameters(SPACE))
        assert (values["optimizer.name"], values["width"]) == (fixed, 20)
        assert set(trial.params) == {"optimizer.name", rate, "widths", "width", "stop"}
        assert values == values_of(trial.params, parameters(SPACE))


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ({"a": (Domain(low=0, high=1, when={"b": 1}),)}, "space.a.when names b, expected another"),
        ({"a": (Domain(choices=(1,), when={"a": 1}),)}, "space.a.when names a, expected another"),
        (
            {
                "a": (Domain(choices=(1,), when={"b": 1}),),
                "b": (Domain(choices=(1,), when={"a": 1}),),
            },
            "space.a: the conditions of a, b go in a circle",
        ),
        (
            {
                "a": (
                    Domain(choices=(1,), when={"b": 1}),
                    Domain(choices=(2,), when={"b": (1, 2)}),
                ),
                "b": (Domain(choices=(1, 2)),),
            },
            "space.a has two domains that can hold at once",
        ),
        (
            {"a": (Domain(choices=(1,), when={"b": True}),), "b": (Domain(choices=(1, 2)),)},
            "space.a.when.b is true, expected one of 1, 2",
        ),
    ],
)
def test_conditions_that_cannot_be(space, expected):
    with pytest.raises(SettingsError) as error:
        parameters(space)
    assert str(error.value).startswith(expected)
