"""Never send a DELETE without an intent, nor while one is unresolved; never guess how one ended."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.stage import LATTE, NOW, OPENS, RENEWS, TICK, D, H, M, S, Stage
from watcher.decide.exits import exit_of
from watcher.ports.ledger import Ledger, LedgerUnavailable
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending, Intent
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason, Trouble
from watcher.sandbox import (
    Corrupt,
    DropBefore,
    EmptyBody,
    Fault,
    Hang,
    Html,
    LostAnswer,
    RateLimited,
    ServerError,
    StaleList,
    Suspended,
    Truncated,
    WrongDate,
    corruptions,
)
from watcher.turn.act import LiveActor
from watcher.turn.conclude import Conclusions

LISTS = "leased-accounts"

LAST_SENDING = M + 10 * S + 2 * M
"""After the intent: it leaves within a minute and the timeout, and two clocks may each be a minute off."""


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """`@latte` is due: the next enforced turn sends its DELETE."""
    stage.watch_until(OPENS, every=12 * H)
    return stage


def endings(stage: Stage) -> list[str]:
    """How every intent on `@latte` ended, oldest first."""
    return [what for what in stage.history(LATTE.id) if what in _ENDINGS]


_ENDINGS = {
    f"release.{ending}" for ending in ("released", "gone_not_by_us", "not_done", "not_sent", "refused")
}


def ended(stage: Stage) -> list[Ending]:
    return [one.ended for one in stage.turn().attempts]


# The intent comes first


@pytest.mark.disk
def test_the_intent_is_in_the_ledger_before_the_delete_is_sent(stage: Stage) -> None:
    seen: list[tuple[Intent, ...]] = []
    stage.turn(before_sending=lambda: seen.append(stage.fleet().unresolved))
    assert [[intent.account.id for intent in intents] for intents in seen] == [[LATTE.id]]
    assert stage.released == [LATTE.id]


def test_the_api_is_told_why_and_by_which_turn(stage: Stage) -> None:
    report = stage.turn()
    [release] = stage.sandbox.world.releases
    assert release.reason == (
        f"lease-watcher: policy standard, no post published through Layers for 40 d 23 h, turn {report.turn}"
    )


def test_without_a_ledger_to_write_to_nothing_is_sent(stage: Stage) -> None:
    class Full:
        def __init__(self, ledger: Ledger) -> None:
            self._ledger = ledger

        def __getattr__(self, name: str) -> Any:
            return getattr(self._ledger, name)

        def write_intent(self, intent: Intent, guard: Callable[..., object]) -> Intent:
            raise LedgerUnavailable("The ledger cannot be written now: database or disk is full.")

    with stage.opened() as turns:
        assert isinstance(turns.actor, LiveActor)
        actor = replace(turns.actor, ledger=Full(turns.ledger))  # type: ignore[arg-type]
        with pytest.raises(LedgerUnavailable):
            replace(turns, actor=actor).run()
    assert stage.deletes == 0


# An answer that does not say how it ended

APPLIED: Sequence[Fault] = (
    LostAnswer(method="DELETE"),
    ServerError(method="DELETE", apply=True),
    ServerError(method="DELETE", status=503, code="UNAVAILABLE", apply=True),
    Html(method="DELETE", apply=True),
    Html(method="DELETE", status=200, apply=True),
    Html(method="DELETE", status=404, apply=True),
    EmptyBody(method="DELETE", status=200, apply=True),
    Truncated(method="DELETE"),
)

NOT_APPLIED: Sequence[Fault] = (
    DropBefore(method="DELETE"),
    ServerError(method="DELETE"),
    ServerError(method="DELETE", status=503, code="UNAVAILABLE"),
    Html(method="DELETE"),
    Html(method="DELETE", status=403),
    EmptyBody(method="DELETE", status=200),
)


def named(fault: Fault) -> str:
    return f"{type(fault).__name__}-{getattr(fault, 'status', '')}"


@pytest.mark.parametrize("fault", APPLIED, ids=named)
def test_what_was_done_unheard_is_found_out_by_reading_and_never_sent_again(
    stage: Stage, fault: Fault
) -> None:
    stage.fault(fault)
    assert ended(stage) == [Ending.RELEASED]
    stage.turn_at(OPENS + 15 * M)
    assert (stage.deletes, stage.released) == (1, [LATTE.id])


@pytest.mark.parametrize("fault", NOT_APPLIED, ids=named)
def test_what_was_not_done_is_found_out_by_reading_and_tried_once_more(stage: Stage, fault: Fault) -> None:
    stage.fault(replace(fault, times=1))
    assert ended(stage) == [Ending.NOT_DONE]
    stage.turn_at(OPENS + 15 * M)
    assert (stage.deletes, stage.released) == (2, [LATTE.id])


@pytest.mark.parametrize("fault", NOT_APPLIED[:2], ids=named)
def test_and_never_a_third_time(stage: Stage, fault: Fault) -> None:
    stage.fault(fault)
    for quarter in range(5):
        stage.turn_at(OPENS + quarter * 15 * M)
    assert stage.deletes == 2
    assert endings(stage) == ["release.not_done", "release.not_done"]


@pytest.mark.parametrize("fault", NOT_APPLIED[:2], ids=named)
def test_a_person_allows_exactly_one_more_attempt_each_time(stage: Stage, fault: Fault) -> None:
    """Five places named the command that lets it go on; the word was refused, and would change nothing."""
    stage.fault(fault)
    quarters = iter(range(1, 16))

    def turns(number: int) -> list[Exit]:
        return [exit_of(stage.turn_at(OPENS + next(quarters) * 15 * M)) for _ in range(number)]

    assert (turns(3), stage.deletes) == ([Exit.UNREADABLE, Exit.REFUSED, Exit.REFUSED], 2)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    assert (turns(3), stage.deletes) == ([Exit.REFUSED] * 3, 3)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.sandbox.clear_faults()
    assert (turns(2), stage.deletes) == ([Exit.DONE] * 2, 4)
    assert stage.released == [LATTE.id]


def test_a_word_on_how_the_first_ended_allows_no_third(stage: Stage) -> None:
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.move_to(OPENS + H)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.fault(NOT_APPLIED[0])
    for quarter in range(3):
        stage.turn_at(OPENS + H + quarter * 15 * M)
    assert stage.deletes == 1
    assert endings(stage) == ["release.not_done"] * 2


def test_a_word_on_how_the_second_ended_allows_one_more(stage: Stage) -> None:
    stage.fault(replace(NOT_APPLIED[0], times=1))
    stage.turn()
    stage.move_to(OPENS + 15 * M)
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.move_to(OPENS + H)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.turn()
    assert (stage.deletes, stage.released) == (2, [LATTE.id])


def test_a_timeout_is_an_unknown_ending_too(stage: Stage) -> None:
    stage.configure({"api.timeout": "200ms"})
    stage.fault(Hang(method="DELETE", seconds=5, apply=True))
    assert ended(stage) == [Ending.RELEASED]
    stage.sandbox.clear_faults()
    assert stage.deletes == 1


def test_the_second_attempt_is_inside_the_window_or_not_at_all(stage: Stage) -> None:
    stage.fault(DropBefore(method="DELETE", times=1))
    stage.turn()
    stage.turn_at(RENEWS - 11 * M)
    assert stage.deletes == 1


def test_a_hold_that_is_said_while_the_delete_is_out_forbids_another_attempt(stage: Stage) -> None:
    stage.fault(DropBefore(method="DELETE", times=1))
    stage.turn(before_sending=lambda: stage.say(OverrideKind.HOLD, account=LATTE.id))
    stage.turn_at(OPENS + 15 * M)
    assert (stage.deletes, stage.released) == (1, [])


# Reading back


def test_reading_back_asks_for_assigned_then_for_disconnected(stage: Stage) -> None:
    stage.fault(LostAnswer(method="DELETE"))
    stage.turn()
    log = stage.sandbox.log.entries
    sent = next(place for place, entry in enumerate(log) if entry.method == "DELETE")
    asked = [entry.path.partition("?")[2] for entry in log[sent + 1 : sent + 3]]
    assert asked == ["status=assigned", "status=disconnected"]


def test_an_account_still_listed_proves_nothing_before_30_s(stage: Stage) -> None:
    stage.fault(DropBefore(method="DELETE"))
    stage.turn()
    log = stage.sandbox.log.entries
    sent = next(place for place, entry in enumerate(log) if entry.method == "DELETE")
    looks = [entry.at - log[sent].at for entry in log[sent + 1 :] if "status=assigned" in entry.path]
    assert looks == [0 * S, 30 * S]


def test_absence_from_the_assigned_list_alone_proves_nothing(stage: Stage) -> None:
    """In neither list: it may be moving, or the reading be wrong."""
    stage.fault(LostAnswer(method="DELETE"))
    report = stage.turn(before_sending=lambda: stage.fault(_without_latte()))
    assert [one.ended for one in report.attempts] == [Ending.UNKNOWN]
    assert exit_of(report) is Exit.OUTCOME_UNKNOWN


def test_nothing_is_sent_while_an_intent_is_unresolved(stage: Stage) -> None:
    """The account is in neither list, then back in the first: only a person or time can tell."""
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.fault(ServerError(method="GET", path=f"{LISTS}$", times=4))
    report = stage.turn_at(OPENS + M)
    assert [one.ended for one in report.attempts] == [Ending.UNKNOWN]
    assert exit_of(report) is Exit.OUTCOME_UNKNOWN
    assert stage.deletes == 0


def test_not_knowing_is_told_once_a_day(stage: Stage) -> None:
    """It was told never: only what is concluded came with a message."""
    stage.fault(LostAnswer(method="DELETE"))
    stage.turn(before_sending=lambda: stage.fault(_without_latte()))
    stage.turn_at(OPENS + 15 * M)
    assert [event["account"] for event in stage.told("release.unknown")] == [LATTE.id]


def test_the_next_turn_reads_back_before_anything_else(stage: Stage) -> None:
    stage.fault(LostAnswer(method="DELETE"), ServerError(method="GET", path=LISTS, after=2))
    assert ended(stage) == [Ending.UNKNOWN]
    stage.sandbox.clear_faults()
    stage.sandbox.log.clear()
    assert ended(stage) == [Ending.RELEASED]
    paths = [entry.path for entry in stage.sandbox.log.entries if entry.path.startswith("/v1")]
    assert paths[:3] == [
        "/v1/whoami",
        "/v1/projects/prj_acme/leased-accounts?status=assigned",
        "/v1/projects/prj_acme/leased-accounts?status=disconnected",
    ]
    assert (stage.sandbox.log.deletes_received, stage.released) == (0, [LATTE.id])


@pytest.mark.parametrize(
    ("after", "ending"),
    [(LAST_SENDING + 30 * S - TICK, Ending.UNKNOWN), (LAST_SENDING + 30 * S, Ending.NOT_DONE)],
    ids=["one tick before 30 s", "at 30 s"],
)
def test_a_turn_within_30_s_of_the_last_possible_sending_waits_for_the_next(
    stage: Stage, after: object, ending: Ending
) -> None:
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.clock.advance(after)  # type: ignore[arg-type]
    attempts = stage.turn().attempts
    assert attempts[0].ended is ending
    assert stage.deletes == (1 if ending is Ending.NOT_DONE else 0)


def test_frozen_before_the_delete_and_killed_after_it_nothing_is_sent_again_at_once(stage: Stage) -> None:
    """The process stood still for 40 s between intent and DELETE, and died before the answer; the one after
    it counted 41 s since the intent, found the account in a list that was a second behind, took that for
    "not done", and sent a second DELETE.
    """
    stage.fault(LostAnswer(method="DELETE"), ServerError(method="GET", path=LISTS, after=2))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Conclusions, "_read_back", lambda *_: _cut())
        with pytest.raises(_PowerCut):
            stage.turn(before_sending=lambda: stage.clock.advance(40 * S))
    stage.sandbox.clear_faults()
    stage.fault(StaleList(as_of="last release", times=20))
    stage.clock.advance(S)
    assert ended(stage) == [Ending.UNKNOWN]
    assert stage.deletes == 1
    stage.sandbox.clear_faults()
    stage.clock.advance(15 * M)
    assert ended(stage) == [Ending.RELEASED]
    assert stage.deletes == 1


def test_a_clock_that_is_off_cannot_say_that_a_delete_was_not_done(stage: Stage) -> None:
    """A host whose clock is an hour ahead believes that every DELETE was sent long ago."""
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.clock.advance(H)
    stage.fault(WrongDate(offset=-H + S))
    assert ended(stage) == [Ending.UNKNOWN]
    stage.sandbox.clear_faults()
    assert ended(stage)[0] is Ending.NOT_DONE


def test_another_lease_under_the_same_id_proves_nothing(stage: Stage) -> None:
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.change(LATTE, assigned_at=NOW)
    stage.move_to(OPENS + H)
    assert ended(stage) == [Ending.UNKNOWN]
    assert stage.deletes == 0


# A person's word on an unresolved intent


@pytest.mark.parametrize(
    ("word", "ending", "deletes"),
    [
        (OverrideKind.RESOLVE_RELEASED, "release.released", 0),
        (OverrideKind.RESOLVE_NOT_RELEASED, "release.not_done", 1),
    ],
)
def test_a_person_may_say_how_it_ended(stage: Stage, word: OverrideKind, ending: str, deletes: int) -> None:
    with pytest.raises(_PowerCut):
        stage.turn(before_sending=_cut)
    stage.move_to(OPENS + H)
    stage.say(word, account=LATTE.id)
    stage.turn()
    assert endings(stage)[0] == ending
    assert stage.deletes == deletes


# 404


def test_404_is_gone_not_by_us_where_no_delete_of_ours_came_before(stage: Stage) -> None:
    report = stage.turn(before_sending=lambda: stage.change(LATTE, status="disconnected"))
    assert [one.ended for one in report.attempts] == [Ending.GONE_NOT_BY_US]
    assert endings(stage) == ["release.gone_not_by_us"]
    assert "release.released" not in stage.history(LATTE.id)
    (told,) = stage.told("account.gone")
    assert (told["account"], told["severity"]) == (LATTE.id, "critical")
    assert "another watcher" in told["text"]


def test_404_seconds_after_the_account_was_leased_is_no_success(stage: Stage) -> None:
    """Two watchers with two shard counts sent 26 DELETEs for 16 accounts: ten were 404, and all exits 0."""
    report = stage.turn(before_sending=lambda: stage.change(LATTE, status="disconnected"))
    assert exit_of(report) is Exit.REFUSED


def test_404_is_done_where_our_own_earlier_delete_may_have_landed_after_all(stage: Stage) -> None:
    """The first one was done, and the lists showed the account for more than 30 s: "not done"."""
    stage.fault(
        ServerError(method="DELETE", apply=True, times=1),
        StaleList(method="GET", path=LISTS, as_of="last release", times=6),
    )
    assert ended(stage) == [Ending.NOT_DONE]
    stage.move_to(OPENS + 15 * M)
    assert ended(stage) == [Ending.RELEASED]
    assert endings(stage) == ["release.not_done", "release.released"]
    assert (stage.deletes, stage.released) == (2, [LATTE.id])


def test_404_from_somebody_in_between_is_no_404_of_the_api(stage: Stage) -> None:
    stage.fault(Html(method="DELETE", status=404))
    assert ended(stage) == [Ending.NOT_DONE]


# Refusals


def test_409_not_leased_is_never_tried_again(stage: Stage) -> None:
    """The list still shows it; the API says that it is the customer's own."""
    stage.fault(StaleList(method="GET", path=LISTS))
    stage.turn(before_sending=lambda: stage.change(LATTE, leased=False))
    for quarter in range(4):
        assert exit_of(stage.turn_at(OPENS + quarter * 15 * M)) is Exit.REFUSED
    assert stage.deletes == 1
    assert [event["account"] for event in stage.told("release.failed")] == [LATTE.id]


