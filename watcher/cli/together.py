"""Options that do not go together: one that would say nothing looks obeyed, so it is refused.

Each command with several ways to go has one table of them beside its options, asked before anything is read.
"""

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass

from watcher.cli.process import Stop
from watcher.record.exit_codes import Exit


@dataclass(frozen=True, kw_only=True, slots=True)
class Idle:
    """`option` says nothing `beside` another one, or `without` it; `why`, and what to do.

    Options as they are typed, `--format markdown` where it is about one value; beside an action by its name.
    """

    option: str
    beside: str | None = None
    without: str | None = None
    why: str

    def is_said(self, options: Namespace) -> bool:
        said = _is_typed(self.option, options)
        if self.without is not None:
            return said and not _is_typed(self.without, options)
        return said and self.beside is not None and _is_typed(self.beside, options)

    def __str__(self) -> str:
        if self.without is not None:
            return f"{self.option} is for {self.without}: {self.why}."
        return f"{self.option} does not go with {self.beside}: {self.why}."


def refuse_idle(options: Namespace, table: Iterable[Idle]) -> None:
    """Raises `Stop` with all of them that were said."""
    if found := [str(one) for one in table if one.is_said(options)]:
        raise Stop(Exit.USAGE, "\n".join(found))


def _is_typed(option: str, options: Namespace) -> bool:
    name, _, value = option.partition(" ")
    if not name.startswith("--"):
        return bool(getattr(options, "action", None) == name)
    if name not in options.typed:
        return False
    return not value or str(getattr(options, name.removeprefix("--").replace("-", "_"))) == value
