"""The convolutional network against loops over pixels."""

import pytest
import torch

from research.models.cnn import CNN
from research.settings.models import CNNSettings


def make(shape=(2, 9, 6), **changes: object) -> CNN:
    torch.manual_seed(0)
    settings = {"channels": [3, 4], "hidden": 5, **changes}
    return CNN(CNNSettings.model_validate(settings), shape, 10).double()


def convolved(image: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Cross-correlation with zeros around the image, one output pixel after the other."""
    out, channels, kernel, _ = weight.shape
    _, height, width = image.shape
    half = kernel // 2
    framed = torch.zeros(channels, height + 2 * half, width + 2 * half, dtype=image.dtype)
    framed[:, half : half + height, half : half + width] = image
    result = torch.empty(out, height, width, dtype=image.dtype)
    for row in range(height):
        for column in range(width):
            patch = framed[:, row : row + kernel, column : column + kernel]
            result[:, row, column] = (weight * patch).sum(dim=(1, 2, 3)) + bias
    return result


def halved(image: torch.Tensor, pool: str) -> torch.Tensor:
    """Maximum or mean of 2 x 2 pixels; an odd row or column at the end is left out."""
    channels, height, width = image.shape
    result = torch.empty(channels, height // 2, width // 2, dtype=image.dtype)
    for row in range(height // 2):
        for column in range(width // 2):
            square = image[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            pooled = square.amax(dim=(1, 2)) if pool == "max" else square.sum(dim=(1, 2)) / 4
            result[:, row, column] = pooled
    return result


@pytest.mark.parametrize(("kernel", "pool"), [(3, "max"), (5, "max"), (3, "average")])
def test_the_formula(kernel, pool):
    model = make(kernel=kernel, pool=pool)
    parameters = list(model.parameters())
    images = torch.randn(2, 2, 9, 6, dtype=torch.float64)
    found = model(images)
    for image, logits in zip(images, found, strict=True):
        h = image
        for index in (0, 2):
            h = halved(convolved(h, *parameters[index : index + 2]).clamp_min(0), pool)
        assert h.shape == (4, 2, 1)
        h = (parameters[4] @ h.flatten() + parameters[5]).clamp_min(0)
        assert torch.allclose(parameters[6] @ h + parameters[7], logits, atol=1e-13)


def test_without_a_hidden_layer_the_blocks_lead_to_the_output():
    model, images = make(hidden=None), torch.randn(2, 2, 9, 6, dtype=torch.float64)
    assert [type(module).__name__ for module in model.hidden] == ["Flatten"]
    output = model.output
    for image, logits in zip(model.features(images), model(images), strict=True):
        assert torch.allclose(output.weight @ image.flatten() + output.bias, logits, atol=1e-13)


def test_the_network_of_the_barcodes():
    """Two convolutions of 5 x 5 with 32 and 100 channels, each followed by a pool."""
    model = make((1, 28, 28), channels=[32, 100], kernel=5, hidden=None)
    convolutions = 32 * (25 + 1) + 100 * (32 * 25 + 1)
    count = sum(parameter.numel() for parameter in model.parameters())
    assert count == convolutions + (100 * 7 * 7 + 1) * 10


def test_batch_norm_replaces_every_bias_but_the_last():
    plain, normed = make(), make(batch_norm=True)
    norms = [module for module in normed.modules() if "BatchNorm" in type(module).__name__]
    assert [norm.num_features for norm in norms] == [3, 4, 5]
    count = sum(p.numel() for p in plain.parameters())
    assert sum(p.numel() for p in normed.parameters()) == count + sum((3, 4, 5))
    x = torch.randn(50, 2, 9, 6, dtype=torch.float64) * 3 + 7
    h = normed.features[1](normed.features[0](x))
    assert torch.allclose(h.mean(dim=(0, 2, 3)), torch.zeros(3, dtype=h.dtype), atol=1e-12)
    assert torch.allclose(h.std(dim=(0, 2, 3)), torch.ones(3, dtype=h.dtype), atol=1e-3)


def test_dropout_drops_in_training_only():
    model, x = make(dropout=0.5), torch.randn(2, 2, 9, 6, dtype=torch.float64)
    assert not torch.equal(model(x), model(x))
    assert torch.equal(model.eval()(x), make()(x))


@pytest.mark.parametrize(
    ("where", "layers"),
    [
        ("hidden_and_output", ["Flatten", "Dropout", "Linear", "ReLU", "Dropout"]),
        ("hidden", ["Flatten", "Dropout", "Linear", "ReLU"]),
    ],
)
def test_where_dropout_acts(where, layers):
    model = make(dropout=0.5, dropout_before=where)
    assert [type(module).__name__ for module in model.hidden] == layers


def test_dropout_before_the_hidden_layer_leaves_the_names_of_weights_as_they_are():
    without, with_it = (make(dropout=p, dropout_before="hidden") for p in (0.0, 0.2))
    assert list(without.state_dict()) == list(with_it.state_dict())
    x = torch.randn(2, 2, 9, 6, dtype=torch.float64)
    assert torch.equal(without(x), make()(x))


def test_the_network_of_the_loss_landscapes():
    model = make((1, 28, 28), channels=[16, 32], hidden=64, pool="average")
    assert sum(parameter.numel() for parameter in model.parameters()) == 105_866


def test_too_many_blocks():
    with pytest.raises(ValueError, match="3 blocks leave nothing of an image of shape"):
        make((1, 8, 6), channels=[2, 2, 2])
