"""W&B's objects of a dashboard: the package wandb-workspaces, imported here alone.

It warns of its own use of an old interface of pydantic; that is left out here, and nothing else is.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from wandb_workspaces import expr
    from wandb_workspaces.reports.v2 import interface as panels
    from wandb_workspaces.workspaces import interface as workspaces
    from wandb_workspaces.workspaces import internal as views

__all__ = ["expr", "panels", "views", "workspaces"]
