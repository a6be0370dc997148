"""Labels under flags: what they say must be so, or the flag stands beside it."""

import pytest

from experiments.command_line.catalog import find
from research.settings.document import read_document
from research.settings.labels import relabelled
from research.settings.resolve import resolve

ADAMW = {"optimizer": {"name": "adamw", "lr": 1e-3}}
BEFORE = {
    **ADAMW,
    "seed": 1,
    "mu": 1.0,
    "betas": [0.9, 0.999],
    "data": {"share": 0.3, "noise": 0.15, "kinds": ["a", "b"]},
    "schedule": None,
}


@pytest.mark.parametrize(
    ("label", "own", "overrides", "flags"),
    [
        ("AdamW, lr 1e-3", {}, {}, ""),
        ("AdamW, lr 1e-3", {}, {"optimizer.name": "muon"}, "--optimizer.name muon"),
        ("AdamW, lr 1e-3", {}, {"optimizer.lr": 0.01}, "--optimizer.lr 0.01"),
        ("AdamW, lr 1e-3", {}, {"optimizer.lr": 1e-3, "optimizer.name": "adamw"}, ""),
        ("AdamW, lr 1e-3", {}, {"optimizer": {"name": "muon"}}, "--optimizer.name muon"),
        ("the method", ADAMW, {"optimizer.name": "muon"}, "--optimizer.name muon"),
        ("the method", {}, {"optimizer.name": "muon"}, ""),
        ("a third", {"data": {"share": 0.3}}, {"data.share": 0.5}, "--data.share 0.5"),
        ("15 % wrong, noise 0.15", {}, {"data.noise": 0.2}, "--data.noise 0.2"),
        ("wrong labels, 0.15", {}, {"data.noise": 0.2}, "--data.noise 0.2"),
        ("version 1", {}, {"mu": 2}, ""),
        ("net v0.15", {}, {"data.noise": 0.2}, ""),
        ("wrong labels, 10.15", {}, {"data.noise": 0.2}, ""),
        ("version 1", {}, {"seed": 2}, ""),
        ("μ = 1", {}, {"mu": 2}, "--mu 2"),
        ("β₁ = 0.9, β₂ = 0.999", {}, {"betas": [0.9, 0.99]}, "--betas [0.9, 0.99]"),
        ("β₁ = 0.9", {}, {"betas": [0.9, 0.99]}, ""),
        ("two kinds", {"data": {"kinds": ["a"]}}, {"data.kinds": ["b"]}, '--data.kinds ["b"]'),
        ("both", {"data": {"kinds": ["a"]}}, {"data.kinds": ["b"]}, ""),
        ("with a schedule", {}, {"schedule": {"name": "cosine"}}, ""),
        (
            "AdamW, lr 1e-3",
            {},
            {"optimizer.name": "muon", "optimizer.lr": 0.1, "seed": 4},
            "--optimizer.name muon, --optimizer.lr 0.1",
        ),
    ],
)
def test_flags_that_change_what_a_label_says_stand_beside_it(label, own, overrides, flags):
    expected = f"{label} ({flags})" if flags else label
    assert relabelled(label, own, BEFORE, overrides) == expected


def labels(experiment, variants, **overrides):
    found = find(experiment)
    document = read_document(found.config)
    values = {key.replace("__", "."): value for key, value in overrides.items()}
    command = resolve(document, found.settings_class(), "smoke", variants, None, values)
    return [variant.label for variant in command.variants.values()]


def test_each_variant_of_a_command_has_its_own():
    assert labels("generalisation", ["adam-lr0.01", "sgdm-lr0.03"], optimizer__lr=0.03) == [
        "Adam, lr 0.01 (--optimizer.lr 0.03)",
        "SGD with momentum, lr 0.03",
    ]
    assert labels("grokking", ["small-wd0"], optimizer__weight_decay=2.0) == [
        "small model, no weight decay (--optimizer.weight_decay 2.0)"
    ]
    assert labels("grokking", ["small-wd0"], trainer__max_steps=7) == [
        "small model, no weight decay"
    ]
