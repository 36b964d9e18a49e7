"""A person's word about an account that is gone, or going: what is recorded, and what they are told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.cli.desk import Desk, H
from tests.cli.test_run import enforced
from watcher.adapters.ledger.opening import open_ledger, open_reader
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.memory.writes import DocketKept, TurnBegun
from watcher.ports.ledger import Ledger
from watcher.record.intents import Intent
from watcher.record.overrides import Override, OverrideKind
from watcher.rules.plan import Mode
from watcher.sandbox.fleets.mixed_fleet import LATTE_ART_LAB, TRAVEL_GIANTS

WHY = ("--reason", "because")


def words(at_desk: Desk) -> tuple[Override, ...]:
    with closing(open_reader(at_desk.ledger)) as ledger:
        return ledger.fleet(at_desk.clock.now()).overrides.said


@pytest.fixture
def after(at_desk: Desk) -> Desk:
    """Half an hour after three accounts were released, one of them latte.art.lab."""
    enforced(at_desk)
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(H / 2)
    return at_desk


@contextmanager
def writer(at_desk: Desk) -> Iterator[Ledger]:
    with closing(open_ledger(at_desk.ledger)) as ledger:
        assert ledger.take_lock(at_desk.clock.now()) is None
        yield ledger


@pytest.fixture
def during(at_desk: Desk) -> Desk:
    """While the DELETE of latte.art.lab is out."""
    enforced(at_desk)
    now = at_desk.clock.now()
    with writer(at_desk) as ledger:
        turn = TurnRecord(id="t", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=now, unbroken_since=now)
        ledger.apply((TurnBegun(turn=turn),))
        account = ledger.find(LATTE_ART_LAB)[0].account
        intent = Intent(account=account, turn="t", policy="standard", reason="unused", written_at=now)
        assert isinstance(ledger.write_intent(intent, lambda _: None), Intent)
    return at_desk


@pytest.mark.parametrize(
    "command",
    [
        ("hold", "@latte.art.lab"),
        ("hold", "@latte.art.lab", "--until", "forever"),
        ("hold", "@latte.art.lab", "--dry-run"),
        ("unhold", "@latte.art.lab"),
        ("ack", "@latte.art.lab"),
        ("resolve", "@latte.art.lab", "--as", "released"),
        ("resolve", "@latte.art.lab", "--as", "not-released"),
    ],
)
@pytest.mark.parametrize("past", [False, True], ids=["before its renewal", "after it"])
def test_of_what_we_released_nothing_can_be_said(after: Desk, command: tuple[str, ...], past: bool) -> None:
    """It was answered that the account is held until its renewal, with exit 0; it had been released."""
    if past:
        after.pass_time(H)
        assert after.run("run", "--once").code == 0
    before = words(after)

    said = after.run(*command, *WHY)

    assert (said.code, said.out) == (2, "")
    assert (
        f"@latte.art.lab ({LATTE_ART_LAB}) was released by the lease watcher on Tue 19 May 18:20 UTC"
        in said.err
    )
    assert f"({'1 h 30' if past else '30'} min ago), that cannot be undone" in said.err
    assert "Nothing was recorded." in said.err
    assert words(after) == before


def test_of_several_the_others_are_held(after: Desk) -> None:
    said = after.run("hold", "@latte.art.lab", "@travel.giants", *WHY)

    assert said.code == 2
    assert f"@latte.art.lab ({LATTE_ART_LAB}) was released by the lease watcher on " in said.out
    assert "@travel.giants" in said.out.partition(" is held until ")[0]
    assert "latte" not in after.run("holds").out


def test_a_pattern_means_those_that_are_left(after: Desk) -> None:
    assert after.run("run", "--once").code == 0
    said = after.run("hold", "--project", "acme-coffee", "--until", "30d", *WHY)

    assert said.code == 0
    assert "5 accounts fit --project acme-coffee:" in said.out
    assert "latte" not in said.out


def test_a_hold_that_may_come_too_late_is_recorded_and_says_so(during: Desk) -> None:
    """It said that the account is held, while its DELETE was out."""
    said = during.run("hold", "@latte.art.lab", *WHY)

    assert said.code == 21
    assert said.out.startswith(
        f"It may be too late for @latte.art.lab ({LATTE_ART_LAB}): it is being released since "
        "Tue 19 May 18:20 UTC (now), and it is not known yet how that ends. "
        "If it is still leased after that, it is held until Tue 19 May 19:00 UTC (in 40 min): no further "
    )
    assert "$" not in said.out
    assert [word.kind for word in words(during)][-1] is OverrideKind.HOLD


def test_during_a_release_it_can_be_resolved_and_other_words_say_what_is_under_way(during: Desk) -> None:
    assert "it is not known yet how that ends" in during.run("ack", "@latte.art.lab", *WHY).out
    said = during.run("resolve", "@latte.art.lab", "--as", "not-released", *WHY)
    assert (said.code, "counts as not released" in said.out) == (0, True)


def test_an_approval_leaves_out_what_was_released(after: Desk) -> None:
    with writer(after) as ledger:
        period, other = (ledger.find(one)[0].account.period for one in (LATTE_ART_LAB, "@travel.giants"))
        now = after.clock.now()
        ledger.apply(
            (
                DocketKept(docket="1111aaaa", periods=(period,), at=now),
                DocketKept(docket="2222bbbb", periods=(period, other), at=now),
            )
        )
    before = words(after)

    said = after.run("approve", "1111aaaa", *WHY)
    assert (said.code, "was released by the lease watcher on" in said.err, words(after)) == (2, True, before)

    said = after.run("approve", "2222bbbb", *WHY)
    assert said.code == 0
    assert "1 release, $150.00 a month." in said.out
    assert words(after)[-1].periods == (other,)


def test_what_is_missing_without_us_is_held_for_when_it_is_back(after: Desk) -> None:
    """One reading without it says little, and the next one may have it again."""
    after.sandbox.edit(lambda world: world.without_account(TRAVEL_GIANTS))
    after.run("run", "--once")
    after.pass_time(H)

    said = after.run("hold", "@travel.giants", *WHY)

    assert said.code == 0
    assert "is not among the leased accounts since Tue 19 May 18:50 UTC (1 h ago)" in said.out
    assert "The hold counts if it is listed again." in said.out
    assert "$" not in said.out
    assert words(after)[-1].kind is OverrideKind.HOLD
