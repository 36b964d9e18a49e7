"""What every ledger promises, over a real file that is opened anew between the writing and the reading."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import pytest

from tests.builders import NOW, D, H, account, published, waiting_in
from tests.contracts.conftest import Anywhere, content, open_ledger, open_reader, open_words, taken
from watcher.adapters.ledger import lines
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.lines import docket_of, names
from watcher.adapters.ledger.opening import is_there
from watcher.adapters.ledger.places import Place
from watcher.brakes import approving, docket
from watcher.brakes.docket import Entry
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.gate import GateFacts
from watcher.facts.accounts import AccountId, LeasePeriod, Listed, ProjectId
from watcher.facts.activity import Seen, Use
from watcher.memory.remembered import (
    CLOCK_OFF,
    CLOCK_UNPROVED,
    FleetMemory,
    Known,
    KnownRules,
    ProjectMemory,
    TurnKind,
    TurnRecord,
)
from watcher.memory.writes import (
    Announced,
    Bound,
    Concluded,
    DocketKept,
    Forgotten,
    GoneRecord,
    Note,
    Queued,
    ReadRecord,
    Said,
    TurnBegun,
    TurnEnded,
    UnreadRecord,
)
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import Event, EventKind
from watcher.messages.outbox import Message, Undelivered
from watcher.messages.problem_facts import HaltFacts
from watcher.messages.problems import Problem
from watcher.ports.ledger import Ledger, LedgerReader, LedgerUnusable, require_ours
from watcher.record.intents import Conclusion, Ending, Intent
from watcher.record.lateness import Change, Since
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Mode
from watcher.rules.shards import WHOLE, Shard
from watcher.texts.foreign import LONGEST_NAME

ACME = ProjectId("prj_acme")
LATTE = account("latte")
PROBLEM = Problem(
    id="clock.off",
    kind=EventKind.CLOCK_OFF,
    content="clock.off",
    text="it is off",
    since=NOW,
    told_at=NOW,
    follows="set it",
    periods=(LATTE.period,),
)
PAID = Outcome(
    kind=OutcomeKind.PAID,
    period=LATTE.period,
    project=ACME,
    handle="latte",
    price_cents=15_000,
    at=NOW,
    cause=Cause.HELD,
)
HALTED = Explanation(
    cause=Cause.BRAKED,
    title="halted: too many releases",
    word="approval withdrawn by ann",
    details=("26 releases, limit 20", "nobody approved by Mon 18 May 11:50 UTC"),
    brakes=("too_many",),
    closes=NOW,
    by=NOW - H,
)
T = TypeVar("T")


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    """With two turns under way, for what happens in them."""
    with closing(open_ledger(place)) as one:
        taken(one)
        for id in ("turn-1", "turn-2"):
            under_way = {"ended_at": None, "completed": False, "exit_code": None, "summary": {}}
            one.apply((TurnBegun(turn=turn(0, id=id, kind=TurnKind.FOCUSED, **under_way)),))
        yield one


def reopened(place: Anywhere, ask: Callable[[LedgerReader], T]) -> T:
    """What a process that comes later sees."""
    with closing(open_reader(place)) as reader:
        return ask(reader)


def turn(number: int = 1, at: datetime = NOW, **facts: object) -> TurnRecord:
    defaults: dict[str, object] = {
        "id": f"full-{number}",
        "kind": TurnKind.FULL,
        "mode": Mode.ENFORCE,
        "started_at": at,
        "unbroken_since": at,
        "ended_at": at + timedelta(seconds=3),
        "completed": True,
        "exit_code": 0,
        "summary": {"accounts": 15},
    }
    return TurnRecord(**(defaults | facts))  # type: ignore[arg-type]


def took(ledger: Ledger, record: TurnRecord, watermark: datetime | None = None) -> TurnRecord:
    ledger.apply(
        (TurnBegun(turn=replace(record, ended_at=None, completed=False, exit_code=None, summary={})),)
    )
    ledger.apply((TurnEnded(turn=record, watermark=watermark),))
    return record


def intent(of: object = LATTE, at: datetime = NOW) -> Intent:
    return Intent(account=of, turn="turn-1", policy="standard", reason="unused", written_at=at)  # type: ignore[arg-type]


def written(ledger: Ledger, one: Intent) -> Intent:
    found = ledger.write_intent(one, lambda _: None)
    assert isinstance(found, Intent)
    return found


def event(key: str = "k", **facts: object) -> Event:
    defaults: dict[str, object] = {"kind": EventKind.RENEWAL_WARNING, "key": key, "at": NOW, "what": "a text"}
    return Event(**(defaults | facts))  # type: ignore[arg-type]


def message(key: str = "k", notifier: str = "ops", *, live: bool = True, **facts: object) -> Message:
    return Message(notifier=notifier, event=event(key, **facts), live=live)


def notice(key: str = "n", *, live: bool = True, at: datetime = NOW) -> Notice:
    return Notice(
        key=key,
        period=LATTE.period,
        not_before=at + D,
        fingerprint="f",
        live=live,
        created_at=at,
        handle=LATTE.handle,
        platform=LATTE.platform,
    )


def recorded(ledger: Ledger, *known: Known, at: datetime = NOW, **facts: object) -> None:
    facts = {"strange": frozenset(), **facts}
    ledger.apply((ReadRecord(project=ACME, turn="turn-1", at=at, known=known, **facts),))  # type: ignore[arg-type]


# Whose it is


def test_a_new_ledger_serves_whoever_comes_first_and_nobody_else_after(
    ledger: Ledger, place: Anywhere
) -> None:
    assert ledger.bound_to() is None
    ledger.apply((Bound(organization="org", base_url="https://api"),))
    ledger.apply((Bound(organization="org", base_url="https://api"),))

    assert reopened(place, lambda one: one.bound_to()) == ("org", "https://api")
    for other in (
        {"organization": "org2", "base_url": "https://api"},
        {"organization": "org", "base_url": "x"},
    ):
        with pytest.raises(LedgerUnusable, match="One ledger serves one organisation"):
            ledger.apply((Bound(**other),))


def test_a_ledger_knows_one_part_of_the_fleet_and_serves_no_other(ledger: Ledger, place: Anywhere) -> None:
    """A shard's ledger under another number of shards judged projects it had never seen, or no longer had."""
    whose = {"organization": "org", "base_url": "https://api"}
    assert ledger.part() is None
    ledger.apply((Bound(**whose, shard=Shard(index=2, count=4)),))
    ledger.apply((Bound(**whose, shard=Shard(index=2, count=4)),))

    assert reopened(place, lambda one: one.part()) == "2/4"
    for other in (Shard(index=1, count=4), Shard(index=2, count=5), WHOLE):
        with pytest.raises(LedgerUnusable, match="is the ledger of shard 2/4, but this watcher is "):
            ledger.apply((Bound(**whose, shard=other),))
        with closing(open_reader(place)) as reader, pytest.raises(LedgerUnusable, match="shard 2/4"):
            require_ours(reader, Bound(**whose, shard=other))
    assert reopened(place, lambda one: one.part()) == "2/4"


