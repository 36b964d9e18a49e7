"""What people are told to type. Each runs as it stands; `WHY` is for who types it to say."""

from shlex import quote
from typing import Final

REASON: Final = "--reason WHY"


def to_hold(account: str) -> str:
    return f"lease-watcher hold {quote(account)}"


def to_unhold(account: str) -> str:
    return f"lease-watcher unhold {quote(account)} {REASON}"


def to_release(account: str) -> str:
    return f"lease-watcher release {quote(account)} {REASON}"


def to_approve(docket: str) -> str:
    return f"lease-watcher approve {quote(docket)} {REASON}"


def to_unapprove(docket: str) -> str:
    return f"lease-watcher unapprove {quote(docket)} {REASON}"


def to_pause(project: str | None) -> str:
    """Pauses that project; of none, all of them."""
    only = "" if project is None else f" --project {quote(project)}"
    return f"lease-watcher pause{only} {REASON}"


def to_resume(project: str | None) -> str:
    """Ends the pauses of that project only; of none, all pauses."""
    only = "" if project is None else f" --project {quote(project)}"
    return f"lease-watcher resume{only} {REASON}"


def to_accept_the_baseline() -> str:
    return f"lease-watcher resume --accept-baseline {REASON}"


def to_resolve(account: str) -> str:
    return f"lease-watcher resolve {quote(account)} --as released {REASON}"


def to_try_again(account: str) -> str:
    return f"lease-watcher resolve {quote(account)} --as not-released {REASON}"
