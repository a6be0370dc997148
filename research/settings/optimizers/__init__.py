"""Settings of the optimizers, chosen by name; one file per family."""

from typing import Annotated

from pydantic import Field

from research.settings.optimizers.adam import AdamSettings, AdamWSettings

OptimizerSettings = Annotated[AdamSettings | AdamWSettings, Field(discriminator="name")]

__all__ = ["AdamSettings", "AdamWSettings", "OptimizerSettings"]
