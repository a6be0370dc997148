"""One command of `descent`, and then on the standard output, in a line of JSON, what it has loaded.

python -m tests.startup_script show grokking
"""

import gc
import json
import sys

from experiments.__main__ import main

before = sum(generation["collections"] for generation in gc.get_stats())
code = main()
collections = sum(generation["collections"] for generation in gc.get_stats()) - before
modules = list(sys.modules)

from research.settings import meanings  # noqa: E402 (after the command, which loads what it needs)
from research.settings.base import Settings  # noqa: E402


def below(model):
    """All models that inherit from one."""
    for each in model.__subclasses__():
        yield each
        yield from below(each)


models = list(below(Settings))
loaded = {
    "modules": modules,
    "models": len(models),
    "validators": sum(vars(each).get("__pydantic_complete__", False) for each in models),
    "sources": meanings._texts_of_module.cache_info().currsize,
    "collections": collections,
}
print(json.dumps(loaded))
sys.exit(code)
