"""One outcome for each renewal that was paid without evidence of use, with its price and its cause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import D, H, account, policy
from watcher.facts.accounts import Account, LeasePeriod
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.moment import Moment
from watcher.memory.causes import explained
from watcher.memory.paid import as_of_its_renewal, paid_renewals, renewed, to_ask, use_then
from watcher.memory.remembered import Known, KnownRules, ProjectMemory
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind, UseThen
from watcher.record.overrides import NOTHING_SAID, Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy, Protect, ReleaseRule, ReleaseWhen
from watcher.rules.targets import Target

TICK = timedelta(microseconds=1)


def on(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 16, 12, 2, tzinfo=UTC)


JAN, FEB, MAR, APR = on(1, 31), on(2, 28), on(3, 31), on(4, 30)
ONE = replace(account("latte", price_cents=15_000), assigned_at=datetime(2025, 10, 31, 16, 12, 2, tzinfo=UTC))


def leased_until(renews_at: datetime, **changed: Any) -> Account:
    return replace(ONE, renews_at=renews_at, **changed)


def knew(one: Account, **facts: Any) -> Known:
    defaults = {"usage_at_opening": Usage.UNUSED, "reason": Reason.HELD}
    return Known(account=one, first_seen_at=on(1, 1), **(defaults | facts))


NOTHING = ProjectMemory()


def paid(
    old: Known,
    new: Account,
    now: datetime,
    memory: ProjectMemory = NOTHING,
    said: Overrides = NOTHING_SAID,
    target: Target | None = None,
) -> list[Outcome]:
    return list(paid_renewals(old, new, memory, Moment.at(now), said, target))


def outcome(
    at: datetime, cause: Cause, *, cents: int = 15_000, estimated: bool = False, use: UseThen | None = None
) -> Outcome:
    known = use or (UseThen.UNKNOWN if estimated else UseThen.UNUSED)
    return Outcome(
        kind=OutcomeKind.PAID,
        period=LeasePeriod(account=ONE.id, renews_at=at),
        project=ONE.project,
        handle="latte",
        price_cents=cents,
        at=at,
        cause=cause,
        estimated=estimated,
        explanation=Explanation(cause=cause, use=known),
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (JAN - TICK, []),
        (JAN, [outcome(JAN, Cause.HELD)]),
        (JAN + TICK, [outcome(JAN, Cause.HELD)]),
        (FEB - TICK, [outcome(JAN, Cause.HELD)]),
        (FEB, [outcome(JAN, Cause.HELD)]),
        (FEB + H, [outcome(JAN, Cause.HELD)]),
    ],
)
def test_a_renewal_took_place_where_its_instant_has_passed_and_a_later_one_is_shown(
    now: datetime, expected: list[Outcome]
) -> None:
    """A turn at the very instant of a renewal once lost it for good, and so did one after the next had come
    as well, which was still pending.
    """
    assert paid(knew(leased_until(JAN)), leased_until(FEB), now) == expected


def test_a_renewal_still_shown_after_its_instant_is_pending_not_paid() -> None:
    assert paid(knew(leased_until(JAN)), leased_until(JAN), JAN + H) == []


@pytest.mark.parametrize(("usage", "count"), [(Usage.IN_USE, 0), (Usage.UNUSED, 1), (Usage.UNKNOWN, 1)])
def test_only_what_was_not_evidenced_in_use_counts_as_paid_for_nothing(usage: Usage, count: int) -> None:
    known = knew(leased_until(JAN), usage_at_opening=usage, used=Seen(at=JAN - D, what=Use.PUBLISHED_POST))
    assert len(paid(known, leased_until(FEB), JAN)) == count


def test_after_a_long_absence_every_renewal_in_between_is_there_once_and_says_it_is_estimated() -> None:
    """The first was read; it cost what was read then. The others are extrapolated, at today's price."""
    dearer = leased_until(APR, price_cents=19_900)

    assert paid(knew(leased_until(JAN)), dearer, APR - H) == [
        outcome(JAN, Cause.HELD),
        outcome(FEB, Cause.WATCHER_DOWN, cents=19_900, estimated=True),
        outcome(MAR, Cause.WATCHER_DOWN, cents=19_900, estimated=True),
    ]


