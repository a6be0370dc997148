"""Points of the sweep against plain numpy, one draw and one degree at a time."""

import numpy
import pytest
import torch
from numpy.polynomial import chebyshev, legendre

from experiments.double_descent_polynomial.module import DoubleDescentPolynomial
from experiments.double_descent_polynomial.settings import DoubleDescentPolynomialSettings

VANDER = {"chebyshev": chebyshev.chebvander, "legendre": legendre.legvander}
AWAY = (1, 2, 9, 25, 38, 70, 101)
"""Numbers of coefficients away from the threshold at 50, where rounding is not magnified."""


def module_of(seed=100, **settings):
    return DoubleDescentPolynomial(
        DoubleDescentPolynomialSettings(**{"draws": 3, **settings}), seed
    )


def compute(module, parameters):
    return module.compute(module.points().index(parameters), parameters)


def by_hand(module, parameters, draw):
    """Test and train error and norm of one draw, by numpy's pinv or the normal equations."""
    settings, examples = module.settings, module._examples()
    sets = len(examples.x)
    x = examples.x[draw if sets > 1 else 0].numpy()
    y = examples.y[draw, :, 0].numpy() if sets > 1 else examples.y[0, :, draw].numpy()
    first = 0 if settings.constant else 1

    def rows(places):
        return VANDER[settings.basis](places, parameters - 1 + first)[:, first:]

    if settings.ridge:
        gram = rows(x).T @ rows(x) + settings.ridge * numpy.eye(parameters)
        weights = numpy.linalg.solve(gram, rows(x).T @ y)
    else:
        weights = numpy.linalg.pinv(rows(x), rcond=settings.rcond) @ y
    at = numpy.linspace(-1, 1, settings.test_points)
    sine = settings.target == "sin(4.5x)"
    truth = numpy.sin(4.5 * at) if sine else 2 * at + numpy.cos(25 * at)
    test = numpy.mean((rows(at) @ weights - truth) ** 2)
    return test, numpy.mean((rows(x) @ weights - y) ** 2), numpy.linalg.norm(weights)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"basis": "legendre"},
        {"design": "chebyshev_nodes", "noise": 1.0},
        {"ridge": 0.1},
        {"rcond": 0.3},
        {"constant": False, "all_degrees_to": 101},
        {"target": "2x+cos(25x)", "test_points": 33},
    ],
)
def test_every_draw_is_numpys(settings):
    module = module_of(**settings)
    for parameters in AWAY:
        draws = compute(module, parameters).arrays["draws"]
        assert draws.shape == (3, 3)
        expected = numpy.array([by_hand(module, parameters, draw) for draw in range(3)]).T
        numpy.testing.assert_allclose(draws, expected, rtol=1e-8, atol=1e-20)


def test_uniform_examples_differ_from_draw_to_draw():
    """Few examples: 50 at random places magnify rounding at every degree from 30 to 70."""
    module = module_of(design="uniform", examples=10, all_degrees_to=40)
    for parameters in (1, 4, 7, 20, 41):
        draws = compute(module, parameters).arrays["draws"]
        expected = numpy.array([by_hand(module, parameters, draw) for draw in range(3)]).T
        numpy.testing.assert_allclose(draws, expected, rtol=1e-8, atol=1e-16)
        assert len(set(draws[0].tolist())) == 3


def test_the_row_is_medians_and_quartiles():
    module = module_of(draws=8)
    result = compute(module, 20)
    test, train, norm = result.arrays["draws"].numpy()
    low, middle, high = numpy.quantile(test, (0.25, 0.5, 0.75))
    assert result.metrics == pytest.approx(
        {
            "parameters": 20,
            "test_mse": middle,
            "test_mse_low": low,
            "test_mse_high": high,
            "train_mse": numpy.median(train),
            "norm": numpy.median(norm),
        }
    )


def test_the_first_draw_is_kept_for_the_figures():
    module = module_of(curve_points=7)
    first = compute(module, 1)
    x, y = first.arrays["examples"].numpy()
    numpy.testing.assert_allclose(x, numpy.linspace(-1, 1, 50), atol=1e-15)
    fit = compute(module, 12).arrays["fit"].numpy()
    weights = chebyshev.chebfit(x, y, 11)
    numpy.testing.assert_allclose(fit, chebyshev.chebval(numpy.linspace(-1, 1, 7), weights))
    assert set(compute(module, 12).arrays) == {"draws", "fit"}
    assert set(compute(module_of(keep_fits=False), 12).arrays) == {"draws"}


def test_at_the_threshold_the_height_is_that_of_exact_arithmetic():
    result = compute(module_of(), 50)
    ratio = result.arrays["draws"][0] / result.arrays["exact"]
    assert result.metrics["test_mse"] > 1e15
    assert float((ratio - 1).abs().max()) < 0.01
    nodes = compute(module_of(design="chebyshev_nodes"), 50).arrays
    torch.testing.assert_close(nodes["draws"][0], nodes["exact"], rtol=1e-10, atol=0)
    assert "exact" not in compute(module_of(), 49).arrays
    assert "exact" not in compute(module_of(constant=False, all_degrees_to=60), 50).arrays


def test_the_noise_depends_on_the_seed_of_the_run_alone():
    first, again, other = (compute(module_of(seed=seed), 30) for seed in (0, 0, 1))
    assert torch.equal(first.arrays["draws"], again.arrays["draws"])
    assert not torch.equal(first.arrays["draws"], other.arrays["draws"])
    noise = module_of(draws=400)._examples().y - module_of(draws=400, noise=0.0)._examples().y
    assert float(noise.std()) == pytest.approx(0.25, rel=0.02)
    assert abs(float(noise.mean())) < 0.01
    assert compute(module_of(noise=0.0), 9).arrays["draws"][0].std() < 1e-18


def test_without_a_cut_off_of_its_own_it_is_that_of_lstsq():
    found = compute(module_of(rcond=None), 20).metrics
    assert found == pytest.approx(compute(module_of(), 20).metrics, rel=1e-10)
