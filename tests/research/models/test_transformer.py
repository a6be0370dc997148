"""The transformer against a twin that loops over examples, positions and heads."""

import itertools
import math

import pytest
import torch
from pydantic import ValidationError

from research.models.transformer import SinusoidalPositions, Transformer
from research.settings.models import TransformerSettings

COMBINATIONS = list(
    itertools.product(
        ("pre", "post", "none"), ("learned", "sinusoidal"), ("relu", "gelu"), (True, False)
    )
)


def build(**choices):
    torch.manual_seed(0)
    choices = {"layers": 2, "width": 12, "heads": 3, "feed_forward_factor": 2, **choices}
    model = Transformer(TransformerSettings(**choices), vocabulary=7, context=5).double()
    for name, parameter in model.named_parameters():
        if "norm" in name or "bias" in name:  # away from ones and zeros
            parameter.data += torch.randn_like(parameter) / 3
    return model


def linear(weights, name, vector):
    result = weights[f"{name}.weight"] @ vector
    return result + weights[f"{name}.bias"] if f"{name}.bias" in weights else result


def normalise(weights, name, vector):
    mean = vector.mean()
    scaled = (vector - mean) / ((vector - mean).pow(2).mean() + 1e-5).sqrt()
    if f"{name}.weight" in weights:
        scaled = scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return scaled


def activate(kind, vector):
    if kind == "relu":
        return vector.clamp(min=0)
    if kind == "gelu_tanh":  # Hendrycks and Gimpel (2016), section 2
        inner = math.sqrt(2 / math.pi) * (vector + 0.044715 * vector**3)
        return vector * (1 + torch.tanh(inner)) / 2
    return vector * (1 + torch.erf(vector / math.sqrt(2))) / 2


