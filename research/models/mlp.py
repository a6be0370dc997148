"""A fully connected network, with batch normalisation and dropout if the settings want them."""

from torch import Tensor, nn

from research.settings.models import Activation, MLPSettings

ACTIVATIONS: dict[Activation, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}


class MLP(nn.Module):
    """h_0 = x, h_i = dropout(activation(norm(W_i h_(i-1) + b_i))), logits = W h_last + b.

    Layers are nn.Linear's, with PyTorch's initial values. Batch normalisation (Ioffe and Szegedy,
    2015) has a shift of its own, so a layer before it has no bias.

    Args:
        settings: widths, non-linearity, normalisation, dropout.
        inputs: numbers of one example, whatever its shape.
        outputs: classes.
    """

    def __init__(self, settings: MLPSettings, inputs: int, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in settings.widths:
            layers.append(nn.Linear(inputs, width, bias=not settings.batch_norm))
            if settings.batch_norm:
                layers.append(nn.BatchNorm1d(width))
            layers.append(ACTIVATIONS[settings.activation]())
            if settings.dropout:
                layers.append(nn.Dropout(settings.dropout))
            inputs = width
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of examples: [n, ...] to [n, outputs]."""
        logits: Tensor = self.output(self.hidden(x.flatten(1)))
        return logits
