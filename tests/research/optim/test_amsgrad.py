"""Three rules go by the name AMSGrad: how far apart they are, and what the paper's promises."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from research.optim.optimizers import build_optimizer
from research.settings.optimizers import AdamSettings, AMSGradSettings
from tests.research.optim.references.harness import Problem, optimized


def final(variant: str) -> torch.Tensor:
    settings = AMSGradSettings(lr=0.02, variant=variant)
    return list(optimized(settings, Problem()))[-1][0]


def test_the_variants_differ_by_far_more_than_rounding():
    rules = {variant: final(variant) for variant in ("torch", "optax", "paper")}
    for one, other in (("torch", "optax"), ("torch", "paper"), ("optax", "paper")):
        assert (rules[one] - rules[other]).abs().max() > 1e-2


def effective_rates(settings) -> list[float]:
    """The change of one weight over its first moment, when a large gradient is followed by none."""
    weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = build_optimizer(settings, [weight])
    beta1, first, rates = settings.betas[0], 0.0, []
    for t in range(1, 60):
        gradient = 10.0 if t == 20 else 1e-3
        first = beta1 * first + (1 - beta1) * gradient
        before = weight.detach().clone()
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
        rates.append(float(before - weight.detach()) / first)
    return rates


def test_only_the_papers_and_optaxs_denominators_never_fall():
    """Reddi et al.: lr / sqrt(max v) may not rise; Adam's rises as soon as v forgets."""
    betas = (0.0, 0.9)  # without a first moment the numerator needs no correction

    def rises(settings):
        rates = effective_rates(settings)
        return any(late > early * (1 + 1e-9) for early, late in pairwise(rates))

    assert rises(AdamSettings(betas=betas))
    assert not rises(AMSGradSettings(betas=betas, variant="paper"))
    assert not rises(AMSGradSettings(betas=betas, variant="optax"))
    assert rises(AMSGradSettings(betas=betas, variant="torch")), "its correction still falls"


@pytest.mark.parametrize("variant", ["optax", "paper"])
def test_a_closure_is_evaluated_and_its_loss_returned(variant):
    weight = nn.Parameter(torch.ones(2))
    optimizer = build_optimizer(AMSGradSettings(variant=variant), [weight])

    def closure():
        optimizer.zero_grad()
        loss = (weight**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 2
    assert (weight < 1).all()
