"""Which process is the first of a run, what is left to train, and what a run must not inherit."""

import subprocess

import pytest

from experiments.command_line import ranks, run_process
from experiments.command_line.run_process import Job, Starter
from research.records.plan import Plan, VariantPlan
from research.records.store import Record

TORCHRUN = {"RANK": "2", "LOCAL_RANK": "0", "GROUP_RANK": "1", "WORLD_SIZE": "4"}
SRUN = {"SLURM_PROCID": "2", "SLURM_LOCALID": "0", "SLURM_NODEID": "1", "SLURM_NTASKS": "4"}
LIGHTNING = {"NODE_RANK": "1", "LOCAL_RANK": "0", "WORLD_SIZE": "4"}
FIRST = {"RANK": "0", "LOCAL_RANK": "0", "NODE_RANK": "0", "SLURM_PROCID": "0"}


@pytest.fixture
def nobody(monkeypatch):
    for name in {*FIRST, *TORCHRUN, *SRUN}:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def record(tmp_path):
    trainer = {"devices": 4, "nodes": 2, "strategy": "ddp"}
    variants = {
        name: VariantPlan(label=name, settings={"trainer": own} if own else {})
        for name, own in {"wide": trainer, "plain": {}}.items()
    }
    plan = Plan(
        experiment="none",
        preset="quick",
        variants=variants,
        runs={name: [0, 1] for name in variants},
    )
    return Record.create(tmp_path / "record", plan, {})


@pytest.mark.parametrize("environment", [TORCHRUN, SRUN, LIGHTNING])
def test_the_first_process_of_a_second_machine_is_not_the_first(nobody, environment):
    assert ranks.is_first_process()
    for name, text in FIRST.items():
        nobody.setenv(name, text)
    assert ranks.is_first_process()
    for name, text in environment.items():
        nobody.setenv(name, text)
    assert not ranks.is_first_process()


def test_what_is_not_done_is_left(record, capsys):
    done = record.run("plain", 0)
    done.write_status(type(done.status())(state="done"))
    assert ranks.main([str(record.folder)]) == 0
    assert capsys.readouterr().out == "wide 0 2 4\nwide 1 2 4\nplain 1 1 1\n"
    assert ranks.main([str(record.folder / "none")]) == 2
    assert capsys.readouterr().err.startswith("descent: ")


def test_a_run_is_no_rank_of_what_its_launcher_is_a_rank_of(record, nobody, tmp_path):
    """Its launcher may be the third task of a SLURM job."""
    for name, text in {**TORCHRUN, **SRUN, "TORCHELASTIC_RUN_ID": "1", "SLURM_JOB_ID": "7"}.items():
        nobody.setenv(name, text)
    nobody.setattr(run_process, "ONE_RUN", ["-c", "import os; print(*sorted(os.environ))"])
    starter = Starter(record.plan, print)
    log = tmp_path / "log"
    with log.open("wb") as file, (tmp_path / "lock").open("w") as lock:
        job = Job(record, record.run("wide", 0), lock.fileno())
        process = starter.start(job, subprocess.DEVNULL, file.fileno(), {})
        assert process.wait(60) == 0
    found = set(log.read_text().split())
    assert found.isdisjoint({*TORCHRUN, *SRUN, "TORCHELASTIC_RUN_ID"})
    assert {"PATH", "SLURM_JOB_ID"} <= found