def position_vector(weights, position, width):
    if "position_embedding.weight" in weights:
        return weights["position_embedding.weight"][position]
    pairs = [position / 10_000 ** (2 * (i // 2) / width) for i in range(width)]
    entries = [math.cos(a) if i % 2 else math.sin(a) for i, a in enumerate(pairs)]
    return torch.tensor(entries, dtype=torch.float64)


def attention(weights, name, inputs, heads):
    size = len(inputs[0]) // heads
    outputs = []
    for t in range(len(inputs)):
        mixed = []
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            query = linear(weights, f"{name}.query", inputs[t])[part]
            keys = [linear(weights, f"{name}.key", x)[part] for x in inputs[: t + 1]]
            values = [linear(weights, f"{name}.value", x)[part] for x in inputs[: t + 1]]
            exponentials = [torch.exp(query @ key / math.sqrt(size)) for key in keys]
            total = sum(exponentials)
            mixed.append(sum(e / total * v for e, v in zip(exponentials, values, strict=True)))
        outputs.append(linear(weights, f"{name}.output", torch.cat(mixed)))
    return outputs


def slow_logits(model, tokens):
    """The logits at every position of one sequence: [t, classes]."""
    settings, weights = model.settings, model.state_dict()
    pre, post = settings.norm == "pre", settings.norm == "post"
    scale = math.sqrt(settings.width) if settings.scale_embedding else 1.0
    states = [
        scale * weights["token_embedding.weight"][token]
        + position_vector(weights, t, settings.width)
        for t, token in enumerate(tokens)
    ]
    for layer in range(settings.layers):
        block = f"blocks.{layer}"
        name = f"{block}.attention_norm"
        inputs = [normalise(weights, name, x) if pre else x for x in states]
        attended = attention(weights, f"{block}.attention", inputs, settings.heads)
        states = [x + a for x, a in zip(states, attended, strict=True)]
        states = [normalise(weights, name, x) if post else x for x in states]
        name = f"{block}.feed_forward_norm"
        inputs = [normalise(weights, name, x) if pre else x for x in states]
        hidden = [linear(weights, f"{block}.feed_forward.expand", x) for x in inputs]
        hidden = [activate(settings.activation, x) for x in hidden]
        fed = [linear(weights, f"{block}.feed_forward.contract", x) for x in hidden]
        states = [x + f for x, f in zip(states, fed, strict=True)]
        states = [normalise(weights, name, x) if post else x for x in states]
    states = [normalise(weights, "final_norm", x) if pre else x for x in states]
    return torch.stack([linear(weights, "output", x) for x in states])


@pytest.mark.parametrize(("norm", "positions", "activation", "bias"), COMBINATIONS)
def test_logits_equal_the_slow_twin(norm, positions, activation, bias):
    model = build(norm=norm, positions=positions, activation=activation, bias=bias)
    tokens = torch.tensor([[0, 6, 3, 1], [2, 2, 5, 4]])
    with torch.no_grad():
        fast = model(tokens, answers=4)
    slow = torch.stack([slow_logits(model, row.tolist()) for row in tokens])
    # SinusoidalPositions keeps its table in float32
    tolerance = 1e-6 if positions == "sinusoidal" else 1e-12
    assert (fast - slow).abs().max() < tolerance


@pytest.mark.parametrize(
    "choices",
    [{"activation": "gelu_tanh"}, {"scale_embedding": True}, {"tied_output": True}],
    ids=str,
)
def test_logits_of_language_models_equal_the_slow_twin(choices):
    model = build(bias=True, **choices)
    tokens = torch.tensor([[0, 6, 3, 1, 1]])
    with torch.no_grad():
        assert (
            model(tokens, answers=5)[0] - slow_logits(model, tokens[0].tolist())
        ).abs().max() < 1e-12


@pytest.mark.parametrize("norm", ["pre", "post", "none"])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_last_positions_are_those_of_all(norm, layers):
    model = build(norm=norm, layers=layers)
    tokens = torch.randint(7, (6, 5))
    everything = model(tokens, answers=5)
    for answers in (1, 2, 3):
        assert (model(tokens, answers) - everything[:, -answers:]).abs().max() < 1e-13


def test_no_position_sees_the_future():
    model = build()
    tokens = torch.tensor([[0, 1, 2, 3]])
    changed = torch.tensor([[0, 1, 2, 6]])
    difference = (model(tokens, 4) - model(changed, 4)).abs().amax(dim=(0, 2))
    assert (difference[:3] == 0).all() and difference[3] > 1e-3


def test_without_affine_norms_have_no_parameters():
    names = [name for name, _ in build(norm_affine=False).named_parameters()]
    assert not any("norm" in name for name in names)


def test_initial_values():
    torch.manual_seed(0)
    settings = TransformerSettings(width=128, embedding_init_std=0.5, bias=True)
    model = Transformer(settings, vocabulary=99, context=4)
    assert model.token_embedding.weight.std().item() == pytest.approx(0.5, rel=0.05)
    bound = 1 / math.sqrt(512)
    weight = model.blocks[0].feed_forward.contract.weight
    assert weight.abs().max() <= bound and weight.std().item() == pytest.approx(
        bound / math.sqrt(3), rel=0.02
    )
    normal = TransformerSettings(width=128, linear_init="normal_0.02", bias=True)
    model = Transformer(normal, vocabulary=99, context=4)
    assert model.output.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert not model.output.bias.any()


def test_initial_values_of_language_models():
    choices = {"width": 128, "layers": 8, "bias": True, "embedding_init_std": 0.05}
    torch.manual_seed(0)
    settings = TransformerSettings(
        linear_init="as_embedding", residual_init="scaled_by_depth", tied_output=True, **choices
    )
    model = Transformer(settings, vocabulary=99, context=4)
    block = model.blocks[3]
    for layer in (block.attention.query, block.feed_forward.expand, model.output):
        assert layer.weight.std().item() == pytest.approx(0.05, rel=0.05)
    for layer in (block.attention.output, block.feed_forward.contract):
        assert layer.weight.std().item() == pytest.approx(0.05 / 4, rel=0.05)
        assert not layer.bias.any()


def test_tied_output_shares_the_token_vectors():
    model = build(tied_output=True, bias=True)
    assert model.output.weight is model.token_embedding.weight and model.output.bias is None
    logits = model(torch.tensor([[0, 1]]))
    (gradient,) = torch.autograd.grad(logits.sum(), [model.token_embedding.weight])
    assert gradient.any(dim=1).all(), "the output layer has every token's vector"
    with pytest.raises(ValidationError, match=r"null, because tied_output is true"):
        TransformerSettings(tied_output=True, output_classes=9)


def test_parameter_count_of_gpt2_small():
    settings = TransformerSettings(layers=12, width=768, heads=12, bias=True, tied_output=True)
    with torch.device("meta"):
        model = Transformer(settings, vocabulary=50_257, context=1024)
    assert sum(p.numel() for p in model.parameters()) == 124_439_808


def test_initial_values_come_from_the_global_generator():
    models = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        models.append(Transformer(TransformerSettings(width=8), vocabulary=5, context=4))
    first, again, other = (torch.cat([p.flatten() for p in m.parameters()]) for m in models)
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_parameter_count_of_the_lectures_model():
    model = Transformer(TransformerSettings(norm_affine=False), vocabulary=99, context=4)
    in_blocks = sum(p.numel() for p in model.blocks.parameters())
    assert in_blocks == 2 * 12 * 128**2  # 393,216: "about 4e5 non-embedding parameters"


def test_output_classes():
    assert build().output.out_features == 7
    assert build(output_classes=20)(torch.zeros(1, 3, dtype=torch.int64)).shape == (1, 1, 20)


def test_dropout_acts_in_training_only():
    model = build(dropout=0.5)
    tokens = torch.randint(7, (3, 4))
    model.train()
    assert not torch.equal(model(tokens), model(tokens))
    model.eval()
    assert torch.equal(model(tokens), model(tokens))


@pytest.mark.parametrize(
    ("place", "dropping"),
    [
        ("sub_blocks", {"blocks.0.dropout"}),
        ("gpt2", {"blocks.0.dropout", "dropout", "blocks.0.attention"}),
        (
            "everywhere",
            {"blocks.0.dropout", "dropout", "blocks.0.attention", "blocks.0.feed_forward.dropout"},
        ),
    ],
)
def test_dropout_acts_where_it_is_asked_for(place, dropping):
    """With all other places in evaluation mode each place drops by itself, and no other one."""
    model = build(layers=1, dropout=0.5, dropout_at=place)
    tokens = torch.randint(7, (3, 4))
    found = set()
    for name, module in model.named_modules():
        model.eval()
        module.training = True  # this one alone, not what it is made of
        if not torch.equal(model(tokens, 4), model(tokens, 4)):
            found.add(name)
    assert found == dropping


def test_sinusoidal_positions_in_closed_form():
    table = SinusoidalPositions(context=3, width=4)(torch.arange(3))
    expected = [[math.sin(t), math.cos(t), math.sin(t / 100), math.cos(t / 100)] for t in range(3)]
    torch.testing.assert_close(table, torch.tensor(expected))
