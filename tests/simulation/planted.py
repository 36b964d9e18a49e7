"""Bugs that are planted into the real code, each for as long as a `with` lasts: the prover must find them.

`shows`: which histories can show one at all, so that the search for a seed plays no others. `found_by`: what
the oracle then says. `seed`: one that finds it; `python -m tests.simulation --planted NAME` looks for
the first.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.seeded import History
from watcher.adapters.evidence import posts
from watcher.adapters.layers.releaser import LayersReleaser
from watcher.adapters.ledger.memory import outbox
from watcher.decide.gate import Gate
from watcher.facts import posts as weighing
from watcher.facts.activity import WhyUnknown
from watcher.facts.posts import PostStatus
from watcher.memory import paid
from watcher.memory.savings import SavingsShare
from watcher.ports.leases import Uncertain
from watcher.record.intents import Ending
from watcher.record.overrides import Overrides
from watcher.rules import judge as judging
from watcher.rules import plan as planning
from watcher.rules.policy import Protect
from watcher.rules.window import Window
from watcher.wiring import orders as wired
from watcher.wiring import turn as wiring

_NO_TIME = timedelta()
_VERDICT = posts._Case.verdict


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One bug."""

    plant: Callable[[], AbstractContextManager[object]]
    found_by: str
    seed: int
    shows: Callable[[History], bool]


def _befalls(*kinds: str) -> Callable[[History], bool]:
    """Enforced, on limits that nothing reaches, with one of these."""
    return lambda one: _enforced(one) and any(each.kind in kinds for each in one.happenings)


def _enforced(one: History) -> bool:
    return one.rules.enforce and one.rules.wide


def _to_be_released(one: History) -> set[str]:
    """Accounts that nobody uses any more, as far as their names tell, and that may be given back."""
    return {
        lease.id
        for lease in one.leases
        if lease.handle.startswith("idle") and lease.project in one.rules.enrolled
        if not one.rules.protects(lease)
    }


def _befalls_idle(*kinds: str) -> Callable[[History], bool]:
    """The same, and what it befalls is to be released."""

    def shows(one: History) -> bool:
        idle = _to_be_released(one)
        of = (getattr(each, "hold", each) for each in one.happenings if each.kind in kinds)
        return _enforced(one) and any(getattr(each, "account", None) in idle for each in of)

    return shows


def _blind_in_a_window(one: History) -> bool:
    """Posts cannot be read while an account that is to be released can be."""
    opens = _openings(one)
    blind = [
        each
        for each in one.happenings
        if getattr(each, "scope", "") == "publish:read"
        or (getattr(each, "times", 0) is None and "posts" in getattr(each, "only", ""))
    ]
    return _enforced(one) and any(
        each.at < at + one.rules.poll < each.until for at in opens for each in blind
    )


def _openings(one: History) -> list[datetime]:
    """When the windows of those open that are to be released."""
    idle = _to_be_released(one)
    return [lease.renews_at - one.rules.lead for lease in one.leases if lease.id in idle]


def _paused_at_an_opening(one: History) -> bool:
    pauses = [each for each in one.happenings if each.kind == "pause"]
    opens = _openings(one)
    return _enforced(one) and any(
        each.at < at and at + timedelta(hours=1) < each.until for at in opens for each in pauses
    )


def _opens_before_a_notice_is_old(one: History) -> bool:
    """The first windows: a ledger releases from its second day on, and a notice may have to be older."""
    old = one.start + one.rules.notice
    return _enforced(one) and any(
        one.start + timedelta(hours=23) < at < old - timedelta(hours=1) for at in _openings(one)
    )


def _at_the_last_moment(one: History) -> bool:
    """The watcher is back minutes before a renewal."""
    idle = _to_be_released(one)
    renewals = [lease.renews_at for lease in one.leases if lease.id in idle]
    backs = [each.until for each in one.happenings if each.kind == "downtime"]
    return _enforced(one) and any(
        timedelta(minutes=1.5) < at - back < timedelta(minutes=8.5) for at in renewals for back in backs
    )


def _in_memory(one: History) -> bool:
    return _enforced(one) and one.in_memory