def test_nor_does_the_ledger_of_the_whole_fleet_serve_a_part(ledger: Ledger) -> None:
    ledger.apply((Bound(organization="org", base_url="https://api"),))
    with pytest.raises(LedgerUnusable, match="of the whole fleet, but this watcher is shard 0/2"):
        ledger.apply((Bound(organization="org", base_url="https://api", shard=Shard(index=0, count=2)),))


# Turns


def test_a_new_ledger_remembers_nothing(ledger: Ledger) -> None:
    assert ledger.fleet(NOW) == FleetMemory()
    assert ledger.project(ACME) == ProjectMemory()


def test_the_first_and_the_last_completed_full_turn_are_remembered(ledger: Ledger, place: Anywhere) -> None:
    first = took(ledger, turn(1, NOW))
    took(ledger, turn(2, NOW + H, kind=TurnKind.FOCUSED))
    last = took(ledger, turn(3, NOW + 2 * H))
    took(ledger, turn(4, NOW + 3 * H, completed=False, exit_code=77))
    ledger.apply(
        (TurnBegun(turn=turn(5, NOW + 4 * H, ended_at=None, completed=False, exit_code=None, summary={})),)
    )

    memory = reopened(place, lambda one: one.fleet(NOW + D))
    assert memory.ledger_since == first.started_at
    assert memory.last_turn == last


def test_a_turn_of_a_clock_that_was_off_counts_from_when_it_can_have_been(ledger: Ledger) -> None:
    right = turn(2, NOW)
    took(ledger, turn(1, NOW - 30 * D, summary={CLOCK_OFF: 90}))
    took(ledger, right)
    took(ledger, turn(3, NOW + 2 * H, summary={CLOCK_OFF: 3 * 3600}))
    memory = ledger.fleet(NOW + 4 * H)
    assert (memory.ledger_since, memory.last_turn) == (right.started_at, right)
    took(ledger, turn(4, NOW + 3 * H, summary={CLOCK_OFF: 3600}))
    last = ledger.fleet(NOW + 4 * H).last_turn
    assert last is not None
    assert (last.id, last.started_at) == ("full-4", NOW + 2 * H)


def test_a_turn_of_a_clock_that_nobody_proved_is_the_last_one_and_makes_no_ledger_old(ledger: Ledger) -> None:
    took(ledger, turn(1, NOW - 30 * D, summary={CLOCK_UNPROVED: 1}))
    right = took(ledger, turn(2, NOW))
    last = took(ledger, turn(3, NOW + H, summary={CLOCK_UNPROVED: 1}))
    memory = ledger.fleet(NOW + 2 * H)
    assert (memory.ledger_since, memory.last_turn) == (right.started_at, last)


def test_gaps_are_measured_from_the_last_turn_whose_clock_was_proved(ledger: Ledger) -> None:
    """A turn without a date became the last one, and what lay before it was forgotten."""
    assert (ledger.fleet(NOW).last_proved, ledger.fleet(NOW).doubtful) == (None, ())
    took(ledger, turn(1, NOW - D, summary={CLOCK_UNPROVED: 1}))
    right = took(ledger, turn(2, NOW))
    undated = took(ledger, turn(3, NOW + H, mode=Mode.OBSERVE, summary={CLOCK_UNPROVED: 1}))
    wrong = took(ledger, turn(4, NOW + 2 * H, summary={CLOCK_OFF: 90}))
    took(ledger, turn(5, NOW + 3 * H, completed=False, summary={CLOCK_UNPROVED: 1}))
    took(ledger, turn(6, NOW + 5 * H, summary={CLOCK_UNPROVED: 1}))
    memory = ledger.fleet(NOW + 4 * H)
    assert (memory.last_proved, memory.doubtful) == (right, (wrong, undated))
    behind = ledger.fleet(NOW - 2 * D)
    assert (behind.last_proved, behind.doubtful) == (right, ()), "by a clock that is behind all of them"


def test_a_turn_of_the_future_is_no_last_turn(ledger: Ledger, place: Anywhere) -> None:
    """Taken by a clock that was wrong: it would make every turn after it a gap."""
    last = took(ledger, turn(1, NOW))
    took(ledger, turn(2, NOW + 3 * D))
    assert reopened(place, lambda one: one.fleet(NOW + H)).last_turn == last


def test_a_watermark_stays_until_another_one_comes(ledger: Ledger, place: Anywhere) -> None:
    took(ledger, turn(1), watermark=NOW - D)
    took(ledger, turn(2), watermark=None)
    assert reopened(place, lambda one: one.fleet(NOW)).watermark == NOW - D


# Facts


def test_a_blank_is_remembered_from_when_it_began_until_something_shows(ledger: Ledger) -> None:
    """What is written of a project without a look at its evidence says nothing of it."""
    for at, blank, since in [
        (NOW, None, None),
        (NOW + H, True, NOW + H),
        (NOW + 2 * H, True, NOW + H),
        (NOW + 3 * H, None, NOW + H),
        (NOW + 4 * H, False, None),
    ]:
        id_ = took(ledger, turn(at.hour)).id
        ledger.apply((ReadRecord(project=ACME, turn=id_, at=at, strange=frozenset(), blank=blank),))
        assert ledger.project(ACME).blank_since == since


