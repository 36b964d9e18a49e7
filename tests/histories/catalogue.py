"""All histories, by name."""

from importlib import import_module
from pkgutil import iter_modules

from tests.histories import told
from tests.histories.history import History


def _all() -> dict[str, History]:
    found = [
        each
        for module in iter_modules(told.__path__, f"{told.__name__}.")
        for each in vars(import_module(module.name)).values()
        if isinstance(each, History)
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


HISTORIES = _all()
