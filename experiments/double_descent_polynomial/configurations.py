"""The settings that the claims are about: runs with others decide nothing."""

from typing import Any

LECTURE: dict[str, Any] = {
    "basis": "chebyshev",
    "design": "equispaced",
    "examples": 50,
    "target": "sin(4.5x)",
    "noise": 0.25,
    "constant": True,
    "ridge": 0.0,
    "rcond": 1e-15,
    "test_points": 100,
}
EXACTLY: dict[str, dict[str, Any]] = {
    "lecture": LECTURE,
    "legendre": {**LECTURE, "basis": "legendre"},
    "monomial": {**LECTURE, "basis": "monomial"},
    "nodes": {**LECTURE, "design": "chebyshev_nodes"},
    "uniform": {**LECTURE, "design": "uniform"},
    "noiseless": {**LECTURE, "noise": 0.0},
    "ridge": {**LECTURE, "ridge": 0.1},
    "schaeffer": {
        "basis": "legendre",
        "design": "uniform",
        "examples": 15,
        "target": "2x+cos(25x)",
        "noise": 0.0,
        "constant": False,
        "ridge": 0.0,
        "rcond": 1e-15,
        "test_points": 1000,
        "more_degrees": [30, 40, 50, 100, 200],
    },
}
"""By variant, values that must be these."""

_CURVE = {"all_degrees_to": 100, "draws": 20}
AT_LEAST: dict[str, dict[str, int]] = {
    **dict.fromkeys(EXACTLY, _CURVE),
    "noiseless": {"all_degrees_to": 100},  # all draws are alike
    "schaeffer": {"all_degrees_to": 25, "draws": 30},
}
"""By variant, values that may be larger than the claims ask for."""
