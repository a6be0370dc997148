"""The plan of a record: everything that is needed to repeat its command, or to go on with it."""

import io
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from research.records.errors import RecordError
from research.settings.base import Settings, refuse
from research.settings.search import ObjectiveSettings


class VariantPlan(Settings):
    """One variant with its resolved settings."""

    label: str
    """What the figure calls it."""
    settings: dict[str, Any]
    """All settings of the experiment, resolved, as plain types."""


class TrialOf(Settings):
    """What makes a record the trial of a study."""

    study: str
    """Name of the study."""
    number: int = Field(ge=0)
    """Number of the trial."""
    values: dict[str, Any] = Field(default_factory=dict)
    """The searched settings, by dotted key."""
    objective: ObjectiveSettings | None = None
    """The number that it is judged by."""
    prunes: bool = False
    """Whether its run asks the study at every evaluation if it is worth going on."""


class Plan(Settings):
    """What a record runs. It is written once, as settings.yaml, and never changed."""

    experiment: str
    """Name of the experiment."""
    folder: str | None = None
    """Absolute path of a user's own experiment; None for one that ships with descent."""
    preset: str = "quick"
    """Named size of the experiment."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Settings of the command line, by dotted key."""
    workers: int = Field(default=1, ge=1)
    """Processes that train side by side."""
    threads: int = Field(default=1, ge=1)
    """Threads of each run, kept so that a resumed run rounds its sums alike."""
    wandb: Literal["auto", "online", "offline", "off"] = "auto"
    """How runs are mirrored to Weights & Biases."""
    variants: dict[str, VariantPlan]
    """What the figure compares, by name."""
    runs: dict[str, list[int]]
    """Seeds of each variant."""
    trial: TrialOf | None = None
    """The trial that the record is; None for what is no part of a study."""

    @model_validator(mode="after")
    def _runs_belong_to_variants(self) -> Self:
        for variant, seeds in self.runs.items():
            if variant not in self.variants:
                refuse("runs", variant, f"one of {', '.join(self.variants)}")
            if variant in {"", ".", ".."} or "/" in variant or "\\" in variant:
                refuse("runs", repr(variant), "a name that can be a folder's")
            if len(set(seeds)) < len(seeds) or min(seeds, default=0) < 0:
                refuse(f"runs.{variant}", seeds, "different seeds, none negative")
        return self

    def pairs(self) -> list[tuple[str, int]]:
        """Variant and seed of every run, in order."""
        return [(variant, seed) for variant, seeds in self.runs.items() for seed in seeds]


def dump_plan(plan: Plan) -> bytes:
    """The plan as YAML."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # annotated as None
    stream = io.BytesIO()
    yaml.dump(plan.model_dump(mode="json"), stream)
    return stream.getvalue()


def read_plan(path: Path) -> Plan:
    """The plan of a record.

    Args:
        path: its settings.yaml.

    Raises:
        RecordError: the file is missing, no YAML, or no plan.
    """
    try:
        return Plan.model_validate(YAML(typ="safe", pure=True).load(path.read_bytes()))
    except FileNotFoundError as error:
        raise RecordError(f"{path.parent} is no record: expected settings.yaml in it") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise RecordError(
            f"{path}: {key}: {first['msg']}; a record's plan is not to be edited"
        ) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecordError(f"{path}:{line}: {error.problem}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: found no YAML: {' '.join(str(error).split())}") from error
    except OSError as error:
        raise RecordError(f"{path} can't be read: {error.strerror}") from error
