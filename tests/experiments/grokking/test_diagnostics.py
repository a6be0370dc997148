"""Diagnostics against slow twins and closed forms."""

import cmath
import math

import pytest
import torch

from experiments.grokking.diagnostics import (
    fourier_power,
    gini,
    largest_logit,
    saturated_rows,
    top_share,
    weight_norms,
)
from research.data.modular_arithmetic import cyclic_order
from research.models.transformer import Transformer
from research.settings.data import ModularArithmeticSettings
from research.settings.models import TransformerSettings


def test_largest_logit():
    logits = torch.tensor([[[1.0, -5.0]], [[2.0, 3.0]]])
    assert largest_logit(logits).tolist() == [5.0, 3.0]
    assert largest_logit(logits.view(1, 2, 2)).tolist() == [5.0]


@pytest.mark.parametrize(
    ("dtype", "lead"), [(torch.float32, 17.5), (torch.float64, 37.5), (torch.bfloat16, 17.5)]
)
def test_rows_saturate_where_the_arithmetic_of_the_loss_does(dtype, lead):
    """1 absorbs exp(-lead) if that is below half the spacing of numbers there, eps / 2."""
    arithmetic = torch.promote_types(dtype, torch.float32)
    assert math.exp(-lead) < torch.finfo(arithmetic).eps / 2 < math.exp(-lead / 2)
    logits = torch.tensor([[[lead, 0.0]], [[lead / 2, 0.0]]], dtype=dtype)
    assert saturated_rows(logits).tolist() == [1.0, 0.0]


def test_a_saturated_row_that_is_right_has_loss_zero_under_autocast_too():
    logits = torch.tensor([[[17.5, 0.0]], [[8.0, 0.0]]], dtype=torch.bfloat16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        losses = torch.nn.functional.cross_entropy(
            logits[:, 0], torch.tensor([0, 0]), reduction="none"
        )
        assert saturated_rows(logits).bool().tolist() == (losses == 0).tolist() == [True, False]


def test_saturated_rows_have_no_gradient_where_they_are_right():
    logits = torch.tensor([[[40.0, 0.0, 1.0]]], requires_grad=True)
    assert saturated_rows(logits.detach()).item() == 1
    torch.nn.functional.cross_entropy(logits[:, 0], torch.tensor([0])).backward()
    assert not logits.grad[0, 0, 0]


def test_saturated_rows_are_a_share_of_an_examples_answers():
    logits = torch.tensor([[[100.0, 0.0], [1.0, 0.0]]])
    assert saturated_rows(logits).tolist() == [0.5]


def test_weight_norms_by_group():
    settings = TransformerSettings(width=8, heads=2, bias=True)
    model = Transformer(settings, vocabulary=5, context=4)
    for parameter in model.parameters():
        parameter.data.fill_(2.0)
    norms = weight_norms(model.named_parameters())
    counts = {
        "embedding": 8 * (5 + 4),
        "attention": 2 * 4 * (64 + 8),
        "feed_forward": 2 * (8 * 32 + 32 + 32 * 8 + 8),
        "norm": 5 * 2 * 8,
        "output": 8 * 5 + 5,
    }
    assert sum(counts.values()) == sum(p.numel() for p in model.parameters())
    for group, count in counts.items():
        assert norms[group].item() == pytest.approx(2 * math.sqrt(count))
    assert norms["all"].item() == pytest.approx(2 * math.sqrt(sum(counts.values())))


def test_weight_norms_refuse_a_name_of_no_group():
    with pytest.raises(ValueError, match=r"parameter encoder.weight is in no group"):
        weight_norms([("encoder.weight", torch.ones(2))])


def slow_power(rows):
    """Every coefficient by its definition, complex conjugates added by hand: P_1 .. P_(m // 2)."""
    count, width = rows.shape
    full = []
    for k in range(count):
        coefficients = [
            sum(rows[j, d].item() * cmath.exp(-2j * math.pi * j * k / count) for j in range(count))
            for d in range(width)
        ]
        full.append(sum(abs(c) ** 2 for c in coefficients) / count)
    frequencies = range(1, count // 2 + 1)
    return [full[k] if 2 * k == count else full[k] + full[count - k] for k in frequencies]


@pytest.mark.parametrize("count", [2, 7, 8])
def test_fourier_power_equals_its_definition(count):
    rows = torch.randn(count, 3, dtype=torch.float64)
    assert fourier_power(rows).tolist() == pytest.approx(slow_power(rows))


@pytest.mark.parametrize("count", [96, 97])
def test_fourier_power_and_the_constant_add_up_to_the_squared_norm(count):
    rows = torch.randn(count, 5, dtype=torch.float64)
    constant = rows.sum(dim=0).square().sum() / count
    total = fourier_power(rows).sum() + constant
    assert total.item() == pytest.approx(rows.square().sum().item())


def test_one_wave_has_one_frequency():
    angles = 2 * math.pi * 3 * torch.arange(59, dtype=torch.float64) / 59
    rows = torch.stack([angles.cos(), angles.sin(), torch.ones(59)], dim=1)
    power = fourier_power(rows)
    assert power.argmax() == 2  # frequency 3
    assert power[2].item() == pytest.approx(59)
    assert top_share(power).item() == pytest.approx(1)
    assert gini(power).item() == pytest.approx(28 / 29)


def test_a_character_of_multiplication_is_one_wave_in_logarithmic_order():
    """The rows (cos, sin)(2 pi k log_g x / (p - 1)) respect products: one frequency, k."""
    order = cyclic_order(ModularArithmeticSettings(operation="x/y", modulus=13))
    rows = torch.zeros(13, 2, dtype=torch.float64)
    angles = 2 * math.pi * 5 * torch.arange(12, dtype=torch.float64) / 12
    rows[order] = torch.stack([angles.cos(), angles.sin()], dim=1)
    assert top_share(fourier_power(rows[order]), strongest=1).item() == pytest.approx(1)
    assert top_share(fourier_power(rows[1:]), strongest=1).item() < 0.7


def test_gini_equals_the_mean_absolute_difference():
    power = torch.rand(20, dtype=torch.float64)
    slow = sum(abs(a - b) for a in power.tolist() for b in power.tolist())
    assert gini(power).item() == pytest.approx(slow / (2 * 20**2 * power.mean().item()))
    assert gini(torch.ones(7)).item() == pytest.approx(0, abs=1e-6)


def test_top_share_of_equal_powers():
    assert top_share(torch.ones(20)).item() == pytest.approx(5 / 20)
    assert top_share(torch.ones(3)).item() == 1
