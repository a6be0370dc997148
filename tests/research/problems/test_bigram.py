"""The linear bigram against autograd, loops, and its closed forms."""

import math

import pytest
import torch

from research.problems.bigram import LinearBigram, draw_targets
from research.problems.zipf import zipf
from research.reweighting import label_weights

WORDS = 6


@pytest.fixture
def bigram():
    frequencies = torch.from_numpy(zipf(WORDS))
    targets = draw_targets(frequencies, 0.5, torch.Generator().manual_seed(1))
    problem = LinearBigram(frequencies, targets)
    with torch.no_grad():
        problem.weights.normal_(generator=torch.Generator().manual_seed(2))
    return problem


def divergences(problem):
    """KL of each context, term by term."""
    found = []
    for targets, row in zip(problem.targets, problem.weights.detach(), strict=True):
        q = torch.softmax(row, 0)
        found.append(
            sum(float(p) * math.log(float(p) / float(r)) for p, r in zip(targets, q, strict=True))
        )
    return torch.tensor(found, dtype=torch.float64)


def test_losses_are_divergences(bigram):
    torch.testing.assert_close(bigram.losses(), divergences(bigram))
    assert float(bigram.set_gradients()) == pytest.approx(
        float(bigram.shares @ divergences(bigram))
    )


def test_the_gradient_is_that_of_autograd(bigram):
    bigram.set_gradients()
    logarithms = torch.log_softmax(bigram.weights, 1)
    mean = -(bigram.shares[:, None] * bigram.targets * logarithms).sum()
    (expected,) = torch.autograd.grad(mean, bigram.weights)
    torch.testing.assert_close(bigram.weights.grad, expected)


def test_the_excess_loss_is_zero_at_the_targets(bigram):
    with torch.no_grad():
        bigram.weights.copy_(bigram.targets.log())
    assert float(bigram.losses().abs().max()) < 1e-14
    bigram.set_gradients()
    assert float(bigram.weights.grad.abs().max()) < 1e-15


def test_no_excess_loss_is_below_zero_in_single_precision():
    frequencies = torch.from_numpy(zipf(200)).float()
    targets = draw_targets(frequencies, 0.5, torch.Generator().manual_seed(1))
    problem = LinearBigram(frequencies, targets)
    with torch.no_grad():
        problem.weights.copy_(targets.log())
    assert float(problem.losses().min()) > -1e-14
    assert float(problem.losses().max()) < 1e-12  # single precision would leave 1e-7


def test_targets_are_half_shared_and_each_context_has_its_own():
    frequencies = torch.from_numpy(zipf(WORDS))
    targets = draw_targets(frequencies, 0.5, torch.Generator().manual_seed(1))
    torch.testing.assert_close(targets.sum(1), torch.ones(WORDS).double())
    own = (targets - 0.5 * frequencies) / 0.5
    torch.testing.assert_close(own.sort(1, descending=True).values, frequencies.expand(WORDS, -1))
    assert len({tuple(row) for row in own.tolist()}) > 1
    everything = draw_targets(frequencies, 1.0, torch.Generator().manual_seed(1))
    torch.testing.assert_close(everything, frequencies.expand(WORDS, -1))


@pytest.mark.parametrize("by", ["context", "target"])
def test_weights_give_the_weighted_loss_pair_by_pair(bigram, by):
    frequencies = bigram.shares if by == "context" else bigram.shares @ bigram.targets
    weights = label_weights(frequencies, 0.5)
    shaped = weights.unsqueeze(1) if by == "context" else weights
    problem = bigram.weighted(shaped)
    with torch.no_grad():
        problem.weights.copy_(bigram.weights)
    logarithms = torch.log_softmax(bigram.weights.detach(), 1)
    expected = entropy = 0.0
    for j in range(WORDS):
        mass = 0.0
        terms = []
        for k in range(WORDS):
            weight = float(weights[j if by == "context" else k])
            share = float(bigram.shares[j] * bigram.targets[j, k]) * weight
            expected -= share * float(logarithms[j, k])
            mass += share
            terms.append(share)
        entropy -= sum(term * math.log(term / mass) for term in terms)
    assert float(problem.set_gradients()) == pytest.approx(expected - entropy)
    assert float(problem.shares @ problem.losses()) == pytest.approx(expected - entropy)


def test_weights_against_the_context_make_all_contexts_equal(bigram):
    problem = bigram.weighted(label_weights(bigram.shares, 1.0).unsqueeze(1))
    torch.testing.assert_close(problem.shares, torch.full((WORDS,), 1 / WORDS).double())
    torch.testing.assert_close(problem.targets, bigram.targets)


def test_weights_of_another_mean_are_refused(bigram):
    with pytest.raises(ValueError, match="mean of the weights is 2, expected 1"):
        bigram.weighted(torch.full((WORDS,), 2.0))