@pytest.mark.parametrize(
    ("ago", "paid_for"), [(D, False), (31 * D, False), (31 * D + TICK, True), (60 * D, True)]
)
def test_use_in_an_earlier_period_is_no_use_in_this_one(ago: timedelta, paid_for: bool) -> None:
    """In use last month, unreadable all this month: the renewal was paid and nobody was told."""
    one = leased_until(JAN)
    known = replace(
        knew(one), usage_at_opening=Usage.IN_USE, used=Seen(at=JAN - ago, what=Use.PUBLISHED_POST)
    )
    found = paid(known, replace(one, renews_at=FEB), JAN)

    assert [outcome.period.renews_at for outcome in found] == ([JAN] if paid_for else [])


@pytest.mark.parametrize(("now", "count"), [(FEB - TICK, 1), (FEB, 2), (FEB + TICK, 2)])
def test_no_renewal_is_noted_that_is_still_to_come(now: datetime, count: int) -> None:
    assert len(paid(knew(leased_until(JAN)), leased_until(MAR), now)) == count


@pytest.mark.parametrize(
    ("assigned", "first", "upcoming", "expected"),
    [
        pytest.param(on(1, 3), on(3, 15), on(4, 15), [on(3, 15)], id="the renewal was moved off the anchor"),
        pytest.param(on(1, 3), on(2, 15), on(4, 15), [on(2, 15), on(3, 15)], id="moved, two months"),
        pytest.param(on(1, 29), on(2, 28), on(4, 29), [on(2, 28), on(3, 29)], id="february hid the 29th"),
        pytest.param(on(1, 31), on(2, 28), on(4, 30), [on(2, 28), on(3, 31)], id="both hid the 31st"),
        pytest.param(on(1, 15), on(2, 28), on(4, 30), [on(2, 28), on(3, 30)], id="hidden, and moved"),
        pytest.param(on(1, 31), on(2, 15), on(4, 15), [on(2, 15), on(3, 15)], id="not hidden: moved"),
    ],
)
def test_renewals_follow_the_day_they_are_seen_on_not_the_day_the_lease_began(
    assigned: datetime, first: datetime, upcoming: datetime, expected: list[datetime]
) -> None:
    """Moved from the 3rd to the 15th, a renewal was once said to be paid on the 15th and on the 3rd."""
    old = knew(leased_until(first, assigned_at=assigned))
    new = leased_until(upcoming, assigned_at=assigned)

    assert [one.at for one in paid(old, new, upcoming - H)] == expected


# A renewal, or another date


@pytest.mark.parametrize(
    ("later", "count"), [(3 * D, 0), (27 * D - TICK, 0), (27 * D, 1), (30 * D, 1), (31 * D, 1)]
)
def test_a_renewal_that_was_moved_away_unseen_is_not_paid(later: timedelta, count: int) -> None:
    """Moved by three days minutes before it was due, seen an hour after: it was booked as paid."""
    assert len(paid(knew(leased_until(JAN)), leased_until(JAN + later), JAN + H)) == count


SLOW = Moment.at(JAN - 2 * H)
SOON_AFTER, NOBODY_KNOWS = replace(SLOW, latest=JAN), replace(SLOW, latest=None)


@pytest.mark.parametrize(
    ("at", "shown", "took_place"),
    [
        (SOON_AFTER, FEB, True),
        (replace(SOON_AFTER, latest=JAN - TICK), FEB, False),
        (SOON_AFTER, JAN + 3 * D, False),
        (NOBODY_KNOWS, FEB, True),
        (NOBODY_KNOWS, MAR, True),
        (NOBODY_KNOWS, FEB + H, False),
        (NOBODY_KNOWS, JAN + 40 * D, False),
        (NOBODY_KNOWS, JAN, False),
        (NOBODY_KNOWS, JAN - 31 * D, False),
    ],
)
def test_a_clock_that_is_slow_hides_no_renewal(at: Moment, shown: datetime, took_place: bool) -> None:
    """Two hours slow, the clock said that the renewal was still to come: it was told as moved."""
    assert renewed(leased_until(JAN), leased_until(shown), at) is took_place


@pytest.mark.parametrize(("now", "price"), [(JAN - TICK, 16_000), (JAN, 15_000), (JAN + 3 * H, 15_000)])
def test_the_price_of_a_period_is_the_one_read_before_its_renewal(now: datetime, price: int) -> None:
    """Pending, the API showed the next period's price under the old date: $160 were told, $150 debited."""
    shown = leased_until(JAN, price_cents=16_000)
    assert as_of_its_renewal(knew(leased_until(JAN)), shown, Moment.at(now)).price_cents == price
    assert as_of_its_renewal(None, shown, Moment.at(now)) == shown
    another = replace(shown, assigned_at=JAN - 5 * D)
    assert as_of_its_renewal(knew(leased_until(JAN)), another, Moment.at(now)) == another


