"""The equations against plain Python arithmetic, S5 against the axioms of a group."""

import itertools

import pytest
import torch

from research.data.modular_arithmetic import cyclic_order, discrete_logarithm, equations, split
from research.settings.data import ModularArithmeticSettings

FORMULAS = {
    "x+y": lambda x, y, p: (x + y) % p,
    "x-y": lambda x, y, p: (x - y) % p,
    "x*y": lambda x, y, p: (x * y) % p,
    "x/y": lambda x, y, p: next(z for z in range(p) if (z * y - x) % p == 0),
    "x/y if y odd else x-y": lambda x, y, p: (
        next(z for z in range(p) if (z * y - x) % p == 0) if y % 2 else (x - y) % p
    ),
    "x^2+y^2": lambda x, y, p: (x**2 + y**2) % p,
    "x^2+xy+y^2": lambda x, y, p: (x**2 + x * y + y**2) % p,
    "x^2+xy+y^2+x": lambda x, y, p: (x**2 + x * y + y**2 + x) % p,
    "x^3+xy": lambda x, y, p: (x**3 + x * y) % p,
    "x^3+xy^2+y": lambda x, y, p: (x**3 + x * y**2 + y) % p,
}
PERMUTATIONS = list(itertools.permutations(range(5)))
NUMBER = {permutation: number for number, permutation in enumerate(PERMUTATIONS)}


def settings(operation="x/y", **others):
    return ModularArithmeticSettings(operation=operation, **others)


def product(first, second):
    """`first` acts before `second`."""
    return tuple(second[first[i]] for i in range(5))


def inverse(permutation):
    return tuple(permutation.index(i) for i in range(5))


@pytest.mark.parametrize("operation", FORMULAS)
@pytest.mark.parametrize("modulus", [5, 13])
def test_residues_equal_plain_python(operation, modulus):
    left, right, answer = equations(settings(operation, modulus=modulus))
    found = list(zip(left.tolist(), right.tolist(), answer.tolist(), strict=True))
    rights = range(1 if operation == "x/y" else 0, modulus)
    formula = FORMULAS[operation]
    expected = [(x, y, formula(x, y, modulus)) for x in range(modulus) for y in rights]
    assert found == expected


def test_every_operation_of_the_settings_is_covered():
    operations = ModularArithmeticSettings.model_json_schema()["properties"]["operation"]["enum"]
    assert set(operations) == {*FORMULAS, "xy in S5", "xyx^-1 in S5", "xyx in S5"}


def test_no_intermediate_value_overflows():
    left, right, answer = equations(settings("x^3+xy^2+y", modulus=997))
    x, y = int(left[-1]), int(right[-1])
    assert int(answer[-1]) == (x**3 + x * y**2 + y) % 997


@pytest.mark.parametrize(
    ("operation", "slow"),
    [
        ("xy in S5", lambda x, y: product(x, y)),
        ("xyx^-1 in S5", lambda x, y: product(product(x, y), inverse(x))),
        ("xyx in S5", lambda x, y: product(product(x, y), x)),
    ],
)
def test_permutations_equal_tuples_composed_one_by_one(operation, slow):
    left, right, answer = equations(settings(operation))
    expected = [NUMBER[slow(x, y)] for x in PERMUTATIONS for y in PERMUTATIONS]
    assert answer.tolist() == expected
    assert left.tolist() == [x for x in range(120) for _ in range(120)]
    assert right.tolist() == list(range(120)) * 120


def test_s5_is_a_group_that_does_not_commute():
    table = equations(settings("xy in S5"))[2].view(120, 120)
    every = torch.arange(120)
    assert torch.equal(table[0], every) and torch.equal(table[:, 0], every)  # 0 is the identity
    assert torch.equal(table.sort(dim=1).values, every.expand(120, 120))  # each is invertible
    x, y, z = torch.randint(120, (3, 5000), generator=torch.Generator().manual_seed(0))
    assert torch.equal(table[table[x, y], z], table[x, table[y, z]])
    assert not torch.equal(table, table.T)


def test_the_split_has_every_equation_once():
    parts = split(settings(modulus=7, train_fraction=0.5))
    rows = [
        row
        for part in parts.values()
        for row in zip(*(part[c].tolist() for c in ("left", "right", "answer")), strict=True)
    ]
    expected = zip(*(c.tolist() for c in equations(settings(modulus=7))), strict=True)
    assert sorted(rows) == sorted(expected)
    assert len(parts["train"]["answer"]) == 21


@pytest.mark.parametrize(("rounding", "expected"), [("floor", 12), ("round", 13), ("ceil", 13)])
def test_the_train_size_is_rounded_as_the_settings_say(rounding, expected):
    parts = split(settings(modulus=7, train_fraction=0.3, train_size_rounding=rounding))  # 12.6
    assert len(parts["train"]["left"]) == expected
    assert len(parts["validation"]["left"]) == 42 - expected


def test_the_split_depends_on_its_seed_alone():
    parts = []
    for global_seed, split_seed in ((0, 3), (1, 3), (0, 4)):
        torch.manual_seed(global_seed)
        parts.append(split(settings(modulus=11, split_seed=split_seed)))
    first, again, other = parts
    assert torch.equal(first["train"]["left"], again["train"]["left"])
    assert not torch.equal(first["train"]["left"], other["train"]["left"])


def test_a_larger_fraction_adds_equations():
    small, large = (split(settings(modulus=11, train_fraction=f)) for f in (0.3, 0.5))
    count = len(small["train"]["left"])
    assert torch.equal(small["train"]["left"], large["train"]["left"][:count])


@pytest.mark.parametrize("modulus", [2, 3, 5, 59, 97])
def test_the_discrete_logarithm_turns_products_into_sums(modulus):
    logarithm = discrete_logarithm(modulus)
    assert sorted(logarithm.tolist()) == list(range(modulus - 1))
    elements = torch.arange(1, modulus)
    products = elements[:, None] * elements % modulus
    sums = (logarithm[:, None] + logarithm) % (modulus - 1)
    assert torch.equal(logarithm[products - 1], sums)


def test_the_discrete_logarithm_refuses_a_composite_number():
    with pytest.raises(ValueError, match="modulus is 9, expected a prime"):
        discrete_logarithm(9)


def test_the_cyclic_order_of_division_is_powers_of_a_root():
    assert cyclic_order(settings("x/y", modulus=7)).tolist() == [1, 3, 2, 6, 4, 5]  # powers of 3
    assert cyclic_order(settings("x+y", modulus=4)).tolist() == [0, 1, 2, 3]
    assert cyclic_order(settings("x*y", modulus=8)) is None
    assert cyclic_order(settings("xy in S5")) is None
