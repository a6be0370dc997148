"""What a curve is called, and with which others it belongs: by its settings, never by its variant.

A setting of the command line reaches every variant, so that a variant's name may not be what ran.
"""

from collections.abc import Collection, Mapping, Sequence

from experiments.double_descent_polynomial.configurations import LECTURE
from experiments.double_descent_polynomial.measured import Curve
from experiments.double_descent_polynomial.settings import DoubleDescentPolynomialSettings

BASES = {"chebyshev": "Chebyshev", "legendre": "Legendre", "monomial": "monomials"}
DESIGNS = {"equispaced": "equispaced", "uniform": "at random", "chebyshev_nodes": "at nodes"}

DETAILS = {"constant", "test_points"}
"""Settings that no title has room for."""


def differ_in(one: Curve, other: Curve) -> set[str]:
    """The settings that make two curves differ, beside how many draws there are and how far."""
    first, second = (each.settings.model_dump() for each in (one, other))
    return {key for key in LECTURE if first[key] != second[key]}


def are_alike(one: Curve, other: Curve) -> bool:
    """Whether two runs computed the same thing."""
    draws = one.settings.draws == other.settings.draws
    return draws and one.store.seed == other.store.seed and not differ_in(one, other)


def distinct(curves: Mapping[str, Curve]) -> tuple[dict[str, Curve], dict[str, str]]:
    """The curves without those that are like an earlier one; and whose repetition those are."""
    kept: dict[str, Curve] = {}
    repeated: dict[str, str] = {}
    for name, curve in curves.items():
        like = next((other for other in kept if are_alike(kept[other], curve)), None)
        if like is None:
            kept[name] = curve
        else:
            repeated[name] = like
    return kept, repeated


def drawn_once(shown: Sequence[Curve], repeated: Mapping[str, str]) -> str:
    """A sentence about the runs that are like one of those that are shown; empty if none is."""
    names = {each.store.variant for each in shown}
    like = [f"{name} is the same run as {other}" for name, other in repeated.items()]
    said = [text for text, other in zip(like, repeated.values(), strict=True) if other in names]
    return f"Drawn once: {', '.join(said)}." if said else ""


def same_at_nodes(shown: Curve, curves: Mapping[str, Curve]) -> Curve | None:
    """The run that differs from one with equispaced examples in having Chebyshev's nodes alone."""
    if shown.settings.design != "equispaced":
        return None
    draws = shown.settings.draws
    for curve in curves.values():
        same_noise = (curve.settings.draws, curve.store.seed) == (draws, shown.store.seed)
        at_nodes = curve.settings.design == "chebyshev_nodes"
        if same_noise and at_nodes and differ_in(curve, shown) == {"design"}:
            return curve
    return None


def names_of(curves: Sequence[Curve]) -> list[str]:
    """A name for each: what differs from the first; of a single curve, basis and places."""
    first, *others = curves
    differing = set().union(*(differ_in(first, each) for each in others))
    own = [key for key in LECTURE if key in differing][:1] or ["basis", "design"]
    names = [_words(first, own), *(_words(each, differ_in(first, each)) for each in others)]
    return [
        f"{name} ({curve.store.variant})" if names.count(name) > 1 else name
        for name, curve in zip(names, curves, strict=True)
    ]


def unlike_the_lecture(curve: Curve) -> str:
    """What is not as in the lecture, such as "noise 0.05, ridge 0.0001"; empty if all is."""
    settings = curve.settings.model_dump()
    keys = {key for key in LECTURE if settings[key] != LECTURE[key]} - DETAILS
    return _words(curve, keys) if keys else ""


def polynomials(settings: DoubleDescentPolynomialSettings) -> str:
    """The basis, in words."""
    name = BASES[settings.basis]
    return name if settings.basis == "monomial" else f"{name} polynomials"


def _words(curve: Curve, keys: Collection[str]) -> str:
    """Some settings, in a fixed order; runs that differ in none have different numbers of draws."""
    parts = [_part(curve, key) for key in LECTURE if key in keys]
    return ", ".join(parts) or f"{curve.settings.draws} draws"


def _part(curve: Curve, key: str) -> str:
    settings = curve.settings
    rcond = "lstsq's cut-off" if settings.rcond is None else f"cut-off {settings.rcond:g}"
    return {
        "basis": BASES[settings.basis],
        "design": DESIGNS[settings.design],
        "examples": f"n = {settings.examples}",
        "target": settings.target,
        "noise": f"noise {settings.noise:g}" if settings.noise else "no noise",
        "constant": "with a constant" if settings.constant else "without a constant",
        "ridge": f"ridge {settings.ridge:g}" if settings.ridge else "no ridge",
        "rcond": rcond,
        "test_points": f"{settings.test_points} test points",
    }[key]