# In use, and paid for nothing all the same

YESTERDAY = Seen(at=JAN - D, what=Use.PUBLISHED_POST)
TO_BE_RELEASED = (Reason.TERM, Reason.WINDOW_NOT_OPEN, Reason.NOTICE_TO_COME, Reason.BRAKED, Reason.TOO_LATE)
KEPT = (Reason.IN_USE, Reason.HELD, Reason.POLICY_NEVER, Reason.ACTIVITY_UNKNOWN, Reason.RENEWAL_PENDING)


@pytest.mark.parametrize(
    ("reason", "paid_for"),
    [*((reason, True) for reason in TO_BE_RELEASED), *((reason, False) for reason in KEPT)],
)
def test_a_release_at_term_that_was_missed_is_paid_for_although_the_account_was_used(
    reason: Reason, paid_for: bool
) -> None:
    """`when = "always"`, the last post two days old, and the watcher down: the debit was never told."""
    known = knew(leased_until(JAN), usage_at_opening=Usage.IN_USE, used=YESTERDAY, reason=reason)
    found = paid(known, leased_until(FEB), JAN)
    assert [one.period.renews_at for one in found] == [JAN] * paid_for


def test_a_lease_too_young_to_be_idle_that_was_never_used_is_paid_for_nothing() -> None:
    """It counts as in use until `idle_after`; its renewal was no outcome at all."""
    known = knew(leased_until(JAN), usage_at_opening=Usage.IN_USE, used=None, reason=Reason.IN_USE)
    assert paid(known, leased_until(FEB), JAN) == [outcome(JAN, Cause.POLICY, use=UseThen.TOO_SHORT)]


LAST_YEAR = Seen(at=JAN - 60 * D, what=Use.PUBLISHED_POST)


@pytest.mark.parametrize(
    ("facts", "use"),
    [
        ({}, UseThen.UNUSED),
        ({"usage_at_opening": Usage.UNKNOWN}, UseThen.UNKNOWN),
        ({"reason": Reason.ACTIVITY_UNKNOWN}, UseThen.UNKNOWN),
        ({"usage_at_opening": Usage.IN_USE}, UseThen.TOO_SHORT),
        ({"usage_at_opening": Usage.IN_USE, "used": LAST_YEAR}, UseThen.TOO_SHORT),
        ({"usage_at_opening": Usage.IN_USE, "used": YESTERDAY, "reason": Reason.TERM}, UseThen.IN_USE),
    ],
)
def test_what_was_known_of_its_use_is_noted_with_what_was_paid(facts: dict[str, Any], use: UseThen) -> None:
    """All of it was called "paid for nothing", also what may have been used and what was merely too young."""
    known = knew(leased_until(JAN), **facts)
    assert use_then(JAN, known, ProjectMemory(read_at=JAN - H)) is use
    assert use_then(FEB, known, ProjectMemory(read_at=JAN - H)) is UseThen.UNKNOWN, "nobody looked any more"


@pytest.mark.parametrize(
    ("looked", "use"),
    [(JAN - 3 * D, UseThen.UNUSED), (JAN - 3 * D - TICK, UseThen.UNKNOWN), (JAN + H, UseThen.UNUSED)],
)
def test_what_was_to_be_unused_and_was_not_looked_at_for_days_is_not_known_to_have_been(
    looked: datetime, use: UseThen
) -> None:
    assert use_then(JAN, knew(leased_until(JAN)), ProjectMemory(read_at=looked)) is use


UNREADABLE = ProjectMemory(unreadable_since=JAN - H)
OBSERVED = ProjectMemory(rules=KnownRules(mode=Mode.OBSERVE, enrolled=True))
TRIED = ProjectMemory(not_done={leased_until(JAN).period: 1})


