"""Bugs in what is wanted of which account: the wrong policy, a waiver, a pause of the configuration."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.people import PauseWritten
from tests.simulation.planted.bug import (
    Planted,
    enforced,
    openings,
    to_be_released,
    together,
    with_orders,
)
from tests.simulation.seeded import History
from watcher.daemon import reload
from watcher.facts.health import HealthTier
from watcher.record.planned_pauses import PlannedPauses
from watcher.rules import matching
from watcher.rules import plan as planning
from watcher.rules.matching import Fit
from watcher.rules.policies import OPINIONS, always
from watcher.rules.policy import IfNoticeLate, ReleaseWhen

_MINUTE = timedelta(minutes=1)


def queue_ignored_at_term() -> AbstractContextManager[object]:
    """What is to go out keeps nothing from going at term."""

    def opinion(rule: Any, activity: Any, opens: Any) -> Any:
        return always.opinion(replace(rule, cancel_queued=True), activity, opens)

    return patch.dict(OPINIONS, {ReleaseWhen.ALWAYS: opinion})


def last_policy_first() -> AbstractContextManager[object]:
    """Policies are tried in the wrong order."""

    def backwards(target: Any) -> Any:
        return replace(target, policies=tuple(reversed(target.policies)))

    return with_orders(lambda orders: replace(orders, targets=tuple(map(backwards, orders.targets))))


def unknown_health_handed_on() -> AbstractContextManager[object]:
    """An account whose health nobody knows is handed to the next policy."""
    real = matching._by_health

    def by_health(match: Any, health: Any) -> Any:
        if match.health and not isinstance(health, HealthTier):
            return iter((Fit.NO,))
        return real(match, health)

    return together(
        patch.object(matching, "_by_health", by_health),
        patch("watcher.rules.judge.rests_on_health", lambda *_: False),
    )


def every_late_notice_waived() -> AbstractContextManager[object]:
    """Where a policy waives the age of late notices, none has to be of any age."""
    after_receipt, announce = planning._after_receipt, planning._announce

    def received(rule: Any, window: Any, received: Any, terms: Any) -> Any:
        if rule.if_notice_late is IfNoticeLate.RELEASE:
            return planning._at_opening(window, terms)
        return after_receipt(rule, window, received, terms)

    def announced(rule: Any, window: Any, terms: Any) -> Any:
        if rule.if_notice_late is IfNoticeLate.RELEASE:
            return planning.Announce(not_before=window.opens)
        return announce(rule, window, terms)

    return together(
        patch.object(planning, "_after_receipt", received), patch.object(planning, "_announce", announced)
    )


def configured_pause_ignored() -> AbstractContextManager[object]:
    return with_orders(lambda orders: replace(orders, planned_pauses=PlannedPauses()))


def later_pause_not_read() -> AbstractContextManager[object]:
    """A configuration that is read while it runs brings no pause."""
    real = reload.admitted

    def admitted(running: Any, wanted: Any, ledger: Any) -> Any:
        new = real(running, wanted, ledger)
        return replace(new, settings=replace(new.settings, pauses=running.settings.pauses))

    return patch("watcher.daemon.setup.admitted", admitted)


def _governed(one: History, when: str, **terms: object) -> bool:
    return enforced(one) and any(
        each.when == when and all(getattr(each, name) == value for name, value in terms.items())
        for each in one.rules.specials
    )


def _by_health(one: History) -> bool:
    """Health cannot be read while the window of one is open."""
    unread = [each for each in one.happenings if getattr(each, "scope", "") == "social:read"]
    return enforced(one) and any(
        each.at < at + one.rules.poll < each.until for at in openings(one) for each in unread
    )


def _opens_in_a_written_pause(one: History) -> bool:
    spans = [(each.begins, each.ends, each.project) for each in one.rules.pauses]
    return enforced(one) and _opens_within(one, spans)


def _opens_in_a_later_pause(one: History) -> bool:
    later = [each for each in one.happenings if isinstance(each, PauseWritten)]
    spans = [(max(each.at, each.pause.begins), each.until, each.pause.project) for each in later]
    return enforced(one) and _opens_within(one, spans)


def _opens_within(one: History, spans: Any) -> bool:
    idle = to_be_released(one)
    return any(
        begins < lease.renews_at - one.rules.lead < ends - _MINUTE and project in (None, lease.project)
        for lease in one.leases
        if lease.id in idle
        for begins, ends, project in spans
    )


WANTING: dict[str, Planted] = {
    "queue ignored at term": Planted(
        plant=queue_ignored_at_term,
        found_by="wrong release",
        seed=39,
        shows=lambda one: _governed(one, "always", cancels=False),
    ),
    "last policy first": Planted(
        plant=last_policy_first,
        found_by="wrong release",
        seed=3,
        shows=lambda one: enforced(one) and bool(one.rules.specials),
    ),
    "unknown health handed on": Planted(
        plant=unknown_health_handed_on, found_by="wrong release", seed=200, shows=_by_health
    ),
    "every late notice waived": Planted(
        plant=every_late_notice_waived,
        found_by="wrong release",
        seed=15,
        shows=lambda one: one.rules.late and enforced(one),
    ),
    "configured pause ignored": Planted(
        plant=configured_pause_ignored, found_by="wrong release", seed=20, shows=_opens_in_a_written_pause
    ),
    "later pause not read": Planted(
        plant=later_pause_not_read, found_by="wrong release", seed=15, shows=_opens_in_a_later_pause
    ),
}
