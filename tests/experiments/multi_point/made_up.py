"""Records of multi_point with made-up surfaces, to test evidence without training."""

import numpy

from experiments.multi_point.claims import AT_LEAST, NAMED_BY_CLAIMS
from experiments.multi_point.settings import MultiPointSettings
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan


def settings_of(variant, **changes):
    plain = {}
    for key, value in {**NAMED_BY_CLAIMS[variant], **AT_LEAST[variant], **changes}.items():
        *groups, name = key.split(".")
        inner = plain
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[name] = value
    plain["model"].pop("kernel", None)
    return MultiPointSettings.model_validate(plain)


def surface(picture, wrong, seed=0):
    """A loss of 0.2 at good cells and 4 at bad ones, but for so many of them."""
    generator = numpy.random.default_rng(seed)
    swapped = picture.copy().ravel()
    swapped[generator.permutation(picture.size)[:wrong]] ^= True
    return numpy.where(swapped.reshape(picture.shape), 0.2, 4.0)


def make_record(
    folder, wrong=None, seeds=(0, 1), state="done", start=None, by_training=0.0, **changes
):
    """A record whose test surfaces have so many cells on the wrong side, by variant.

    Args:
        folder: of the record.
        wrong: by variant.
        seeds: of each variant.
        state: of each run.
        start: wrong cells before training; None means one that shows nothing.
        by_training: added to the training losses of all cells.
        changes: of the settings.
    """
    wrong = {"digits": 10} if wrong is None else wrong
    chosen = {variant: settings_of(variant, **changes) for variant in wrong}
    plan = Plan(
        experiment="multi_point",
        variants={
            name: VariantPlan(label=f"the {name} ones", settings=each.model_dump(mode="json"))
            for name, each in chosen.items()
        },
        runs={name: list(seeds) for name in wrong},
        workers=1,
    )
    record = Record.create(folder, plan, {"command": ["descent"]})
    for store in record.runs():
        settings = chosen[store.variant]
        picture = numpy.array(settings.pattern.picture())
        last = AT_LEAST[store.variant]["trainer.max_steps"]
        nothing = numpy.full(picture.shape, 2.3)
        arrays = {
            "picture": {200: picture.astype(float)},
            "start_test_loss": {200: nothing if start is None else surface(picture, start)},
        }
        for step in (200, last):
            cells = wrong[store.variant] + (60 if step == 200 else 0)
            test = surface(picture, cells, store.seed)
            arrays.setdefault("test_loss", {})[step] = test
            arrays.setdefault("train_loss", {})[step] = test + by_training
            agreed = 1 - cells / picture.size
            store.append(step, {"test/agreement_best": agreed})
        for name, by_step in arrays.items():
            for step, values in by_step.items():
                target = store.folder / "arrays" / name  # at once: save_array waits for the disk
                target.mkdir(parents=True, exist_ok=True)
                numpy.save(target / f"{step}.npy", values)
        store.write_status(Status(state, last, last))
    return record
