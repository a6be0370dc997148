"""What settings mean is what pydantic itself would have read below them."""

from typing import ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field

from experiments.grokking.settings import GrokkingSettings
from research.settings.base import Settings
from research.settings.meanings import meanings


def models(*, read_by_pydantic: bool) -> dict[str, type[BaseModel]]:
    """The same classes; pydantic can read the source of each as it is made, the slow twin."""
    config = ConfigDict(use_attribute_docstrings=read_by_pydantic)

    class Above(BaseModel):
        """Says what it can in every way."""

        model_config = config

        first: int = 1
        """One line."""
        second: tuple[int, ...] = ()
        """Several lines,

            one of them indented.
        """
        silent: int = 2
        shown: ClassVar[int] = 3
        """Of what is no setting."""
        described: int = Field(default=4, description="By the field.")
        """By the text."""

        class Inner(BaseModel):
            """A class within, with a key of the same name."""

            model_config = config

            first: int = 1
            """Of the inner one."""

        third: Inner = Inner()
        """After a class."""

        def method(self) -> None:
            """No setting's."""

    class Below(Above):
        """Inherits, says one thing again and one anew."""

        first: int = 5
        second: tuple[int, ...] = ()
        """Now something else."""
        fourth: int = 6
        """Its own."""

    return {"above": Above, "inner": Above.Inner, "below": Below}


@pytest.mark.parametrize("name", ["above", "inner", "below"])
def test_as_pydantic_reads_them(name):
    slow = models(read_by_pydantic=True)[name]
    expected = {key: field.description or "" for key, field in slow.model_fields.items()}
    assert any(expected.values())
    assert meanings(models(read_by_pydantic=False)[name]) == expected


def test_inherited_settings_of_an_experiment():
    found = meanings(GrokkingSettings)
    assert list(found) == list(GrokkingSettings.model_fields)
    assert found["averaging"].startswith("Average evaluated in the weights' place")
    assert found["prefix_sharing"].startswith("Compute what several examples share once")
    assert found["optimizer"] == ""


def test_they_are_descriptions_of_the_schema():
    schema = GrokkingSettings.model_json_schema()
    own, inner = schema["properties"], schema["$defs"]["TrainerSettings"]["properties"]
    assert own["averaging"]["description"] == meanings(GrokkingSettings)["averaging"]
    assert inner["devices"]["description"] == "Devices of one run; several need a strategy."
    assert "description" not in own["optimizer"]


def test_a_class_without_a_source_has_none():
    made: dict[str, type[Settings]] = {}
    source = "class Typed(Settings):\n    size: int = 1\n    'How large.'\n"
    exec(source, {"Settings": Settings, "__name__": "typed_in"}, made)
    assert meanings(made["Typed"]) == {"size": ""}
