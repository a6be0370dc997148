"""Both curves against the pseudo-inverse of each size, and the ways in which they are solved."""

import numpy
import pytest
import torch

from experiments.double_descent_features import fits
from experiments.double_descent_features.fits import FeatureFits, SampleFits
from research.problems.random_features import RandomFeatures

COUNTS = (1, 12, 27, 30, 32, 33, 45, 120)


def images(count, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 6, dtype=torch.float64, generator=generator)


TRAIN, TEST = images(30, 0), images(9, 1)
TARGETS = torch.eye(4, dtype=torch.float64)[torch.arange(30) % 4]


def feature_fits(kind="fourier", sigma=0.3, train=TRAIN, **options):
    features = RandomFeatures(kind, 6, sigma, seed=5)
    return features, FeatureFits(features, train, TARGETS, TEST, COUNTS, **options)


def twin(seen, unseen, targets):
    weights = numpy.linalg.pinv(seen.numpy()) @ targets.numpy()
    return seen.numpy() @ weights, unseen.numpy() @ weights, numpy.linalg.norm(weights)


def assert_alike(fit, expected, tolerance):
    train, test, norm = expected
    for found, wanted in ((fit.train, train), (fit.test, test)):
        scale = max(1, numpy.abs(wanted).max())
        numpy.testing.assert_allclose(found.numpy(), wanted, rtol=0, atol=tolerance * scale)
    assert fit.norm == pytest.approx(norm, rel=tolerance)


@pytest.mark.parametrize("kept_bytes", [0, 2**30])
@pytest.mark.parametrize("kind", ["fourier", "relu"])
def test_every_number_of_features(kind, kept_bytes):
    train = TRAIN - 0.5  # centred, so that no ReLU feature is zero on all of them
    features, curve = feature_fits(kind, train=train, kept_bytes=kept_bytes)
    for count in COUNTS:
        expected = twin(features(train, 0, count), features(TEST, 0, count), TARGETS)
        fit = curve.fit(count)
        assert_alike(fit, expected, 1e-8)
        assert fit.way == ("qr" if count <= 30 else "gram")
        assert fit.live == count
        if count >= 30:
            assert (fit.train - TARGETS).abs().max() < 1e-8


def test_every_number_of_images():
    features = RandomFeatures("fourier", 6, 0.3, seed=5)
    train, targets = images(120, 2), torch.eye(4, dtype=torch.float64)[torch.arange(120) % 4]
    curve = SampleFits(features, 30, train, targets, TEST, COUNTS)
    seen, unseen = features(train, 0, 30), features(TEST, 0, 30)
    for count in COUNTS:
        fit = curve.fit(count)
        assert_alike(fit, twin(seen[:count], unseen, targets[:count]), 1e-8)
        assert fit.way == ("qr" if count <= 30 else "gram")
        assert len(fit.train) == count


@pytest.mark.parametrize("curve", ["features", "samples"])
def test_a_curve_that_starts_in_the_middle_has_the_same_bits(curve):
    def make():
        if curve == "features":
            return feature_fits()[1]
        features = RandomFeatures("fourier", 6, 0.3, seed=5)
        return SampleFits(features, 30, images(120, 2), TARGETS.repeat(4, 1), TEST, COUNTS)

    whole = make()
    expected = {count: whole.fit(count) for count in COUNTS}
    for start in range(len(COUNTS)):
        resumed = make()
        for count in COUNTS[start:]:
            fit = resumed.fit(count)
            assert fit.test.equal(expected[count].test)
            assert fit.train.equal(expected[count].train)
    assert whole.fit(45).test.equal(expected[45].test), "also backwards"


def test_what_is_summed_is_summed_once():
    """The Gram matrix stays where it is and grows: a larger fit adds to the sum of a smaller."""
    for curve, (fewer, more) in (
        (feature_fits()[1], (45, 120)),
        (
            SampleFits(
                RandomFeatures("fourier", 6, 0.3, seed=5),
                30,
                images(120, 2),
                TARGETS.repeat(4, 1),
                TEST,
                COUNTS,
            ),
            (45, 120),
        ),
    ):
        curve.fit(fewer)
        place, summed = curve._gram.data_ptr(), curve._summed
        curve.fit(more)
        assert curve._gram.data_ptr() == place
        assert curve._summed > summed > 0