def test_the_rules_of_a_reading_stay_until_another_says_otherwise(ledger: Ledger, place: Anywhere) -> None:
    """What is written of a project without saying by which rules leaves them as they are."""
    since = Since(change=Change.ENROLLED, at=NOW.replace(microsecond=123_456), earliest=NOW - H)
    enforced = KnownRules(mode=Mode.ENFORCE, enrolled=True, policies={"a": since, "b": since})
    observed = KnownRules(mode=Mode.OBSERVE, enrolled=False)
    for hour, said, kept in [
        (1, None, None),
        (2, enforced, enforced),
        (3, None, enforced),
        (4, observed, observed),
    ]:
        id_ = took(ledger, turn(hour)).id
        at = NOW + hour * H
        ledger.apply((ReadRecord(project=ACME, turn=id_, at=at, strange=frozenset(), rules=said),))
        ledger.apply((UnreadRecord(project=ACME, at=at, unreadable_since=at),))
        assert reopened(place, lambda one: one.project(ACME)).rules == kept


def test_accounts_whose_use_is_no_longer_shown_are_known_until_the_watermark_passes(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW, unshown_since=NOW - H))
    assert ledger.fleet(NOW).unshown == {LATTE.id}
    took(ledger, turn(2), watermark=NOW - H)
    assert ledger.fleet(NOW).unshown == frozenset()


def test_what_is_known_of_an_account_comes_back_whole(ledger: Ledger, place: Anywhere) -> None:
    one = Known(
        account=LATTE,
        first_seen_at=NOW - D,
        used=published(40 * D),
        usage_at_opening=Usage.UNUSED,
        turned_idle_at=NOW - 2 * D,
        reason=Reason.NOTICE_TO_COME,
        decided_at=NOW.replace(microsecond=123_456),
        gone_at=NOW,
        unshown_since=NOW - H,
        missed_at=NOW - 2 * H,
        explanation=HALTED,
    )
    bare = Known(account=replace(account("bare"), followers=None), first_seen_at=NOW)
    recorded(ledger, one, bare, shown=True)

    memory = reopened(place, lambda reader: reader.project(ACME))
    assert memory.known == {LATTE.id: one, bare.account.id: bare}
    assert (memory.read_at, memory.unreadable_since) == (NOW, None)
    assert reopened(place, lambda reader: reader.fleet(NOW)).shown == {ACME}


def test_when_unfinished_work_was_to_go_out_is_kept(ledger: Ledger, place: Anywhere) -> None:
    queued = Seen(at=NOW, what=Use.QUEUED_POST, planned=NOW + 2 * D)
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW, used=queued))
    used = reopened(place, lambda reader: reader.project(ACME)).known[LATTE.id].used
    assert used is not None
    assert (used, used.planned) == (queued, NOW + 2 * D)


def test_an_unreadable_project_keeps_what_was_known_until_it_is_read_again(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW), shown=True)
    ledger.apply((UnreadRecord(project=ACME, at=NOW + H, unreadable_since=NOW + H),))
    memory = ledger.project(ACME)
    assert (memory.read_at, memory.unreadable_since, set(memory.known)) == (NOW, NOW + H, {LATTE.id})

    recorded(ledger, at=NOW + 2 * H)
    memory = ledger.project(ACME)
    assert (memory.read_at, memory.unreadable_since) == (NOW + 2 * H, None)
    assert ledger.fleet(NOW).shown == {ACME}


def test_history_tells_a_change_once(ledger: Ledger) -> None:
    seen = Known(account=LATTE, first_seen_at=NOW)
    dearer = replace(seen, account=replace(LATTE, price_cents=20_000))
    recorded(ledger, seen)
    recorded(ledger, dearer, at=NOW + H)
    recorded(ledger, dearer, at=NOW + 2 * H)

    assert [(line.at, line.what) for line in ledger.history(LATTE.id)] == [
        (NOW, "lease.new"),
        (NOW + H, "price.changed"),
    ]


def test_a_lease_period_has_one_outcome_of_a_kind(ledger: Ledger) -> None:
    recorded(ledger, outcomes=(PAID,))
    recorded(ledger, outcomes=(replace(PAID, cause=Cause.BRAKED),))

    (line,) = ledger.history(LATTE.id)
    assert (line.what, line.cents, line.paid) == ("renewal.paid", 15_000, PAID)
    assert line.text.endswith(" (held).")


def test_what_was_paid_comes_back_with_why(ledger: Ledger) -> None:
    halted = replace(PAID, cause=Cause.BRAKED, explanation=HALTED)
    recorded(ledger, outcomes=(halted,))
    (line,) = ledger.history(LATTE.id)
    assert line.paid == halted
    assert line.text == (
        "Paid without evidence of use: $150.00 (halted: too many releases; 26 releases, limit 20; "
        "nobody approved by Mon 18 May 11:50 UTC)."
    )


# Notices and receipts


def test_a_receipt_is_the_acceptance_of_the_very_message_that_announced(
    ledger: Ledger, place: Anywhere
) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    ledger.apply(
        (Announced(notices=(notice(),), messages=(message("n"), message("n", "boss")), turn="turn-1"),)
    )
    assert ledger.project(ACME).notices[LATTE.period].receipts == {}

    (waiting,) = waiting_in(ledger, "ops")
    delivered(ledger, waiting.id, at=NOW + H)
    found = reopened(place, lambda one: one.project(ACME)).notices[LATTE.period]
    assert found == replace(notice(), receipts={"ops": NOW + H})


def delivered(ledger: Ledger, *messages: int, at: datetime, thread: str | None = None) -> None:
    ledger.end_delivery(
        DeliveryNote(notifier="ops", counts=True, accepted=messages, thread=thread), Channel(), at=at
    )


