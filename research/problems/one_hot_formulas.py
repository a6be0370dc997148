"""Closed forms of the one-hot problem, where each class has an input of its own. No torch.

The input of class k is the unit vector e_k, so that every class trains a column of W for itself,
from 0. By symmetry all wrong outputs are equal, and one number says how far class k has come: its
margin z_k, the right output minus a wrong one. With c classes, the loss is log(1 + (c-1) e^-z_k).

Source of the problem and of the rates: Kunstner et al. (2024), arXiv 2402.19449, section 3.
"""

import numpy
from numpy.typing import ArrayLike, NDArray
from scipy.special import wrightomega

Floats = NDArray[numpy.float64]


def loss_of_margin(margin: ArrayLike, classes: int) -> Floats:
    """log(1 + (c-1) e^-z); log c at z = 0."""
    return numpy.asarray(numpy.log1p((classes - 1) * numpy.exp(-numpy.asarray(margin))))


def flow_margin(frequencies: ArrayLike, time: float, classes: int) -> Floats:
    """Margins of gradient flow after a time, of classes with the given frequencies.

    z' = pi c / (e^z + c - 1) with z(0) = 0 has the solution e^z + (c-1) z = 1 + c pi t. With
    Wright's omega, w + log w = x, it is z = log((c-1) w(x)), x = (1 + c pi t)/(c-1) - log(c-1).

    Gradient descent with the learning rate a has come about so far after t/a steps.

    Args:
        frequencies: pi, of any shape.
        time: t, learning rate times steps.
        classes: c, at least 2.
    """
    others = classes - 1
    reached = (1 + classes * numpy.asarray(frequencies, numpy.float64) * time) / others
    return numpy.asarray(numpy.log(others * wrightomega(reached - numpy.log(others)).real))


def flow_loss(frequencies: ArrayLike, time: float, classes: int) -> Floats:
    """Losses under gradient flow; (c-1)/(c pi t) for large pi t: Theta(1/(pi t))."""
    return loss_of_margin(flow_margin(frequencies, time, classes), classes)


def sign_loss(learning_rate: float, steps: int, classes: int) -> float:
    """The loss of *every* class under sign descent: its margin is 2 a t, whatever its frequency.

    The right output rises by a in each step, and all wrong ones fall by a.
    """
    return float(loss_of_margin(2 * learning_rate * steps, classes))
