"""The way to a release: announce, wait, release, or leave, at every boundary of the window."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import FRESH, NOW, D, H, account, decision, hold, policy, published
from watcher.facts.accounts import Account
from watcher.facts.activity import Seen, Use
from watcher.record.intents import LISTS_FOLLOW_WITHIN
from watcher.record.notices import NotAccepted, NotAnnounced, NoticeState, Received, Void
from watcher.record.reasons import Reason
from watcher.rules.plan import (
    Announce,
    Decision,
    Leave,
    Mode,
    PeriodState,
    Release,
    Step,
    Wait,
    Warn,
    next_moment,
)
from watcher.rules.policy import IfNoticeLate, ReleaseRule, ReleaseWhen

TICK = timedelta(microseconds=1)
MIN = timedelta(minutes=1)
NOTICE = 24 * H
R = NOW
OPENS, CLOSES = R - 6 * H, R - 10 * MIN
ANNOUNCE_FROM = OPENS - 2 * NOTICE
LAST_ANNOUNCEMENT = CLOSES - NOTICE
"""From here on no receipt could come of age before the window closes."""

ONE = account(renews_in=timedelta())
QUIET = Seen(at=R - 60 * D, what=Use.PUBLISHED_POST)
LENIENT = ReleaseRule(when=ReleaseWhen.IDLE, if_notice_late=IfNoticeLate.RELEASE)
WITHOUT_NOTICE = ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta())


def step(
    now: datetime,
    notice: NoticeState | None = None,
    *,
    rule: ReleaseRule | None = None,
    standing: PeriodState = FRESH,
    mode: Mode = Mode.ENFORCE,
    ledger_since: datetime | None = R - 300 * D,
    one: Account = ONE,
) -> Step:
    """The step for an account unused for two months that renews at R."""
    return decision(
        one,
        activity=QUIET,
        policies=(policy(release=rule or ReleaseRule(when=ReleaseWhen.IDLE)),),
        standing=replace(standing, notice=notice or standing.notice),
        mode=mode,
        now=now,
        ledger_since=ledger_since,
    ).step


def received(at: datetime, not_before: datetime = OPENS) -> Received:
    return Received(at=at, not_before=not_before)


IN_TIME = received(OPENS - 2 * NOTICE)
"""Announced at once and accepted at once."""

TO_COME = Wait(until=ANNOUNCE_FROM, why=Reason.NOTICE_TO_COME)
NOT_OPEN = Wait(until=OPENS, why=Reason.WINDOW_NOT_OPEN)
UNANSWERED = Wait(until=CLOSES, why=Reason.NOTICE_UNANSWERED)
NEVER_ANSWERED = Leave(why=Reason.NOTICE_UNANSWERED)
TOO_LATE = Leave(why=Reason.TOO_LATE)
LATE = Leave(why=Reason.NOTICE_LATE)
PENDING = Leave(why=Reason.RENEWAL_PENDING)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ANNOUNCE_FROM - 100 * D, TO_COME),
        (ANNOUNCE_FROM - TICK, TO_COME),
        (ANNOUNCE_FROM, Announce(not_before=OPENS)),
        (ANNOUNCE_FROM + TICK, Announce(not_before=OPENS)),
        (OPENS - NOTICE - TICK, Announce(not_before=OPENS)),
        (OPENS - NOTICE, Announce(not_before=OPENS)),
        (OPENS - NOTICE + TICK, Announce(not_before=OPENS + TICK)),
        (LAST_ANNOUNCEMENT - TICK, Announce(not_before=CLOSES - TICK)),
        (LAST_ANNOUNCEMENT, LATE),
        (OPENS, LATE),
        (CLOSES - TICK, LATE),
        (CLOSES, TOO_LATE),
        (R - TICK, TOO_LATE),
        (R, PENDING),
    ],
)
def test_a_release_is_announced_from_twice_the_notice_before_its_opening_while_it_can_come_of_age(
    now: datetime, expected: Step
) -> None:
    assert step(now) == expected


@pytest.mark.parametrize("void", [None, *Void])
def test_a_void_notice_is_announced_anew(void: Void | None) -> None:
    assert step(ANNOUNCE_FROM + H, NotAnnounced(void=void)) == Announce(not_before=OPENS)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ANNOUNCE_FROM, NOT_OPEN),
        (OPENS - TICK, NOT_OPEN),
        (OPENS, Release()),
        (OPENS + TICK, Release()),
        (CLOSES - TICK, Release()),
        (CLOSES, TOO_LATE),
        (CLOSES + TICK, TOO_LATE),
        (R - TICK, TOO_LATE),
        (R, PENDING),
    ],
)
def test_with_an_old_enough_receipt_it_is_released_from_opens_until_before_closes(
    now: datetime, expected: Step
) -> None:
    assert step(now, IN_TIME) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - TICK, Wait(until=OPENS + TICK, why=Reason.NOTICE_TOO_YOUNG)),
        (OPENS, Wait(until=OPENS + TICK, why=Reason.NOTICE_TOO_YOUNG)),
        (OPENS + TICK, Release()),
        (OPENS + 2 * TICK, Release()),
    ],
)
def test_a_receipt_one_tick_too_young_at_the_opening_waits_one_tick(now: datetime, expected: Step) -> None:
    assert step(now, received(OPENS - NOTICE + TICK)) == expected


def test_a_receipt_that_comes_of_age_as_the_window_opens_waits_for_the_window_only() -> None:
    assert step(OPENS - TICK, received(OPENS - NOTICE)) == NOT_OPEN
    assert step(OPENS, received(OPENS - NOTICE)) == Release()


@pytest.mark.parametrize(
    ("accepted", "now", "expected"),
    [
        (CLOSES - NOTICE - TICK, OPENS, Wait(until=CLOSES - TICK, why=Reason.NOTICE_TOO_YOUNG)),
        (CLOSES - NOTICE - TICK, CLOSES - 2 * TICK, Wait(until=CLOSES - TICK, why=Reason.NOTICE_TOO_YOUNG)),
        (CLOSES - NOTICE - TICK, CLOSES - TICK, Release()),
        (CLOSES - NOTICE, OPENS, LATE),
        (CLOSES - NOTICE, CLOSES - TICK, LATE),
        (CLOSES - NOTICE, ANNOUNCE_FROM, LATE),
    ],
)
def test_a_receipt_that_cannot_come_of_age_before_closes_is_late(
    accepted: datetime, now: datetime, expected: Step
) -> None:
    assert step(now, received(accepted)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS, Wait(until=OPENS + H, why=Reason.NOTICE_TOO_YOUNG)),
        (OPENS + H - TICK, Wait(until=OPENS + H, why=Reason.NOTICE_TOO_YOUNG)),
        (OPENS + H, Release()),
    ],
)
def test_a_notice_covers_no_earlier_instant_than_it_announced(now: datetime, expected: Step) -> None:
    assert step(now, received(ANNOUNCE_FROM, not_before=OPENS + H)) == expected


@pytest.mark.parametrize("accepted", [OPENS - NOTICE - 2 * H, CLOSES - NOTICE])
def test_a_notice_of_an_earlier_instant_than_the_opening_waits_for_the_window(accepted: datetime) -> None:
    early = received(accepted, not_before=OPENS - H)
    assert step(OPENS - 3 * H, early, rule=LENIENT) == NOT_OPEN
    assert step(OPENS - TICK, early, rule=LENIENT) == NOT_OPEN
    assert step(OPENS, early, rule=LENIENT) == Release()


@pytest.mark.parametrize("missing", [(), ("ops",)])
@pytest.mark.parametrize(
    ("now", "expected", "waived"),
    [
        (ANNOUNCE_FROM, UNANSWERED, UNANSWERED),
        (CLOSES - NOTICE - TICK, UNANSWERED, UNANSWERED),
        (CLOSES - NOTICE, NEVER_ANSWERED, UNANSWERED),
        (OPENS, NEVER_ANSWERED, UNANSWERED),
        (CLOSES - TICK, NEVER_ANSWERED, UNANSWERED),
        (CLOSES, TOO_LATE, TOO_LATE),
    ],
)
def test_without_every_receipt_nothing_is_released(
    now: datetime, expected: Step, waived: Step, missing: tuple[str, ...]
) -> None:
    """It waited until the window closed, and told everybody "will be released before that", when no receipt
    could come of age any more.
    """
    assert step(now, NotAccepted(missing=missing)) == expected
    assert step(now, NotAccepted(missing=missing), rule=LENIENT) == waived


@pytest.mark.parametrize(
    ("now", "notice", "expected"),
    [
        pytest.param(
            LAST_ANNOUNCEMENT - TICK,
            NotAnnounced(),
            Announce(not_before=CLOSES - TICK),
            id="announced in time: the age is kept",
        ),
        pytest.param(
            LAST_ANNOUNCEMENT, NotAnnounced(), Announce(not_before=OPENS), id="announced although late"
        ),
        pytest.param(OPENS + H, NotAnnounced(), Announce(not_before=OPENS + H), id="announced in the window"),
        pytest.param(CLOSES - TICK, NotAnnounced(), Announce(not_before=CLOSES - TICK), id="at the very end"),
        pytest.param(CLOSES, NotAnnounced(), TOO_LATE, id="not once it closed"),
        pytest.param(
            OPENS,
            received(CLOSES - NOTICE - TICK),
            Wait(until=CLOSES - TICK, why=Reason.NOTICE_TOO_YOUNG),
            id="a receipt that will come of age is waited for",
        ),
        pytest.param(OPENS - TICK, received(CLOSES - NOTICE), NOT_OPEN, id="waived, but not yet open"),
        pytest.param(OPENS, received(CLOSES - NOTICE), Release(), id="waived"),
        pytest.param(
            OPENS + H - TICK,
            received(OPENS, not_before=OPENS + H),
            Wait(until=OPENS + H, why=Reason.WINDOW_NOT_OPEN),
            id="waived, but announced for later",
        ),
        pytest.param(
            OPENS + H, received(OPENS, not_before=OPENS + H), Release(), id="waived, as was announced"
        ),
        pytest.param(CLOSES - TICK, received(CLOSES - TICK, not_before=CLOSES - TICK), Release(), id="last"),
    ],
)
def test_if_notice_late_release_waives_the_age_of_a_receipt_and_nothing_else(
    now: datetime, notice: NoticeState, expected: Step
) -> None:
    assert step(now, notice, rule=LENIENT) == expected


@pytest.mark.parametrize(
    ("ledger_since", "waived_from"),
    [
        (OPENS - NOTICE - TICK, OPENS),
        (OPENS - NOTICE, OPENS),
        (OPENS - NOTICE + TICK, OPENS + TICK),
        (CLOSES - NOTICE - TICK, CLOSES - TICK),
        (CLOSES - NOTICE, None),
        (OPENS, None),
        (None, None),
    ],
)
def test_the_age_is_not_waived_while_the_ledger_is_younger_than_the_notice(
    ledger_since: datetime | None, waived_from: datetime | None
) -> None:
    """It waits for that, if it comes in time: it was told as missed (24) and released hours later."""
    late = received(CLOSES - NOTICE)

    def after_receipt(now: datetime) -> Step:
        return step(now, late, rule=LENIENT, ledger_since=ledger_since)

    announced = step(OPENS, NotAnnounced(), rule=LENIENT, ledger_since=ledger_since)
    if waived_from is None:
        assert (after_receipt(OPENS), announced) == (LATE, LATE)
        return
    assert announced == Announce(not_before=waived_from)
    assert after_receipt(waived_from) == Release()
    if waived_from > OPENS:
        assert after_receipt(OPENS) == Wait(until=waived_from, why=Reason.NOTICE_TOO_YOUNG)
        assert after_receipt(waived_from - TICK) == Wait(until=waived_from, why=Reason.NOTICE_TOO_YOUNG)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ANNOUNCE_FROM - D, NOT_OPEN),
        (OPENS - TICK, NOT_OPEN),
        (OPENS, Release()),
        (CLOSES - TICK, Release()),
        (CLOSES, TOO_LATE),
        (R, PENDING),
    ],
)
@pytest.mark.parametrize(
    "notice", [NotAnnounced(), NotAnnounced(void=Void.HELD), NotAccepted(missing=("a",))]
)
def test_with_notice_0s_the_release_needs_no_earlier_message(
    now: datetime, expected: Step, notice: NoticeState
) -> None:
    assert step(now, notice, rule=WITHOUT_NOTICE) == expected


@pytest.mark.parametrize(
    ("now", "notice", "rule", "expected"),
    [
        (OPENS - TICK, IN_TIME, None, NOT_OPEN),
        (OPENS, IN_TIME, None, Leave(why=Reason.OBSERVING)),
        (CLOSES - TICK, IN_TIME, None, Leave(why=Reason.OBSERVING)),
        (CLOSES, IN_TIME, None, TOO_LATE),
        (OPENS, received(CLOSES - NOTICE), LENIENT, Leave(why=Reason.OBSERVING)),
        (OPENS, NotAnnounced(), WITHOUT_NOTICE, Leave(why=Reason.OBSERVING)),
        (ANNOUNCE_FROM, NotAnnounced(), None, Announce(not_before=OPENS)),
    ],
)
def test_in_observe_mode_everything_happens_but_the_release(
    now: datetime, notice: NoticeState, rule: ReleaseRule | None, expected: Step
) -> None:
    assert step(now, notice, rule=rule, mode=Mode.OBSERVE) == expected


@pytest.mark.parametrize("now", [ANNOUNCE_FROM - D, ANNOUNCE_FROM, OPENS, CLOSES - TICK, CLOSES])
@pytest.mark.parametrize("notice", [NotAnnounced(), IN_TIME])
@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (PeriodState(released=True), Reason.ALREADY_RELEASED),
        (PeriodState(unresolved=True), Reason.UNRESOLVED),
        (PeriodState(refused=True), Reason.REFUSED_BEFORE),
        (PeriodState(not_done=2), Reason.ATTEMPTS_SPENT),
        (PeriodState(not_done=3), Reason.ATTEMPTS_SPENT),
        (PeriodState(released=True, unresolved=True, refused=True, not_done=2), Reason.ALREADY_RELEASED),
        (PeriodState(unresolved=True, refused=True, not_done=2), Reason.UNRESOLVED),
        (PeriodState(refused=True, not_done=2), Reason.REFUSED_BEFORE),
    ],
)
def test_what_an_earlier_attempt_left_stops_everything(
    now: datetime, notice: NoticeState, standing: PeriodState, why: Reason
) -> None:
    assert step(now, notice, standing=standing) == Leave(why=why)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(OPENS - TICK, NOT_OPEN), (OPENS, Wait(until=OPENS, why=Reason.NOTICE_TO_COME)), (CLOSES, TOO_LATE)],
)
def test_without_notice_nothing_is_released_in_the_turn_that_finds_its_announcement_void(
    now: datetime, expected: Step
) -> None:
    """People were told that it would be, and then that it would not."""
    found = step(now, NotAnnounced(void=Void.HELD, at_once=True), rule=WITHOUT_NOTICE)
    assert found == expected


@pytest.mark.parametrize(
    ("ago", "why"),
    [
        (LISTS_FOLLOW_WITHIN - TICK, Reason.ALREADY_RELEASED),
        (LISTS_FOLLOW_WITHIN, Reason.ALREADY_RELEASED),
        (LISTS_FOLLOW_WITHIN + TICK, Reason.RELEASE_UNDONE),
    ],
)
def test_a_release_is_undone_that_the_lists_do_not_follow_within_their_time(
    ago: timedelta, why: Reason
) -> None:
    standing = PeriodState(released=True, given_back_at=OPENS - ago)
    assert step(OPENS, IN_TIME, standing=standing) == Leave(why=why)


def test_a_warning_changes_nothing_of_what_is_decided_beside_it() -> None:
    standing = PeriodState(notice=IN_TIME)
    one = decision(ONE, activity=QUIET, policies=(LADDER,), standing=standing, now=R - D)
    assert one == Decision(judgement=one.judgement, standing=standing, step=Warn(rung=D), beside=NOT_OPEN)


def test_one_attempt_without_effect_allows_one_more() -> None:
    assert step(OPENS, IN_TIME, standing=PeriodState(not_done=1)) == Release()


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (decision(activity=published(D)), Reason.IN_USE),
        (decision(held=hold()), Reason.HELD),
        (decision(enrolled=False), Reason.NOT_ENROLLED),
        (decision(policies=()), Reason.NO_POLICY),
        (decision(account(renews_in=-TICK)), Reason.RENEWAL_PENDING),
    ],
)
def test_what_the_judge_keeps_is_left_for_the_judges_reason(one: Decision, why: Reason) -> None:
    assert (one.step, one.reason) == (Leave(why=why), why)


@pytest.mark.parametrize(
    ("now", "notice", "reason"),
    [
        (ANNOUNCE_FROM - TICK, None, Reason.NOTICE_TO_COME),
        (ANNOUNCE_FROM, None, Reason.NOTICE_TO_COME),
        (OPENS - TICK, IN_TIME, Reason.WINDOW_NOT_OPEN),
        (OPENS, IN_TIME, Reason.UNUSED),
        (CLOSES, IN_TIME, Reason.TOO_LATE),
    ],
)
def test_the_reason_of_a_decision_is_why_it_waits_or_leaves_and_the_judges_where_it_acts(
    now: datetime, notice: NoticeState | None, reason: Reason
) -> None:
    one = decision(ONE, activity=QUIET, now=now, standing=PeriodState(notice=notice or NotAnnounced()))

    assert one.reason is reason


LADDER = policy(warn=(7 * D, D))


@pytest.mark.parametrize(
    ("one", "now", "moment"),
    [
        pytest.param({}, R - 8 * D, R - 7 * D, id="the first rung"),
        pytest.param({}, R - 7 * D, ANNOUNCE_FROM, id="the announcement"),
        pytest.param({}, ANNOUNCE_FROM - TICK, ANNOUNCE_FROM, id="a tick before the announcement"),
        pytest.param({}, ANNOUNCE_FROM, ANNOUNCE_FROM, id="it is announced now"),
        pytest.param({"standing": PeriodState(notice=IN_TIME)}, R - 2 * D, R - D, id="the last rung"),
        pytest.param({"standing": PeriodState(notice=IN_TIME)}, R - D, OPENS, id="the opening"),
        pytest.param({"standing": PeriodState(notice=IN_TIME)}, OPENS, OPENS, id="it is released now"),
        pytest.param({}, R - D, None, id="nothing where it was announced too late"),
        pytest.param(
            {"standing": PeriodState(notice=received(OPENS - NOTICE + H), told=frozenset({D}))},
            OPENS,
            OPENS + H,
            id="the receipt comes of age",
        ),
        pytest.param(
            {"standing": PeriodState(notice=NotAccepted(missing=("ops",)), told=frozenset({D}))},
            OPENS,
            None,
            id="nothing after a notice that was not accepted in time",
        ),
        pytest.param({"held": hold()}, R - 7 * D, R - D, id="a held one: the next warning only"),
        pytest.param({"held": hold()}, R - D, None, id="a held one after its last warning"),
        pytest.param({"held": hold(until=R - H)}, R - D, R - H, id="the end of a hold"),
        pytest.param({"held": hold(until=CLOSES - TICK)}, R - D, CLOSES - TICK, id="the last end of a hold"),
        pytest.param({"held": hold(until=CLOSES)}, R - D, None, id="a hold that ends as its window closes"),
        pytest.param(
            {"held": hold(until=R)}, R - D, None, id="a hold that lasts as long as the lease period"
        ),
        pytest.param({"policies": ()}, R - 8 * D, None, id="nothing without a policy"),
    ],
)
def test_the_next_moment_is_the_first_instant_that_changes_anything(
    one: dict[str, object], now: datetime, moment: datetime | None
) -> None:
    given = {"policies": (LADDER,), "activity": QUIET, "now": now, **one}

    assert next_moment(decision(ONE, **given), now) == moment  # type: ignore[arg-type]


@pytest.mark.parametrize(("lifts_at", "moment"), [(None, CLOSES), (OPENS + H, OPENS + H), (R, CLOSES)])
def test_what_a_brake_halts_waits_for_its_end_or_that_of_the_window(
    lifts_at: datetime | None, moment: datetime
) -> None:
    due = decision(ONE, standing=PeriodState(notice=IN_TIME), activity=QUIET, now=OPENS)

    assert next_moment(due, OPENS, halted=True, lifts_at=lifts_at) == moment


def test_what_a_brake_halts_is_warned_of_before_its_window_ends() -> None:
    warned = (policy(warn=(3 * H,)),)
    due = decision(ONE, standing=PeriodState(notice=IN_TIME), activity=QUIET, now=OPENS, policies=warned)

    assert next_moment(due, OPENS, halted=True) == R - 3 * H
    assert next_moment(due, R - 3 * H, halted=True) == CLOSES


def test_what_waits_for_this_very_moment_happens_now() -> None:
    """A turn that only tells that an announcement is void is followed by one that releases."""
    void = PeriodState(notice=NotAnnounced(void=Void.HELD, at_once=True))
    waits = decision(
        ONE, standing=void, activity=QUIET, now=OPENS, policies=(policy(release=WITHOUT_NOTICE),)
    )

    assert next_moment(waits, OPENS) == OPENS
    assert next_moment(waits, OPENS - TICK) == OPENS
    assert next_moment(waits, OPENS + TICK) == OPENS + TICK