@pytest.mark.parametrize(
    ("why", "memory", "cause"),
    [
        (Reason.HELD, NOTHING, Cause.HELD),
        (Reason.HELD, UNREADABLE, Cause.HELD),
        (Reason.PROTECTED_ACCOUNT, UNREADABLE, Cause.PROTECTED),
        (Reason.PROTECTED_HANDLE, UNREADABLE, Cause.PROTECTED),
        (Reason.PROTECTED_FOLLOWERS, UNREADABLE, Cause.PROTECTED),
        (Reason.PROTECTED_HEALTH, UNREADABLE, Cause.PROTECTED),
        (Reason.CANNOT_MATCH, UNREADABLE, Cause.PROTECTED),
        (Reason.NOT_ENROLLED, UNREADABLE, Cause.NOT_ENROLLED),
        (Reason.POLICY_NEVER, UNREADABLE, Cause.POLICY),
        (Reason.NO_POLICY, UNREADABLE, Cause.POLICY),
        (Reason.ACTIVITY_UNKNOWN, NOTHING, Cause.UNKNOWN_ACTIVITY),
        (Reason.ACTIVITY_UNKNOWN, UNREADABLE, Cause.API_DOWN),
        (Reason.HEALTH_UNKNOWN, NOTHING, Cause.UNKNOWN_HEALTH),
        (Reason.HEALTH_UNKNOWN, UNREADABLE, Cause.API_DOWN),
        (Reason.BRAKED, NOTHING, Cause.BRAKED),
        (Reason.BRAKED, UNREADABLE, Cause.API_DOWN),
        (Reason.NOTICE_LATE, NOTHING, Cause.NOTICE_LATE),
        (Reason.NOTICE_UNANSWERED, NOTHING, Cause.NOTICE_LATE),
        (Reason.NOTICE_TOO_YOUNG, NOTHING, Cause.WATCHER_DOWN),
        (Reason.NOTICE_TO_COME, NOTHING, Cause.WATCHER_DOWN),
        (Reason.OBSERVING, NOTHING, Cause.OBSERVING),
        (Reason.OBSERVING, UNREADABLE, Cause.OBSERVING),
        (Reason.NOTICE_TO_COME, OBSERVED, Cause.OBSERVING),
        (Reason.NOTICE_LATE, OBSERVED, Cause.OBSERVING),
        (Reason.HELD, OBSERVED, Cause.HELD),
        (Reason.REFUSED_BEFORE, NOTHING, Cause.REFUSED),
        (Reason.ATTEMPTS_SPENT, NOTHING, Cause.REFUSED),
        (Reason.UNRESOLVED, NOTHING, Cause.UNRESOLVED),
        (Reason.LISTED_TWICE, NOTHING, Cause.LISTED_TWICE),
        (Reason.RELEASE_UNDONE, NOTHING, Cause.UNDONE),
        (Reason.TOO_LATE, NOTHING, Cause.WATCHER_DOWN),
        (Reason.TOO_LATE, UNREADABLE, Cause.API_DOWN),
        (Reason.WINDOW_NOT_OPEN, NOTHING, Cause.WATCHER_DOWN),
        (Reason.WINDOW_NOT_OPEN, UNREADABLE, Cause.API_DOWN),
        (Reason.UNUSED, NOTHING, Cause.WATCHER_DOWN),
        (Reason.UNUSED, TRIED, Cause.UNEXPLAINED),
        (None, NOTHING, Cause.WATCHER_DOWN),
        (None, UNREADABLE, Cause.API_DOWN),
    ],
)
def test_the_cause_is_a_persons_wish_an_absence_or_the_last_reason_noted(
    why: Reason | None, memory: ProjectMemory, cause: Cause
) -> None:
    old = knew(leased_until(JAN), reason=why)
    assert explained(old, memory, NOTHING_SAID, now=JAN).cause is cause


@pytest.mark.parametrize(
    ("since", "cause"),
    [(JAN - TICK, Cause.API_DOWN), (JAN, Cause.API_DOWN), (JAN + TICK, Cause.BRAKED)],
)
def test_an_api_that_failed_only_after_the_renewal_is_not_its_cause(since: datetime, cause: Cause) -> None:
    memory = ProjectMemory(unreadable_since=since)

    old = knew(leased_until(JAN), reason=Reason.BRAKED)
    assert explained(old, memory, NOTHING_SAID, now=JAN).cause is cause


def read_by(*policies: Policy, enrolled: bool = True) -> Target:
    return Target(id=ONE.project, name="acme", policies=policies or (policy(),), enrolled=enrolled)


HELD = Override(kind=OverrideKind.HOLD, at=on(1, 2), by="ann", why="campaign", account=ONE.id, until=MAR + D)
KEEPS_LATTE = policy(protect=Protect(handles=("lat*",)))
NEVER = policy(release=ReleaseRule(when=ReleaseWhen.NEVER))


