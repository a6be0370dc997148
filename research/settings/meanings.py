"""What each setting means: the text below it in the source, read once help or a schema asks for it.

pydantic would read it as each class is made (`use_attribute_docstrings`), and every command would
wait for what two of them show.
"""

import ast
import functools
import inspect
import sys
from collections.abc import Iterator

from pydantic import BaseModel


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """By key, what the settings of a model mean; "" where nothing is said.

    A class that declares a setting again says again what it means. A description that the field
    itself has goes before.
    """
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            texts = _texts_of_module(each.__module__).get(each.__qualname__, {})
            found |= {key: texts.get(key, "") for key in inspect.get_annotations(each)}
    fields = model.model_fields.items()
    return {key: field.description or found.get(key, "") for key, field in fields}


@functools.cache
def _texts_of_module(name: str) -> dict[str, dict[str, str]]:
    """By class and by attribute, the text below; nothing where the source is not at hand."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
    except (KeyError, OSError, TypeError):
        return {}
    return dict(_texts_below(tree, ""))


def _texts_below(node: ast.AST, prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The qualified name of every class below a node, and its texts."""
    for child in ast.iter_child_nodes(node):
        below = prefix
        if isinstance(child, ast.ClassDef):
            yield f"{prefix}{child.name}", _texts_of_class(child)
            below = f"{prefix}{child.name}."
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            below = f"{prefix}{child.name}.<locals>."
        yield from _texts_below(child, below)


def _texts_of_class(node: ast.ClassDef) -> dict[str, str]:
    texts = {}
    for statement, following in zip(node.body, node.body[1:], strict=False):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(str(text))):
                texts[key] = inspect.cleandoc(text)
    return texts
