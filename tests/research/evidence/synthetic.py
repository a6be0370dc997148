"""Records with made-up runs that look like grokking, to test evidence without training."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from research.records.status import State, Status
from research.records.store import Plan, Record, RunStore, VariantPlan

SMALL = {"data.modulus": 59, "model.layers": 1}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "lecture-wd0.3": ("lecture's model, weight decay 0.3", {"optimizer.weight_decay": 0.3}),
    "lecture-wd1": ("lecture's model, weight decay 1", {}),
    "small-wd1": ("small model, weight decay 1", SMALL),
    "small-wd3": ("small model, weight decay 3", {**SMALL, "optimizer.weight_decay": 3.0}),
    "lecture-fraction0.3": (
        "lecture's model, weight decay 1, 30 % of the equations",
        {"data.train_fraction": 0.3},
    ),
    "lecture-muon": (
        "lecture's model, Muon",
        {
            "optimizer.name": "muon",
            "optimizer.lr": 0.02,
            "optimizer.momentum": 0.95,
            "optimizer.weight_decay": 0.05,
        },
    ),
    "fig1-adam": ("Adam", {"optimizer.name": "adam", "optimizer.weight_decay": 0.0}),
}
STEPS = {
    "lecture-wd0.3": [(210, 4350), (210, 5000)],
    "lecture-wd1": [(220, 1400), (220, 1750)],
    "small-wd1": [(100, 3900), (100, 6650), (100, 2850), (110, 4300)],
    "small-wd3": [(100, 1400), (120, 2200), (100, 1000), (110, 1500)],
    "lecture-fraction0.3": [(130, 3700), (130, 3400)],
    "lecture-muon": [(130, 350), (130, 450), (130, 450), (130, 400)],
    "fig1-adam": [(300, 40_000)],
}
"""t_train and t_validation by variant and seed, as measured once."""
QUICK = ("lecture-wd0.3", "lecture-wd1", "small-wd1", "small-wd3")


def settings(changes: Mapping[str, Any] = {}) -> dict[str, Any]:
    """Settings of one variant, with changes by dotted key."""
    plain: dict[str, Any] = {
        "data": {"operation": "x/y", "modulus": 97, "train_fraction": 0.5},
        "model": {"layers": 2, "width": 128, "heads": 4},
        "optimizer": {"name": "adamw", "lr": 1e-3, "betas": [0.9, 0.98], "weight_decay": 1.0},
        "trainer": {"max_steps": 12_000},
        "evaluation": {"every": 100},
    }
    for key, value in changes.items():
        group, name = key.split(".")
        plain[group] = {**plain[group], name: value}
    return plain


def make_record(
    folder: Path,
    variants: tuple[str, ...] = QUICK,
    seeds: int | None = None,
    changes: Mapping[str, Any] = {},
) -> Record:
    """A record of several variants, with all runs done."""
    plan = Plan(
        experiment="grokking",
        workers=4,
        variants={
            name: VariantPlan(
                label=VARIANTS[name][0], settings=settings({**VARIANTS[name][1], **changes})
            )
            for name in variants
        },
        runs={name: list(range(len(STEPS[name][:seeds]))) for name in variants},
    )
    provenance = {
        "command": ["/usr/bin/descent", "run", "grokking", "--preset", "quick"],
        "started": "2026-03-01T10:00:00+00:00",
        "finished": "2026-03-01T10:05:12+00:00",
        "seconds": 312.0,
        "versions": {"python": "3.11.7", "torch": "2.13.0"},
        "git": {"commit": "0123456789abcdef0123456789abcdef01234567", "dirty": False},
        "hardware": {"cpu": "AMD EPYC", "cores": 4, "memory_gib": 15.6, "gpus": []},
    }
    record = Record.create(folder, plan, provenance)
    for store in record.runs():
        write_run(record, store, *STEPS[store.variant][store.seed])
    return record


def write_run(
    record: Record,
    store: RunStore,
    train: int,
    validation: int | None,
    state: State = "done",
    last: int | None = None,
) -> None:
    """One run that reaches 99 % at the given steps, exactly there and not before.

    Args:
        train: step of 99 % training accuracy.
        validation: step of 99 % validation accuracy; None for never.
        state: its final state.
        last: step of its last row; 300 after `validation`, or 12,000.
    """
    p = record.plan.variants[store.variant].settings["data"]["modulus"]
    last = last or (validation + 300 if validation else 12_000)
    steps = sorted({*range(10, train + 1, 10), *range(100, last + 1, 50), train, last})
    noise = numpy.random.default_rng([store.seed, train, validation or 0])
    lines = []
    for step in (step for step in steps if step <= last):
        memory = _rise(step, train, 0.35)
        insight = _rise(step, validation, 0.12) if validation else 0.0
        share = min(1.0, math.log10(1 + step) / 4)
        peak = 3.2 * memory * (1 - insight) + noise.normal(0, 0.06)
        lines.append(
            (
                step,
                {
                    "train/loss": max(5.0 * (1 - memory) + 1e-4, 1e-5),
                    "train/accuracy": max(memory, 1 / p),
                    "validation/loss": max(math.log(p) * (1 - insight) + peak, 0.02),
                    "validation/accuracy": max(insight, 0.022 * memory, 1 / p),
                    "train/largest_logit": 3 + 22 * memory - 6 * insight,
                    "train/saturated_rows": 0.004 * memory * (1 - insight),
                    "weight_norm/all": 30 - 12 * share,
                    "weight_norm/embedding": 6 + 6 * memory - 5 * insight,
                    "weight_norm/attention": 12 - 4 * share,
                    "weight_norm/feed_forward": 22 - 9 * share + 3 * memory,
                    "weight_norm/output": 9 + 3 * memory - 2 * insight,
                },
            )
        )
    for step, metrics in lines:
        store.append(step, metrics)
    flat = noise.gamma(4, 1, p // 2)
    store.save_array("embedding_fourier", train, flat)
    peaks = numpy.zeros(p // 2)
    peaks[noise.choice(p // 2, 5, replace=False)] = [60, 45, 50, 30, 40]
    store.save_array("embedding_fourier", last, 0.15 * flat + peaks)
    final = {name: lines[-1][1][name] for name in ("train/accuracy", "validation/accuracy")}
    store.write_status(Status(state, last, 12_000, seconds=last / 36, metrics=final))


def _rise(step: int, until: int, width: float) -> float:
    """A rise in log(step), below 0.99 before `until`, and at least 0.99 from it on."""
    if step >= until:
        return min(1.0, 0.99 + 0.05 * math.log(step / until))
    return 0.988 / (1 + math.exp(-5 * (math.log(step / until) + width) / width))
