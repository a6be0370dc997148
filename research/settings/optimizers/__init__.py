"""Settings of the optimizers, chosen by name; one file per family."""

from typing import Annotated

from pydantic import Field

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
from research.settings.optimizers.algoperf import (
    GeneralizedAdamSettings,
    NadamPSettings,
    NadamWSettings,
)
from research.settings.optimizers.amos import AmosSettings
from research.settings.optimizers.base import BaseOptimizerSettings
from research.settings.optimizers.extra import AdEMAMixSettings, SoapSettings
from research.settings.optimizers.lbfgs import LBFGSSettings
from research.settings.optimizers.muon import MuonSettings
from research.settings.optimizers.prodigy import ProdigySettings
from research.settings.optimizers.schedule_free import (
    ScheduleFreeAdamWSettings,
    ScheduleFreeSGDSettings,
)
from research.settings.optimizers.sgd import (
    GDSettings,
    HeavyBallSettings,
    NesterovSettings,
    SGDSettings,
)
from research.settings.optimizers.shampoo import CasprSettings, ShampooSettings
from research.settings.optimizers.sign_descent import (
    LionSettings,
    NormalizedSGDSettings,
    SignSGDSettings,
)
from research.settings.optimizers.switches import AdamThenSGDSettings, SwatsSettings

OptimizerSettings = Annotated[
    GDSettings
    | SGDSettings
    | HeavyBallSettings
    | NesterovSettings
    | AdagradSettings
    | AdadeltaSettings
    | RMSpropSettings
    | AdamSettings
    | AdamWSettings
    | AMSGradSettings
    | NAdamSettings
    | RAdamSettings
    | AdafactorSettings
    | LBFGSSettings
    | ScheduleFreeSGDSettings
    | ScheduleFreeAdamWSettings
    | ProdigySettings
    | MuonSettings
    | ShampooSettings
    | CasprSettings
    | LionSettings
    | SignSGDSettings
    | NormalizedSGDSettings
    | NadamWSettings
    | NadamPSettings
    | GeneralizedAdamSettings
    | AmosSettings
    | SwatsSettings
    | AdamThenSGDSettings
    | SoapSettings
    | AdEMAMixSettings,
    Field(discriminator="name"),
]
"""Every optimizer, in the order in which `descent show --optimizers` lists them."""

__all__ = [
    "AMSGradSettings",
    "AdEMAMixSettings",
    "AdadeltaSettings",
    "AdafactorSettings",
    "AdagradSettings",
    "AdamSettings",
    "AdamThenSGDSettings",
    "AdamWSettings",
    "AmosSettings",
    "BaseOptimizerSettings",
    "CasprSettings",
    "GDSettings",
    "GeneralizedAdamSettings",
    "HeavyBallSettings",
    "LBFGSSettings",
    "LionSettings",
    "MuonSettings",
    "NAdamSettings",
    "NadamPSettings",
    "NadamWSettings",
    "NesterovSettings",
    "NormalizedSGDSettings",
    "OptimizerSettings",
    "ProdigySettings",
    "RAdamSettings",
    "RMSpropSettings",
    "SGDSettings",
    "ScheduleFreeAdamWSettings",
    "ScheduleFreeSGDSettings",
    "ShampooSettings",
    "SignSGDSettings",
    "SoapSettings",
    "SwatsSettings",
]
