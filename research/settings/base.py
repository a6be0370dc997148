"""What every settings model has in common: frozen, strict, and no unknown keys.

Settings are the vocabulary of the house. They say what is trained, never how it is computed, and
are importable without torch, so that a typing mistake is answered at once.
"""

from typing import NoReturn

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from research.settings.meanings import meanings


class Settings(BaseModel):
    """A frozen group of settings.

    Unknown keys are refused, and types are strict: a number is never read from text, nor a truth
    value from a number. Its validator is built when it is first asked for, since a command uses few
    of the many models.
    """

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The JSON Schema, with what each setting means as its description."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for key, meaning in meanings(cls).items():
            if meaning:
                schema["properties"][key].setdefault("description", meaning)
        return schema


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
