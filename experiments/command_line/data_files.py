"""Whether the files that an experiment trains on are there. Found out without torch."""

from typing import Any

from research.data.image_files import check_files
from research.settings.errors import SettingsError
from research.settings.images import ImageTrainingSettings
from research.settings.resolve import ResolvedVariant


def check_data(variant: ResolvedVariant[Any]) -> None:
    """Refuses a variant whose image files are missing or truncated, before a record is made.

    Raises:
        SettingsError: says which file, which folder was looked in, and what belongs there.
    """
    settings = variant.settings
    if not isinstance(settings, ImageTrainingSettings):
        return
    try:
        check_files(settings.data.name, settings.data_folder)
    except SettingsError as error:
        where = variant.where("data.name")
        raise SettingsError(f"{where} is {settings.data.name}: {error}") from error
