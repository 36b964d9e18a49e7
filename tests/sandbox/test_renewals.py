from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.stage import NOW, Stage, account, fleet, staged
from watcher.sandbox import Debit, Sandbox
from watcher.sandbox.times import months_on

RENEWAL = account().next_renewal_at


def test_an_account_renews_at_the_very_instant_and_not_before(stage: Stage) -> None:
    stage.sandbox.move_to(RENEWAL - timedelta(seconds=1))
    assert stage.sandbox.world.debits == ()
    stage.sandbox.move_to(RENEWAL)
    assert stage.sandbox.world.debits == tuple(
        Debit(account=id, at=RENEWAL, cents=15000) for id in ("sa_1", "sa_2", "sa_3")
    )
    assert stage.sandbox.world.accounts["sa_1"].next_renewal_at == datetime(2026, 5, 25, 8, 0, tzinfo=UTC)


def test_a_renewal_is_debited_from_the_wallet(stage: Stage) -> None:
    before = stage.get("/v1/whoami").json()["creditBalance"]
    stage.sandbox.move_to(RENEWAL)
    assert stage.get("/v1/whoami").json()["creditBalance"] == before - 3 * 15000


def test_the_passing_of_real_time_renews_too() -> None:
    real = [NOW]
    with staged(fleet(account()), clock=lambda: real[0]) as stage:
        real[0] = RENEWAL + timedelta(minutes=5)
        path = "/v1/projects/prj_one/leased-accounts"
        assert stage.get(path).json()["items"][0]["nextRenewalAt"] == "2026-05-25T08:00:00Z"


def test_a_release_at_the_renewal_comes_after_the_debit(stage: Stage) -> None:
    stage.sandbox.move_to(RENEWAL)
    stage.delete("sa_1")
    assert [debit.account for debit in stage.sandbox.world.debits].count("sa_1") == 1


def test_the_31st_is_clipped_by_short_months_and_found_again() -> None:
    held = account(
        assigned_at=datetime(2026, 1, 31, 9, 0, tzinfo=UTC),
        next_renewal_at=datetime(2026, 2, 28, 9, 0, tzinfo=UTC),
    )
    sandbox = Sandbox(fleet=fleet(held), clock=lambda: datetime(2026, 2, 1, tzinfo=UTC))
    sandbox.move_to(datetime(2026, 6, 1, tzinfo=UTC))
    days = [(debit.at.month, debit.at.day) for debit in sandbox.world.debits]
    assert days == [(2, 28), (3, 31), (4, 30), (5, 31)]
    assert sandbox.world.accounts["sa_1"].next_renewal_at == datetime(2026, 6, 30, 9, 0, tzinfo=UTC)


def test_moving_step_by_step_renews_as_one_leap_does() -> None:
    held = account(
        assigned_at=datetime(2026, 1, 31, 9, 0, tzinfo=UTC),
        next_renewal_at=datetime(2026, 2, 28, 9, 0, tzinfo=UTC),
    )
    leap, steps = (
        Sandbox(fleet=fleet(held), clock=lambda: datetime(2026, 2, 1, tzinfo=UTC)) for _ in range(2)
    )
    leap.advance(timedelta(days=400))
    for _ in range(400):
        steps.advance(timedelta(days=1))
    assert leap.world.debits == steps.world.debits
    assert leap.world.accounts == steps.world.accounts


def test_going_back_undoes_no_renewal(stage: Stage) -> None:
    stage.sandbox.move_to(RENEWAL)
    stage.sandbox.move_to(NOW)
    assert stage.sandbox.now() == NOW
    assert len(stage.sandbox.world.debits) == 3


@given(
    at=st.timedeltas(timedelta(0), timedelta(days=30_000)).map(
        lambda later: datetime(2000, 1, 1, tzinfo=UTC) + later
    ),
    months=st.integers(-60, 60),
)
def test_months_on_counts_months_and_clips_days(at: datetime, months: int) -> None:
    there = months_on(at, months, anchor_day=at.day)
    assert there.year * 12 + there.month == at.year * 12 + at.month + months
    assert there.day == at.day or (there + timedelta(days=1)).day == 1
    assert there.timetz() == at.timetz()
