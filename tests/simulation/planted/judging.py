"""Bugs in what is judged and planned: an account is taken for one that may be given back."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.faults.leases import MovedAway
from tests.simulation.planted.bug import (
    Planted,
    at_the_last_moment,
    befalls,
    befalls_idle,
    blind_in_a_window,
    enforced,
    opens_before_a_notice_is_old,
    opens_during,
    opens_meanwhile,
    to_be_released,
    together,
    with_orders,
)
from tests.simulation.seeded import History
from watcher.adapters.evidence import posts
from watcher.adapters.layers.ages import ApiClock
from watcher.daemon.request import Request
from watcher.decide.twins import Twins
from watcher.facts import posts as weighing
from watcher.facts.activity import WhyUnknown
from watcher.facts.posts import PostStatus
from watcher.record import overrides
from watcher.record.overrides import Overrides
from watcher.rules import judge as judging
from watcher.rules import plan as planning
from watcher.rules.policy import Protect
from watcher.rules.window import Window
from watcher.turn.act import LiveActor
from watcher.turn.turns import Turns

_NO_TIME = timedelta()
_VERDICT = posts._Case.verdict


def margin_ignored() -> AbstractContextManager[object]:
    real = Window.of.__func__  # type: ignore[attr-defined]

    def of(cls: type[Window], renews_at: Any, **given: Any) -> Window:
        return real(cls, renews_at, **{**given, "margin": _NO_TIME})

    def may_send(self: Window, clock: Any, **_: Any) -> bool:
        return self.opens <= clock < self.closes

    return together(patch.object(Window, "of", classmethod(of)), patch.object(Window, "may_send", may_send))


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


def enrolment_ignored() -> AbstractContextManager[object]:
    return with_orders(
        lambda orders: replace(orders, targets=tuple(replace(one, enrolled=True) for one in orders.targets))
    )


def protection_ignored() -> AbstractContextManager[object]:
    def bare(target: Any) -> Any:
        return replace(target, policies=tuple(replace(one, protect=Protect()) for one in target.policies))

    return with_orders(lambda orders: replace(orders, targets=tuple(map(bare, orders.targets))))


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


def notice_too_young() -> AbstractContextManager[object]:
    def after_receipt(rule: Any, window: Any, received: Any, terms: Any) -> Any:
        return planning._at_opening(window, terms)

    def announced(rule: Any, window: Any, terms: Any) -> Any:
        return planning.Announce(not_before=window.opens)

    return together(
        patch.object(planning, "_after_receipt", after_receipt),
        patch.object(planning, "_announce", announced),
    )


def pause_ignored() -> AbstractContextManager[object]:
    return patch.object(Overrides, "pauses", lambda self, now: ())


def release_ignores_a_hold() -> AbstractContextManager[object]:
    def judged(subject: Any, now: Any) -> Any:
        return judging.judge(replace(subject, hold=None), now)

    return patch("watcher.rules.asked_release.judge", judged)


def clock_believed() -> AbstractContextManager[object]:
    """Whatever the API's answers are dated."""
    return patch("watcher.adapters.layers.reader.skew", lambda answer, span: timedelta())


def aged_answer_believed() -> AbstractContextManager[object]:
    """Whoever kept it, and for however long."""
    return patch.object(ApiClock, "age", lambda self, answer, span: timedelta())


def copy_in_another_project_ignored() -> AbstractContextManager[object]:
    """When projects are compared, and at the last look."""
    return together(
        patch.object(Twins, "told", lambda self, reading: reading),
        patch.object(Twins, "elsewhere", lambda self, account, listed: ()),
        patch.object(LiveActor, "_elsewhere", lambda self, account, others: None),
    )


def planned_pause_ignored() -> AbstractContextManager[object]:
    real = overrides._has_begun

    def has_begun(pause: Any, now: Any) -> bool:
        return pause.begins is None and real(pause, now)

    return together(
        patch.object(overrides, "_has_begun", has_begun),
        patch.object(Overrides, "pauses_to_come", lambda self, now: ()),
    )


def refused_configuration_does_not_brake() -> AbstractContextManager[object]:
    real = Turns.run

    def run(self: Turns, focus: Any = None, *, refused: Any = None, only: Any = None) -> Any:
        return real(self, focus, refused=None, only=only)

    return patch.object(Turns, "run", run)


def waiting_configuration_ignored() -> AbstractContextManager[object]:
    """A turn goes on by the rules with which it began."""
    return patch.object(Request, "waits", lambda self: False)


def _moved_with_a_post_to_go_out(one: History) -> bool:
    """Made where it was, and before its window opens where it is."""
    leases = {lease.id: lease for lease in one.leases if lease.handle.startswith("queued")}
    return enforced(one) and any(
        isinstance(each, MovedAway)
        and each.posts_stay
        and each.to in one.rules.enrolled
        and (lease := leases.get(each.account)) is not None
        and each.to != lease.project
        for each in one.happenings
    )


