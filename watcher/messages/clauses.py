"""The parts of what an event says, each by what it is for: renderers choose among them, and parse nothing."""

from dataclasses import dataclass
from enum import StrEnum

from watcher.texts.commands import WayOut


class Role(StrEnum):
    """What a clause is for."""

    WHY = "why"
    NEXT = "next"
    """What follows, or what will be."""
    DO = "do"
    """What a person can do, with the command."""
    KEEP = "keep"
    """What keeps the account from being released: shown by itself where there is a button or a link."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence, without a full stop. Its text may hold any sign: it is one part all the same.

    `command`: what it asks to be typed, which stands in the text between backticks; None where nothing is.
    """

    role: Role
    text: str
    command: str | None = None


def why(text: str) -> Clause:
    return Clause(Role.WHY, text)


def follows(text: str) -> Clause:
    return Clause(Role.NEXT, text)


def to_do(text: str) -> Clause:
    return Clause(Role.DO, text)


def to_type(command: str, *, before: str = "", after: str = "") -> Clause:
    return to_decide(WayOut.by_typing(command, before=before, after=after))


def to_decide(way: WayOut) -> Clause:
    return Clause(Role.DO, way.text, way.command)


def to_keep(by: str) -> Clause:
    """`by`: a command or a link."""
    return Clause(Role.KEEP, f"to keep it: {by}")
