"""What an optimizer is built for: a network, or bare parameters."""

from collections.abc import Iterable

from torch import nn

Target = nn.Module | Iterable[nn.Parameter]
"""A module also says which of its matrices are hidden layers; bare parameters can't."""


def parameters_of(target: Target) -> list[nn.Parameter]:
    """The parameters of a target, in their order."""
    return list(target.parameters() if isinstance(target, nn.Module) else target)
