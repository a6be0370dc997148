"""Jordan's post: Newton and Schulz's iteration on the matrix, AdamW on the vector.

With precision bfloat16, torch's own Muon, the iteration ends somewhere else: that has 8 binary
digits, and the coefficients amplify what it rounds. There the rounding is part of the rule, after
every product.
"""

from itertools import count

import torch

from research.settings.optimizers import MuonSettings
from tests.research.optim.references.harness import Case

WHY = "a sum added up in another order may round to the other bfloat16 neighbour"
SETTINGS = [
    {},
    {"momentum": 0.8, "nesterov": False, "adamw_lr": 0.02},
    {"scale": "match_rms_adamw", "newton_schulz_steps": 3},
]
CASES = [
    *(Case(MuonSettings(**some)) for some in SETTINGS),
    *(
        Case(MuonSettings(**some, newton_schulz_precision="bfloat16"), 1e-3, WHY)
        for some in SETTINGS
    ),
]


def orthogonalised(matrix, steps, precision):
    def rounded(values):
        return values.bfloat16().double() if precision == "bfloat16" else values

    a, b, c = 3.4445, -4.7750, 2.0315
    x = rounded(matrix)
    tall = len(x) > len(x.T)  # the smaller of the two squares
    x = x.T if tall else x
    x = rounded(x / rounded((x**2).sum().sqrt()))
    for _ in range(steps):
        square = rounded(x @ x.T)
        x = rounded(a * x + rounded(b * square + c * square @ square) @ x)
    return x.T if tall else x


def trajectory(settings, problem, weights, factor):
    matrix, vector = weights
    scale = {"original": (6 / 4) ** 0.5, "match_rms_adamw": 0.2 * 6**0.5}[settings.scale]
    beta, (beta1, beta2) = settings.momentum, settings.adamw_betas
    averaged, m, v = torch.zeros_like(matrix), torch.zeros_like(vector), torch.zeros_like(vector)
    for t in count(1):
        lr, adamw_lr = settings.lr * factor(t), settings.adamw_lr * factor(t)
        g, h = problem.gradients([matrix, vector])
        averaged = beta * averaged + (1 - beta) * g
        ahead = (1 - beta) * g + beta * averaged if settings.nesterov else averaged
        step = scale * orthogonalised(
            ahead, settings.newton_schulz_steps, settings.newton_schulz_precision
        )
        matrix = matrix - lr * (step + settings.weight_decay * matrix)
        m, v = beta1 * m + (1 - beta1) * h, beta2 * v + (1 - beta2) * h**2
        step = m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + settings.adamw_eps)
        vector = vector - adamw_lr * (step + settings.adamw_weight_decay * vector)
        yield [matrix, vector]
