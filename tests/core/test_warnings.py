"""The ladder of warnings: late is better than never, and never twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import FRESH, NOW, D, H, account, decision, hold, policy
from watcher.brakes.docket import Place, entry_of
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.record.notices import Received
from watcher.record.reasons import Reason
from watcher.rules.plan import Announce, Leave, PeriodState, Release, Step, Wait, Warn, due_rung, next_moment
from watcher.rules.policy import ReleaseRule, ReleaseWhen, WarnFor

TICK = timedelta(microseconds=1)
MIN = timedelta(minutes=1)
R = NOW
RUNGS = (7 * D, 3 * D, D)
NONE: frozenset[timedelta] = frozenset()


def due(*rungs: timedelta) -> dict[timedelta, datetime]:
    return {rung: R - rung for rung in rungs}


@pytest.mark.parametrize(
    ("now", "told", "rung"),
    [
        (R - 30 * D, NONE, None),
        (R - 7 * D - TICK, NONE, None),
        (R - 7 * D, NONE, 7 * D),
        (R - 7 * D + TICK, NONE, 7 * D),
        (R - 7 * D, frozenset({7 * D}), None),
        (R - 3 * D - TICK, NONE, 7 * D),
        (R - 3 * D - TICK, frozenset({7 * D}), None),
        (R - 3 * D, frozenset({7 * D}), 3 * D),
        (R - D - TICK, NONE, 3 * D),
        (R - D, NONE, D),
        (R - D, frozenset({7 * D, 3 * D}), D),
        (R - D, frozenset({D}), None),
        (R - TICK, NONE, D),
        (R - TICK, frozenset({D}), None),
        (R, NONE, None),
        (R + TICK, NONE, None),
    ],
)
def test_only_the_tightest_rung_that_passed_is_due_and_none_from_the_renewal_on(
    now: datetime, told: frozenset[timedelta], rung: timedelta | None
) -> None:
    """Wider rungs that downtime swallowed stay unsent: one warning in time is worth more than three late."""
    assert due_rung(due(*RUNGS), told, R, now) == rung


def test_the_order_in_which_rungs_are_written_means_nothing() -> None:
    assert due_rung(due(D, 7 * D, 3 * D), NONE, R, R - 2 * D) == 3 * D


def test_without_rungs_no_warning_is_ever_due() -> None:
    assert due_rung({}, NONE, R, R - H) is None


def test_a_rung_added_to_the_policy_is_told_once_it_is_the_tightest() -> None:
    assert due_rung(due(3 * D, 2 * D), frozenset({3 * D}), R, R - 36 * H) == 2 * D


ONE = account(renews_in=timedelta())
QUIET = Seen(at=R - 60 * D, what=Use.PUBLISHED_POST)
IN_USE = Seen(at=R - 8 * D, what=Use.PUBLISHED_POST)
UNREADABLE = Unknown(why=WhyUnknown.UNREADABLE)
NEVER = ReleaseRule(when=ReleaseWhen.NEVER)


def step(
    now: datetime,
    activity: Activity = QUIET,
    *,
    warn: tuple[timedelta, ...] = RUNGS,
    warn_for: WarnFor = WarnFor.ALL,
    rule: ReleaseRule | None = None,
    standing: PeriodState = FRESH,
    held: bool = False,
) -> Step:
    release = rule or ReleaseRule(when=ReleaseWhen.IDLE)
    return decision(
        ONE,
        activity=activity,
        policies=(policy(warn=warn, warn_for=warn_for, release=release),),
        standing=standing,
        held=hold() if held else None,
        now=now,
    ).step


@pytest.mark.parametrize(
    ("warn_for", "activity", "expected"),
    [
        (WarnFor.ALL, IN_USE, Warn(rung=7 * D)),
        (WarnFor.ALL, NOT_ASKED, Warn(rung=7 * D)),
        (WarnFor.ALL, UNREADABLE, Warn(rung=7 * D)),
        (WarnFor.ALL, QUIET, Warn(rung=7 * D)),
        (WarnFor.UNUSED, IN_USE, Leave(why=Reason.IN_USE)),
        (WarnFor.UNUSED, NOT_ASKED, Leave(why=Reason.NOT_DUE)),
        (WarnFor.UNUSED, UNREADABLE, Warn(rung=7 * D)),
        (WarnFor.UNUSED, QUIET, Warn(rung=7 * D)),
    ],
)
def test_warn_for_unused_spares_only_what_is_evidenced_in_use(
    warn_for: WarnFor, activity: Activity, expected: Step
) -> None:
    assert step(R - 7 * D, activity, warn_for=warn_for) == expected


@pytest.mark.parametrize("activity", [QUIET, UNREADABLE])
def test_what_will_renew_unused_is_warned_of_even_if_it_is_never_released(activity: Activity) -> None:
    assert step(R - 7 * D, activity, rule=NEVER, warn_for=WarnFor.UNUSED) == Warn(rung=7 * D)
    assert step(R - 7 * D, activity, held=True, warn_for=WarnFor.UNUSED) == Warn(rung=7 * D)


OPENS = R - 6 * H
ANNOUNCE_FROM = OPENS - 48 * H
RECEIVED = PeriodState(notice=Received(at=ANNOUNCE_FROM, not_before=OPENS))


@pytest.mark.parametrize(
    ("now", "warn", "standing", "expected"),
    [
        pytest.param(
            ANNOUNCE_FROM, (54 * H,), PeriodState(), Announce(not_before=OPENS), id="an announcement first"
        ),
        pytest.param(
            ANNOUNCE_FROM + H, (53 * H,), RECEIVED, Warn(rung=53 * H), id="a warning while it waits"
        ),
        pytest.param(
            ANNOUNCE_FROM + H,
            (53 * H,),
            PeriodState(notice=RECEIVED.notice, told=frozenset({53 * H})),
            Wait(until=OPENS, why=Reason.WINDOW_NOT_OPEN),
            id="told: it waits",
        ),
        pytest.param(OPENS, (6 * H,), RECEIVED, Release(), id="a release first"),
        pytest.param(
            R - timedelta(minutes=10),
            (timedelta(minutes=10),),
            RECEIVED,
            Warn(rung=timedelta(minutes=10)),
            id="a warning when it is too late to release",
        ),
        pytest.param(
            R - H, (H,), PeriodState(refused=True), Warn(rung=H), id="a warning of what the API refused"
        ),
    ],
)
def test_a_warning_that_is_due_goes_out_unless_the_account_is_announced_or_released(
    now: datetime, warn: tuple[timedelta, ...], standing: PeriodState, expected: Step
) -> None:
    assert step(now, warn=warn, standing=standing) == expected


@pytest.mark.parametrize(
    ("now", "standing", "beside", "place"),
    [
        pytest.param(
            OPENS - H, RECEIVED, Wait(until=OPENS, why=Reason.WINDOW_NOT_OPEN), Place.OPENING, id="waits"
        ),
        pytest.param(OPENS - H, PeriodState(), Leave(why=Reason.NOTICE_LATE), None, id="notice late"),
        pytest.param(
            OPENS, PeriodState(refused=True), Leave(why=Reason.REFUSED_BEFORE), None, id="refused before"
        ),
        pytest.param(R - 10 * MIN, RECEIVED, Leave(why=Reason.TOO_LATE), None, id="too late"),
    ],
)
def test_a_warning_stands_beside_what_becomes_of_the_account_and_hides_nothing_of_it(
    now: datetime, standing: PeriodState, beside: Wait | Leave, place: Place | None
) -> None:
    """A due warning once took the place of a missed deadline: exit 0, and nobody was told."""
    told = replace(standing, told=frozenset({D}))
    given: dict[str, Any] = {"activity": QUIET, "policies": (policy(warn=(D,)),), "now": now}
    warned, silent = decision(ONE, standing=standing, **given), decision(ONE, standing=told, **given)
    entry = entry_of(warned, now)

    assert (warned.step, warned.beside, warned.course) == (Warn(rung=D), beside, beside)
    assert (silent.step, silent.beside, silent.course) == (beside, None, beside)
    assert (warned.reason, next_moment(warned, now)) == (silent.reason, next_moment(silent, now))
    assert entry == entry_of(silent, now)
    assert (None if entry is None else entry.place) is place


def test_from_the_renewal_on_nobody_is_warned() -> None:
    assert step(R) == Leave(why=Reason.RENEWAL_PENDING)


def test_without_a_policy_nobody_is_warned() -> None:
    assert decision(ONE, policies=(), now=R - D).step == Leave(why=Reason.NO_POLICY)
