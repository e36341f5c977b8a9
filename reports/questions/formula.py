"""Formulas of computed questions: + - * / and brackets over keys and numbers, nothing else.

The text is parsed by Python's own parser and every node is checked against a short list; nothing is
evaluated by Python itself, so a definition can never run code.
"""

import ast
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from functools import lru_cache
from operator import add, mul, sub, truediv

LONGEST = 200  # characters; also keeps brackets from nesting without end
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}


class FormulaError(ValueError):
    """A text that is not one of our formulas."""


@lru_cache(maxsize=256)
def parse(text: str) -> ast.expr:
    """The checked tree of a formula. Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(text)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise FormulaError(text) from error
    _check(tree)
    return tree


def names(text: str) -> set[str]:
    """Keys of the questions a formula reads. Raises FormulaError."""
    return {node.id for node in ast.walk(parse(text)) if isinstance(node, ast.Name)}


def evaluate(text: str, values: Mapping[str, int | Decimal], places: int) -> Decimal | None:
    """The result rounded half up to `places` decimals; None when a key has no value or on x/0."""
    try:
        return _evaluate(parse(text), values).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except (KeyError, DecimalException):
        return None


def _check(node: ast.expr) -> None:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left)
            _check(right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand)
        case ast.Name():
            pass
        case ast.Constant(value=value) if type(value) in (int, float):
            pass
        case _:
            raise FormulaError(ast.unparse(node))


def _evaluate(node: ast.expr, values: Mapping[str, int | Decimal]) -> Decimal:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.UnaryOp(operand=operand):
            return -_evaluate(operand, values)
        case ast.Name(id=key):
            return Decimal(values[key])
        case ast.Constant(value=value):
            return Decimal(str(value))
    raise FormulaError(ast.unparse(node))