def test_what_was_sent_as_would_be_is_no_receipt_for_a_notice_that_counts(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    ledger.apply((Announced(notices=(notice(),), messages=(message("n", live=False),), turn="turn-1"),))
    (waiting,) = waiting_in(ledger, "ops")
    delivered(ledger, waiting.id, at=NOW)

    assert ledger.project(ACME).notices[LATTE.period].receipts == {}


def test_the_latest_notice_of_a_period_counts_and_a_voided_one_stays_void(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    ledger.apply((Announced(notices=(notice("one"),), messages=(), turn="turn-1"),))
    recorded(ledger, at=NOW + H, voided=(("one", Void.USED),))
    recorded(ledger, at=NOW + 2 * H, voided=(("one", Void.HELD),))
    assert ledger.project(ACME).notices[LATTE.period].voided is Void.USED

    ledger.apply((Announced(notices=(notice("two", at=NOW + 3 * H),), messages=(), turn="turn-2"),))
    assert ledger.project(ACME).notices[LATTE.period] == notice("two", at=NOW + 3 * H)


def test_rungs_told_are_remembered_once_queued(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    rungs = [3 * D, D]
    ledger.apply(
        (
            Queued(
                messages=tuple(
                    message(f"r{rung}", period=LATTE.period, account=LATTE.id, rung=rung) for rung in rungs
                ),
                at=NOW,
            ),
        )
    )
    assert ledger.project(ACME).told == {LATTE.period: frozenset(rungs)}


# Messages


def test_a_message_is_queued_once_for_a_notifier_also_after_a_restart(
    ledger: Ledger, place: Anywhere
) -> None:
    ledger.apply((Queued(messages=(message(), message("k", "boss")), at=NOW),))
    with closing(open_ledger(place)) as again:
        taken(again, NOW + D).apply((Queued(messages=(message(what="another text"),), at=NOW + H),))
        (waiting,) = waiting_in(again, "ops")
        assert (waiting.message, waiting.queued_at) == (message(), NOW)
        assert len(waiting_in(again, "boss")) == 1


def test_what_is_accepted_or_given_up_no_longer_waits(ledger: Ledger, place: Anywhere) -> None:
    ledger.apply((Queued(messages=(message("a"), message("b"), message("c")), at=NOW),))
    a, b, c = waiting_in(ledger, "ops")
    delivered(ledger, a.id, at=NOW)
    ledger.end_delivery(DeliveryNote(notifier="ops", waiting=(b.id,), why="no answer"), Channel(), at=NOW)
    ledger.end_delivery(DeliveryNote(notifier="ops", given_up=(c.id,), why="refused"), Channel(), at=NOW + H)

    (left,) = waiting_in(ledger, "ops")
    assert left.id == b.id
    common = {"notifier": "ops", "kind": "renewal.warning", "text": "a text", "queued_at": NOW, "attempts": 1}
    assert reopened(place, lambda one: tuple(one.undelivered())) == (
        Undelivered(id=b.id, why="no answer", given_up_at=None, **common),  # type: ignore[arg-type]
        Undelivered(id=c.id, why="refused", given_up_at=NOW + H, **common),  # type: ignore[arg-type]
    )


# Intents


def test_the_guard_sees_what_its_transaction_reads(ledger: Ledger) -> None:
    other = account("other")
    hold = Override(kind=OverrideKind.HOLD, at=NOW, by="jo", why="x", account=LATTE.id)
    ledger.apply((Said(override=hold),))
    ledger.apply((Announced(notices=(notice(),), messages=(), turn="turn-1"),))
    first = written(ledger, intent(at=NOW - H))
    ledger.conclude(Concluded(intent=first, ending=Ending.NOT_DONE, at=NOW, detail="d"))
    unresolved = written(ledger, intent(other))
    seen: list[GateFacts] = []

    def guard(facts: GateFacts) -> Reason | None:
        seen.append(facts)
        return Reason.HELD

    assert ledger.write_intent(intent(), guard) is Reason.HELD
    (facts,) = seen
    assert facts.overrides.said == (hold,)
    assert facts.notice == notice()
    assert facts.unresolved == (unresolved,)
    assert facts.attempts == (replace(first, ending=Ending.NOT_DONE, ended_at=NOW, detail="d"),)
    assert facts.done == ()
    assert ledger.fleet(NOW).unresolved == (unresolved,)


def test_a_second_intent_waits_for_the_end_of_the_first_whatever_its_guard_says(ledger: Ledger) -> None:
    first = written(ledger, intent())
    assert ledger.write_intent(intent(at=NOW + H), lambda _: None) is Reason.UNRESOLVED
    ledger.conclude(Concluded(intent=first, ending=Ending.NOT_SENT, at=NOW))
    assert isinstance(ledger.write_intent(intent(at=NOW + H), lambda _: None), Intent)


def test_an_intent_ends_once(ledger: Ledger) -> None:
    one = written(ledger, intent())
    ledger.conclude(
        Concluded(intent=one, ending=Ending.REFUSED, at=NOW, detail="409 CONFLICT", request_id="req_1")
    )
    ledger.conclude(Concluded(intent=one, ending=Ending.NOT_DONE, at=NOW + H, detail="later"))

    memory = ledger.project(ACME)
    assert (set(memory.refused), memory.not_done) == ({LATTE.id}, {})


@pytest.mark.parametrize(
    ("ending", "remembered"),
    [
        (Ending.RELEASED, {"released": frozenset({LATTE.period})}),
        (Ending.NOT_DONE, {"not_done": {LATTE.period: 1}, "not_done_at": {LATTE.period: NOW}}),
        (Ending.REFUSED, {"refused": {LATTE.id: NOW}}),
        (Ending.NOT_SENT, {}),
        (Ending.GONE_NOT_BY_US, {}),
        (None, {"unresolved": frozenset({LATTE.id})}),
    ],
)
def test_how_an_intent_ended_is_remembered(
    ledger: Ledger, place: Anywhere, ending: Conclusion | None, remembered: dict[str, object]
) -> None:
    one = written(ledger, intent())
    if ending is not None:
        ledger.conclude(Concluded(intent=one, ending=ending, at=NOW))
    assert reopened(place, lambda reader: reader.project(ACME)) == replace(ProjectMemory(), **remembered)  # type: ignore[arg-type]


@pytest.mark.parametrize(("age", "counts"), [(24 * H, True), (24 * H + timedelta(microseconds=1), False)])
def test_a_release_counts_for_a_day(ledger: Ledger, age: timedelta, counts: bool) -> None:
    one = written(ledger, intent())
    outcome = Outcome(
        kind=OutcomeKind.RELEASED,
        period=LATTE.period,
        project=ACME,
        handle="latte",
        price_cents=15_000,
        at=NOW,
    )
    ledger.conclude(
        Concluded(intent=one, ending=Ending.RELEASED, at=NOW, outcome=outcome, messages=(message("done"),))
    )

    entry = Entry(
        period=LATTE.period,
        project=ACME,
        handle="latte",
        price_cents=15_000,
        place=docket.Place.DONE,
        done_at=NOW,
    )
    assert ledger.fleet(NOW + age).done == ((entry,) if counts else ())
    assert [each.message.event.key for each in waiting_in(ledger, "ops")] == ["done"]


# What people say


@pytest.mark.parametrize("kind", OverrideKind)
def test_every_word_of_a_person_comes_back_whole_and_in_order(place: Anywhere, kind: OverrideKind) -> None:
    open_ledger(place).close()
    word = Override(
        kind=kind,
        at=NOW,
        by="jo",
        why="because",
        account=LATTE.id,
        project=ACME,
        until=NOW + D,
        periods=(LATTE.period,),
        begins=NOW + H,
    )
    bare = Override(kind=kind, at=NOW - H, by="jo", why="")
    with closing(open_words(place)) as words:
        words.apply((Said(override=word),))
        words.apply((Said(override=bare),))
    assert reopened(place, lambda one: one.fleet(NOW)).overrides.said == (word, bare)


def test_a_docket_is_found_by_its_name(ledger: Ledger, place: Anywhere) -> None:
    """As it was judged last: what halts it may be another brake by then."""
    periods = (LATTE.period, LeasePeriod(account=AccountId("sa_x"), renews_at=NOW))
    halt = KeptHalt(
        brake="value",
        words="too much",
        way=approving("7f3a"),
        lifts_at=NOW + H,
        loses=periods,
        perhaps=periods[:1],
    )
    first = DocketKept(docket="7f3a", periods=periods, at=NOW)
    last = DocketKept(docket="7f3a", periods=periods, at=NOW + H, halts=(halt,))
    ledger.apply((first,))
    ledger.apply((last,))

    assert reopened(place, lambda one: one.docket("7f3a")) == last
    assert reopened(place, lambda one: one.docket("7f3b")) is None
    assert reopened(place, lambda one: one.dockets(NOW)) == {"7f3a": last}
    assert reopened(place, lambda one: one.dockets(LATTE.renews_at)) == {}


def test_announcements_of_what_is_to_come_are_known_but_for_void_ones(
    ledger: Ledger, place: Anywhere
) -> None:
    stands = notice("stands")
    void = replace(notice("void"), period=account("void").period)
    ledger.apply((Announced(notices=(stands, void), messages=(), turn="turn-1"),))
    ledger.apply(
        (ReadRecord(project=ACME, turn="turn-1", at=NOW, strange=frozenset(), voided=(("void", Void.USED),)),)
    )

    assert reopened(place, lambda one: one.announced(NOW)) == {LATTE.period: stands}
    assert reopened(place, lambda one: one.announced(LATTE.renews_at)) == {}


def test_the_last_turns_are_known_however_they_ended_and_who_may_act(ledger: Ledger, place: Anywhere) -> None:
    first = took(ledger, turn(1, NOW + H))
    last = took(ledger, turn(2, NOW + 2 * H, completed=False, exit_code=75))

    assert reopened(place, lambda one: one.turns(NOW + 3 * H)) == [last, first]
    assert reopened(place, lambda one: one.turns(NOW + 1 * H, most=1)) == [first]
    with closing(open_reader(place)) as reader:
        held = reader.holder(NOW)
    assert held is not None
    assert held.pid == os.getpid()
    ledger.close()
    assert reopened(place, lambda one: one.holder(NOW)) is None


def test_an_account_is_found_by_id_and_by_any_spelling_of_its_handle(ledger: Ledger) -> None:
    one = Known(account=replace(LATTE, handle="Latte.Art"), first_seen_at=NOW)
    gone = Known(account=account("latte.art", id="sa_old"), first_seen_at=NOW, gone_at=NOW)
    recorded(ledger, one, gone)

    for reference in (LATTE.id, "@latte.art", "LATTE.ART", "Latte.Art"):
        assert ledger.find(reference) == [one] or ledger.find(reference) == (one,)
    assert ledger.find("sa_old") == [gone]
    assert list(ledger.find("@nobody")) == []

    cafe = Known(account=account("cafe\u0301.latte", id="sa_cafe"), first_seen_at=NOW)
    unseen = Known(account=account("\u200b", id="sa_unseen"), first_seen_at=NOW)
    recorded(ledger, cafe, unseen)
    for reference in (
        "@café.latte",
        "CAFÉ.LATTE ",
        "ｃａｆé．latte",
        "https://www.tiktok.com/@café.latte?lang=en",
    ):
        assert list(ledger.find(reference)) == [cafe]
    for nothing in ("@", "", "\u200b", "https://www.tiktok.com/"):
        assert list(ledger.find(nothing)) == [], "an account without a name is found by its id alone"

    twin = Known(account=account("latte.art", id="sa_twin"), first_seen_at=NOW)
    recorded(ledger, twin)
    assert {known.account.id for known in ledger.find("@latte.art")} == {LATTE.id, "sa_twin"}


# Two projects, one account

BETA = ProjectId("prj_beta")


def in_beta(ledger: Ledger, *known: Known, at: datetime = NOW, **facts: object) -> None:
    facts = {"strange": frozenset(), **facts}
    ledger.apply((ReadRecord(project=BETA, turn="turn-1", at=at, known=known, **facts),))  # type: ignore[arg-type]


def test_each_project_remembers_its_own_of_an_account_that_two_list(ledger: Ledger, place: Anywhere) -> None:
    """The second copy wrote over the first: when it was first seen and last used was forgotten."""
    here = Known(account=LATTE, first_seen_at=NOW - D, used=published(40 * D), usage_at_opening=Usage.UNUSED)
    there = Known(account=replace(LATTE, project=BETA), first_seen_at=NOW)
    recorded(ledger, here)
    in_beta(ledger, there)

    assert reopened(place, lambda one: one.project(ACME)).known == {LATTE.id: here}
    assert reopened(place, lambda one: one.project(BETA)).known == {LATTE.id: there}
    assert reopened(place, lambda one: one.doubles()) == {LATTE.id: {ACME, BETA}}
    assert reopened(place, lambda one: list(one.find(LATTE.id))) == [here, there]
    assert reopened(place, lambda one: one.inhabited()) == [ACME, BETA]

    in_beta(ledger, replace(there, gone_at=NOW))
    assert ledger.doubles() == {}
    assert list(ledger.find(LATTE.id)) == [here]
    assert ledger.listings([LATTE.id]) == {
        LATTE.id: [Listed(project=ACME, present=True), Listed(project=BETA, present=False)]
    }
    assert ledger.inhabited() == [ACME]
    assert len([line for line in ledger.history(LATTE.id) if line.what == "lease.new"]) == 2


def test_what_is_listed_without_being_understood_is_listed(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    in_beta(ledger, strange=frozenset({LATTE.id, "sa_odd", "x" * 513}))
    assert ledger.doubles() == {LATTE.id: {ACME, BETA}}
    assert ledger.listings(["sa_odd", "x" * 513]) == {  # type: ignore[list-item]
        "sa_odd": [Listed(project=BETA, present=True)]
    }

    recorded(ledger, strange=frozenset({"sa_odd"}))
    assert ledger.doubles() == {LATTE.id: {ACME, BETA}, "sa_odd": {ACME, BETA}}

    in_beta(ledger)
    assert ledger.doubles() == {}
    assert ledger.listings([LATTE.id]) == {
        LATTE.id: [Listed(project=ACME, present=True), Listed(project=BETA, present=False)]
    }, "who ever listed it is asked again before a release"
    in_beta(ledger, strange=frozenset({LATTE.id}))
    assert ledger.doubles() == {LATTE.id: {ACME, BETA}}


def test_a_note_touches_no_reading(ledger: Ledger) -> None:
    """A braked release was noted as a reading of its project: what that lists unbelieved was forgotten."""
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    in_beta(ledger, strange=frozenset({LATTE.id}), blank=True)
    ledger.apply((UnreadRecord(project=BETA, at=NOW + H, unreadable_since=NOW + H),))
    before = ledger.project(BETA)

    zine = Known(account=account("zine", project=BETA), first_seen_at=NOW, reason=Reason.BRAKED)
    ledger.apply(
        (Note(project=BETA, turn="turn-1", at=NOW + 2 * H, known=(zine,), messages=(message("warned"),)),)
    )

    assert ledger.doubles() == {LATTE.id: {ACME, BETA}}
    assert ledger.project(BETA) == replace(before, known={zine.account.id: zine})
    assert [one.message.event.key for one in waiting_in(ledger, "ops")] == ["warned"]


def test_a_project_that_is_not_there_lists_nothing_until_it_is(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    in_beta(ledger, Known(account=replace(LATTE, project=BETA), first_seen_at=NOW))

    for since in (NOW + H, NOW + 2 * H):
        ledger.apply((UnreadRecord(project=BETA, at=since, unreadable_since=NOW + H, missing=True),))
        assert ledger.doubles() == {}
        assert ledger.project(BETA).missing_since == NOW + H
    ledger.apply((UnreadRecord(project=BETA, at=NOW + 3 * H, unreadable_since=NOW + H),))
    assert ledger.doubles() == {LATTE.id: {ACME, BETA}}
    in_beta(ledger, at=NOW + 4 * H)
    assert ledger.project(BETA).missing_since is None


def test_a_project_that_is_no_more_lists_nothing_and_is_not_lived_in(ledger: Ledger) -> None:
    one = Known(account=replace(LATTE, project=BETA), first_seen_at=NOW)
    in_beta(ledger, one, strange=frozenset({"sa_odd"}))
    in_beta(ledger, at=NOW + H, strange=frozenset({"sa_odd"}), messages=())
    assert ledger.inhabited() == [BETA]
    gone = replace(one, gone_at=NOW + H)
    ledger.apply((GoneRecord(project=BETA, turn="turn-1", at=NOW + 2 * H, known=(gone,)),))
    assert ledger.inhabited() == []
    assert ledger.project(BETA).known == {LATTE.id: gone}

    in_beta(ledger, at=NOW + 3 * H, strange=frozenset({"sa_odd"}))
    assert ledger.inhabited() == [BETA], "what is not understood is leased all the same"


def test_a_message_waits_by_the_project_that_still_lists_its_account(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW, gone_at=NOW))
    in_beta(ledger, Known(account=replace(LATTE, project=BETA), first_seen_at=NOW))
    ledger.apply((Queued(messages=(message("n", account=LATTE.id, period=LATTE.period),), at=NOW),))

    (waiting,) = waiting_in(ledger, "ops")
    assert (waiting.circumstances.gone_at, waiting.circumstances.renews_at) == (None, LATTE.renews_at)


def test_names_as_long_as_they_may_be_are_kept_and_found(ledger: Ledger) -> None:
    """A handle of 4,000 characters was too long for an index of PostgreSQL: every turn of the fleet ended."""
    # Random: what a server can compress it would take at any length.
    longest = "".join(Random(7).choices([chr(sign) for sign in range(0x20000, 0x2A6D0)], k=LONGEST_NAME // 4))
    one = Known(
        account=replace(LATTE, id=AccountId(longest), handle=longest, platform=longest), first_seen_at=NOW
    )
    told = Event(
        kind=EventKind.RELEASE_ANNOUNCED,
        key=f"{longest}:{longest}",
        at=NOW,
        what=longest,
        problem=longest * 2,
    )
    recorded(ledger, one, messages=(Message(notifier="ops", event=told, live=True),))
    assert list(ledger.find(f"@{longest}")) == [one]
    assert [each.message.event for each in waiting_in(ledger, "ops")] == [told]


# History


def halt_told(ledger: Ledger, docket: str, period: LeasePeriod, at: datetime) -> None:
    """A docket is halted, and that is accepted an hour later."""
    facts = HaltFacts(docket=docket, brakes=("too_many",), releases=1)
    halt = message(f"halt {docket}", kind=EventKind.BRAKE_HALTED, what=f"halted {docket}", facts=facts)
    ledger.apply((DocketKept(docket=docket, periods=(period,), at=at), Queued(messages=(halt,), at=at)))
    (waiting,) = waiting_in(ledger, "ops")
    delivered(ledger, waiting.id, at=at + H)


def test_the_history_of_an_account_has_the_halts_that_named_it(ledger: Ledger) -> None:
    """Who asked why an account had not been released did not find the message that said what halted it."""
    other = replace(LATTE, id=AccountId("sa_other"))
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW), Known(account=other, first_seen_at=NOW))
    for number, one in enumerate((LATTE, other)):
        facts = HaltFacts(docket=f"d{number}", brakes=("too_many",), releases=1)
        halt = message(f"halt {number}", kind=EventKind.BRAKE_HALTED, what=f"halted {number}", facts=facts)
        kept = DocketKept(docket=facts.docket, periods=(one.period,), at=NOW)
        ledger.apply((kept, Queued(messages=(halt,), at=NOW)))
        (waiting,) = waiting_in(ledger, "ops")
        delivered(ledger, waiting.id, at=NOW + (number + 1) * H)

    assert [line.text for line in ledger.history(LATTE.id)][1:] == ["Told to ops: halted 0."]
    assert [line.text for line in ledger.history()][2:] == [f"Told to ops: halted {n}." for n in (0, 1)]


def halts_looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def looked_at(event: Event) -> str | None:
        seen.append(event.what)
        return docket_of(event)

    monkeypatch.setattr(lines, "docket_of", looked_at)
    return seen


def dockets_looked_at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The renewals of their releases."""
    seen: list[datetime] = []

    def looked_at(account: AccountId, periods: Iterable[LeasePeriod]) -> bool:
        found = tuple(periods)
        seen.extend(period.renews_at for period in found)
        return names(account, found)

    monkeypatch.setattr(lines, "names", looked_at)
    return seen


def test_the_halts_of_an_account_are_looked_for_around_its_own_dockets(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one account `history` and `explain` read every docket and every halt that the fleet ever had."""
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    for year in range(-4, 5):
        at = NOW + year * 365 * D
        mine = LATTE.period if year == 0 else LeasePeriod(account=AccountId("sa_other"), renews_at=at + 2 * D)
        halt_told(ledger, f"d{year}", mine, at)
    seen = halts_looked_at(monkeypatch)

    told = [line.text for line in ledger.history(LATTE.id) if line.what == "message.accepted"]
    assert (told, set(seen)) == (["Told to ops: halted d0."], {"halted d0"})


def test_the_halts_of_an_account_are_those_of_the_time_that_is_asked_for(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`history ACCOUNT --since` read the dockets and the halts of all years, whatever was asked."""
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    for year in range(5):
        at = NOW + year * 365 * D
        halt_told(ledger, f"d{year}", LeasePeriod(account=LATTE.id, renews_at=at + 2 * D), at)
    seen, dockets = halts_looked_at(monkeypatch), dockets_looked_at(monkeypatch)
    asked = ledger.history(LATTE.id, since=NOW + 2 * 365 * D, until=NOW + 2 * 365 * D + 30 * D)
    told = [line.text for line in asked]
    assert (told, set(seen)) == (["Told to ops: halted d2."], {"halted d2"})
    assert set(dockets) == {NOW + 2 * 365 * D + 2 * D}


def test_accounts_whose_names_hold_each_other_have_their_own_halts(ledger: Ledger) -> None:
    """What looks a name up in a text finds the longer one, too, and signs that mean something there."""
    accounts = [
        AccountId(name) for name in ("sa_1", "sa_10", "SA_1", "saX1", "sa_%", 'sa_"1', "sa_\\1", "sä_1")
    ]
    for number, name in enumerate(accounts):
        halt_told(ledger, f"d{number}", LeasePeriod(account=name, renews_at=NOW + 2 * D), NOW)
    for number, name in enumerate(accounts):
        assert [line.text for line in ledger.history(name)] == [f"Told to ops: halted d{number}."]


def test_history_tells_a_release_from_its_announcement_to_its_confirmation(ledger: Ledger) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    ledger.apply(
        (
            Announced(
                notices=(notice(),),
                messages=(message("n", what="it will go", account=LATTE.id),),
                turn="turn-1",
            ),
        )
    )
    (waiting,) = waiting_in(ledger, "ops")
    delivered(ledger, waiting.id, at=NOW + timedelta(seconds=1))
    ledger.apply(
        (
            Said(
                override=Override(
                    kind=OverrideKind.HOLD, at=NOW + H, by="jo", why="campaign", account=LATTE.id
                )
            ),
        )
    )
    ledger.apply(
        (
            Said(
                override=Override(
                    kind=OverrideKind.UNHOLD, at=NOW + 2 * H, by="jo", why="over", account=LATTE.id
                )
            ),
        )
    )
    one = written(ledger, intent(at=NOW + D))
    ledger.conclude(Concluded(intent=one, ending=Ending.RELEASED, at=NOW + D + timedelta(seconds=1)))
    took(ledger, turn(1, NOW + D, exit_code=21))

    mine = [line.text for line in ledger.history(LATTE.id)]
    assert mine == [
        "First seen: @latte on tiktok, $150.00 a month, renews Tue 19 May 19:00 UTC.",
        "Announced: it will be released on Tue 19 May 12:00 UTC at the earliest unless it is used.",
        "Told to ops: it will go.",
        "jo put it on hold for ever, $150.00 a month: campaign.",
        "jo ended the hold: over.",
        "A release begins under policy standard: unused.",
        "It was released: the $150.00 due on Tue 19 May 19:00 UTC will not be debited.",
    ]
    everything = [line.text for line in ledger.history()]
    assert everything == [*mine, "A full turn ended: the outcome of a release is not known."]
    assert [line.at for line in ledger.history()] == sorted(line.at for line in ledger.history())


# Those that only look


def test_who_only_looks_sees_all_and_has_no_way_to_write(ledger: Ledger, place: Anywhere) -> None:
    ledger.apply((Bound(organization="org", base_url="https://api"),))
    took(ledger, turn(1), watermark=NOW)
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    ledger.apply((Announced(notices=(notice(),), messages=(message("n"),), turn="turn-1"),))
    before = content(place)

    with closing(open_reader(place)) as reader:
        require_ours(reader, Bound(organization="org", base_url="https://api"))
        with pytest.raises(LedgerUnusable):
            require_ours(reader, Bound(organization="another", base_url="https://api"))
        writing = {"apply", "write_intent", "conclude", "begin_delivery", "end_delivery", "take_lock"}
        assert [name for name in writing if hasattr(reader, name)] == []
        assert reader.fleet(NOW) == ledger.fleet(NOW)
        assert reader.project(ACME) == ledger.project(ACME)
        assert list(reader.history()) == list(ledger.history())
        assert reader.find(LATTE.id) == ledger.find(LATTE.id)
        assert reader.docket("d") is None
        assert reader.undelivered() == ledger.undelivered()
        assert reader.problems() == ledger.problems() == {}
    assert content(place) == before


def test_where_there_is_no_ledger_nothing_is_remembered(nowhere: Place) -> None:
    with closing(open_reader(nowhere)) as reader:
        assert isinstance(reader, EmptyLedger)
        assert reader.bound_to() is None
        assert reader.fleet(NOW) == FleetMemory()
        assert reader.project(ACME) == ProjectMemory()
        assert list(reader.history()) == []
        assert (tuple(reader.find("@latte")), reader.docket("d"), tuple(reader.undelivered())) == (
            (),
            None,
            (),
        )
        require_ours(reader, Bound(organization="any", base_url="any"))
    assert not is_there(nowhere)


@pytest.mark.parametrize(("before", "left"), [(NOW, 2), (NOW + timedelta(microseconds=1), 1), (NOW + D, 0)])
def test_old_observations_are_forgotten_and_nothing_else(ledger: Ledger, before: datetime, left: int) -> None:
    known = Known(account=LATTE, first_seen_at=NOW)
    recorded(ledger, known)
    recorded(ledger, replace(known, account=replace(LATTE, price_cents=1)), at=NOW + H)
    ledger.apply((Announced(notices=(notice(),), messages=(), turn="turn-1"),))
    written(ledger, intent())
    ledger.apply((Forgotten(before=before),))

    assert len([line for line in ledger.history() if line.what in ("lease.new", "price.changed")]) == left
    memory = ledger.project(ACME)
    assert (set(memory.known), set(memory.notices), memory.unresolved) == (
        {LATTE.id},
        {LATTE.period},
        {LATTE.id},
    )


def test_what_is_remembered_of_many_projects_at_once_is_what_is_remembered_of_each(ledger: Ledger) -> None:
    """Forty: more than one query asks for, and no power of two."""
    ids = [ProjectId(f"prj_{number}") for number in range(40)]
    for number, id_ in enumerate(ids[:-1]):
        one = replace(account(f"a{number}", project=id_), id=AccountId(f"sa_{number % 30}"))
        known = Known(account=one, first_seen_at=NOW)
        read = ReadRecord(project=id_, turn="turn-1", at=NOW, strange=frozenset(), known=(known,), shown=True)
        told = message(f"r{number}", account=one.id, period=one.period, rung=D)
        announced = replace(notice(f"n{number}"), period=one.period)
        carried = message(f"n{number}", account=one.id, period=one.period)
        ledger.apply(
            (
                read,
                Queued(messages=(told,), at=NOW),
                Announced(notices=(announced,), messages=(carried,), turn="turn-1"),
            )
        )
    delivered(ledger, *(one.id for one in waiting_in(ledger, "ops")), at=NOW + H)
    released = written(ledger, intent(account("a3", project=ids[3])))
    ledger.conclude(Concluded(intent=released, ending=Ending.RELEASED, at=NOW))

    together = ledger.projects(ids)
    assert list(together) == ids
    assert together == {id_: ledger.project(id_) for id_ in ids}
    assert together[ids[-1]] == ProjectMemory()
    assert together[ids[0]].notices
    assert together[ids[0]].told


def test_it_knows_since_when_each_account_renews_when_it_does(ledger: Ledger, place: Anywhere) -> None:
    """At first sight, or since its renewal was last another; what else changes does not matter."""

    def since() -> object:
        return reopened(place, lambda one: dict(one.renewals_since()))

    assert since() == {} == EmptyLedger().renewals_since()
    known = Known(account=LATTE, first_seen_at=NOW)
    recorded(ledger, known)
    recorded(ledger, replace(known, account=replace(LATTE, handle="mocha")), at=NOW + H)
    assert since() == {LATTE.id: NOW}

    earlier = replace(LATTE, handle="mocha", renews_at=LATTE.renews_at - H)
    recorded(ledger, replace(known, account=earlier), at=NOW + 2 * H)
    assert since() == {LATTE.id: NOW + 2 * H}

    ledger.apply((Forgotten(before=NOW + 2 * H),))
    assert since() == {LATTE.id: NOW + 2 * H}
    ledger.apply((Forgotten(before=NOW + 3 * H),))
    assert since() == {}
