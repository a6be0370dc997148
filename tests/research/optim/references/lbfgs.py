"""Liu and Nocedal with the inverse Hessian as a full matrix, built anew from the pairs each time.

One iteration a step, so that every optimizer step is one of the method's. The line search has no
transcription here; test_lbfgs.py checks the conditions that it promises.
"""

from itertools import count

import torch

from research.settings.optimizers import LBFGSSettings
from tests.research.optim.references.harness import Case

FIXED_STEP = {
    "lr": 0.3,
    "max_iter": 1,
    "line_search": None,
    "tolerance_gradient": 0.0,
    "tolerance_change": 0.0,
}
CASES = [Case(LBFGSSettings(history=history, **FIXED_STEP)) for history in (3, 100)]


def inverse_hessian(pairs, size):
    """BFGS: H+ = (I - s y'/s'y) H (I - y s'/s'y) + s s'/s'y, from s'y/y'y of the newest pair."""
    identity = torch.eye(size, dtype=torch.float64)
    s, y = pairs[-1]
    matrix = identity * (s @ y) / (y @ y)
    for s, y in pairs:
        left = identity - torch.outer(s, y) / (s @ y)
        matrix = left @ matrix @ left.T + torch.outer(s, s) / (s @ y)
    return matrix


def trajectory(settings, problem, weights, factor):
    def flat(tensors):
        return torch.cat([tensor.flatten() for tensor in tensors])

    pairs, point, before = [], flat(weights), None
    for t in count(1):
        lr = settings.lr * factor(t)
        g = flat(problem.gradients([point[:24].view(6, 4), point[24:]]))
        if before is not None:
            s, y = point - before[0], g - before[1]
            if s @ y > 1e-10:
                pairs = [*pairs, (s, y)][-settings.history :]
        before = point, g
        if pairs:
            point = point - lr * inverse_hessian(pairs, len(point)) @ g
        else:
            point = point - lr * min(1, 1 / g.abs().sum()) * g
        yield [point[:24].view(6, 4), point[24:]]
