"""The fully connected network against its formula, computed by hand in float64."""

import pytest
import torch
from pydantic import ValidationError

from research.models.mlp import MLP
from research.settings.models import MLPSettings

ACTIVATIONS = {
    "relu": lambda x: x.clamp_min(0),
    "tanh": torch.tanh,
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / 2**0.5)),
}


def make(**changes: object) -> tuple[MLP, torch.Tensor]:
    torch.manual_seed(0)
    model = MLP(MLPSettings.model_validate({"widths": [7, 5], **changes}), 12, 3).double()
    return model, torch.randn(20, 1, 3, 4, dtype=torch.float64)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_formula(activation):
    model, x = make(activation=activation)
    weights = list(model.parameters())
    assert [tuple(w.shape) for w in weights] == [(7, 12), (7,), (5, 7), (5,), (3, 5), (3,)]
    h = x.reshape(20, 12)
    for index in (0, 2):
        h = ACTIVATIONS[activation](h @ weights[index].T + weights[index + 1])
    assert torch.allclose(model(x), h @ weights[4].T + weights[5], atol=1e-14)


def test_batch_norm_stands_before_the_non_linearity():
    model, x = make(batch_norm=True, widths=[7])
    first, scale, shift, last, bias = model.parameters()
    h = x.reshape(20, 12) @ first.T
    h = (h - h.mean(0)) / (h.var(0, correction=0) + 1e-5).sqrt() * scale + shift
    assert torch.allclose(model(x), h.clamp_min(0) @ last.T + bias, atol=1e-12)


def test_running_statistics_are_used_in_evaluation():
    model, x = make(batch_norm=True)
    for _ in range(300):
        model(x)
    trained = model(x)
    model.eval()
    assert torch.allclose(model(x), trained, atol=0.05)
    assert torch.allclose(model(x)[:1], model(x[:1]), atol=1e-14), "one example alone, the same"


def test_dropout_drops_in_training_only():
    model, x = make(dropout=0.5)
    assert not torch.equal(model(x), model(x))
    model.eval()
    plain, _ = make()
    assert torch.equal(model(x), plain(x))


@pytest.mark.parametrize(
    "wrong", [{"widths": []}, {"widths": [0]}, {"dropout": 1.0}, {"activation": "sine"}]
)
def test_what_can_not_be(wrong):
    with pytest.raises(ValidationError):
        MLPSettings.model_validate(wrong)