@pytest.mark.parametrize(
    ("target", "said", "causes"),
    [
        pytest.param(read_by(enrolled=False), (), [Cause.NOT_ENROLLED] * 3, id="not enrolled"),
        pytest.param(read_by(KEEPS_LATTE), (), [Cause.PROTECTED] * 3, id="protected"),
        pytest.param(read_by(NEVER), (), [Cause.POLICY] * 3, id="never"),
        pytest.param(read_by(), (HELD,), [Cause.HELD] * 3, id="held"),
        pytest.param(
            read_by(),
            (replace(HELD, until=MAR),),
            [Cause.HELD, Cause.HELD, Cause.HELD],
            id="held until the last",
        ),
        pytest.param(
            read_by(),
            (replace(HELD, until=MAR - TICK),),
            [Cause.HELD, Cause.HELD, Cause.WATCHER_DOWN],
            id="held until a tick before the last",
        ),
        pytest.param(read_by(), (), [Cause.WATCHER_DOWN] * 3, id="it would have been released"),
    ],
)
def test_an_absence_is_not_blamed_for_what_would_have_been_kept_anyway(
    target: Target, said: tuple[Override, ...], causes: list[Cause]
) -> None:
    """Of a project that is not enrolled a renewal that nobody looked at was told to have been paid because
    the watcher was down.
    """
    known = knew(leased_until(JAN), reason=None)
    found = paid(known, leased_until(APR), APR - H, said=Overrides(said=said), target=target)
    assert [(one.at, one.cause) for one in found] == list(zip((JAN, FEB, MAR), causes, strict=True))


def test_what_keeps_it_says_by_which_word() -> None:
    [found] = paid(
        knew(leased_until(JAN), reason=None), leased_until(FEB), JAN + H, target=read_by(KEEPS_LATTE)
    )
    assert found.explanation == Explanation(
        cause=Cause.PROTECTED,
        title="protected by its handle: lat*",
        details=("by policy standard",),
        use=UseThen.UNUSED,
    )


def test_what_was_planned_was_missed_whatever_the_rules_say_since() -> None:
    """It is protected since; but it renewed before that, as nobody came to release it."""
    planned = knew(leased_until(JAN), reason=Reason.WINDOW_NOT_OPEN)
    [found] = paid(planned, leased_until(FEB), JAN + H, target=read_by(KEEPS_LATTE))
    assert found.cause is Cause.WATCHER_DOWN


# What the evidence says by now of the use until then

IDLE = Target(id=ONE.project, name="acme", policies=(policy(),), enrolled=True)
AT_TERM = replace(IDLE, policies=(policy(release=ReleaseRule(when=ReleaseWhen.ALWAYS)),))
OPENING = JAN - policy().release.lead
BEFORE = OPENING - policy().release.idle_after


def read(activity: Activity, *, old: Known | None = None, target: Target | None = IDLE) -> list[Outcome]:
    known = old or knew(leased_until(JAN), reason=Reason.NOTICE_TOO_YOUNG)
    by_then = {leased_until(JAN).period: activity}
    memory = ProjectMemory(read_at=JAN - 20 * D)
    return list(
        paid_renewals(known, leased_until(FEB), memory, Moment.at(JAN), NOTHING_SAID, target, by_then)
    )


def use_of(found: list[Outcome]) -> list[UseThen | None]:
    return [one.explanation.use for one in found if one.explanation is not None]


@pytest.mark.parametrize(
    ("activity", "use"),
    [
        pytest.param(Seen(at=BEFORE, what=Use.PUBLISHED_POST), [UseThen.UNUSED], id="too long ago"),
        pytest.param(Seen(at=BEFORE + TICK, what=Use.PUBLISHED_POST), [], id="used"),
        pytest.param(Seen(at=JAN, what=Use.QUEUED_POST), [], id="to go out"),
        pytest.param(Seen(at=JAN - 90 * D, what=Use.ASSIGNMENT), [UseThen.UNUSED], id="never used"),
        pytest.param(Seen(at=JAN - 9 * D, what=Use.ASSIGNMENT), [UseThen.TOO_SHORT], id="too young"),
    ],
)
def test_its_use_by_a_renewal_that_nobody_saw_is_what_the_evidence_says_of_it(
    activity: Activity, use: list[UseThen]
) -> None:
    """Posted on while the watcher was down, it was told as paid and not evidenced in use."""
    assert use_of(read(activity)) == use


