"""Puts a dashboard on the W&B server: one view for an experiment, found again and replaced.

A view's name is computed from the project and the experiment, so that publishing again changes the
page that is there, at the same address, instead of adding another.
"""

import hashlib
import os

from research.records import wandb_mode
from research.records.wandb_session import QUIET_ENVIRONMENT
from research.records.wandb_sync import require_server
from research.settings.errors import SettingsError
from scripts.dashboards.objects import views, workspaces


def require_login() -> None:
    """Checks that there is someone to publish for, and a server to publish on.

    Raises:
        SettingsError: no one is logged in, or the server is away.
    """
    os.environ.update(QUIET_ENVIRONMENT)
    require_server("publish", "; --print writes the dashboards as JSON without W&B")


def own_entity() -> str:
    """The user, or team, that W&B publishes for where nobody says another.

    Raises:
        SettingsError: W&B does not say.
    """
    import wandb

    try:
        entity = wandb.Api().default_entity
    except Exception as error:
        raise SettingsError(f"W&B: {wandb_mode.one_line(error)}") from error
    if not entity:
        raise SettingsError("W&B does not say whose the dashboard is; expected --entity NAME")
    return str(entity)


def publish(workspace: workspaces.Workspace) -> str:
    """Puts a workspace on the server, in place of what was published there before.

    Returns:
        Its address.

    Raises:
        SettingsError: W&B did not take it.
    """
    name = view_name(workspace.project, workspace.name)
    try:
        workspace._internal_id = _known_view(workspace, name)
        workspace._internal_name = name
        workspace.save()  # type: ignore[no-untyped-call]
        return str(workspace.url)
    except Exception as error:
        raise SettingsError(f"W&B: {wandb_mode.one_line(error)}") from error


def view_name(project: str, title: str) -> str:
    """What W&B calls the view of an experiment: always the same in the same project."""
    return f"nw-{hashlib.sha256(f'{project}/{title}'.encode()).hexdigest()[:11]}-v"


def _known_view(workspace: workspaces.Workspace, name: str) -> str:
    """W&B's id of a view that was published before; empty if there is none."""
    short = views._internal_name_to_url_query_str(name)
    try:
        view = views.get_view_dict(workspace.entity, workspace.project, short)
    except ValueError as error:
        if name in str(error) or short in str(error):
            return ""
        raise
    return str(view["id"])
