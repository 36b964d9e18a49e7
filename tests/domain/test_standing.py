"""Where a lease period stands, read out of what is remembered of its project."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, account, policy
from watcher.domain.accounts import Account
from watcher.domain.activity import Seen, Use
from watcher.domain.memory import Known, ProjectMemory
from watcher.domain.notices import NotAnnounced, Notice, NoticeState, Received, Void
from watcher.domain.overrides import Override, OverrideKind, Overrides
from watcher.domain.plan import Standing
from watcher.domain.policy import Policy
from watcher.domain.standing import standing_of

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
) -> Standing:
    return standing_of(
        one,
        under,
        memory,
        required=("ops",),
        overrides=overrides,
        enforcing=True,
        unbroken_since=NOW - 30 * D,
    )


def test_of_a_lease_period_never_met_nothing_is_remembered() -> None:
    assert standing(ProjectMemory()) == Standing()


def test_all_that_is_remembered_of_it_is_told() -> None:
    memory = ProjectMemory(
        notices={ONE.period: NOTICE},
        told={ONE.period: frozenset({7 * D})},
        not_done={ONE.period: 1},
        released=frozenset({ONE.period}),
        refused={ONE.id: NOW},
        unresolved=frozenset({ONE.id}),
    )

    assert standing(memory) == Standing(
        told=frozenset({7 * D}), notice=RECEIVED, not_done=1, unresolved=True, refused=True, released=True
    )
    assert standing(memory, OTHER) == Standing()


def test_a_moved_renewal_is_another_period_but_refusals_and_open_attempts_stay_with_the_account() -> None:
    memory = ProjectMemory(
        notices={ONE.period: NOTICE},
        told={ONE.period: frozenset({7 * D})},
        not_done={ONE.period: 2},
        released=frozenset({ONE.period}),
        refused={ONE.id: NOW},
        unresolved=frozenset({ONE.id}),
    )

    assert standing(memory, MOVED) == Standing(refused=True, unresolved=True)


def known(used: Seen | None) -> Known:
    return Known(account=ONE, first_seen_at=NOW - 90 * D, used=used)


@pytest.mark.parametrize(
    ("used", "notice"),
    [
        (None, RECEIVED),
        (Seen(at=NOTICE.created_at - TICK, what=Use.PUBLISHED_POST), RECEIVED),
        (Seen(at=NOTICE.created_at, what=Use.PUBLISHED_POST), NotAnnounced(void=Void.USED)),
    ],
)
def test_use_that_is_remembered_voids_the_notice(used: Seen | None, notice: NoticeState) -> None:
    memory = ProjectMemory(notices={ONE.period: NOTICE}, known={ONE.id: known(used)})

    assert standing(memory) == Standing(notice=notice)


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

    assert standing(memory, overrides=Overrides(said=(said,))) == Standing(notice=notice)


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

    assert standing(memory, under=under) == Standing(notice=notice)


@pytest.mark.parametrize(("said_at", "refused"), [(NOW - TICK, True), (NOW, False), (NOW + TICK, False)])
def test_a_refusal_lasts_until_a_person_says_that_it_was_not_released(
    said_at: datetime, refused: bool
) -> None:
    said = Override(
        kind=OverrideKind.RESOLVE_NOT_RELEASED, at=said_at, by="maria", why="looked", account=ONE.id
    )
    memory = ProjectMemory(refused={ONE.id: NOW})

    assert standing(memory, overrides=Overrides(said=(said,))) == Standing(refused=refused)
