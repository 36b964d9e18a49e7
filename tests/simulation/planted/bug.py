"""A bug that is planted, and which histories can show it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.seeded import History
from watcher.wiring import orders as wired
from watcher.wiring import turn as wiring


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One bug."""

    plant: Callable[[], AbstractContextManager[object]]
    found_by: str
    seed: int
    shows: Callable[[History], bool]
    on_disk: bool = False
    """Whether only a ledger in a file can show it."""

    def can_be_in(self, one: History) -> bool:
        return (one.on_disk if self.on_disk else one.in_memory) and self.shows(one)


def befalls(*kinds: str) -> Callable[[History], bool]:
    """Enforced, on limits that nothing reaches, with one of these."""
    return lambda one: enforced(one) and any(each.kind in kinds for each in one.happenings)


def enforced(one: History) -> bool:
    return one.rules.enforce and one.rules.wide


def to_be_released(one: History) -> set[str]:
    """Accounts that nobody uses any more, as far as their names tell, and that may be given back."""
    return {
        lease.id
        for lease in one.leases
        if lease.handle.startswith("idle") and lease.project in one.rules.enrolled
        if not one.rules.protects(lease)
    }


def befalls_idle(*kinds: str) -> Callable[[History], bool]:
    """The same, and what it befalls is to be released."""

    def shows(one: History) -> bool:
        idle = to_be_released(one)
        of = (getattr(each, "hold", each) for each in one.happenings if each.kind in kinds)
        return enforced(one) and any(getattr(each, "account", None) in idle for each in of)

    return shows


def blind_in_a_window(one: History) -> bool:
    """Posts cannot be read while an account that is to be released can be."""
    opens = openings(one)
    blind = [
        each
        for each in one.happenings
        if getattr(each, "scope", "") == "publish:read"
        or (getattr(each, "times", 0) is None and "posts" in getattr(each, "only", ""))
    ]
    return enforced(one) and any(each.at < at + one.rules.poll < each.until for at in opens for each in blind)


def openings(one: History) -> list[datetime]:
    """When the windows of those open that are to be released."""
    idle = to_be_released(one)
    return [lease.renews_at - one.rules.lead for lease in one.leases if lease.id in idle]


def opens_during(kind: str, **facts: object) -> Callable[[History], bool]:
    """The window of one that is to be released opens while such a thing lasts."""

    def shows(one: History) -> bool:
        lasts = [
            (getattr(each, "begins", each.at), each.until)
            for each in one.happenings
            if each.kind == kind and all(getattr(each, name) == value for name, value in facts.items())
        ]
        return enforced(one) and any(
            begins < at and at + timedelta(hours=1) < until for at in openings(one) for begins, until in lasts
        )

    return shows


def opens_meanwhile(kind: str, **facts: object) -> Callable[[History], bool]:
    """The window opens of the very account that such a thing befalls, while it lasts."""

    def shows(one: History) -> bool:
        idle = to_be_released(one)
        leases = {lease.id: lease for lease in one.leases if lease.id in idle}
        return enforced(one) and any(
            each.at < leases[account].renews_at - one.rules.lead < each.until
            for each in one.happenings
            if each.kind == kind and all(getattr(each, name) == value for name, value in facts.items())
            if (account := getattr(each, "account", None)) in leases
        )

    return shows


def opens_before_a_notice_is_old(one: History) -> bool:
    """The first windows: a ledger releases from its second day on, and a notice may have to be older."""
    old = one.start + one.rules.notice
    return enforced(one) and any(
        one.start + timedelta(hours=23) < at < old - timedelta(hours=1) for at in openings(one)
    )


def at_the_last_moment(one: History) -> bool:
    """The watcher is back minutes before a renewal."""
    idle = to_be_released(one)
    renewals = [lease.renews_at for lease in one.leases if lease.id in idle]
    backs = [each.until for each in one.happenings if each.kind == "downtime"]
    return enforced(one) and any(
        timedelta(minutes=1.5) < at - back < timedelta(minutes=8.5) for at in renewals for back in backs
    )


def in_memory(one: History) -> bool:
    return enforced(one) and one.in_memory


@contextmanager
def together(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield


def with_orders(change: Callable[[Any], Any]) -> AbstractContextManager[object]:
    return patch.object(wiring, "orders_from", lambda *given: change(wired.orders_from(*given)))
