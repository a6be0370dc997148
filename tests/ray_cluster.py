"""A Ray cluster of two machines that are both this one, of one processor each.

    python -m tests.ray_cluster

Prints the cluster's address. For a line on its standard input the second machine is lost: all that
runs there is killed, as when the power fails. The cluster ends when the standard input does. It
listens on 127.0.0.1 alone, as RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 has it, and asks for a token.
"""

import os
import secrets
import signal
import sys
from contextlib import suppress
from pathlib import Path

MACHINE = {
    "num_cpus": 1,
    "node_ip_address": "127.0.0.1",
    "object_store_memory": 80_000_000,
    "include_log_monitor": False,
}


def environment(folder: str) -> dict[str, str]:
    """What the cluster and who connects to it have in their environment.

    Args:
        folder: for Ray's files; a short path, since a socket's name has 107 letters at most.
    """
    return {
        "RAY_TMPDIR": folder,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_prestart_worker_first_driver": "0",
        "RAY_enable_worker_prestart": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }


def descendants(pid: int) -> list[int]:
    """The processes that one has started, and those that they have."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text(errors="replace").rpartition(")")[2].split()[1])
            if parent == pid:
                child = int(status.parent.name)
                found += [child, *descendants(child)]
    return found


def main() -> None:
    """Serves until the standard input ends."""
    from ray.cluster_utils import Cluster

    (Path(os.environ["RAY_TMPDIR"]) / "ray").mkdir()
    head = {**MACHINE, "include_dashboard": False, "no_monitor": True}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    second = cluster.add_node(**MACHINE)
    print(cluster.address, flush=True)
    for _ in sys.stdin:
        (raylet,) = second.all_processes["raylet"]
        lost = descendants(raylet.process.pid)
        cluster.remove_node(second, allow_graceful=False)
        for pid in lost:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        print("lost", *lost, flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
