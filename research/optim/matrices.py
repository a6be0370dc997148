"""Which parameters are matrices of hidden layers, for methods that are made for those."""

from torch import nn

from research.optim.targets import Target, parameters_of


def split_matrices(target: Target) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The matrices that a method for matrices takes, and the rest, each in the target's order.

    Of a module, matrices are the parameters with two axes, except tables of vectors
    (`nn.Embedding`), whose rows have nothing to do with each other, and the weights of the output
    layer, the last `nn.Linear`, if there is another before it. Of bare parameters, all with two
    axes. Convolutions have four axes and belong to the rest. Jordan et al. (2024), "Muon: An
    optimizer for hidden layers in neural networks".
    """
    excluded = _not_hidden(target) if isinstance(target, nn.Module) else set()
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for parameter in parameters_of(target):
        hidden = parameter.ndim == 2 and id(parameter) not in excluded
        (matrices if hidden else rest).append(parameter)
    return matrices, rest


def _not_hidden(module: nn.Module) -> set[int]:
    """Identities of the weights of embeddings and of the output layer."""
    modules = list(module.modules())
    tables = [each for each in modules if isinstance(each, nn.Embedding)]
    linear = [each for each in modules if isinstance(each, nn.Linear)]
    return {id(each.weight) for each in [*tables, *(linear[-1:] if len(linear) > 1 else [])]}
