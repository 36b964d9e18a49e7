"""What people are told to type. Each runs as it stands; `WHY` is for who types it to say."""

from dataclasses import dataclass
from shlex import quote
from typing import Final

REASON: Final = "--reason WHY"


@dataclass(frozen=True, kw_only=True, slots=True)
class WayOut:
    """What lifts a halt, or decides something: a clause without a full stop, as people read it.

    `command`: what is to be typed for it, which stands in the text between backticks; None where nothing is.
    """

    text: str
    command: str | None = None

    @classmethod
    def by_typing(cls, command: str, *, before: str = "", after: str = "") -> "WayOut":
        return cls(text=f"{before}`{command}`{after}", command=command)

    def of_any(self, account: str) -> "WayOut":
        """The same of whichever account is meant, where one line stands for many."""
        this = f" {quote(account)} "
        command = None if self.command is None else self.command.replace(this, " ACCOUNT ")
        return WayOut(text=self.text.replace(this, " ACCOUNT "), command=command)

    @property
    def around(self) -> tuple[str, str]:
        """What stands before the command and after it; all of it before, where nothing is typed."""
        if self.command is None:
            return self.text, ""
        before, _, after = self.text.partition(f"`{self.command}`")
        return before, after


def to_hold(account: str) -> str:
    return f"lease-watcher hold {quote(account)}"


def to_unhold(account: str) -> str:
    return f"lease-watcher unhold {quote(account)} {REASON}"


def to_release(account: str) -> str:
    return f"lease-watcher release {quote(account)} {REASON}"


def to_approve(docket: str) -> str:
    return f"lease-watcher approve {quote(docket)} {REASON}"


def to_see(docket: str) -> str:
    return f"lease-watcher docket {quote(docket)}"


def to_unapprove(docket: str) -> str:
    return f"lease-watcher unapprove {quote(docket)} {REASON}"


def to_pause(project: str | None) -> str:
    """Pauses that project; of none, all of them."""
    only = "" if project is None else f" --project {quote(project)}"
    return f"lease-watcher pause{only} {REASON}"


def to_resume(project: str | None, *, coming: bool = False) -> str:
    """Ends the pauses of that project only; of none, all pauses. `coming`: also those that are to come."""
    only = "" if project is None else f" --project {quote(project)}"
    return f"lease-watcher resume{' --coming' if coming else ''}{only} {REASON}"


def to_accept_the_baseline() -> str:
    return f"lease-watcher resume --accept-baseline {REASON}"


def to_resolve(account: str) -> str:
    return f"lease-watcher resolve {quote(account)} --as released {REASON}"


def to_try_again(account: str) -> str:
    return f"lease-watcher resolve {quote(account)} --as not-released {REASON}"
