"""Our own optimizers, built from settings whose keys are the arguments of the rule."""

from collections.abc import Callable

from torch.optim import Optimizer

from research.optim.rule import Rule
from research.optim.targets import Target, parameters_of
from research.settings.optimizers.base import BaseOptimizerSettings


def built(rule: type[Rule]) -> Callable[[BaseOptimizerSettings, Target], Optimizer]:
    """The builder of a rule: every setting but the name becomes the argument of that name."""

    def build(settings: BaseOptimizerSettings, target: Target) -> Optimizer:
        return rule(parameters_of(target), **settings.model_dump(exclude={"name"}))

    return build
