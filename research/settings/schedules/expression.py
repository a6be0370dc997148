"""A formula of t and T that settings may hold: read into arithmetic on floats, never evaluated.

Python's own parser gives the syntax tree, and only nodes of a short list are taken from it: so a
formula can't name, call or reach anything but the numbers and functions below. All numbers are
floats, so that no power takes forever.
"""

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Scope = Mapping[str, float]
Rule = Callable[[Scope], float]

VARIABLES = ("t", "T")
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, tuple[Callable[..., float], int, int]] = {
    "abs": (abs, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "cos": (math.cos, 1, 1),
    "exp": (math.exp, 1, 1),
    "floor": (math.floor, 1, 1),
    "log": (math.log, 1, 1),
    "max": (max, 2, 9),
    "min": (min, 2, 9),
    "sin": (math.sin, 1, 1),
    "sqrt": (math.sqrt, 1, 1),
    "tanh": (math.tanh, 1, 1),
}
"""Function, least and most number of arguments, by name."""

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_DEEPEST = 40
"""Nesting at which a formula is refused, long before Python's own limit."""


class ExpressionError(ValueError):
    """A formula can't be read or has no value; the message says in words what was expected."""


@dataclass(frozen=True)
class Expression:
    """A formula that was read.

    Attributes:
        text: as it was written.
        uses_total: whether T is in it.
    """

    text: str
    uses_total: bool
    _rule: Rule

    def __call__(self, t: float, total: float | None) -> float:
        """Its value at t, with T = total.

        Raises:
            ExpressionError: it has none there, such as log(0), or the value is no real number.
        """
        scope = {"t": float(t)} if total is None else {"t": float(t), "T": float(total)}
        try:
            value = self._rule(scope)
        except (ArithmeticError, ValueError) as error:
            reason = str(error.args[-1]).lower()  # without the number of the system's error
            raise ExpressionError(f"{self.text!r} has no value at t = {t}: {reason}") from error
        except KeyError:
            raise ExpressionError(f"{self.text!r} asks for T, and the run has no end") from None
        return float(value)


def parse(text: str) -> Expression:
    """Reads a formula.

    Args:
        text: an expression of t, T, numbers, pi and e; + - * / // % **; comparisons, and, or, not,
            `a if b else c`; and the functions in FUNCTIONS.

    Raises:
        ExpressionError: anything else is in it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of 1if, which is taken or refused
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError("an arithmetic expression of t and T") from None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return Expression(text, "T" in names, _rule(tree, 0))


def _rule(node: ast.expr, depth: int) -> Rule:
    """The arithmetic of one node of the tree."""
    if depth > _DEEPEST:
        raise ExpressionError(f"one of at most {_DEEPEST} levels")
    parts = [_rule(child, depth + 1) for child in _operands(node)]
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _constant(number)
        case ast.Name(id=name) if name in CONSTANTS:
            return _constant(CONSTANTS[name])
        case ast.Name(id=name) if name in VARIABLES:
            return lambda scope: scope[name]
        case ast.UnaryOp(op=ast.USub()):
            return lambda scope: -parts[0](scope)
        case ast.UnaryOp(op=ast.UAdd()):
            return parts[0]
        case ast.UnaryOp(op=ast.Not()):
            return lambda scope: float(not parts[0](scope))
        case ast.BinOp(op=symbol) if type(symbol) in _BINARY:
            return _binary(_BINARY[type(symbol)], *parts)
        case ast.BoolOp(op=ast.And()):
            return lambda scope: float(all(part(scope) for part in parts))
        case ast.BoolOp(op=ast.Or()):
            return lambda scope: float(any(part(scope) for part in parts))
        case ast.Compare(ops=symbols) if all(type(symbol) in _COMPARISONS for symbol in symbols):
            return _comparison([_COMPARISONS[type(symbol)] for symbol in symbols], parts)
        case ast.IfExp():
            test, then, otherwise = parts
            return lambda scope: then(scope) if test(scope) else otherwise(scope)
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
            return _call(name, parts)
    raise ExpressionError(
        f"a formula of {', '.join(VARIABLES)}, numbers, {', '.join(CONSTANTS)}, + - * / // % **, "
        f"comparisons, if else, {', '.join(FUNCTIONS)}; not {_shown(node)}"
    )


def _operands(node: ast.expr) -> list[ast.expr]:
    """What a node computes with; nothing for leaves and for nodes that are refused."""
    match node:
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.BoolOp(values=values):
            return values
        case ast.Compare(left=left, comparators=others):
            return [left, *others]
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return [test, body, otherwise]
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            return arguments
    return []


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 30 else text[:27] + "..."


def _constant(number: float) -> Rule:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ExpressionError("numbers that floating point can hold")
    return lambda _: value


def _binary(symbol: Callable[[float, float], float], left: Rule, right: Rule) -> Rule:
    def value(scope: Scope) -> float:
        result: float | complex = symbol(left(scope), right(scope))
        if isinstance(result, complex):
            raise ArithmeticError("a fractional power of a negative number")
        return result

    return value


def _comparison(symbols: list[Callable[[float, float], bool]], parts: list[Rule]) -> Rule:
    def value(scope: Scope) -> float:
        numbers = [part(scope) for part in parts]
        pairs = zip(symbols, numbers, numbers[1:], strict=False)
        return float(all(symbol(left, right) for symbol, left, right in pairs))

    return value


def _call(name: str, arguments: list[Rule]) -> Rule:
    function, least, most = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        words = f"{least}" if least == most else f"{least} to {most}"
        raise ExpressionError(f"{words} argument{'s' if most > 1 else ''} for {name}")
    return lambda scope: float(function(*(argument(scope) for argument in arguments)))
