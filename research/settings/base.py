"""What every settings model has in common: frozen, strict, and no unknown keys.

Settings are the vocabulary of the house. They say what is trained, never how it is computed, and
are importable without torch, so that a typing mistake is answered at once.
"""

from typing import NoReturn

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Settings(BaseModel):
    """A frozen group of settings.

    Unknown keys are refused, and types are strict: a number is never read from text, nor a truth
    value from a number.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
    )


def refuse(key: str, found: object, expected: str) -> NoReturn:
    """Refuses a combination of settings from within a model validator.

    Args:
        key: the setting, inside the model that is validated, that the reader should change.
        found: its value.
        expected: what would be right, as words that follow "expected".

    Raises:
        PydanticCustomError: always. The command line turns it into one line with the file and line,
            or the flag.
    """
    raise PydanticCustomError(
        "combination",
        "{key} is {found}, expected {expected}",
        {"key": key, "found": found, "expected": expected},
    )