@pytest.mark.parametrize(
    ("used", "use"),
    [(JAN - 31 * D, []), (JAN - 31 * D - TICK, [UseThen.TOO_SHORT]), (JAN - 40 * D, [UseThen.TOO_SHORT])],
)
def test_use_before_its_last_month_is_too_long_ago_whatever_its_policy_asks(
    used: datetime, use: list[UseThen]
) -> None:
    patient = replace(IDLE, policies=(policy(release=ReleaseRule(idle_after=60 * D)),))
    assert use_of(read(Seen(at=used, what=Use.PUBLISHED_POST), target=patient)) == use


def test_use_that_is_remembered_counts_although_it_is_shown_no_more() -> None:
    shown = Seen(at=JAN - 90 * D, what=Use.ASSIGNMENT)
    old = knew(leased_until(JAN), reason=Reason.NOTICE_TOO_YOUNG, used=Seen(at=BEFORE + D, what=Use.OTHER))
    assert read(shown, old=old) == []


@pytest.mark.parametrize(
    ("activity", "use"),
    [(Seen(at=JAN - D, what=Use.PUBLISHED_POST), [UseThen.IN_USE]), (Seen(at=JAN, what=Use.DRAFT_POST), [])],
)
def test_at_term_it_was_to_be_given_back_whatever_its_use_but_for_posts_to_go_out(
    activity: Activity, use: list[UseThen]
) -> None:
    assert use_of(read(activity, target=AT_TERM)) == use


def test_but_only_where_its_release_was_to_come() -> None:
    held = knew(leased_until(JAN), reason=Reason.HELD)
    assert read(Seen(at=JAN - D, what=Use.PUBLISHED_POST), old=held, target=AT_TERM) == []


@pytest.mark.parametrize("why", WhyUnknown)
@pytest.mark.parametrize("reason", [Reason.NOTICE_TOO_YOUNG, Reason.ACTIVITY_UNKNOWN])
def test_a_doubt_is_told_unless_that_is_the_reason_told_anyway(why: WhyUnknown, reason: Reason) -> None:
    [one] = read(Unknown(why=why), old=knew(leased_until(JAN), reason=reason))
    assert one.explanation is not None
    assert one.explanation.use is UseThen.UNKNOWN
    said = [line for line in one.explanation.details if "whether it was used by then is not known: " in line]
    silent = why in (WhyUnknown.NOT_ASKED, WhyUnknown.NO_POST_EVER_SHOWN)
    assert len(said) == (0 if silent or reason is Reason.ACTIVITY_UNKNOWN else 1)


def test_without_a_policy_nothing_more_is_known_than_before() -> None:
    used = Seen(at=JAN - D, what=Use.PUBLISHED_POST)
    assert use_of(read(used, target=None)) == [UseThen.UNKNOWN]
    assert use_of(read(used, target=replace(IDLE, policies=()))) == [UseThen.UNKNOWN]


# Of which renewals that is asked


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({}, [JAN]),
        ({"usage_at_opening": Usage.IN_USE, "used": YESTERDAY}, []),
        ({"usage_at_opening": Usage.IN_USE, "used": YESTERDAY, "reason": Reason.TERM}, [JAN]),
        ({"usage_at_opening": Usage.IN_USE}, [JAN]),
    ],
)
def test_it_is_asked_where_nobody_knows_that_it_was_in_use(
    facts: dict[str, Any], asked: list[datetime]
) -> None:
    old = knew(leased_until(JAN), **facts)
    assert list(to_ask(old, leased_until(FEB), Moment.at(JAN))) == asked
    assert to_ask(old, leased_until(FEB), Moment.at(JAN - TICK)) == ()


def test_it_is_asked_of_each_that_has_passed_and_of_no_other_lease() -> None:
    before = Seen(at=JAN - 10 * D, what=Use.PUBLISHED_POST)
    used = knew(leased_until(JAN), usage_at_opening=Usage.IN_USE, used=before)
    assert to_ask(used, leased_until(APR), Moment.at(MAR)) == (FEB, MAR)
    assert to_ask(used, leased_until(JAN), Moment.at(MAR)) == ()
    another = leased_until(APR, assigned_at=JAN - 5 * D)
    assert to_ask(used, another, Moment.at(MAR)) == ()
