"""What a template may do: print values, test, loop and filter. The home of Jinja for words of others.

There are no calls, no assignments and no arithmetic. What can still grow pays for it out of one budget: each
round of a loop as much as stands in it, each text and list as much as is in it. It sees plain values only,
in Jinja's immutable sandbox.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Undefined, nodes, pass_context, pass_environment
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from watcher.texts.money import dollars

LARGEST: Final = 200_000
"""Characters that a message may have."""
_MOST_STEPS: Final = 2_000_000
"""About a second. A hundred events, each beside each, are ten thousand rounds, of some dozens of steps."""
BUDGET: Final = "__budget"
_ROUNDS: Final = "__rounds"
_WEIGHED: Final = "__weighed"
_JOINED: Final = "__joined"

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


class StepBudget:
    """What is left of one rendering's steps."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise ValueError(f"it takes more than {_MOST_STEPS:,} steps")


class _Metering(NodeTransformer):
    """Lets whatever can grow pay for it."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        steps = 1 + sum(1 for _ in node.find_all(nodes.Expr))
        self.generic_visit(node)
        each: nodes.Expr = node.iter  # type: ignore[assignment] # jinja calls it a Node
        node.iter = _filtered(each, _ROUNDS, nodes.Const(steps, lineno=node.lineno))
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, _WEIGHED)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _JOINED)


def _filtered(node: nodes.Expr, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Knows the filters named here, and names what is not there together with what is most like it."""

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_printable,
            optimized=False,  # or it would compute constants before there is a budget
        )
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in _FILTERS.split()}
        self.filters |= {"join": _join, "sum": _sum, "dollars": _dollars}
        self.known_filters = tuple(self.filters)
        self.filters |= {_ROUNDS: _rounds, _WEIGHED: _weighed, _JOINED: _joined}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`event.handle`. Of a table only its values: its methods are no values of ours."""
        if not isinstance(obj, Mapping):
            return super().getattr(obj, attribute)
        return obj[attribute] if attribute in obj else self._absent(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if not isinstance(obj, Mapping):
            return super().getitem(obj, argument)
        return obj[argument] if argument in obj else self._absent(obj, argument)

    def call_filter(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        """What `map` makes of each value."""
        return _weighed(kwargs["context"], super().call_filter(name, value, *args, **kwargs))

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
        _Metering().visit(tree)
        tree.set_environment(self)
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
def _rounds(context: Context, values: Iterable[Any], steps: int) -> list[Any]:
    """What a loop goes through, paid for before the first round."""
    found = list(values)
    context[BUDGET].spend((len(found) + 1) * steps)
    return found


@pass_context
def _weighed(context: Context, value: Any) -> Any:
    """What a filter made."""
    if isinstance(value, Iterator):
        value = list(value)
    context[BUDGET].spend(1 + (len(value) if isinstance(value, str | list | tuple | dict) else 0))
    return value


@pass_context
def _joined(context: Context, values: list[Any]) -> str:
    """`a ~ b`."""
    text = _join(values)
    context[BUDGET].spend(1 + len(text))
    return text


def _join(values: Iterable[Any], between: str = "") -> str:
    """Jinja's own knows no end of what it makes."""
    pieces = [str(_printable(value)) for value in values]
    if sum(map(len, pieces)) + len(between) * len(pieces) > LARGEST:
        raise ValueError(f"a joined text has more than {LARGEST:,} characters")
    return between.join(pieces)


@pass_environment
def _sum(
    environment: Environment, values: Iterable[Any], attribute: str | None = None, start: Any = 0
) -> Any:
    """Of numbers only: Jinja's own adds lists, each time to a new one."""
    of = make_attrgetter(environment, attribute) if attribute is not None else lambda value: value
    numbers = [start, *map(of, values)]
    if not all(isinstance(number, int | float) for number in numbers):
        raise ValueError("`sum` takes numbers")
    return sum(numbers)


def _dollars(cents: Any) -> str:
    if not isinstance(cents, int):
        raise ValueError("`dollars` takes a number of cents")
    return dollars(cents)
