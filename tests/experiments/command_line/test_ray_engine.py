"""What a worker asks of Ray, and what is refused before it is asked."""

import sys

import pytest

from experiments.command_line.search import ray_engine
from experiments.command_line.search.ray_engine import Demand, demand_of
from research.settings.errors import SettingsError

PROCESSORS = [Demand(8, 0), Demand(4, 0)]
CARDS = [Demand(8, 2), Demand(8, 0)]


def on(accelerator="auto", devices=1):
    return {"trainer": {"accelerator": accelerator, "devices": devices}}


@pytest.mark.parametrize(
    ("settings", "threads", "workers", "cluster", "expected"),
    [
        (on(), 2, 3, PROCESSORS, Demand(2, 0)),
        (on(devices=3), 2, 3, PROCESSORS, Demand(6, 0)),
        (on(), 64, 1, PROCESSORS, Demand(8, 0)),
        (on("cpu"), 1, 2, CARDS, Demand(1, 0)),
        (on(), 1, 2, CARDS, Demand(1, 1)),
        (on(), 1, 3, CARDS, Demand(1, 0.5)),
        (on("gpu"), 1, 8, CARDS, Demand(1, 0.25)),
        (on("gpu", 2), 1, 4, CARDS, Demand(2, 2)),
        ({}, 1, 1, PROCESSORS, Demand(1, 0)),
    ],
)
def test_a_worker_asks_for_what_its_run_needs(settings, threads, workers, cluster, expected):
    assert demand_of(settings, threads, workers, cluster) == expected


def test_more_gpus_than_any_machine_has_are_refused():
    with pytest.raises(SettingsError, match="devices is 3 of accelerator gpu, expected at most 2"):
        demand_of(on("gpu", 3), 1, 1, CARDS)


def test_a_file_is_no_storage_for_two_machines():
    nodes = [{"Alive": True, "NodeManagerHostname": name} for name in ("one", "two")]
    with pytest.raises(SettingsError, match=r"expected postgresql://... for the 2 machines"):
        ray_engine._refuse_a_shared_file(nodes, "sqlite:////disk/study.db")
    ray_engine._refuse_a_shared_file(nodes, "postgresql+psycopg://machine/studies")
    dead = [nodes[0], {**nodes[1], "Alive": False}]
    ray_engine._refuse_a_shared_file(dead, "sqlite:////disk/study.db")


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "auto")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingsError, match=r"pip install 'descent\[cluster\]'"):
        ray_engine._connected()


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "127.0.0.1:70000", "no.such.machine.invalid:80"]
)
def test_a_cluster_that_is_not_there_is_named(address, monkeypatch):
    """At once: Ray itself waits for many minutes."""
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(SettingsError, match=rf"RAY_ADDRESS is {address}: .*, expected the address"):
        ray_engine._connected()
    ray_engine._refuse_a_silent("local")
