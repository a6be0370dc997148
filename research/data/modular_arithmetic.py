"""All equations x ∘ y = z of a binary operation, and their split into training and validation.

The operations are those of Power et al. (2022), arXiv:2201.02177, appendix A.1.1, as openai/grok
(grok/data.py) computes them.
"""

from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor

from research.seeds import derive
from research.settings.data import ModularArithmeticSettings, is_prime

_POLYNOMIALS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "x+y": lambda x, y: x + y,
    "x-y": lambda x, y: x - y,
    "x*y": lambda x, y: x * y,
    "x^2+y^2": lambda x, y: x**2 + y**2,
    "x^2+xy+y^2": lambda x, y: x**2 + x * y + y**2,
    "x^2+xy+y^2+x": lambda x, y: x**2 + x * y + y**2 + x,
    "x^3+xy": lambda x, y: x**3 + x * y,
    "x^3+xy^2+y": lambda x, y: x**3 + x * y**2 + y,
}


def equations(settings: ModularArithmeticSettings) -> tuple[Tensor, Tensor, Tensor]:
    """Every equation of the operation, x outermost.

    - Polynomials: z = f(x, y) mod p for all 0 <= x, y < p. No intermediate value exceeds 3 p^3,
      which an int64 holds for every modulus that the settings allow.
    - "x/y": z = x y^-1 mod p for 0 <= x < p and 1 <= y < p: p (p - 1) equations.
    - "x/y if y odd else x-y": for all 0 <= x, y < p. y = 0 is even, so it is subtracted, and
      nothing is divided by zero.
    - S5: the elements are the 120 permutations of (0, 1, 2, 3, 4), numbered in lexicographic order.
      A product is read from the left, (xy)(i) = y(x(i)): x acts first, as in openai/grok (`b[a]`).

    Returns:
        left x, right y and answer z: int64, each [equations].
    """
    x, y = _pairs(settings.elements)
    if settings.operation == "x/y":
        x, y = x[y > 0], y[y > 0]
    return x, y, _answers(settings, x, y)


def split(settings: ModularArithmeticSettings) -> dict[str, dict[str, Tensor]]:
    """The equations in two parts: {"train": {"left", "right", "answer"}, "validation": {...}}.

    The first `settings.train_size` equations of a uniform permutation are trained on. It depends on
    `split_seed` alone, so a larger train_fraction keeps the equations and adds to them.

    Returns:
        Columns [examples], int64.
    """
    columns = dict(zip(("left", "right", "answer"), equations(settings), strict=True))
    generator = torch.Generator().manual_seed(derive(settings.split_seed, "split"))
    order = torch.randperm(len(columns["answer"]), generator=generator)
    train = settings.train_size
    parts = {"train": order[:train], "validation": order[train:]}
    return {
        part: {name: column[chosen] for name, column in columns.items()}
        for part, chosen in parts.items()
    }


def discrete_logarithm(modulus: int) -> Tensor:
    """The logarithms log_g x of x = 1 .. p - 1 to the smallest primitive root g modulo a prime p.

    log_g x is the k in 0 .. p - 2 with g^k = x mod p. It turns multiplication into addition,
    log(xy) = log x + log y mod p - 1, and so the table of * or / into that of a cyclic group.

    Returns:
        [p - 1], int64; entry x - 1 belongs to x.

    Raises:
        ValueError: if the modulus is not prime.
    """
    if not is_prime(modulus):
        raise ValueError(f"modulus is {modulus}, expected a prime")
    powers = next(
        powers
        for root in range(1, modulus)
        if len(set(powers := _powers(root, modulus))) == modulus - 1
    )
    logarithm = torch.empty(modulus - 1, dtype=torch.int64)
    logarithm[torch.tensor(powers) - 1] = torch.arange(modulus - 1)
    return logarithm


def cyclic_order(settings: ModularArithmeticSettings) -> Tensor | None:
    """The elements in the order in which the operation goes round a circle; None if there is none.

    For * and / modulo a prime 1, g, g^2, ..., without 0: [p - 1]. For the other operations on
    residues 0, 1, ..., p - 1: [p]. None for S5, and for * modulo a composite number, where no root
    reaches every element.
    """
    if settings.is_permutation_group:
        return None
    if settings.operation not in ("x*y", "x/y"):
        return torch.arange(settings.modulus)
    if not is_prime(settings.modulus):
        return None
    return discrete_logarithm(settings.modulus).argsort() + 1


def _pairs(elements: int) -> tuple[Tensor, Tensor]:
    every = torch.arange(elements)
    return every.repeat_interleave(elements), every.repeat(elements)


def _answers(settings: ModularArithmeticSettings, x: Tensor, y: Tensor) -> Tensor:
    modulus = settings.modulus
    match settings.operation:
        case "x/y":
            return _quotient(x, y, modulus)
        case "x/y if y odd else x-y":
            return torch.where(y % 2 == 1, _quotient(x, y, modulus), (x - y) % modulus)
        case "xy in S5" | "xyx^-1 in S5" | "xyx in S5":
            return _permutation_answers(settings.operation, x, y)
        case polynomial:
            return _POLYNOMIALS[polynomial](x, y) % modulus


def _quotient(x: Tensor, y: Tensor, modulus: int) -> Tensor:
    """The quotient x y^-1 mod p; 0 where y = 0, which callers leave out."""
    inverses = torch.tensor([0, *(pow(element, -1, modulus) for element in range(1, modulus))])
    return x * inverses[y] % modulus


def _permutation_answers(operation: str, x: Tensor, y: Tensor) -> Tensor:
    elements = torch.tensor(list(permutations(range(5))))  # [120, 5]
    first, second = elements[x], elements[y]  # [equations, 5]
    product = _compose(first, second)
    if operation == "xyx^-1 in S5":
        product = _compose(product, first.argsort(dim=1))
    elif operation == "xyx in S5":
        product = _compose(product, first)
    places = torch.tensor([5**4, 5**3, 5**2, 5, 1])  # base 5 keeps the lexicographic order
    return torch.searchsorted((elements * places).sum(dim=1), (product * places).sum(dim=1))


def _compose(first: Tensor, second: Tensor) -> Tensor:
    """The permutations i -> second(first(i)): [n, 5]."""
    return second.gather(1, first)


def _powers(root: int, modulus: int) -> list[int]:
    """The powers root^0, root^1, ..., root^(p-2) mod p."""
    powers = [1]
    while len(powers) < modulus - 1:
        powers.append(powers[-1] * root % modulus)
    return powers
