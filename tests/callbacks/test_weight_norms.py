"""Weight norms: the closed form, logged with the metrics of the evaluation."""

import math

import pytest
import torch

from callbacks.weight_norms import WeightNorms, norm_of_all
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings


def slow_norm(tensors):
    """One number after the other, in Python's floats."""
    return math.sqrt(sum(x * x for tensor in tensors for x in tensor.flatten().tolist()))


def test_closed_form():
    tensors = {"a": torch.tensor([[2.0, 3.0]]), "b": torch.tensor([6.0])}
    assert norm_of_all(tensors.items())["all"].item() == pytest.approx(7.0)


@pytest.mark.parametrize(
    "module", [Ordinary, lambda: Parity(parity_settings())], ids=["ordinary", "ours"]
)
def test_the_norm_that_is_logged_is_that_of_the_evaluated_weights(fit, module):
    """Both runs end at an evaluation, so the last weights are the evaluated ones."""
    trained = module()
    before = slow_norm(trained.parameters())
    logged = fit(trained, WeightNorms()).callback_metrics["weight_norm/all"].item()
    assert logged == pytest.approx(slow_norm(trained.parameters()), rel=1e-6)
    assert logged != pytest.approx(before, rel=1e-3)


def test_groups_are_the_users(fit):
    """By layer, for example: each is logged under its own name."""

    def by_layer(parameters):
        layers = {}
        for name, tensor in parameters:
            layers.setdefault(name.split(".")[1], []).append(tensor)
        return {layer: torch.tensor(slow_norm(tensors)) for layer, tensors in layers.items()}

    module = Ordinary()
    metrics = fit(module, WeightNorms(by_layer)).callback_metrics
    for layer in ("0", "3"):
        norm = slow_norm(module.network[int(layer)].parameters())
        assert metrics[f"weight_norm/{layer}"].item() == pytest.approx(norm, rel=1e-6)