@pytest.mark.parametrize(
    "code", ["FORBIDDEN", "FORBIDDEN_PROJECT", "SOMETHING_NEW"], ids=lambda code: f"403 {code}"
)
def test_403_about_the_account_is_never_tried_again(stage: Stage, code: str) -> None:
    stage.fault(ServerError(method="DELETE", status=403, code=code, times=1))
    for quarter in range(4):
        assert exit_of(stage.turn_at(OPENS + quarter * 15 * M)) is Exit.REFUSED
    assert stage.deletes == 1


def test_nor_in_the_next_lease_period(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN", times=1))
    stage.turn()
    again = stage.sandbox.world.accounts[LATTE.id].next_renewal_at + 31 * D - 5 * H
    stage.watch_until(again, every=24 * H)
    assert [one.reason for one in stage.turn().decisions if one.account.id == LATTE.id] == [
        Reason.REFUSED_BEFORE
    ]
    assert stage.deletes == 1


def test_a_person_lifts_a_refusal(stage: Stage) -> None:
    """The gate let it pass, but the plan, which has the word on it first, did not."""
    stage.fault(ServerError(method="DELETE", status=409, code="CONFLICT", times=1))
    stage.turn()
    stage.move_to(OPENS + M)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.turn_at(OPENS + 15 * M)
    assert (stage.deletes, stage.released) == (2, [LATTE.id])


def test_a_word_said_before_the_refusal_lifts_nothing(stage: Stage) -> None:
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id, at=OPENS - TICK)
    stage.fault(ServerError(method="DELETE", status=409, code="CONFLICT"))
    stage.turn()
    stage.turn_at(OPENS + 15 * M)
    assert stage.deletes == 1


