"""A new reading held against what is remembered: what changed, who is gone, which notices are void."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import FRESH, NOW, D, H, account, decision, hold, in_one, policy, published
from watcher.facts.accounts import Account, AccountId
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.moment import Moment
from watcher.memory.lease_messages import withdrawn
from watcher.memory.remembered import Known, ProjectMemory
from watcher.memory.review import Review, review, vanished_since
from watcher.messages.clauses import follows
from watcher.messages.events import Event, EventKind, Facts, OverFacts, WithdrawnFacts
from watcher.record.notices import NotAccepted, NotAnnounced, Notice, Received, Void
from watcher.record.outcomes import Outcome, OutcomeKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, PeriodState
from watcher.rules.policy import Match, Protect, ReleaseRule, ReleaseWhen
from watcher.texts.times import clock_time

TICK = timedelta(microseconds=1)
ONE, TWO = account("latte", renews_in=20 * D), account("brew", renews_in=20 * D)
A_MONTH_ON = replace(ONE, renews_at=NOW + 30 * D)
QUIET = Seen(at=NOW - 40 * D, what=Use.PUBLISHED_POST)
CAME = Seen(at=NOW, what=Use.FIRST_LISTED)
RECENT = Seen(at=NOW - 2 * H, what=Use.PUBLISHED_POST)
UNREADABLE = Unknown(why=WhyUnknown.UNREADABLE)


def knew(one: Account = ONE, **facts: Any) -> Known:
    """An account as an earlier turn left it: read an hour ago, unused, its window far off."""
    defaults: dict[str, Any] = {
        "first_seen_at": NOW - 90 * D,
        "used": QUIET,
        "usage_at_opening": Usage.UNUSED,
        "reason": Reason.NOTICE_TO_COME,
        "decided_at": NOW - 5 * D,
    }
    return Known(account=one, **(defaults | facts))


def remembered(*known: Known, **facts: Any) -> ProjectMemory:
    return ProjectMemory(read_at=NOW - H, known={one.account.id: one for one in known}, **facts)


def reviewed(
    memory: ProjectMemory,
    *decisions: Decision,
    quiet: tuple[Account, ...] = (),
    quarantined: frozenset[str] = frozenset(),
    twice: frozenset[str] = frozenset(),
    disconnected: frozenset[AccountId] = frozenset(),
    since: datetime | None = None,
    **followers: Any,
) -> Review:
    decided = (one.account.id for one in decisions)
    present = frozenset[str](decided) | {one.id for one in quiet} | quarantined | twice
    return review(
        memory,
        decisions,
        quiet=quiet,
        present=present,
        twice=twice,
        disconnected=disconnected,
        at=Moment.at(NOW),
        since=since,
        **followers,
    )


def nothing_new(current: Mapping[AccountId, Known], **facts: Any) -> Review:
    defaults: dict[str, Any] = {
        "known": (),
        "events": (),
        "outcomes": (),
        "voided": (),
        "vanished": 0,
        "turned_idle": (),
        "remembered": 0,
        "unshown": 0,
    }
    return Review(current=current, **(defaults | facts))


def kinds(found: Review) -> list[EventKind]:
    return [event.kind for event in found.events]


def about(one: Account, kind: EventKind, key: str, text: str, facts: Facts | None = None) -> Event:
    return Event(
        kind=kind,
        key=f"{kind}:{one.id}:{one.renews_at.isoformat()}:{key}",
        at=NOW,
        what=text,
        project=one.project,
        account=one.id,
        handle=one.handle,
        platform=one.platform,
        period=one.period,
        cents=one.price_cents,
        facts=facts,
    )


# New leases


def test_of_a_project_never_read_before_no_lease_is_new() -> None:
    fresh = Known(
        account=ONE,
        first_seen_at=NOW,
        used=QUIET,
        usage_at_opening=Usage.UNUSED,
        reason=Reason.NOTICE_TO_COME,
        decided_at=NOW,
    )

    assert reviewed(ProjectMemory(), decision(ONE, activity=QUIET)) == nothing_new(
        {ONE.id: fresh}, known=(fresh,)
    )


def test_a_lease_that_was_not_there_before_is_new() -> None:
    found = reviewed(remembered(knew()), decision(ONE, activity=QUIET), decision(TWO, activity=NOT_ASKED))

    assert tuple(map(in_one, found.events)) == (
        about(
            TWO,
            EventKind.LEASE_NEW,
            TWO.assigned_at.isoformat(),
            "new lease: @brew on tiktok, $150.00 a month; renews in 20 d, Sun 7 Jun 12:00 UTC",
        ),
    )
    assert found.known == (
        Known(account=TWO, first_seen_at=NOW, used=CAME, reason=Reason.NOT_DUE, decided_at=NOW),
    )


def test_use_within_a_lease_that_is_said_to_begin_anew_is_of_it() -> None:
    """An account that was assigned anew was released on the day after a post of this very lease."""
    again = replace(ONE, assigned_at=NOW - D, renews_at=NOW + 30 * D)
    found = reviewed(remembered(knew(used=RECENT)), decision(again, activity=NOT_ASKED))
    assert found.current[ONE.id].used == RECENT


def test_the_same_id_with_another_assignment_is_a_new_lease_that_inherits_nothing() -> None:
    again = replace(ONE, assigned_at=NOW - D, renews_at=NOW + 30 * D)
    found = reviewed(
        remembered(knew(used=QUIET, usage_at_opening=Usage.IN_USE, gone_at=NOW - 2 * D)),
        decision(again, activity=NOT_ASKED),
    )

    assert kinds(found) == [EventKind.LEASE_NEW]
    assert found.outcomes == ()
    assert found.current == {
        ONE.id: Known(account=again, first_seen_at=NOW, used=CAME, reason=Reason.NOT_DUE, decided_at=NOW)
    }


# Nothing changed


def test_an_unchanged_account_is_not_written_again() -> None:
    old = knew()

    assert reviewed(remembered(old), decision(ONE, activity=QUIET)) == nothing_new({ONE.id: old})


@pytest.mark.parametrize("activity", [NOT_ASKED, UNREADABLE])
def test_doubt_takes_nothing_back_of_what_was_known(activity: Activity) -> None:
    found = reviewed(
        remembered(knew(usage_at_opening=Usage.IN_USE, used=RECENT)), decision(ONE, activity=activity)
    )

    assert (found.current[ONE.id].usage_at_opening, found.current[ONE.id].used) == (Usage.IN_USE, RECENT)


# Accounts too far from their renewal for anything to be decided about them


def test_a_quiet_account_that_did_not_change_stays_as_it_was_noted() -> None:
    old = knew(used=RECENT, usage_at_opening=Usage.IN_USE)

    assert reviewed(remembered(old), quiet=(ONE,)) == nothing_new({ONE.id: old})


def test_a_quiet_account_met_for_the_first_time_is_a_new_lease_of_which_nothing_is_known() -> None:
    met = Known(account=ONE, first_seen_at=NOW)
    found = reviewed(remembered(), quiet=(ONE,))

    assert (found.known, kinds(found)) == ((replace(met, used=CAME),), [EventKind.LEASE_NEW])
    assert reviewed(ProjectMemory(), quiet=(ONE,)) == nothing_new({ONE.id: met}, known=(met,))


def test_a_quiet_account_with_another_assignment_is_a_new_lease() -> None:
    again = replace(ONE, assigned_at=NOW - D)
    found = reviewed(remembered(knew()), quiet=(again,))

    assert (found.known, kinds(found)) == (
        (Known(account=again, first_seen_at=NOW),),
        [EventKind.LEASE_NEW],
    )


def test_a_quiet_account_keeps_its_use_over_a_renewal_but_not_the_reason_of_the_period_before() -> None:
    old = knew(replace(ONE, renews_at=NOW - H))
    found = reviewed(remembered(old), quiet=(A_MONTH_ON,))

    assert found.known == (replace(old, account=A_MONTH_ON, reason=None, decided_at=None),)
    assert kinds(found) == [EventKind.RENEWAL_PAID]
    assert [one.period for one in found.outcomes] == [old.account.period]


def test_a_quiet_account_that_returned_is_there_again_and_a_price_is_told() -> None:
    dearer = replace(ONE, price_cents=19_900)
    found = reviewed(remembered(knew(gone_at=NOW - H)), quiet=(dearer,))

    assert found.known == (replace(knew(), account=dearer),)
    assert (kinds(found), found.vanished) == ([EventKind.PROBLEM_RESOLVED, EventKind.PRICE_CHANGED], 0)


# Drift


def test_a_changed_price_is_told_with_both_prices() -> None:
    dearer = replace(ONE, price_cents=19_900)
    old = knew()

    found = reviewed(remembered(old), decision(dearer, activity=QUIET))

    assert replace(found, events=tuple(map(in_one, found.events))) == nothing_new(
        {ONE.id: replace(old, account=dearer)},
        known=(replace(old, account=dearer),),
        events=(
            about(
                dearer,
                EventKind.PRICE_CHANGED,
                "15000:19900:2026-05-18",
                "price of @latte on tiktok is now $199.00 a month; it was $150.00; "
                "ask the provider, unless that was agreed",
            ),
        ),
    )


@pytest.mark.parametrize("moved_by", [-D, timedelta(seconds=1), 40 * D])
def test_a_renewal_that_moved_before_it_was_due_is_told_and_nothing_was_paid(moved_by: timedelta) -> None:
    moved = replace(ONE, renews_at=ONE.renews_at + moved_by)
    found = reviewed(remembered(knew()), decision(moved, activity=QUIET))

    assert tuple(map(in_one, found.events)) == (
        about(
            moved,
            EventKind.RENEWAL_MOVED,
            ONE.renews_at.isoformat(),
            f"renewal of @latte on tiktok for $150.00 moved to {clock_time(moved.renews_at, UTC, now=NOW)}; "
            "it was Sun 7 Jun 12:00 UTC; earlier warnings and notices no longer count; "
            "ask the provider, unless that was agreed",
        ),
    )
    assert found.outcomes == ()


@pytest.mark.parametrize(
    ("was", "found"),
    [
        (NOW + timedelta(seconds=1), [EventKind.RENEWAL_MOVED]),
        (NOW, [EventKind.RENEWAL_PAID]),
        (NOW - timedelta(seconds=1), [EventKind.RENEWAL_PAID]),
    ],
)
def test_from_its_instant_on_a_later_renewal_means_the_earlier_one_was_paid(
    was: datetime, found: list[EventKind]
) -> None:
    old = knew(replace(ONE, renews_at=was))

    assert kinds(reviewed(remembered(old), decision(A_MONTH_ON, activity=QUIET))) == found


def test_a_renewal_moved_into_the_past_is_moved_not_paid() -> None:
    old = knew(replace(ONE, renews_at=NOW - H))
    moved = replace(ONE, renews_at=NOW - D)
    found = reviewed(remembered(old), decision(moved, activity=QUIET))

    assert (kinds(found), found.outcomes) == ([EventKind.RENEWAL_MOVED], ())


@pytest.mark.parametrize("changed", [{"handle": "latte.new"}, {"followers": None}, {"platform": "instagram"}])
def test_other_facts_are_noted_in_silence(changed: dict[str, Any]) -> None:
    new = replace(ONE, **changed)
    found = reviewed(remembered(knew()), decision(new, activity=QUIET))

    assert (found.events, found.known) == ((), (replace(knew(), account=new),))


# Gone and returned


def test_an_account_that_is_missed_for_the_first_time_is_gone_not_by_us() -> None:
    gone = replace(knew(), gone_at=NOW)

    found = reviewed(remembered(knew()))
    assert replace(found, events=tuple(map(in_one, found.events))) == nothing_new(
        {ONE.id: gone},
        known=(gone,),
        events=(
            about(
                ONE,
                EventKind.ACCOUNT_GONE,
                NOW.isoformat(),
                "@latte on tiktok is no longer listed, and the lease watcher did not release it; it cost "
                "$150.00 a month, next in 20 d, Sun 7 Jun 12:00 UTC; ask the provider, unless that was "
                "done on purpose",
            ),
        ),
        vanished=1,
    )


def test_it_is_missed_once() -> None:
    gone = knew(gone_at=NOW - H)

    assert reviewed(remembered(gone)) == nothing_new({ONE.id: gone}, vanished=1)


def test_what_we_released_is_noted_as_gone_without_a_word() -> None:
    gone = replace(knew(), gone_at=NOW)
    memory = remembered(knew(), released=frozenset({ONE.period}))

    assert reviewed(memory) == nothing_new({ONE.id: gone}, known=(gone,))


def test_what_vanishes_after_a_release_that_seemed_to_have_no_effect_was_released_by_it() -> None:
    """The lists lagged behind our DELETE; gone in the end, the account was told as gone by somebody else,
    where a 404 in the same state says released.
    """
    gone = replace(knew(), gone_at=NOW)
    found = reviewed(remembered(knew(), not_done={ONE.period: 1}), disconnected=frozenset({ONE.id}))

    assert replace(found, events=tuple(map(in_one, found.events))) == nothing_new(
        {ONE.id: gone},
        known=(gone,),
        outcomes=(
            Outcome(
                kind=OutcomeKind.RELEASED,
                period=ONE.period,
                project=ONE.project,
                handle="latte",
                price_cents=ONE.price_cents,
                at=NOW,
            ),
        ),
        events=(
            about(
                ONE,
                EventKind.RELEASE_DONE,
                NOW.isoformat(),
                "@latte on tiktok was released after all; $150.00 a month saved "
                "(the release seemed to have had no effect: the lists lagged)",
            ),
        ),
    )


def test_what_one_list_lacks_is_not_released_by_that() -> None:
    """Absence alone booked $150 saved; the account was there again in the next turn."""
    found = reviewed(remembered(knew(), not_done={ONE.period: 1}))

    assert (kinds(found), found.outcomes) == ([EventKind.ACCOUNT_GONE], ())


def test_what_is_disconnected_without_a_release_of_ours_is_gone() -> None:
    found = reviewed(remembered(knew()), disconnected=frozenset({ONE.id}))

    assert (kinds(found), found.outcomes) == ([EventKind.ACCOUNT_GONE], ())


def test_once_its_renewal_may_have_passed_nobody_can_say_who_ended_a_lease() -> None:
    due = replace(ONE, renews_at=NOW)
    found = reviewed(remembered(knew(due), not_done={due.period: 1}), disconnected=frozenset({due.id}))

    assert (kinds(found), found.outcomes) == ([EventKind.ACCOUNT_GONE], ())


def test_what_may_have_been_released_is_not_gone_until_that_is_known() -> None:
    memory = remembered(knew(), unresolved=frozenset({ONE.id}))

    assert reviewed(memory) == nothing_new({ONE.id: knew()})


def test_what_is_not_understood_is_not_gone() -> None:
    found = reviewed(remembered(knew()), quarantined=frozenset({ONE.id}))

    assert found == nothing_new({ONE.id: knew()})


def test_an_account_that_returns_is_there_again_and_that_is_told() -> None:
    """It was told to be missing, which stood uncorrected."""
    back = replace(knew(), gone_at=None)
    found = reviewed(remembered(knew(gone_at=NOW - H)), decision(ONE, activity=QUIET))

    (told,) = found.events
    assert told.text == "@latte on tiktok is listed again, after 1 h: it is leased"
    assert told.facts == OverFacts(was=EventKind.ACCOUNT_GONE, since=NOW - H)
    assert replace(found, events=()) == nothing_new({ONE.id: back}, known=(back,))


@pytest.mark.parametrize(
    ("since", "vanished"),
    [(None, 1), (NOW - H - TICK, 1), (NOW - H, 0), (NOW - H + TICK, 0)],
)
def test_what_vanished_counts_if_it_was_after_the_watermark(since: datetime | None, vanished: int) -> None:
    """Once a person accepts the fleet as it is, or a day has passed, it counts no more (ADR 0004)."""
    assert reviewed(remembered(knew(gone_at=NOW - H)), since=since).vanished == vanished


def test_what_vanished_is_counted_but_not_what_we_released_or_what_is_there() -> None:
    known = {
        one.account.id: one
        for one in (
            knew(gone_at=NOW),
            knew(TWO, gone_at=NOW),
            knew(account("ours"), gone_at=NOW),
            knew(account("there")),
        )
    }

    assert vanished_since(known, frozenset({account("ours").period}), None) == 2


# Use


def used(found: Review) -> Seen | None:
    return found.current[ONE.id].used


QUEUED_NOW = Seen(at=NOW, what=Use.QUEUED_POST)


@pytest.mark.parametrize(
    ("before", "read", "after"),
    [
        (None, RECENT, RECENT),
        (None, Seen(at=ONE.assigned_at, what=Use.ASSIGNMENT), None),
        (None, UNREADABLE, None),
        (QUIET, RECENT, RECENT),
        (RECENT, QUIET, RECENT),
        (RECENT, replace(RECENT, what=Use.FAILED_ATTEMPT), RECENT),
        (RECENT, UNREADABLE, RECENT),
        (RECENT, Seen(at=RECENT.at, what=Use.REMEMBERED), RECENT),
        (QUIET, Seen(at=NOW, what=Use.ASSIGNMENT), QUIET),
        (QUIET, QUEUED_NOW, QUEUED_NOW),
        (QUEUED_NOW, RECENT, QUEUED_NOW),
    ],
)
def test_the_latest_use_ever_evidenced_never_goes_backwards(
    before: Seen | None, read: Activity, after: Seen | None
) -> None:
    assert used(reviewed(remembered(knew(used=before)), decision(ONE, activity=read))) == after


@pytest.mark.parametrize(
    ("noted", "read", "after"),
    [
        (NOW - H + TICK, Use.QUEUED_POST, NOW - H + TICK),
        (NOW - H, Use.QUEUED_POST, NOW),
        (NOW - H - TICK, Use.QUEUED_POST, NOW),
        (NOW - H + TICK, Use.PUBLISHING_POST, NOW),
    ],
)
def test_unfinished_work_that_goes_on_is_noted_once_an_hour(
    noted: datetime, read: Use, after: datetime
) -> None:
    before = Seen(at=noted, what=Use.QUEUED_POST)
    found = reviewed(remembered(knew(used=before)), decision(ONE, activity=Seen(at=NOW, what=read)))

    assert used(found) == Seen(at=after, what=read)


# Turned unused


@pytest.mark.parametrize(
    ("was", "read", "usage", "turned_at"),
    [
        (Usage.IN_USE, QUIET, Usage.UNUSED, QUIET.at + 21 * D),
        (Usage.UNKNOWN, QUIET, Usage.UNUSED, None),
        (Usage.UNUSED, QUIET, Usage.UNUSED, None),
        (Usage.IN_USE, UNREADABLE, Usage.IN_USE, None),
        (Usage.UNUSED, UNREADABLE, Usage.UNUSED, None),
        (Usage.UNUSED, published(timedelta()), Usage.IN_USE, None),
    ],
)
def test_only_from_in_use_to_unused_does_an_account_turn_idle(
    was: Usage, read: Activity, usage: Usage, turned_at: datetime | None
) -> None:
    one = replace(ONE, renews_at=NOW + 10 * D)
    found = reviewed(remembered(knew(one, usage_at_opening=was)), decision(one, activity=read))
    new = found.current[ONE.id]

    assert (new.usage_at_opening, new.turned_idle_at) == (usage, turned_at)
    assert found.turned_idle == ((turned_at,) if turned_at else ())


@pytest.mark.parametrize(
    ("since", "counts"), [(None, 1), (NOW - H - TICK, 1), (NOW - H, 0), (NOW - H + TICK, 0)]
)
def test_who_turned_idle_counts_if_it_was_after_the_watermark(since: datetime | None, counts: int) -> None:
    memory = remembered(knew(turned_idle_at=NOW - H))

    assert len(reviewed(memory, decision(ONE, activity=QUIET), since=since).turned_idle) == counts


def test_who_is_used_again_or_gone_has_not_turned_idle() -> None:
    turned = knew(turned_idle_at=NOW - H)

    assert reviewed(remembered(turned), decision(ONE, activity=QUIET)).turned_idle == (NOW - H,)
    assert reviewed(remembered(turned), decision(ONE, activity=RECENT)).turned_idle == ()
    assert reviewed(remembered(turned)).turned_idle == ()


# Reasons


def test_a_decision_keeps_its_date_while_its_reason_stays() -> None:
    found = reviewed(remembered(knew()), decision(ONE, activity=QUIET, held=hold()))

    (noted,) = found.known
    assert noted.explanation is not None
    assert noted == replace(knew(), reason=Reason.HELD, decided_at=NOW, explanation=noted.explanation)
    again = reviewed(remembered(noted), decision(ONE, activity=QUIET, held=hold()))
    assert again.known == ()


def test_in_a_new_period_the_same_reason_is_decided_anew() -> None:
    old = knew(replace(ONE, renews_at=NOW - H))
    found = reviewed(remembered(old), decision(ONE, activity=QUIET))

    assert found.known == (replace(old, account=ONE, decided_at=NOW),)


EXPLAINED = [
    Reason.HELD,
    Reason.BRAKED,
    Reason.OBSERVING,
    Reason.ACTIVITY_UNKNOWN,
    Reason.NOTICE_UNANSWERED,
    Reason.REFUSED_BEFORE,
]


@pytest.mark.parametrize("renews_in", [timedelta(minutes=10), TICK, timedelta(), -H])
@pytest.mark.parametrize("why", EXPLAINED)
def test_that_it_is_too_late_tells_not_why_so_the_reason_before_stands(
    why: Reason, renews_in: timedelta
) -> None:
    """A turn between `closes` and the new `nextRenewalAt` once turned every cause into "watcher down"."""
    one = replace(ONE, renews_at=NOW + renews_in)
    old = knew(one, reason=why)

    assert reviewed(remembered(old), decision(one, activity=QUIET)) == nothing_new({ONE.id: old})


@pytest.mark.parametrize("before", [None, Reason.WINDOW_NOT_OPEN, Reason.UNUSED, Reason.IN_USE])
def test_that_it_is_too_late_is_noted_where_nothing_explains_it(before: Reason | None) -> None:
    one = replace(ONE, renews_at=NOW + timedelta(minutes=5))
    found = reviewed(remembered(knew(one, reason=before)), decision(one, activity=QUIET))

    assert found.current[ONE.id].reason is Reason.TOO_LATE


@pytest.mark.parametrize("before", [None, Reason.IN_USE])
def test_that_it_is_too_late_is_not_noted_by_a_clock_that_nothing_proves(before: Reason | None) -> None:
    one = replace(ONE, renews_at=NOW + timedelta(minutes=5))
    memory = ProjectMemory() if before is None else remembered(knew(one, reason=before))
    unproved = Moment.by(NOW, skew=None, allowed=timedelta(seconds=60), proved_at=NOW - H)
    found = review(
        memory,
        [decision(one, activity=QUIET)],
        quiet=(),
        present=frozenset({ONE.id}),
        twice=frozenset(),
        disconnected=frozenset(),
        at=unproved,
        since=None,
    ).current[ONE.id]
    assert (found.reason, found.decided_at) == (before, None if before is None else NOW - 5 * D)


def test_the_reason_of_the_period_before_explains_nothing() -> None:
    old = knew(replace(ONE, renews_at=NOW - 30 * D), reason=Reason.HELD)
    late = replace(ONE, renews_at=NOW + timedelta(minutes=5))

    assert reviewed(remembered(old), decision(late, activity=QUIET)).current[ONE.id].reason is Reason.TOO_LATE


# Notices


SOON = account("latte", renews_in=31 * H)
NOTICE = Notice(
    key="n1",
    period=SOON.period,
    not_before=NOW + 25 * H,
    fingerprint="f00d",
    live=True,
    created_at=NOW - 20 * H,
    handle=SOON.handle,
    platform=SOON.platform,
)


def decided(**given: Any) -> Decision:
    return decision(SOON, **({"activity": QUIET} | given))


def announced(**facts: Any) -> ProjectMemory:
    return remembered(knew(SOON), notices={SOON.period: replace(NOTICE, **facts)})


def noticed(state: object) -> PeriodState:
    return replace(FRESH, notice=state)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (decided(held=hold()), Void.HELD),
        (decided(activity=RECENT), Void.USED),
        (decided(activity=Seen(at=RECENT.at, what=Use.FIRST_LISTED)), Void.NO_LONGER_DUE),
        (
            decided(policies=(policy(release=ReleaseRule(when=ReleaseWhen.NEVER)),)),
            Void.POLICY_CHANGED,
        ),
        (decided(enrolled=False), Void.POLICY_CHANGED),
        (decided(policies=(policy(protect=Protect(accounts=(SOON.id,))),)), Void.POLICY_CHANGED),
        (decided(policies=(policy(protect=Protect(handles=("*",))),)), Void.POLICY_CHANGED),
        (decided(policies=(policy(protect=Protect(min_followers=1)),)), Void.NO_LONGER_DUE),
        (decided(policies=()), Void.POLICY_CHANGED),
        *((decided(standing=noticed(NotAnnounced(void=void))), void) for void in Void),
    ],
)
def test_a_notice_that_no_longer_counts_is_void_for_good_and_withdrawn(one: Decision, why: Void) -> None:
    found = reviewed(announced(), one)

    assert found.voided == (("n1", why),)
    assert kinds(found) == [EventKind.RELEASE_WITHDRAWN]


def test_what_another_policy_finds_in_use_was_not_used_since() -> None:
    """Its health changed, and with that its policy: one that goes by use withdrew what one at term had
    announced, "it was used", two days after its last post.
    """
    by_another = noticed(NotAnnounced(void=Void.POLICY_CHANGED, at_once=True))
    one = decided(activity=RECENT, standing=by_another)
    assert reviewed(announced(), one).voided == (("n1", Void.POLICY_CHANGED),)


def test_where_a_policy_can_no_longer_be_told_the_notice_is_void() -> None:
    faceless = replace(SOON, followers=None)
    one = decision(faceless, activity=QUIET, policies=(policy(match=Match(min_followers=1)),))
    memory = remembered(knew(faceless), notices={SOON.period: NOTICE})

    assert reviewed(memory, one).voided == (("n1", Void.NO_LONGER_DUE),)


@pytest.mark.parametrize("void", Void)
def test_what_is_withdrawn_for_a_reason_that_may_pass_will_be_announced_anew(void: Void) -> None:
    for_good = {Void.HELD, Void.USED, Void.NO_LONGER_DUE, Void.LISTED_TWICE}
    anew = () if void in for_good else (follows("it will be announced anew if it is still due"),)
    assert withdrawn(SOON, void, NOTICE, NOW).clauses == (
        follows("$150.00 is due in 1 d 7 h, Tue 19 May 19:00 UTC"),
        *anew,
    )
    late = withdrawn(SOON, void, NOTICE, SOON.renews_at)
    assert late.clauses[0] == follows("$150.00 was due now, Tue 19 May 19:00 UTC")


def test_a_withdrawal_says_why() -> None:
    found = reviewed(announced(), decided(held=hold()))

    assert tuple(map(in_one, found.events)) == (
        about(
            SOON,
            EventKind.RELEASE_WITHDRAWN,
            "n1",
            "the announced release of @latte on tiktok is withdrawn: a hold was placed on it; $150.00 is "
            "due in 1 d 7 h, Tue 19 May 19:00 UTC",
            facts=WithdrawnFacts(void=Void.HELD),
        ),
    )


@pytest.mark.parametrize(
    "one",
    [
        decided(activity=UNREADABLE),
        decided(activity=NOT_ASKED),
        decided(standing=noticed(Received(at=NOW - 10 * H, not_before=NOW))),
        decided(standing=noticed(NotAccepted(missing=("ops",)))),
        decided(standing=noticed(NotAnnounced())),
    ],
)
def test_doubt_waiting_and_silence_void_nothing(one: Decision) -> None:
    assert reviewed(announced(), one).voided == ()


def test_what_is_void_already_is_withdrawn_once() -> None:
    found = reviewed(announced(voided=Void.USED), decided(held=hold()))

    assert (found.voided, found.events) == ((), ())


def test_a_moved_renewal_voids_the_notice_of_the_period_it_left() -> None:
    """When the renewal moved back, the old notice once counted again as if nothing had happened."""
    moved = replace(SOON, renews_at=SOON.renews_at + D)
    found = reviewed(announced(), decision(moved, activity=QUIET))

    assert found.voided == (("n1", Void.NO_LONGER_DUE),)
    assert kinds(found) == [EventKind.RENEWAL_MOVED]
    assert reviewed(announced(), quiet=(moved,)).voided == found.voided


@pytest.mark.parametrize("void", list(Void))
def test_what_a_moved_renewal_leaves_void_already_stays_as_it_is(void: Void) -> None:
    moved = replace(SOON, renews_at=SOON.renews_at + D)

    assert reviewed(announced(voided=void), decision(moved, activity=QUIET)).voided == ()


def test_a_renewal_that_took_place_leaves_its_notice_alone() -> None:
    """That notice is evidence: the release it announced was missed."""
    paid = replace(SOON, renews_at=NOW - H)
    memory = remembered(knew(paid), notices={paid.period: replace(NOTICE, period=paid.period)})

    assert reviewed(memory, decision(replace(SOON, renews_at=NOW + 30 * D), activity=QUIET)).voided == ()


def test_what_is_back_but_not_understood_is_not_gone() -> None:
    """Four accounts were missed once and back, not understood: "4 of 9 vanished", turn after turn."""
    gone = knew(gone_at=NOW - H)
    found = reviewed(remembered(gone), quarantined=frozenset({ONE.id}))
    assert found.known == (replace(gone, gone_at=None),)
    assert found.current == {ONE.id: replace(gone, gone_at=None)}
    assert (found.vanished, found.events) == (0, ())

    there = replace(gone, gone_at=None, reason=Reason.LISTED_TWICE, decided_at=NOW)
    found = reviewed(remembered(gone), twice=frozenset({ONE.id}))
    assert (found.known, found.current, found.vanished) == ((there,), {ONE.id: there}, 0)
    assert reviewed(remembered(there), twice=frozenset({ONE.id})).known == ()


# Followers


SEVERAL = replace(ONE, followers=1_200)


@pytest.mark.parametrize(
    ("before", "now", "new_day", "noted"),
    [
        (1_200, 1_201, False, 1_200),
        (1_200, 1_201, True, 1_201),
        (1_999, 2_000, False, 2_000),
        (2_000, 1_999, False, 1_999),
        (2_000, 999_999, False, 2_000),
        (None, 1_200, False, 1_200),
        (1_200, None, False, None),
    ],
    ids=["as many", "a new day", "up to a limit", "below it", "beyond the last", "known now", "unknown now"],
)
def test_followers_are_noted_where_a_limit_is_crossed_and_once_a_day(
    before: int | None, now: int | None, new_day: bool, noted: int | None
) -> None:
    """Every change was stored: 167 bytes an account and turn, of which nothing was ever shown."""
    old, new = knew(replace(ONE, followers=before)), replace(ONE, followers=now)
    found = reviewed(remembered(old), quiet=(new,), follower_limits=(1_000, 2_000), new_day=new_day)
    assert found.current[ONE.id].account.followers == noted
    assert [one.account.followers for one in found.known] == ([] if noted == before else [noted])


def test_a_fact_that_changes_takes_no_followers_along() -> None:
    dearer = replace(SEVERAL, followers=1_201, price_cents=20_000)
    found = reviewed(remembered(knew(SEVERAL)), quiet=(dearer,), new_day=False)
    assert [one.account for one in found.known] == [replace(dearer, followers=1_200)]


def test_a_new_lease_is_noted_as_it_is() -> None:
    anew = replace(SEVERAL, followers=1_201, assigned_at=NOW - H)
    found = reviewed(remembered(knew(SEVERAL)), quiet=(anew,), new_day=False)
    assert [one.account for one in found.known] == [anew]
