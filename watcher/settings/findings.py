"""What is wrong with a configuration, told so that a person can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from watcher.settings.declarations import Path


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One mistake, and where. Never holds a value that could be a secret.

    `file` and `line` are None where it does not stand in a file: `key` then is the variable's name.
    `suggestion` is the nearest known word, `fix` what to do.
    """

    severity: Severity
    file: str | None
    line: int | None
    key: str
    message: str
    suggestion: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        head = f"{place}: " if place else ""
        text = f"{head}{self.severity}: {self.key + ': ' if self.key else ''}{self.message}"
        if self.suggestion:
            text += f"\n  did you mean: {self.suggestion}"
        if self.fix:
            text += f"\n  fix: {self.fix}"
        return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """A finding before its place is known.

    `variable`: the environment variable it is about, if any. `rests_on`: further keys it was concluded
    from; where one of those is itself wrong, nothing was concluded and the complaint is dropped.
    """

    path: Path
    message: str
    fix: str | None = None
    suggestion: str | None = None
    severity: Severity = Severity.ERROR
    rests_on: tuple[Path, ...] = ()
    variable: str | None = None

    def doubtful(self, broken: Iterable[Path]) -> bool:
        """Whether a key it rests on is, holds or stands in one that is broken."""
        return any(_touch(mine, other) for other in broken for mine in (self.path, *self.rests_on))


def _touch(one: Path, other: Path) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, case ignored; None if none is alike."""
    by_folded = {each.casefold(): each for each in known}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def dotted(path: Path) -> str:
    """A path as TOML writes it: `projects.acme.id`, `policies."a b".warn[1]`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
            text += f"{'.' if text else ''}{key if bare else chr(34) + key + chr(34)}"
    return text