def test_401_ends_the_turn_and_the_attempt_counts_as_not_sent(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", status=401, code="UNAUTHENTICATED", times=1))
    report = stage.turn()
    assert exit_of(report) is Exit.KEY
    assert endings(stage) == ["release.not_sent"]
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (403, "FORBIDDEN_SCOPE", Trouble.KEY_LACKS_SCOPE),
        (422, "FORBIDDEN_SCOPE", Trouble.KEY_LACKS_SCOPE),
        (403, "KILL_SWITCH", Trouble.KEY_SUSPENDED),
    ],
)
def test_a_no_to_the_key_is_none_to_the_account(
    stage: Stage, status: int, code: str, trouble: Trouble
) -> None:
    """Each account that was due was marked "never again without a person", for the fault of the key."""
    stage.fault(ServerError(method="DELETE", status=status, code=code, times=1))
    report = stage.turn()
    assert (report.trouble, exit_of(report)) == (trouble, Exit.KEY)
    assert endings(stage) == ["release.not_sent"]
    assert stage.memory().refused == {}
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]


def test_429_is_certainly_not_carried_out_and_costs_no_attempt(stage: Stage) -> None:
    stage.fault(RateLimited(method="DELETE", times=3))
    for quarter in range(4):
        stage.turn_at(OPENS + quarter * 15 * M)
    assert endings(stage) == ["release.not_sent"] * 3 + ["release.released"]


def test_a_suspended_key_leaves_the_ending_unknown_and_hammers_nothing(stage: Stage) -> None:
    stage.fault(Suspended(after=5))
    stage.turn(before_sending=lambda: stage.fault(Suspended()))
    assert stage.deletes == 1
    sent = len(stage.sandbox.log.entries)
    report = stage.turn_at(OPENS + 15 * M)
    assert exit_of(report) is Exit.KEY
    assert (stage.deletes, len(stage.sandbox.log.entries)) == (1, sent + 1)


def _without_latte() -> Fault:
    return Corrupt(method="GET", path=LISTS, mutate=corruptions.without_item(account=LATTE.id))


class _PowerCut(Exception):
    pass


def _cut() -> None:
    raise _PowerCut
