"""Where a lease period stands, read out of what is remembered of its project."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import IDLE, NOW, D, H, account, policy
from watcher.facts.accounts import Account
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.memory.period_state import period_state_of
from watcher.memory.remembered import Known, ProjectMemory
from watcher.record.intents import GivenBack
from watcher.record.notices import NotAnnounced, Notice, NoticeState, Received, Void
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.rules.plan import PeriodState
from watcher.rules.policy import Policy, ReleaseWhen

TICK = timedelta(microseconds=1)
ONE = account()
MOVED = replace(ONE, renews_at=ONE.renews_at + D)
OTHER = account("brew.at.home")
POLICY = policy()

NOTICE = Notice(
    key="k1",
    period=ONE.period,
    not_before=NOW,
    fingerprint=POLICY.fingerprint,
    live=True,
    created_at=NOW - 2 * D,
    handle=ONE.handle,
    platform=ONE.platform,
    receipts={"ops": NOW - 47 * H},
)
NOTHING_SAID = Overrides()
RECEIVED = Received(at=NOW - 47 * H, not_before=NOW)


def standing(
    memory: ProjectMemory,
    one: Account = ONE,
    *,
    under: Policy | None = POLICY,
    overrides: Overrides = NOTHING_SAID,
    activity: Activity = NOT_ASKED,
    enforcing: bool = True,
) -> PeriodState:
    return period_state_of(
        one,
        under,
        memory,
        required=("ops",),
        overrides=overrides,
        enforcing=enforcing,
        unbroken_since=NOW - 30 * D,
        activity=activity,
    )


def test_of_a_lease_period_never_met_nothing_is_remembered() -> None:
    assert standing(ProjectMemory()) == PeriodState()


def test_all_that_is_remembered_of_it_is_told() -> None:
    memory = ProjectMemory(
        notices={ONE.period: NOTICE},
        told={ONE.period: frozenset({7 * D})},
        not_done={ONE.period: 1},
        released=frozenset({ONE.period}),
        refused={ONE.id: NOW},
        unresolved=frozenset({ONE.id}),
    )

    assert standing(memory) == PeriodState(
        told=frozenset({7 * D}), notice=RECEIVED, not_done=1, unresolved=True, refused=True, released=True
    )
    assert standing(memory, OTHER) == PeriodState()


def test_a_moved_renewal_is_another_period_but_refusals_and_open_attempts_stay_with_the_account() -> None:
    memory = ProjectMemory(
        notices={ONE.period: NOTICE},
        told={ONE.period: frozenset({7 * D})},
        not_done={ONE.period: 2},
        released=frozenset({ONE.period}),
        refused={ONE.id: NOW},
        unresolved=frozenset({ONE.id}),
    )

    assert standing(memory, MOVED) == PeriodState(refused=True, unresolved=True)


def known(used: Seen | None) -> Known:
    return Known(account=ONE, first_seen_at=NOW - 90 * D, used=used)


@pytest.mark.parametrize(
    ("used", "notice"),
    [
        (None, RECEIVED),
        (Seen(at=NOTICE.created_at - TICK, what=Use.PUBLISHED_POST), RECEIVED),
        (Seen(at=NOTICE.created_at, what=Use.PUBLISHED_POST), NotAnnounced(void=Void.USED)),
        (Seen(at=NOTICE.created_at, what=Use.FIRST_LISTED), RECEIVED),
    ],
)
def test_use_that_is_remembered_voids_the_notice(used: Seen | None, notice: NoticeState) -> None:
    memory = ProjectMemory(notices={ONE.period: NOTICE}, known={ONE.id: known(used)})

    assert standing(memory) == PeriodState(notice=notice)


USED = NotAnnounced(void=Void.USED)
MADE = NOTICE.created_at


@pytest.mark.parametrize(
    ("remembered", "activity", "notice"),
    [
        (None, Seen(at=MADE - TICK, what=Use.PUBLISHED_POST), RECEIVED),
        (None, Seen(at=MADE, what=Use.PUBLISHED_POST), USED),
        (None, Seen(at=MADE, what=Use.FAILED_ATTEMPT), USED),
        (None, Seen(at=NOW, what=Use.QUEUED_POST), USED),
        (None, Seen(at=MADE, what=Use.ASSIGNMENT), RECEIVED),
        (None, Unknown(why=WhyUnknown.UNREADABLE), RECEIVED),
        (MADE - TICK, Seen(at=MADE - D, what=Use.PUBLISHED_POST), RECEIVED),
        (MADE, Seen(at=MADE - D, what=Use.PUBLISHED_POST), USED),
        (MADE, Unknown(why=WhyUnknown.UNREADABLE), USED),
        (MADE, Seen(at=MADE, what=Use.REMEMBERED), USED),
    ],
)
def test_use_that_was_just_read_voids_it_before_anything_is_remembered(
    remembered: datetime | None, activity: Activity, notice: NoticeState
) -> None:
    used = None if remembered is None else Seen(at=remembered, what=Use.PUBLISHED_POST)
    memory = ProjectMemory(notices={ONE.period: NOTICE}, known={ONE.id: known(used)})

    assert standing(memory, activity=activity) == PeriodState(notice=notice)


@pytest.mark.parametrize(
    ("said_at", "until", "notice"),
    [
        (NOW - 3 * D, NOW - 3 * D + H, RECEIVED),
        (NOW - 3 * D, NOTICE.created_at, RECEIVED),
        (NOW - 3 * D, NOTICE.created_at + TICK, NotAnnounced(void=Void.HELD)),
        (NOW - D, NOW - 23 * H, NotAnnounced(void=Void.HELD)),
    ],
)
def test_a_hold_at_any_moment_since_the_notice_voids_it(
    said_at: datetime, until: datetime, notice: NoticeState
) -> None:
    said = Override(
        kind=OverrideKind.HOLD,
        at=said_at,
        by="maria",
        why="campaign",
        account=ONE.id,
        until=until,
    )
    memory = ProjectMemory(notices={ONE.period: NOTICE})

    assert standing(memory, overrides=Overrides(said=(said,))) == PeriodState(notice=notice)


@pytest.mark.parametrize(
    ("under", "notice"),
    [
        (POLICY, RECEIVED),
        (replace(POLICY, warn=(9 * D,)), RECEIVED),
        (replace(POLICY, name="other"), NotAnnounced(void=Void.POLICY_CHANGED)),
        (replace(POLICY, evidence_complete=True), NotAnnounced(void=Void.POLICY_CHANGED)),
        (
            replace(POLICY, release=replace(POLICY.release, idle_after=22 * D)),
            NotAnnounced(void=Void.POLICY_CHANGED),
        ),
        (None, NotAnnounced()),
    ],
)
def test_a_policy_that_changed_what_it_releases_voids_the_notice(
    under: Policy | None, notice: NoticeState
) -> None:
    memory = ProjectMemory(notices={ONE.period: NOTICE})

    assert standing(memory, under=under) == PeriodState(notice=notice)


@pytest.mark.parametrize(("said_at", "refused"), [(NOW - TICK, True), (NOW, False), (NOW + TICK, False)])
def test_a_refusal_lasts_until_a_person_says_that_it_was_not_released(
    said_at: datetime, refused: bool
) -> None:
    said = Override(
        kind=OverrideKind.RESOLVE_NOT_RELEASED, at=said_at, by="maria", why="looked", account=ONE.id
    )
    memory = ProjectMemory(refused={ONE.id: NOW})

    assert standing(memory, overrides=Overrides(said=(said,))) == PeriodState(refused=refused)


def not_released(at: datetime, one: Account = ONE) -> Overrides:
    kind = OverrideKind.RESOLVE_NOT_RELEASED
    return Overrides(said=(Override(kind=kind, at=at, by="maria", why="looked", account=one.id),))


@pytest.mark.parametrize(
    ("said", "again"),
    [
        (NOTHING_SAID, False),
        (not_released(NOW - TICK), False),
        (not_released(NOW), True),
        (not_released(NOW, OTHER), False),
    ],
    ids=["nobody", "before it was found out", "then", "of another account"],
)
def test_after_releases_without_effect_a_person_allows_another(said: Overrides, again: bool) -> None:
    memory = ProjectMemory(not_done={ONE.period: 2}, not_done_at={ONE.period: NOW})
    assert standing(memory, overrides=said) == PeriodState(not_done=2, allowed_again=again)
    without = ProjectMemory(not_done_at={OTHER.period: NOW})
    assert standing(without, overrides=said) == PeriodState()


GIVEN_BACK = GivenBack(period=ONE.period, assigned_at=ONE.assigned_at, at=NOW)
ANOTHER_LEASE = replace(GIVEN_BACK, assigned_at=ONE.assigned_at - 30 * D)


@pytest.mark.parametrize(
    ("given_back", "said", "found"),
    [
        (GIVEN_BACK, NOTHING_SAID, PeriodState(released=True, given_back_at=NOW)),
        (GIVEN_BACK, not_released(NOW - TICK), PeriodState(released=True, given_back_at=NOW)),
        (GIVEN_BACK, not_released(NOW), PeriodState()),
        (GIVEN_BACK, not_released(NOW, OTHER), PeriodState(released=True, given_back_at=NOW)),
        (ANOTHER_LEASE, NOTHING_SAID, PeriodState(released=True)),
        (ANOTHER_LEASE, not_released(NOW), PeriodState()),
    ],
    ids=["its lease", "said before", "said since", "of another", "another lease", "another, and said since"],
)
def test_what_was_given_back_stays_so_until_a_person_says_that_it_was_not(
    given_back: GivenBack, said: Overrides, found: PeriodState
) -> None:
    memory = ProjectMemory(released=frozenset({ONE.period}), given_back={ONE.id: given_back})
    assert standing(memory, overrides=said) == found


def test_a_notice_of_observe_mode_counts_where_nothing_is_released_and_nowhere_else() -> None:
    memory = ProjectMemory(notices={ONE.period: replace(NOTICE, live=False)})
    assert standing(memory) == PeriodState(notice=NotAnnounced(void=Void.NOT_LIVE))
    assert standing(memory, enforcing=False) == PeriodState(notice=RECEIVED)


@pytest.mark.parametrize(
    ("copied", "notice"),
    [(NOTICE.created_at, RECEIVED), (NOTICE.created_at + TICK, NotAnnounced(void=Void.RESTORED))],
    ids=["copied as it was told", "copied after it"],
)
def test_a_restored_ledger_knows_no_notice_of_before(copied: datetime, notice: NoticeState) -> None:
    restored = Override(kind=OverrideKind.RESTORED, at=NOW, by="maria", why="disk", until=copied)
    memory = ProjectMemory(notices={ONE.period: NOTICE})
    assert standing(memory, overrides=Overrides(said=(restored,))) == PeriodState(notice=notice)


@pytest.mark.parametrize(("when", "worth"), [(ReleaseWhen.ALWAYS, True), (ReleaseWhen.IDLE, False)])
def test_use_voids_the_notice_of_a_policy_that_asks_for_use_and_no_other(
    when: ReleaseWhen, worth: bool
) -> None:
    """An account in daily use was announced and withdrawn at every turn, and never given back at term."""
    at_term = policy(release=replace(IDLE, when=when))
    told = Notice(
        key="k",
        period=account().period,
        not_before=NOW,
        fingerprint=at_term.fingerprint,
        live=True,
        created_at=NOW - D,
        handle=account().handle,
        platform=account().platform,
        receipts={"ops": NOW - D},
    )
    standing = period_state_of(
        account(),
        at_term,
        ProjectMemory(notices={account().period: told}),
        required=("ops",),
        overrides=Overrides(),
        enforcing=True,
        unbroken_since=NOW - 2 * D,
        activity=Seen(at=NOW - H, what=Use.PUBLISHED_POST),
    )
    received = Received(at=NOW - D, not_before=NOW)
    assert standing.notice == (received if worth else NotAnnounced(void=Void.USED))
