"""The identities of the lecture: what one rule says about another, in float64."""

import pytest
import torch
from torch import nn

from research.optim.optimizers import build_optimizer
from research.settings.optimizers import (
    AdamSettings,
    AdamWSettings,
    CasprSettings,
    GeneralizedAdamSettings,
    HeavyBallSettings,
    MuonSettings,
    NAdamSettings,
    NadamWSettings,
    NormalizedSGDSettings,
    SGDSettings,
    ShampooSettings,
    SignSGDSettings,
)
from tests.research.optim.references.harness import Problem, optimized


def gaussian(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def step_of(settings, gradient):
    """What one update adds to a matrix of zeros."""
    weights = nn.Parameter(torch.zeros_like(gradient))
    weights.grad = gradient.clone()
    build_optimizer(settings, [weights]).step()
    return weights.detach()


def polar_factor(matrix):
    """U V^T of a matrix U S V^T."""
    u, _, vt = torch.linalg.svd(matrix, full_matrices=False)
    return u @ vt


def farthest(one, other):
    """The largest difference of two trajectories on the problem of the references."""
    return max(
        float((a - b).abs().max())
        for first, second in zip(
            optimized(one, Problem()), optimized(other, Problem()), strict=True
        )
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_adams_corrected_first_moment_is_a_convex_combination_of_gradients(beta):
    gradients = gaussian(40, 7)
    weights = nn.Parameter(torch.zeros(7, dtype=torch.float64))
    optimizer = build_optimizer(AdamSettings(betas=(beta, 0.999)), [weights])
    for t in range(1, 41):
        weights.grad = gradients[t - 1].clone()
        optimizer.step()
        found = optimizer.state[weights]["exp_avg"] / (1 - beta**t)
        age = torch.arange(t - 1, -1, -1, dtype=torch.float64)
        shares = (1 - beta) * beta**age / (1 - beta**t)
        assert shares.min() > 0
        assert abs(shares.sum() - 1) < 1e-10
        assert (found - shares @ gradients[:t]).abs().max() < 1e-10


@pytest.mark.parametrize("shape", [(8, 5), (5, 8), (6, 6)])
@pytest.mark.parametrize("kind", [ShampooSettings, CasprSettings])
def test_shampoo_without_accumulation_moves_along_the_polar_factor(kind, shape):
    gradient = gaussian(*shape)
    step = step_of(kind(lr=1.0, eps=1e-6, accumulation="none"), gradient)
    assert (step + polar_factor(gradient)).abs().max() < 1e-10


def test_shampoo_and_caspr_part_once_they_accumulate():
    assert farthest(ShampooSettings(), CasprSettings()) > 1e-2


def seen_by_its_vectors(gradient, precision, steps=5):
    """U^T O V of Muon's direction O, for G = U S V^T: the identity, were O the polar factor."""
    rows, columns = gradient.shape
    arithmetic = {"newton_schulz_precision": precision, "newton_schulz_steps": steps}
    settings = MuonSettings(lr=1.0, momentum=0.0, nesterov=False, weight_decay=0.0, **arithmetic)
    direction = -step_of(settings, gradient) / max(1, rows / columns) ** 0.5
    u, _, vt = torch.linalg.svd(gradient, full_matrices=False)
    return u.T @ direction @ vt.T


@pytest.mark.parametrize("shape", [(256, 128), (128, 256)])
@pytest.mark.parametrize(("precision", "rounding"), [("full", 1e-10), ("bfloat16", 0.02)])
def test_muons_iteration_is_the_polar_factor_with_singular_values_near_one(
    shape, precision, rounding
):
    """Its singular vectors are G's, to what the arithmetic leaves; its values miss 1 by design."""
    found = seen_by_its_vectors(gaussian(*shape), precision)
    values = found.diagonal()
    assert 0.6 < values.min() < 0.75
    assert 1.1 < values.max() < 1.25
    assert (found - values.diag()).abs().max() < rounding
    error = torch.linalg.matrix_norm(found - torch.eye(128), ord=2)
    assert 0.25 < error < 0.4


@pytest.mark.parametrize("precision", ["full", "bfloat16"])
def test_five_iterations_leave_the_smallest_singular_value_of_a_square_matrix_small(precision):
    """One iteration lifts it by 3.4445 at most; with eight, none is left behind."""
    gradient = gaussian(64, 64)
    values = seen_by_its_vectors(gradient, precision).diagonal()
    assert values.min() < 0.1
    assert (values < 0.6).sum() == 1
    values = seen_by_its_vectors(gradient, precision, steps=8).diagonal()
    assert values.min() > 0.6
    assert values.max() < 1.25


def test_muons_two_precisions_share_everything_but_the_rounding():
    one, other = (
        MuonSettings(newton_schulz_precision=precision) for precision in ("full", "bfloat16")
    )
    assert 1e-4 < farthest(one, other) < 1e-2


def test_l2_and_decoupled_decay_agree_for_sgd_alone():
    def both(kind, **values):
        shared = {"lr": 0.1, "weight_decay": 0.1, **values}
        return kind(**shared), kind(decoupled_weight_decay=True, **shared)

    assert farthest(*both(SGDSettings)) < 1e-10
    assert farthest(*both(HeavyBallSettings)) > 1e-2
    one, other = (kind(lr=0.02, weight_decay=0.1) for kind in (AdamSettings, AdamWSettings))
    assert farthest(one, other) > 1e-2


def test_sign_descent_is_adam_without_a_memory():
    adam = AdamSettings(lr=0.01, betas=(0.0, 0.0), eps=1e-30)
    assert farthest(SignSGDSettings(lr=0.01), adam) < 1e-10


def test_generalized_adam_with_both_switches_is_nadamw_which_is_not_torchs_nadam():
    nadamw = NadamWSettings(lr=0.02, weight_decay=0.1)
    generalized = GeneralizedAdamSettings(lr=0.02, weight_decay=0.1)
    assert farthest(nadamw, generalized) == 0
    nadam = NAdamSettings(lr=0.02, weight_decay=0.1, decoupled_weight_decay=True)
    assert farthest(nadamw, nadam) > 1e-2


def test_a_normalised_step_has_the_length_of_the_learning_rate_over_all_parameters():
    weights = [nn.Parameter(torch.zeros(shape, dtype=torch.float64)) for shape in ((3, 4), (5,))]
    optimizer = build_optimizer(NormalizedSGDSettings(lr=0.3), weights)
    for each in weights:
        each.grad = 100 * gaussian(*each.shape)
    optimizer.step()
    length = torch.cat([each.detach().flatten() for each in weights]).norm()
    assert abs(length - 0.3) < 1e-10
