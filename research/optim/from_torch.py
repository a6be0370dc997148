"""The optimizers that torch.optim provides, built from our settings.

Where torch has a fused kernel, it is taken: on a CPU fused Adam takes a third of the loop's time,
and is bit for bit the same.
"""

import torch
from torch.optim import Optimizer

from research.optim.amsgrad import AMSGrad
from research.optim.decoupled_sgd import DecoupledSGD
from research.optim.lbfgs import LBFGS
from research.optim.targets import Target, parameters_of
from research.settings.optimizers.adafactor import AdafactorSettings
from research.settings.optimizers.adagrad import (
    AdadeltaSettings,
    AdagradSettings,
    RMSpropSettings,
)
from research.settings.optimizers.adam import AdamSettings, AdamWSettings
from research.settings.optimizers.adam_variants import (
    AMSGradSettings,
    NAdamSettings,
    RAdamSettings,
)
from research.settings.optimizers.lbfgs import LBFGSSettings
from research.settings.optimizers.sgd import (
    GDSettings,
    HeavyBallSettings,
    NesterovSettings,
    SGDSettings,
)

EVALUATIONS_OF_A_SEARCH = 25


def sgd(
    settings: GDSettings | SGDSettings | HeavyBallSettings | NesterovSettings, target: Target
) -> Optimizer:
    """Gradient descent, with the momentum and the form of weight decay that the settings say."""
    momentum = 0.0 if isinstance(settings, GDSettings | SGDSettings) else settings.momentum
    nesterov = isinstance(settings, NesterovSettings)
    parameters, rate, decay = parameters_of(target), settings.lr, settings.weight_decay
    if settings.decoupled_weight_decay:
        return DecoupledSGD(parameters, rate, momentum, nesterov, decay)
    return torch.optim.SGD(
        parameters, rate, momentum, weight_decay=decay, nesterov=nesterov, fused=True
    )


def adagrad(settings: AdagradSettings, target: Target) -> Optimizer:
    """AdaGrad without a decay of its own: schedules are ours."""
    return torch.optim.Adagrad(
        parameters_of(target),
        lr=settings.lr,
        initial_accumulator_value=settings.initial_accumulator,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        fused=True,
    )


def adadelta(settings: AdadeltaSettings, target: Target) -> Optimizer:
    """AdaDelta."""
    return torch.optim.Adadelta(
        parameters_of(target),
        lr=settings.lr,
        rho=settings.rho,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
    )


def rmsprop(settings: RMSpropSettings, target: Target) -> Optimizer:
    """RMSProp."""
    return torch.optim.RMSprop(
        parameters_of(target),
        lr=settings.lr,
        alpha=settings.alpha,
        momentum=settings.momentum,
        centered=settings.centered,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
    )


def adam(settings: AdamSettings | AdamWSettings, target: Target) -> Optimizer:
    """Adam, or AdamW by the settings' class."""
    kind = torch.optim.AdamW if isinstance(settings, AdamWSettings) else torch.optim.Adam
    optimizer: Optimizer = kind(
        parameters_of(target),
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        fused=True,
    )
    return optimizer


def amsgrad(settings: AMSGradSettings, target: Target) -> Optimizer:
    """AMSGrad of torch, or one of the two others by the settings' variant."""
    parameters = parameters_of(target)
    shared = (settings.lr, settings.betas, settings.eps, settings.weight_decay)
    if settings.variant == "torch":
        return torch.optim.Adam(parameters, *shared, amsgrad=True, fused=True)
    return AMSGrad(parameters, *shared, corrected=settings.variant == "optax")


def nadam(settings: NAdamSettings, target: Target) -> Optimizer:
    """NAdam with Dozat's momentum schedule."""
    return torch.optim.NAdam(
        parameters_of(target),
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        momentum_decay=settings.momentum_decay,
        decoupled_weight_decay=settings.decoupled_weight_decay,
    )


def radam(settings: RAdamSettings, target: Target) -> Optimizer:
    """RAdam."""
    return torch.optim.RAdam(
        parameters_of(target),
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        decoupled_weight_decay=settings.decoupled_weight_decay,
    )


def adafactor(settings: AdafactorSettings, target: Target) -> Optimizer:
    """Adafactor; its first eps, against a division by zero, is that of the parameters' type."""
    return torch.optim.Adafactor(
        parameters_of(target),
        lr=settings.lr,
        beta2_decay=settings.beta2_decay,
        eps=(None, settings.eps),
        d=settings.clip,
        weight_decay=settings.weight_decay,
    )


def lbfgs(settings: LBFGSSettings, target: Target) -> Optimizer:
    """L-BFGS; its step takes a closure.

    Torch's own limit, 5/4 evaluations an iteration, leaves a line search of one iteration none at
    all, and the weights where they were.
    """
    return LBFGS(
        parameters_of(target),
        lr=settings.lr,
        max_iter=settings.max_iter,
        max_eval=settings.max_iter * EVALUATIONS_OF_A_SEARCH,
        tolerance_grad=settings.tolerance_gradient,
        tolerance_change=settings.tolerance_change,
        history_size=settings.history,
        line_search_fn=settings.line_search,
    )
