"""Made-up runs of heavy_tails_text, in memory."""

import dataclasses
import functools
import math

import numpy

from experiments.command_line.catalog import find
from experiments.heavy_tails_text.claims import CLAIMS
from experiments.heavy_tails_text.readings import Reading
from experiments.heavy_tails_text.settings import HeavyTailsTextSettings
from research.evidence.class_losses import ClassLosses
from research.evidence.tuned_rates import Trial
from research.settings.document import read_document
from research.settings.resolve import resolve

BEST = {
    "sgdm": 0.1,
    "adam": 0.003,
    "signm": 0.001,
    "sign": 0.0003,
    "sgdm-inverse": 0.3,
    "adam-inverse": 0.001,
}
"""The learning rate that trains best."""
COUNTS = numpy.array([40.0, 30.0, 20.0, 10.0])
"""Training labels of four classes: four groups of one class each."""
SHARES = COUNTS / COUNTS.sum()


@functools.cache
def shipped():
    """The shipped YAML file, read once."""
    return read_document(find("heavy_tails_text").config)


@functools.cache
def command_of(preset="quick", overrides=(), variants=None):
    """What a command line would run; overrides as pairs."""
    names = None if variants is None else list(variants)
    return resolve(shipped(), HeavyTailsTextSettings, preset, names, overrides=dict(overrides))


def groups_of(method, seed, early):
    """Losses by group, from frequent to rare: Adam's lead is .1 for frequent, .5 for rare ones."""
    losses = numpy.array([2.0, 4.0, 6.0, 9.0]) + 0.01 * seed + early
    if method == "sgdm":
        return losses
    return losses - numpy.array([0.3, 0.2, 0.1, -0.1] if early else [0.1, 0.2, 0.3, 0.5])


def away(variant):
    """How many half decades a variant's rate is from its method's best one."""
    method, _, rate = variant.rpartition("-lr")
    return abs(
        round(2 * math.log10(float(rate) / BEST.get(method, BEST[method.partition("-")[0]])))
    )


def readings_of(groups=groups_of, preset="quick", overrides=None, variants=None):
    """All runs of a preset: evaluations after the first eighth, a half, and the last step."""
    names = None if variants is None else tuple(variants)
    command = command_of(preset, tuple((overrides or {}).items()), names)
    return [
        reading_of(variant, seed, command.variants[variant].settings, groups)
        for variant, seeds in command.runs.items()
        for seed in seeds
    ]


def reading_of(variant, seed, settings, groups):
    """One run that has reached its end."""
    method, last = variant.rpartition("-lr")[0], settings.trainer.max_steps
    steps = numpy.array([last // 8, last // 2, last])
    shift = 0.5 * away(variant)
    loss = numpy.stack([groups(method, seed, step < last) + shift for step in steps])
    overall = loss @ SHARES
    losses = ClassLosses(
        steps, loss, numpy.full_like(loss, numpy.nan), overall, SHARES, numpy.ones(4, dtype=int)
    )
    trial = Trial(
        method,
        settings.optimizer.lr,
        seed,
        variant,
        float(overall[-1]),
        schedule=settings.schedule.name,
    )
    return Reading(trial, settings.model_dump(mode="json"), losses)


def judge(name, readings):
    """The verdict of one claim."""
    return next(each for each in CLAIMS if each.claim.id == name).judge(readings)


def changed(readings, variant, seed, **changes):
    """The readings, one of them with another trial."""
    return [
        dataclasses.replace(each, trial=dataclasses.replace(each.trial, **changes))
        if (each.trial.variant, each.trial.seed) == (variant, seed)
        else each
        for each in readings
    ]
