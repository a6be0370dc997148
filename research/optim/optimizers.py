"""Optimizers by name: from settings to a torch optimizer.

Each builder stands beside the rule that it builds; this file only says which belongs to which
settings. Packages are imported by the builder that needs them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.optim import Optimizer

from research.optim import extra, from_packages, from_torch
from research.optim.adam_then_sgd import AdamThenSGD
from research.optim.amos import Amos
from research.optim.caspr import Caspr
from research.optim.from_rules import built
from research.optim.generalized_adam import GeneralizedAdam
from research.optim.lion import Lion
from research.optim.muon import muon
from research.optim.nadamw import NadamW
from research.optim.normalized_sgd import NormalizedSGD
from research.optim.shampoo import Shampoo
from research.optim.sign_sgd import SignSGD
from research.optim.swats import Swats
from research.optim.targets import Target
from research.settings import optimizers as of
from research.settings.optimizers.base import BaseOptimizerSettings

Builder = Callable[[Any, Target], Optimizer]
"""Takes the settings of its class, and what is optimized."""

BUILDERS: Mapping[type[BaseOptimizerSettings], Builder] = {
    of.AMSGradSettings: from_torch.amsgrad,
    of.AdEMAMixSettings: extra.ademamix,
    of.AdadeltaSettings: from_torch.adadelta,
    of.AdafactorSettings: from_torch.adafactor,
    of.AdagradSettings: from_torch.adagrad,
    of.AdamSettings: from_torch.adam,
    of.AdamThenSGDSettings: built(AdamThenSGD),
    of.AdamWSettings: from_torch.adam,
    of.AmosSettings: built(Amos),
    of.CasprSettings: built(Caspr),
    of.GDSettings: from_torch.sgd,
    of.GeneralizedAdamSettings: built(GeneralizedAdam),
    of.HeavyBallSettings: from_torch.sgd,
    of.LBFGSSettings: from_torch.lbfgs,
    of.LionSettings: built(Lion),
    of.MuonSettings: muon,
    of.NAdamSettings: from_torch.nadam,
    of.NadamPSettings: built(NadamW),
    of.NadamWSettings: built(NadamW),
    of.NesterovSettings: from_torch.sgd,
    of.NormalizedSGDSettings: built(NormalizedSGD),
    of.ProdigySettings: from_packages.prodigy,
    of.RAdamSettings: from_torch.radam,
    of.RMSpropSettings: from_torch.rmsprop,
    of.SGDSettings: from_torch.sgd,
    of.ScheduleFreeAdamWSettings: from_packages.schedule_free_adamw,
    of.ScheduleFreeSGDSettings: from_packages.schedule_free_sgd,
    of.ShampooSettings: built(Shampoo),
    of.SignSGDSettings: built(SignSGD),
    of.SoapSettings: extra.soap,
    of.SwatsSettings: built(Swats),
}
"""One line for every member of the union `OptimizerSettings`."""


def build_optimizer(settings: BaseOptimizerSettings, target: Target) -> Optimizer:
    """The optimizer that the settings name.

    Args:
        settings: name and values, a member of `OptimizerSettings`.
        target: what is optimized. Of a module, methods for matrices take the hidden ones only; of
            bare parameters they take every matrix.

    Raises:
        KeyError: no builder is known for the settings' class.
    """
    return BUILDERS[type(settings)](settings, target)


def needs_closure(optimizer: Optimizer) -> bool:
    """Whether `step` has to be given a function that computes loss and gradients again.

    L-BFGS looks at the loss in several places within one step.
    """
    return isinstance(optimizer, torch.optim.LBFGS)
