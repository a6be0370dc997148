"""Shared prefixes against the plain model: logits and gradients, in float32 and float64."""

import pytest
import torch

from research.models.prefix_sharing import PrefixSharing
from research.models.transformer import Transformer
from research.settings.models import TransformerSettings

N = 11
SEQUENCES = {
    "answer": (("left", N, "right", N + 1), 1),
    "answer and end": ((N + 2, "left", N, "right", N + 1, "answer"), 2),
}


def build(dtype=torch.float64, **choices):
    torch.manual_seed(0)
    choices = {"width": 16, "heads": 2, "embedding_init_std": 1.0, **choices}
    model = Transformer(TransformerSettings(**choices), vocabulary=N + 3, context=6).to(dtype)
    for parameter in model.parameters():
        if parameter.ndim == 1:  # biases and norms away from zeros and ones
            parameter.data += torch.randn_like(parameter) / 3
    return model


def batch(examples=30):
    generator = torch.Generator().manual_seed(1)
    return {
        name: torch.randint(N, (examples,), generator=generator)
        for name in ("left", "right", "answer")
    }


def plain_logits(model, sequence, columns, answers):
    some = columns["left"]
    tokens = [columns[e] if isinstance(e, str) else torch.full_like(some, e) for e in sequence]
    return model(torch.stack(tokens, dim=1), answers)


def differences(model, sequence, columns, answers):
    """Largest difference of the logits, and of the gradients of a loss."""
    shared = PrefixSharing(sequence, N).logits(model, columns, answers)
    plain = plain_logits(model, sequence, columns, answers)
    assert shared.shape == plain.shape
    gradients = [
        torch.autograd.grad(logits.logsumexp(dim=-1).mean(), list(model.parameters()))
        for logits in (shared, plain)
    ]
    largest = max((a - b).abs().max() for a, b in zip(*gradients, strict=True))
    return (shared - plain).abs().max().item(), largest.item()


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("norm", ["pre", "post", "none"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_equals_the_plain_model(sequence, layers, norm, dtype, tolerance):
    model = build(dtype, norm=norm, layers=layers)
    logits, gradients = differences(model, SEQUENCES[sequence][0], batch(), SEQUENCES[sequence][1])
    assert logits < tolerance
    assert gradients < tolerance


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("positions", ["learned", "sinusoidal"])
def test_equals_the_plain_model_with_biases_and_either_positions(sequence, bias, positions):
    model = build(bias=bias, positions=positions, activation="gelu", output_classes=20)
    assert max(differences(model, SEQUENCES[sequence][0], batch(), SEQUENCES[sequence][1])) < 1e-12


def test_as_many_answers_as_states_that_differ():
    sequence, _ = SEQUENCES["answer and end"]
    assert max(differences(build(layers=2), sequence, batch(), 3)) < 1e-12


@pytest.mark.parametrize(
    "sequence",
    [
        ("left", "right"),
        (0, 1, "left", "right", 2),
        ("left", "left", 3, "right"),
        ("right", "left"),
    ],
)
def test_other_sequences(sequence):
    assert max(differences(build(layers=2), sequence, batch(), 1)) < 1e-12


def test_one_example_and_more_examples_than_pairs():
    for examples in (1, 3 * N * N):
        assert max(differences(build(), SEQUENCES["answer"][0], batch(examples), 1)) < 1e-12


def test_keys():
    sharing = PrefixSharing(SEQUENCES["answer and end"][0], N)
    constant, example = "constant", "example"
    assert sharing.token_keys == [constant, "left", constant, "right", constant, "answer"]
    assert sharing.prefix_keys == [constant, "left", "left", example, example, example]


def test_dropout_in_training_is_refused():
    model = build(dropout=0.1)
    sharing = PrefixSharing(SEQUENCES["answer"][0], N)
    with pytest.raises(ValueError, match=r"dropout is 0.1, expected 0"):
        sharing.logits(model, batch())
    model.eval()
    assert sharing.logits(model, batch()).shape == (30, 1, N + 3)


def test_an_answer_at_a_shared_state_is_refused():
    with pytest.raises(ValueError, match="answers is 3, expected 1 to 2"):
        PrefixSharing(SEQUENCES["answer"][0], N).logits(build(), batch(), answers=3)


def test_bfloat16_autocast_is_close():
    model = build(torch.float32)
    sequence, answers = SEQUENCES["answer"]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        shared = PrefixSharing(sequence, N).logits(model, batch(), answers)
    plain = plain_logits(model, sequence, batch(), answers)
    assert (shared - plain).abs().max() < 0.05 * plain.abs().max()
