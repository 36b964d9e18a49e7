"""A module with all its mutants inside, any of them to be chosen: mutmut makes them, a hook loads it.

mutmut leaves out whatever is decorated. A property decides as any method does, so it is made one after
its class stands, and is mutated too.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import ndiff
from functools import wraps
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """`change`: the lines it changes, as they were and as they are; a reason names it by them."""

    module: str
    function: str
    name: str
    change: str


class Chosen:
    """The mutant that is under test in this process, and the functions called since that was asked."""

    module = ""
    name = ""
    called: set[tuple[str, str]] | None = None


def planted(mutants: dict[str, Any], is_classmethod: bool = False) -> Callable[[Any], Any]:
    """What mutmut decorates a function with: it calls the mutant that is chosen, or what was written."""

    def of(function: Any) -> Any:
        module = function.__module__

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            body = mutants["_mutmut_orig"]
            if Chosen.called is not None:
                Chosen.called.add((module, body.__name__))
            if module == Chosen.module:
                body = mutants.get(Chosen.name, body)
            return (
                getattr(args[0], body.__name__)(*args[1:], **kwargs)
                if is_classmethod
                else body(*args, **kwargs)
            )

        return call

    return of


def without_properties(source: str) -> str:
    """The same, with its properties made of methods after all else."""
    lines, made = source.split("\n"), []
    for owner in ast.parse(source).body:
        for method in owner.body if isinstance(owner, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef) and [
                ast.unparse(one) for one in method.decorator_list
            ] == ["property"]:
                lines[method.decorator_list[0].lineno - 1] = ""
                made.append(f"{owner.name}.{method.name} = property({owner.name}.{method.name})")
    return "\n".join([*lines, *made, ""])


def mutated(module: str) -> tuple[str, tuple[Mutant, ...]]:
    """The source of a module with its mutants inside, and which they are."""
    from mutmut.mutation.file_mutation import mutate_file_contents  # an extra that only this needs

    path = path_of(module)
    made = mutate_file_contents(str(path), without_properties(path.read_text("utf-8")))
    text = made.code.replace(
        "from mutmut.mutation.trampoline import wrap_in_trampoline as _mutmut_mutated",
        "from tests.mutants.planting import planted as _mutmut_mutated",
    ).replace(", MutantDict", "\nMutantDict = dict", 1)
    bodies = {
        one.name: _body(text, one)
        for one in ast.walk(ast.parse(text))
        if isinstance(one, ast.FunctionDef) and "__mutmut_" in one.name
    }
    found = []
    for name, body in bodies.items():
        function, _, number = name.rpartition("__mutmut_")
        if number != "orig":
            was = bodies[f"{function}__mutmut_orig"]
            change = _change(was, body)
            if "assert_never" not in change:  # mypy proves that nothing comes there
                found.append(Mutant(module=module, function=plain(function), name=name, change=change))
    return text, tuple(found)


def _body(text: str, function: ast.FunctionDef) -> Sequence[str]:
    lines = text.split("\n")[function.lineno - 1 : function.end_lineno]
    return [line.strip().replace(function.name, "…") for line in lines]


def _change(was: Sequence[str], body: Sequence[str]) -> str:
    """The lines that differ, of which one looks only between the first and the last: ndiff is slow."""
    first, most = 0, min(len(was), len(body))
    while first < most and was[first] == body[first]:
        first += 1
    after = 0
    while after < most - first and was[-1 - after] == body[-1 - after]:
        after += 1
    lines = ndiff(was[first : len(was) - after], body[first : len(body) - after])
    return "\n".join(line for line in lines if line[0] in "-+")


def plain(mangled: str) -> str:
    """A function's name as people write it: `Window.of` for `xǁWindowǁof`."""
    return mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")


def path_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class Planting(MetaPathFinder):
    """Loads the modules it is made for with their mutants inside."""

    def __init__(self, modules: Iterable[str]) -> None:
        made = {module: mutated(module) for module in modules}
        self._texts = {module: text for module, (text, _) in made.items()}
        self.mutants = tuple(mutant for _, found in made.values() for mutant in found)

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        text = self._texts.get(name)
        return (
            None if text is None else spec_from_file_location(name, path_of(name), loader=Loaded(name, text))
        )

    def __enter__(self) -> "Planting":
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)


class Loaded(SourceLoader):
    def __init__(self, name: str, text: str) -> None:
        self._path, self._text = str(path_of(name)), text

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str) -> bytes:
        return self._text.encode()

    def source_to_code(self, data: Any, path: Any, *_: Any) -> Any:
        return compile(data, path, "exec", dont_inherit=True)