def former_project_not_asked() -> AbstractContextManager[object]:
    """Posts that were made where an account was listed before."""

    def none(*_: Any) -> tuple[()]:
        return ()

    return together(patch("watcher.turn.elsewhere.formerly", none), patch("watcher.turn.act.formerly", none))


def limits_ignored() -> AbstractContextManager[object]:
    def wide(orders: Any) -> Any:
        limits = replace(
            orders.limits,
            max_releases=1000,
            max_share=1.0,
            max_project_share=1.0,
            max_value_cents=100_000_000,
            max_idle_jump=1.0,
        )
        return replace(orders, limits=limits)

    return with_orders(wide)


def _in_a_project_without_posts(one: History) -> bool:
    """One that nobody uses, in a project that shows nothing until its window is over."""
    return (
        enforced(one)
        and not one.rules.evidence_complete
        and any(
            lease.id in to_be_released(one)
            and lease.renews_at - one.rules.lead > one.start + timedelta(days=2)
            and not any(
                post.project == lease.project and post.appears_at < lease.renews_at for post in one.posts
            )
            for lease in one.leases
        )
    )


def silence_taken_for_evidence() -> AbstractContextManager[object]:
    """A project that never showed a post is taken for one that shows every post."""

    def complete(target: Any) -> Any:
        policies = tuple(replace(one, evidence_complete=True) for one in target.policies)
        return replace(target, policies=policies)

    return with_orders(lambda orders: replace(orders, targets=tuple(map(complete, orders.targets))))


JUDGING: dict[str, Planted] = {
    "margin ignored": Planted(
        plant=margin_ignored,
        found_by="wrong release",
        seed=10,
        shows=at_the_last_moment,
    ),
    "lead doubled": Planted(plant=lead_doubled, found_by="wrong release", seed=126, shows=enforced),
    "unknown as idle": Planted(
        plant=unknown_as_idle,
        found_by="wrong release",
        seed=157,
        shows=blind_in_a_window,
    ),
    "enrolment ignored": Planted(
        plant=enrolment_ignored,
        found_by="wrong release",
        seed=122,
        shows=lambda one: enforced(one) and len(one.rules.enrolled) < len(one.projects),
    ),
    "protection ignored": Planted(
        plant=protection_ignored, found_by="wrong release", seed=126, shows=enforced
    ),
    "403 taken as empty": Planted(
        plant=refusal_taken_as_empty, found_by="wrong release", seed=157, shows=blind_in_a_window
    ),
    "unfinished posts are no use": Planted(
        plant=unfinished_posts_are_no_use, found_by="wrong release", seed=126, shows=enforced
    ),
    "notice too young": Planted(
        plant=notice_too_young,
        found_by="wrong release",
        seed=68,
        shows=opens_before_a_notice_is_old,
    ),
    "pause ignored": Planted(
        plant=pause_ignored, found_by="wrong release", seed=3, shows=opens_during("pause")
    ),
    "release ignores a hold": Planted(
        plant=release_ignores_a_hold,
        found_by="wrong release",
        seed=84,
        shows=befalls_idle("held and asked for"),
    ),
    "clock believed": Planted(
        plant=clock_believed,
        found_by="wrong release",
        seed=20,
        shows=befalls("clock skew", "clock step in mid-turn"),
    ),
    "aged answer believed": Planted(
        plant=aged_answer_believed,
        found_by="wrong release",
        seed=93,
        shows=opens_during("stale list", says=True),
    ),
    "copy in another project ignored": Planted(
        plant=copy_in_another_project_ignored,
        found_by="wrong release",
        seed=26,
        shows=opens_meanwhile("listed twice"),
    ),
    "planned pause ignored": Planted(
        plant=planned_pause_ignored,
        found_by="wrong release",
        seed=10,
        shows=opens_during("planned pause"),
    ),
    "refused configuration does not brake": Planted(
        plant=refused_configuration_does_not_brake,
        found_by="wrong release",
        seed=7,
        shows=opens_during("refused configuration in mid-turn"),
    ),
    "waiting configuration ignored": Planted(
        plant=waiting_configuration_ignored,
        found_by="wrong release",
        seed=8,
        shows=befalls("good configuration in mid-turn", "refused configuration in mid-turn"),
    ),
    "former project not asked": Planted(
        plant=former_project_not_asked,
        found_by="wrong release",
        seed=1,
        shows=_moved_with_a_post_to_go_out,
    ),
    "limits ignored": Planted(
        plant=limits_ignored,
        found_by="above a limit",
        seed=79,
        shows=lambda one: one.rules.enforce and not one.rules.wide,
    ),
    "silence taken for evidence": Planted(
        plant=silence_taken_for_evidence,
        found_by="wrong release",
        seed=6,
        shows=_in_a_project_without_posts,
    ),
}
