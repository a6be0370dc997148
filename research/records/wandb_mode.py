"""Whether a run goes to the W&B server at once: what the user asked for, and what can be had."""

import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

PROBE_SECONDS = 3.0

Asked = Literal["auto", "online", "offline", "off"]


@dataclass(frozen=True)
class Mode:
    """Whether a run goes to the server at once, and if not, why not what the user asked for."""

    name: Literal["online", "offline"]
    warning: str = ""


def asked_mode(plan_mode: Asked, environment: Mapping[str, str]) -> Asked:
    """What the user wants: the command line's word, and W&B's own variable where it is `auto`.

    `WANDB_MODE=disabled` turns the mirror off whatever the command line says.
    """
    variable = environment.get("WANDB_MODE", "")
    if plan_mode == "off" or variable == "disabled":
        return "off"
    if plan_mode == "auto" and variable in {"online", "run"}:
        return "online"
    if plan_mode == "auto" and variable in {"offline", "dryrun"}:
        return "offline"
    return plan_mode


def find_mode(asked: Asked) -> Mode:
    """Online if a user is logged in and the server answers, otherwise offline.

    Args:
        asked: what `asked_mode` says, not `off`.

    Returns:
        The mode; with a warning if the user, or the login, made us expect another.
    """
    from wandb.errors import AuthenticationError

    if asked == "offline":
        return Mode("offline")
    try:
        if not logged_in():
            warning = "no one is logged in (run `wandb login`)" if asked == "online" else ""
            return Mode("offline", warning)
    except AuthenticationError as error:
        return Mode("offline", one_line(error))
    address = server_address()
    if not reachable(address):
        return Mode("offline", f"{address} can't be reached")
    return Mode("online")


def logged_in() -> bool:
    """Whether W&B finds a key: in the environment, in netrc, or in its own settings.

    Raises:
        wandb.errors.AuthenticationError: there is a key that can't be one.
    """
    from wandb.sdk.lib import wbauth

    found = wbauth.authenticate_session(
        host=server_address(), source="descent", prompt=False, update_session=False
    )
    return found is not None


def server_address() -> str:
    """Address of the W&B server, from W&B's own settings."""
    from wandb.sdk import wandb_setup

    return str(wandb_setup.singleton().settings.base_url)


def reachable(address: str, seconds: float = PROBE_SECONDS) -> bool:
    """Whether a server listens, within `seconds`; assumed where only a proxy could tell.

    The probe has its own thread because looking up a name has no timeout.
    """
    parts = urlsplit(address)
    if getproxies().get(parts.scheme):
        return True
    port = parts.port or (443 if parts.scheme == "https" else 80)
    answered: list[bool] = []

    def probe() -> None:
        try:
            socket.create_connection((parts.hostname or "", port), timeout=seconds).close()
        except OSError:
            return
        answered.append(True)

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answered)


def one_line(error: BaseException) -> str:
    """What an exception says, in one line, without the key."""
    text = " ".join(str(error).split())[:200] or type(error).__name__
    key = os.environ.get("WANDB_API_KEY")
    return text.replace(key, "[key]") if key else text