def test_a_block_that_is_not_kept_is_computed_once_for_a_size(monkeypatch):
    """A new one twice more: its features are counted, and its part of the Gram matrix is summed."""
    asked = []
    computed = RandomFeatures.__call__

    def count(features, x, start, stop):
        asked.append((len(x), start))
        return computed(features, x, start, stop)

    monkeypatch.setattr(RandomFeatures, "__call__", count)
    _, curve = feature_fits(kept_bytes=0)
    curve.fit(45)
    asked.clear()
    assert curve.fit(120).way == "gram"
    of_training = [start for examples, start in asked if examples == len(TRAIN)]
    of_test = [start for examples, start in asked if examples == len(TEST)]
    assert of_test == [0, 1, 12, 27, 30, 32, 33, 45]
    assert sorted(of_training) == sorted([*of_test, 45, 45])


def test_features_that_are_zero_on_all_images_do_not_count():
    """A ReLU feature that points away from all images: neither does the threshold count it."""
    features, curve = feature_fits("relu")
    dead = (features(TRAIN, 0, 120) == 0).all(0)
    assert 0 < int(dead[:30].sum()) < 15
    for count in COUNTS:
        fit = curve.fit(count)
        assert fit.live == count - int(dead[:count].sum())
        expected = twin(features(TRAIN, 0, count), features(TEST, 0, count), TARGETS)
        assert_alike(fit, expected, 1e-6)
        assert ((fit.train - TARGETS).abs().max() < 1e-6) == (fit.live >= 30)
    assert curve.fit(30).way == "qr", "no singular values are needed for it"


def test_no_feature_is_alive():
    everything = RandomFeatures("relu", 6, 1.0, seed=5)(TRAIN, 0, 1)
    sign = -1 if everything.any() else 1
    _, curve = feature_fits("relu", train=sign * TRAIN)
    fit = curve.fit(1)
    assert fit.live == 0 and fit.norm == 0
    assert fit.train.shape == (30, 4) and fit.test.shape == (9, 4)
    assert not fit.train.any() and not fit.test.any()


def test_where_much_is_lost_the_gram_matrix_is_not_used():
    """A wide kernel makes features nearly dependent; singular values are the twin."""
    features, curve = feature_fits(sigma=20.0)
    for count in (32, 120):
        seen = features(TRAIN, 0, count)
        assert numpy.linalg.cond(seen.numpy()) > 1e5
        fit = curve.fit(count)
        assert fit.way == "qr"
        assert_alike(fit, twin(seen, features(TEST, 0, count), TARGETS), 1e-4)


def test_dependent_images_need_singular_values():
    train = TRAIN.clone()
    train[7] = train[3]
    features, curve = feature_fits(train=train)
    for count in (30, 45):
        fit = curve.fit(count)
        assert fit.way == "svd"
        expected = twin(features(train, 0, count), features(TEST, 0, count), TARGETS)
        assert_alike(fit, expected, 1e-8)
    assert curve.fit(27).way == "qr"


def test_dependent_images_among_samples():
    features = RandomFeatures("fourier", 6, 0.3, seed=5)
    train = images(120, 2)
    train[7] = train[3]
    curve = SampleFits(features, 30, train, TARGETS.repeat(4, 1), TEST, COUNTS)
    assert [curve.fit(count).way for count in (1, 12, 30, 45)] == ["qr", "svd", "svd", "gram"]
    seen, unseen = features(train, 0, 30), features(TEST, 0, 30)
    assert_alike(curve.fit(12), twin(seen[:12], unseen, TARGETS[:12]), 1e-8)


def test_samples_where_much_is_lost():
    features = RandomFeatures("fourier", 6, 20.0, seed=5)
    train, targets = images(120, 2), TARGETS.repeat(4, 1)
    curve = SampleFits(features, 30, train, targets, TEST, COUNTS)
    fit = curve.fit(120)
    assert fit.way == "qr"
    seen, unseen = features(train, 0, 30), features(TEST, 0, 30)
    assert_alike(fit, twin(seen, unseen, targets), 1e-4)


def test_blocks_do_not_change_the_fit(monkeypatch):
    expected = feature_fits()[1].fit(120)
    monkeypatch.setattr(fits, "BLOCK", 7)
    found = feature_fits()[1].fit(120)
    torch.testing.assert_close(found.test, expected.test, rtol=1e-10, atol=1e-10)
