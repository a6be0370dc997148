"""The sweep of an experiment as `descent show` prints it: resolved, as a file may have it."""

from collections.abc import Mapping
from typing import Any

from research.settings.base import Settings
from research.settings.core_schema import PlainData
from research.settings.document import Document
from research.settings.domain_forms import written_space
from research.settings.errors import SettingsError
from research.settings.resolve_search import resolve_search


def shown_search(
    document: Document,
    model: type[Settings],
    preset: str,
    overrides: Mapping[str, Any] | None = None,
) -> dict[str, PlainData]:
    """The sweep of an experiment's file in the shortest forms.

    Flags that suit what `run` does may not suit every trial; then `refused` says what `sweep` would
    say to them.

    Args:
        document: the experiment's file, which has a sweep.
        model: the experiment's settings.
        preset: size of the trials.
        overrides: settings of the command line, which are not searched.

    Raises:
        SettingsError: the file's sweep can't be.
    """
    try:
        search, _ = resolve_search(document, model, preset, overrides=overrides)
    except SettingsError as error:
        if not overrides:
            raise
        return {"refused": list(error.problems)}
    return {
        "variant": search.variant,
        "objective": search.objective.model_dump(mode="json", exclude_defaults=True),
        "space": written_space(search.space),
        "pruner": search.pruner.model_dump(mode="json"),
    }
