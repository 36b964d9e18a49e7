"""What is wrong with a configuration, told so that a person can mend it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Final

from watcher.settings.declare import Path, dotted
from watcher.settings.read.toml import Lines

MOST_SHOWN: Final = 50
"""Findings that are worked out and shown; of more, a person mends the first and asks again."""

_MOST_KNOWN: Final = 200
"""Words that are compared with a misspelt one; of more, a few that begin alike."""
_MOST_ALIKE: Final = 200


class Broken:
    """Where a configuration is wrong, to be asked of many keys."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = frozenset(paths)
        self._above = frozenset(path[:length] for path in self._paths for length in range(len(path)))

    def touches(self, path: Path) -> bool:
        """Whether a key is, holds or stands in one that is broken."""
        return path in self._above or any(path[:length] in self._paths for length in range(len(path) + 1))


class Gravity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One mistake, and where. Never holds a value that could be a secret.

    `file` and `line` are None where it does not stand in a file: `key` then is the variable's name.
    `suggestion` is the nearest known word, `fix` what to do.
    """

    severity: Gravity = Gravity.ERROR
    file: str | None = None
    line: int | None = None
    key: str = ""
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
    severity: Gravity = Gravity.ERROR
    rests_on: tuple[Path, ...] = ()
    variable: str | None = None

    def doubtful(self, broken: Broken) -> bool:
        """Whether a key it rests on is broken, or has a part in what is."""
        return any(broken.touches(mine) for mine in (self.path, *self.rests_on))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, case ignored; None if none is alike."""
    folded = word.casefold()
    by_folded = {each.casefold(): each for each in known}
    alike: Iterable[str] = by_folded
    if len(by_folded) > _MOST_KNOWN:
        alike = [each for each in by_folded if each[:1] == folded[:1]][:_MOST_ALIKE]
    found = get_close_matches(folded, alike, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The sources of a configuration: the file, and which variables and credentials set what."""

    path: FilePath
    text: str
    variables: Mapping[Path, str]
    files: Mapping[Path, str]

    def findings(self, complaints: Iterable[Complaint]) -> tuple[Finding, ...]:
        """Each complaint at its place, errors first, then in the file's order; what repeats is said once.

        Of more than `MOST_SHOWN` the last one says how many more there are.
        """
        lines = Lines(self.text)
        different = sorted(dict.fromkeys(complaints), key=lambda each: each.severity is Gravity.WARNING)
        found = dict.fromkeys(self._finding(each, lines) for each in different[:MOST_SHOWN])
        listed = sorted(found, key=lambda each: (each.severity is Gravity.WARNING, each.line or 0, each.key))
        more = different[MOST_SHOWN:]
        if more:
            listed.append(
                Finding(
                    severity=more[0].severity,
                    file=str(self.path),
                    message=f"and {len(more):,} more",
                    fix="mend these first, then check again",
                )
            )
        return tuple(listed)

    def _finding(self, complaint: Complaint, lines: Lines) -> Finding:
        path = complaint.path
        file: str | None = str(self.path)
        key, line = dotted(path), None
        variable = complaint.variable or _set_by(self.variables, path)
        if variable is not None:
            file, key = None, variable
        elif credential := _set_by(self.files, path):
            file = credential
        else:
            line = lines.line_of(path)
        return Finding(
            severity=complaint.severity,
            file=file,
            line=line,
            key=key,
            message=complaint.message,
            suggestion=complaint.suggestion,
            fix=complaint.fix,
        )


def _set_by(origins: Mapping[Path, str], path: Path) -> str | None:
    """What set the value at a path, or the list that it is in."""
    return origins.get(path) or origins.get(path[:-1])
