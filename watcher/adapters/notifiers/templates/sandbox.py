"""What a template may do: print values, test, loop and filter. The home of Jinja, with `html`.

There are no calls, no assignments and no arithmetic, so nothing in it can grow beyond what it was given;
loops and the output are counted. It sees plain values only, in Jinja's immutable sandbox.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from watcher.domain.money import dollars

LARGEST: Final = 200_000
"""Characters that a message may have."""
_MOST_ROUNDS: Final = 20_000
"""Rounds of all loops together: a hundred events, each beside each, are ten thousand."""
BUDGET: Final = "__budget"
_COUNTED: Final = "__counted"

_ALLOWED: Final = (
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.For,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.Keyword,
    nodes.List,
    nodes.Name,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Slice,
    nodes.TemplateData,
    nodes.Test,
    nodes.Tuple,
)
_FILTERS: Final = (
    "capitalize count default first groupby items last length list lower map max min reject rejectattr "
    "reverse select selectattr sort sum title trim truncate unique upper"
)


class Budget:
    """What is left of one rendering's rounds."""

    def __init__(self) -> None:
        self._left = _MOST_ROUNDS

    def spend(self, rounds: int) -> None:
        self._left -= rounds
        if self._left < 0:
            raise ValueError(f"its loops take more than {_MOST_ROUNDS:,} rounds")


class Sandbox(ImmutableSandboxedEnvironment):
    """Knows the filters named here, and names what is not there together with what is most like it."""

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_printable,
        )
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in _FILTERS.split()}
        self.filters |= {"join": _join, "dollars": _dollars}
        self.known_filters = tuple(self.filters)
        self.filters[_COUNTED] = _counted

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`event.handle`. Of a table only its values: its methods are no values of ours."""
        if not isinstance(obj, Mapping):
            return super().getattr(obj, attribute)
        return obj[attribute] if attribute in obj else self._absent(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if not isinstance(obj, Mapping):
            return super().getitem(obj, argument)
        return obj[argument] if argument in obj else self._absent(obj, argument)

    def _absent(self, table: Mapping[str, Any], name: object) -> Undefined:
        return self.undefined(hint=unknown(str(name), table), obj=table, name=str(name))

    def compiled(self, source: str, known: Iterable[str]) -> Any:
        """The template of a text. Raises ValueError or Jinja's errors for what it may not hold."""
        tree = self.parse(source)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
                what = type(node).__name__.lower()
                raise ValueError(
                    f"line {node.lineno}: a template prints, tests, loops and filters, and has no {what}"
                )
            if isinstance(node, nodes.Filter) and node.name not in self.known_filters:
                said = unknown(node.name, self.known_filters, what="filter ")
                raise ValueError(f"line {node.lineno}: {said}")
        self._require_known(tree, set(known))
        for loop in tree.find_all(nodes.For):
            counted = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
            loop.iter = counted.set_environment(self)
        return self.from_string(tree)

    def _require_known(self, tree: nodes.Template, known: set[str]) -> None:
        from jinja2.meta import find_undeclared_variables

        strangers = find_undeclared_variables(tree) - known
        for name in tree.find_all(nodes.Name):
            if name.name in strangers:
                raise ValueError(f"line {name.lineno}: {unknown(name.name, known)}")


def unknown(name: str, known: Iterable[str], what: str = "") -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    said = f"there is no {what}`{name}`"
    return f"{said}; did you mean `{close[0]}`?" if close else f"{said}; known: {', '.join(sorted(known))}"


def _printable(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str | int | float | Undefined):
        return value
    raise ValueError("a list or a table cannot be printed: print its values")


@pass_context
def _counted(context: Context, values: Iterable[Any]) -> list[Any]:
    found = list(values)
    context[BUDGET].spend(len(found) + 1)
    return found


def _join(values: Iterable[Any], between: str = "") -> str:
    """Jinja's own knows no end of what it makes."""
    pieces = [str(_printable(value)) for value in values]
    if sum(map(len, pieces)) + len(between) * len(pieces) > LARGEST:
        raise ValueError(f"a joined text has more than {LARGEST:,} characters")
    return between.join(pieces)


def _dollars(cents: Any) -> str:
    if not isinstance(cents, int):
        raise ValueError("`dollars` takes a number of cents")
    return dollars(cents)