@contextmanager
def _all(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield


def margin_ignored() -> AbstractContextManager[object]:
    real = Window.of.__func__  # type: ignore[attr-defined]

    def of(cls: type[Window], renews_at: Any, **given: Any) -> Window:
        return real(cls, renews_at, **{**given, "margin": _NO_TIME})

    def may_send(self: Window, clock: Any, **_: Any) -> bool:
        return self.opens <= clock < self.closes

    return _all(patch.object(Window, "of", classmethod(of)), patch.object(Window, "may_send", may_send))


def lead_doubled() -> AbstractContextManager[object]:
    real = Window.of.__func__  # type: ignore[attr-defined]

    def of(cls: type[Window], renews_at: Any, **given: Any) -> Window:
        return real(cls, renews_at, **{**given, "lead": 2 * given["lead"]})

    return patch.object(Window, "of", classmethod(of))


def unknown_as_idle() -> AbstractContextManager[object]:
    """What could not be asked is taken for silence."""

    def verdict(self: Any, inquiry: Any, ended_by: Any) -> Any:
        return self._weighed(inquiry, absence_counts=True)

    return patch.object(posts._Case, "verdict", verdict)


def hold_between_plan_and_delete_ignored() -> AbstractContextManager[object]:
    real = Gate.objection

    def objection(self: Gate, facts: Any, now: Any) -> Any:
        return real(self, replace(facts, overrides=Overrides()), now)

    return patch.object(Gate, "objection", objection)


def observe_deletes() -> AbstractContextManager[object]:
    enforce = planning.Mode.ENFORCE
    actor = wiring._actor

    def acting(wired_by: Any, *rest: Any) -> Any:
        return actor(replace(wired_by, settings=replace(wired_by.settings, mode=enforce)), *rest)

    return _all(_orders(lambda orders: replace(orders, mode=enforce)), patch.object(wiring, "_actor", acting))


def _orders(change: Callable[[Any], Any]) -> AbstractContextManager[object]:
    return patch.object(wiring, "orders_from", lambda *given: change(wired.orders_from(*given)))


def enrolment_ignored() -> AbstractContextManager[object]:
    return _orders(
        lambda orders: replace(orders, targets=tuple(replace(one, enrolled=True) for one in orders.targets))
    )


def protection_ignored() -> AbstractContextManager[object]:
    def bare(target: Any) -> Any:
        return replace(target, policies=tuple(replace(one, protect=Protect()) for one in target.policies))

    return _orders(lambda orders: replace(orders, targets=tuple(map(bare, orders.targets))))


def refusal_taken_as_empty() -> AbstractContextManager[object]:
    """Of a 403 alone. Were it an empty list, a second net would catch it: a source that seems to go blind."""

    def verdict(self: Any, inquiry: Any, ended_by: Any) -> Any:
        if ended_by is WhyUnknown.MISSING_SCOPE:
            return self._weighed(inquiry, absence_counts=True)
        return _VERDICT(self, inquiry, ended_by)

    return patch.object(posts._Case, "verdict", verdict)


def unfinished_posts_are_no_use() -> AbstractContextManager[object]:
    real = weighing._weigh_one

    def weigh_one(post: Any, now: Any) -> Any:
        open_ones = (PostStatus.QUEUED, PostStatus.DRAFT, PostStatus.PUBLISHING)
        return None if post.status in open_ones else real(post, now)

    return patch.object(weighing, "_weigh_one", weigh_one)


def blind_retry() -> AbstractContextManager[object]:
    """A DELETE whose answer is lost is sent again at once. Were it only taken for not done, a second net
    would catch it: the list is read again before every DELETE.
    """
    real = LayersReleaser.release

    def release(self: LayersReleaser, *which: Any, **how: Any) -> Any:
        answer = real(self, *which, **how)
        return real(self, *which, **how) if isinstance(answer, Uncertain) else answer

    return patch.object(LayersReleaser, "release", release)


def lost_delete_taken_for_done() -> AbstractContextManager[object]:
    def settled(*_: Any, **__: Any) -> Ending:
        return Ending.RELEASED

    return _all(
        patch("watcher.turn.reconcile.settled", settled), patch("watcher.turn.conclude.settled", settled)
    )


def wrong_price() -> AbstractContextManager[object]:
    def dearer(*what: Any, **how: Any) -> Iterator[Any]:
        for outcome in paid.paid_renewals(*what, **how):
            yield replace(outcome, price_cents=outcome.price_cents + 1)

    return patch("watcher.memory.review.paid_renewals", dearer)


def paid_outcome_lost() -> AbstractContextManager[object]:
    return patch("watcher.memory.review.paid_renewals", lambda *_, **__: iter(()))


def acceptance_forgotten() -> AbstractContextManager[object]:
    """So every message is told again and again."""
    real = outbox.end

    def end(state: Any, note: Any, *rest: Any, **how: Any) -> Any:
        return real(state, replace(note, accepted=(), waiting=(*note.waiting, *note.accepted)), *rest, **how)

    return patch.object(outbox, "end", end)


def release_ignores_a_hold() -> AbstractContextManager[object]:
    def judged(subject: Any, now: Any) -> Any:
        return judging.judge(replace(subject, hold=None), now)

    return patch("watcher.rules.asked_release.judge", judged)


def pause_ignored() -> AbstractContextManager[object]:
    return patch.object(Overrides, "pauses", lambda self, now: ())


def notice_too_young() -> AbstractContextManager[object]:
    def after_receipt(rule: Any, window: Any, received: Any, terms: Any) -> Any:
        return planning._at_opening(window, terms)

    def announced(rule: Any, window: Any, terms: Any) -> Any:
        return planning.Announce(not_before=window.opens)

    return _all(
        patch.object(planning, "_after_receipt", after_receipt),
        patch.object(planning, "_announce", announced),
    )


def savings_without_later_months() -> AbstractContextManager[object]:
    return patch.object(SavingsShare, "avoided", property(lambda self: self.saved))


PLANTED: dict[str, Planted] = {
    "margin ignored": Planted(
        plant=margin_ignored,
        found_by="wrong release",
        seed=8,
        shows=_at_the_last_moment,
    ),
    "lead doubled": Planted(plant=lead_doubled, found_by="wrong release", seed=1, shows=_enforced),
    "unknown as idle": Planted(
        plant=unknown_as_idle,
        found_by="wrong release",
        seed=174,
        shows=_blind_in_a_window,
    ),
    "hold between plan and DELETE ignored": Planted(
        plant=hold_between_plan_and_delete_ignored,
        found_by="wrong release",
        seed=34,
        shows=_befalls_idle("hold in mid-turn"),
    ),
    "observe deletes": Planted(
        plant=observe_deletes, found_by="wrong release", seed=70, shows=lambda one: not one.rules.enforce
    ),
    "enrolment ignored": Planted(
        plant=enrolment_ignored,
        found_by="wrong release",
        seed=1,
        shows=lambda one: _enforced(one) and len(one.rules.enrolled) < len(one.projects),
    ),
    "protection ignored": Planted(
        plant=protection_ignored, found_by="wrong release", seed=1, shows=_enforced
    ),
    "403 taken as empty": Planted(
        plant=refusal_taken_as_empty, found_by="wrong release", seed=174, shows=_blind_in_a_window
    ),
    "unfinished posts are no use": Planted(
        plant=unfinished_posts_are_no_use, found_by="wrong release", seed=1, shows=_enforced
    ),
    "blind retry": Planted(
        plant=blind_retry,
        found_by="blind retry",
        seed=5,
        shows=_befalls("lost answer after a DELETE", "lost DELETE"),
    ),
    "lost DELETE taken for done": Planted(
        plant=lost_delete_taken_for_done,
        found_by="avoidable miss",
        seed=5,
        shows=_befalls("lost DELETE", "crash at a request", "5xx"),
    ),
    "wrong price": Planted(plant=wrong_price, found_by="wrong price", seed=1, shows=lambda one: True),
    "paid outcome lost": Planted(
        plant=paid_outcome_lost, found_by="paid, and not noted", seed=1, shows=lambda one: True
    ),
    "acceptance forgotten": Planted(
        plant=acceptance_forgotten, found_by="told twice", seed=1, shows=_in_memory
    ),
    "release ignores a hold": Planted(
        plant=release_ignores_a_hold,
        found_by="wrong release",
        seed=21,
        shows=_befalls_idle("held and asked for"),
    ),
    "pause ignored": Planted(
        plant=pause_ignored, found_by="wrong release", seed=1, shows=_paused_at_an_opening
    ),
    "notice too young": Planted(
        plant=notice_too_young,
        found_by="wrong release",
        seed=22,
        shows=_opens_before_a_notice_is_old,
    ),
    "savings without later months": Planted(
        plant=savings_without_later_months, found_by="wrong savings", seed=3, shows=_enforced
    ),
}
"""By name. A new one is one entry here, and its seed."""
