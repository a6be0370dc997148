"""What W&B imports only when a run starts, for a process that many runs are forked from.

Every W&B run loads the models of W&B's own job queue, used or not. Pydantic reads their docstrings
by looking through all modules that there are: 1.5 s of processor time behind torch, .4 s before it.
Where this module is imported first, no run waits for that.
"""

from contextlib import suppress

with suppress(ImportError):  # it is W&B's own, and may move; a run will find it
    import requests  # noqa: F401
    import wandb.sdk.launch.inputs.internal  # noqa: F401
