"""Points of the module on the digits, by hand; what a seed draws; and a run under a Trainer."""

import numpy
import pytest
import torch
from pytorch_lightning import Trainer

from experiments.double_descent_features.fits import WAYS
from experiments.double_descent_features.module import DoubleDescentFeatures
from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings
from research.data.images import load_images
from research.problems.random_features import RandomFeatures
from research.seeds import derive

SMALL = {
    "data": {"train_examples": 60, "standardise": False, "label_noise": 0.3},
    "sigma": 1.5,
    "ratios": [0.2, 1, 3],
}


def module(seed=0, **changes):
    settings = DoubleDescentFeaturesSettings.model_validate({**SMALL, **changes})
    return DoubleDescentFeatures(settings, seed)


def rows(of):
    return {point: of.compute(index, point).metrics for index, point in enumerate(of.points())}


def by_hand(of, seed):
    """Images, labels and features as the settings say, with plain numpy arrays."""
    data = of.settings.data
    data = data.model_copy(
        update={
            "split_seed": derive(seed, "images", data.split_seed),
            "label_seed": derive(seed, "noisy labels", data.label_seed),
        }
    )
    splits = load_images(data)
    x, t = (splits[name]["images"].flatten(1).double() for name in ("train", "test"))
    features = RandomFeatures(of.settings.features, 64, of.settings.sigma, seed)
    labels = [splits[name]["labels"].numpy() for name in ("train", "test")]
    return x, t, *labels, features


@pytest.mark.parametrize("kind", ["fourier", "relu"])
def test_measures_of_a_point(kind):
    of = module(seed=3, features=kind)
    x, t, train, test, features = by_hand(of, 3)
    for count, row in rows(of).items():
        seen, unseen = features(x, 0, count).numpy(), features(t, 0, count).numpy()
        weights = numpy.linalg.pinv(seen) @ numpy.eye(10)[train]
        for split, inputs, labels in (("train", seen, train), ("test", unseen, test)):
            outputs = inputs @ weights
            error = (outputs.argmax(1) != labels).mean()
            assert row[f"{split}/error"] == pytest.approx(error)
            loss = ((outputs - numpy.eye(10)[labels]) ** 2).sum(1).mean()
            assert row[f"{split}/loss"] == pytest.approx(loss, rel=1e-6, abs=1e-12)
        scaled = numpy.linalg.norm(weights) * (count / 2) ** 0.5
        assert row["norm"] == pytest.approx(scaled, rel=1e-6)
        assert (row["features"], row["examples"]) == (count, 60)
        assert row["way"] in range(len(WAYS)) and row["lost"] < 1e-8


def test_growing_number_of_images():
    of = module(seed=3, sweep="samples", feature_count=20)
    x, t, train, test, features = by_hand(of, 3)
    assert of.points() == (4, 18, 19, 20, 21, 22, 60)
    for count, row in rows(of).items():
        seen, unseen = features(x, 0, 20).numpy()[:count], features(t, 0, 20).numpy()
        weights = numpy.linalg.pinv(seen) @ numpy.eye(10)[train[:count]]
        assert row["test/error"] == pytest.approx(((unseen @ weights).argmax(1) != test).mean())
        fitted = ((seen @ weights).argmax(1) != train[:count]).mean()
        assert row["train/error"] == pytest.approx(fitted)
        assert (row["features"], row["examples"]) == (20, count)


def test_images_that_vary_do_not_depend_on_train_examples():
    found = []
    for wanted in (30, None):
        data = {**SMALL["data"], "train_examples": wanted}
        found.append(rows(module(seed=3, sweep="samples", feature_count=20, data=data)))
    assert found[0] == found[1]


def test_no_sigma_is_that_of_the_digits():
    assert module(sigma=None).fits.features.sigma == 1.5
    assert rows(module(sigma=None)) == rows(module(sigma=1.5))


def test_a_seed_draws_images_labels_and_features():
    first, second = module(0), module(1)
    images = [of._images["train"]["images"] for of in (first, second)]
    assert not images[0].equal(images[1])
    noisy = [
        (of._images["train"]["labels"] != of._images["train"]["true_labels"]).nonzero().tolist()
        for of in (first, second)
    ]
    assert noisy[0] != noisy[1]
    drawn = [of.fits.features.drawn(0, 3)[0] for of in (first, second)]
    assert not drawn[0].equal(drawn[1])
    clean = module(0, data={**SMALL["data"], "label_noise": 0.0})
    assert clean._images["train"]["images"].equal(images[0]), "noise changes labels alone"
    other = module(0, data={**SMALL["data"], "split_seed": 1})
    assert not other._images["train"]["images"].equal(images[0])


def test_a_run_that_goes_on_ends_with_the_same_numbers():
    whole = rows(module())
    resumed = module()
    resumed.done = {0, 1, 2, 3}
    trainer = Trainer(accelerator="cpu", logger=False, enable_progress_bar=False)
    results = trainer.predict(resumed)
    points = resumed.points()
    assert [result["index"] for result in results] == list(range(4, len(points)))
    for result in results:
        assert result["metrics"] == whole[points[result["index"]]]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_has_the_same_curve():
    here, there = module(), module().to("cuda")
    for count, row in rows(here).items():
        other = there.compute(0, count).metrics
        assert other["test/loss"] == pytest.approx(row["test/loss"], rel=1e-6)
        assert other["live"] == row["live"]
