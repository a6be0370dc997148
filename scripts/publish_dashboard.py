"""Makes a W&B dashboard for each experiment from records and studies, and publishes it.

A dashboard is a workspace of the project in which the runs are: it shows the runs of one
experiment, with a section for each kind of metric that the records have. Publishing again replaces
what was published before. `--print` writes what would be sent as JSON, and needs no W&B login.

    python -m scripts.publish_dashboard RECORD_OR_STUDY... [--print] [--entity NAME]
        [--project NAME]

It needs the extra: pip install --constraint constraints.txt '.[workspaces]'
"""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from research.settings.errors import SettingsError
from scripts.dashboards.contents import Contents, read_contents

NO_ENTITY = "entity"
"""Stands for whose the dashboard is, where it is only printed."""


def main(arguments: Sequence[str]) -> int:
    """Prints or publishes; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="publish_dashboard", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="RECORD_OR_STUDY")
    parser.add_argument("--print", action="store_true", help="write JSON, publish nothing")
    parser.add_argument("--entity", help="whose it is; your own by default")
    parser.add_argument(
        "--project",
        default=os.environ.get("WANDB_PROJECT", "descent"),
        help="where the runs are (default: %(default)s)",
    )
    chosen = parser.parse_args(arguments)
    try:
        _require_extra()
        contents = read_contents(chosen.folders)
        if chosen.print:
            _print(contents, chosen.entity or NO_ENTITY, chosen.project)
        else:
            _publish(contents, chosen.entity, chosen.project)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _require_extra() -> None:
    if importlib.util.find_spec("wandb_workspaces") is None:
        raise SettingsError(
            "wandb-workspaces is not installed; expected "
            "pip install --constraint constraints.txt '.[workspaces]'"
        )


def _print(contents: Sequence[Contents], entity: str, project: str) -> None:
    """All workspaces as one JSON object, by experiment."""
    from scripts.dashboards.workspace import build_workspace, specification

    shown = {
        each.experiment: specification(build_workspace(each, entity, project)) for each in contents
    }
    print(json.dumps(shown, indent=2, ensure_ascii=False))


def _publish(contents: Sequence[Contents], entity: str | None, project: str) -> None:
    from scripts.dashboards.publishing import own_entity, publish, require_login
    from scripts.dashboards.workspace import build_workspace

    require_login()
    entity = entity or own_entity()
    for each in contents:
        print(f"{each.experiment}: {publish(build_workspace(each, entity, project))}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
