"""Who is told again of a release that was announced before, and with what will halt it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, policy
from tests.core.world import OPS, announced, background, memory_of, notice, orders, said
from watcher.brakes import Halt, HaltedRelease, kinds
from watcher.brakes.docket import Place, entry_for
from watcher.decide.announced_before import AnnouncedBefore, announced_before, told_again
from watcher.decide.halts_ahead import HaltsAhead
from watcher.facts.accounts import Account
from watcher.memory.remembered import ProjectMemory
from watcher.memory.writes import Queued
from watcher.messages.clauses import to_keep
from watcher.messages.events import AnnouncementFacts
from watcher.messages.outbox import Message
from watcher.messages.renewal_messages import reminder
from watcher.messages.words import OBSERVED
from watcher.record.notices import NotAccepted, Received
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision, Mode, PeriodState, Release, Wait
from watcher.rules.policy import ReleaseRule, ReleaseWhen
from watcher.texts.commands import to_hold

LATTE, OPEN = account(), account("open", renews_in=5 * H)
CLOSED = account("closed", renews_in=timedelta(minutes=5))
REMINDED = orders(routes=(replace(OPS, repeat=D),))
OBSERVING = orders(mode=Mode.OBSERVE, routes=(replace(OPS, repeat=D),))


def standing(one: Account, **fields: Any) -> Decision:
    accepted = Received(at=NOW - 2 * D, not_before=one.renews_at - 6 * H)
    return decision(one, standing=PeriodState(notice=accepted), **fields)


UNANSWERED = decision(LATTE, standing=PeriodState(notice=NotAccepted(missing=("mail",))))


def test_what_waits_for_its_window_or_is_due_is_told_again() -> None:
    waits, due = standing(LATTE), standing(OPEN)
    assert (isinstance(waits.step, Wait), isinstance(due.step, Release)) == (True, True)
    found = announced_before((waits, due), announced(LATTE, OPEN), background(by=REMINDED))
    assert list(found) == [
        AnnouncedBefore(decision=one, notice=notice(one.account), missing=(), noted=False)
        for one in (waits, due)
    ]


WITHOUT_NOTICE = policy(release=ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta()))


@pytest.mark.parametrize(
    ("one", "memory"),
    [
        (standing(CLOSED), announced(CLOSED)),
        (standing(LATTE), memory_of(LATTE)),
        (decision(CLOSED), memory_of(CLOSED)),
        (decision(LATTE, policies=(WITHOUT_NOTICE,)), announced(LATTE)),
        (decision(LATTE), announced(LATTE)),
    ],
    ids=["too late", "never announced", "neither", "void, and none is needed", "void, and told anew"],
)
def test_what_is_not_to_come_or_not_announced_is_not_told_again_and_hides_nothing_behind_it(
    one: Decision, memory: ProjectMemory
) -> None:
    both = replace(memory, notices={**memory.notices, OPEN.period: notice(OPEN)})
    found = announced_before((one, standing(OPEN)), both, background(by=REMINDED))
    assert [each.decision.account for each in found] == [OPEN]


@pytest.mark.parametrize(
    ("of", "ago", "noted"),
    [
        (LATTE, 2 * D, True),
        (LATTE, 2 * D + timedelta(microseconds=1), False),
        (OPEN, D, False),
    ],
    ids=["as it was announced", "before that", "of another account"],
)
def test_who_took_note_of_it_did_so_since_it_was_announced(of: Account, ago: timedelta, noted: bool) -> None:
    by = background(by=REMINDED, said=(said(OverrideKind.ACKNOWLEDGE, account=of.id, at=NOW - ago),))
    (found,) = announced_before((standing(LATTE),), announced(LATTE), by)
    assert found.noted is noted


HALT = Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20")


def halted(*accounts: Account) -> HaltsAhead:
    return HaltsAhead(
        releases=tuple(
            HaltedRelease(
                entry=entry_for(
                    one,
                    Place.OPENING,
                    opens=one.renews_at - 6 * H,
                    closes=one.renews_at - timedelta(minutes=10),
                ),
                halts=(HALT,),
            )
            for one in accounts
        )
    )


@pytest.mark.parametrize("ahead", [HaltsAhead(), halted(OPEN), halted(LATTE, OPEN)])
@pytest.mark.parametrize("live", [True, False])
def test_it_is_told_with_what_will_halt_it_and_what_somebody_must_decide(
    ahead: HaltsAhead, live: bool
) -> None:
    """Under the notice's own key to who came later, and again under another to who asked to be reminded."""
    told = AnnouncedBefore(
        decision=UNANSWERED, notice=notice(LATTE, live=live), missing=("mail",), noted=False
    )
    coming, whole = ahead.matter_of(LATTE.period, REMINDED, NOW), ahead.matter(REMINDED, NOW)
    event = reminder(UNANSWERED, told.notice, NOW, coming=coming, whole=whole)
    assert isinstance(event.facts, AnnouncementFacts)
    assert (event.key, event.facts.notice) == (told.notice.key, told.notice.key)
    assert (coming is None) is (LATTE.period not in {one.entry.period for one in ahead.releases})
    for by, enforcing in ((REMINDED, True), (OBSERVING, False)):
        again = by.routes.reminders([(event, NOW - 2 * D)], NOW, live=enforcing)
        assert told_again((told,), ahead, background(by=by)) == Queued(
            messages=(Message(notifier="mail", event=event, live=live, for_receipt=True), *again), at=NOW
        )


def test_what_nothing_halts_is_told_again_with_its_price_and_how_to_keep_it() -> None:
    told = notice(LATTE, live=True)
    event = reminder(standing(LATTE), told, NOW)
    assert event.key == told.key
    assert event.facts == AnnouncementFacts(
        not_before=told.not_before, notice=told.key, reason=Reason.UNUSED, policy="standard"
    )
    assert event.clauses == (to_keep(to_hold(LATTE.id)),)
    assert "saving $150.00 due" in event.what
    assert OBSERVED not in event.what
    assert OBSERVED in reminder(standing(LATTE), notice(LATTE, live=False), NOW).what


def test_it_is_told_of_which_releases_one_approval_is() -> None:
    ahead = halted(LATTE, OPEN)
    told = AnnouncedBefore(decision=UNANSWERED, notice=notice(LATTE), missing=("mail",), noted=True)
    (message,) = told_again((told,), ahead, background(by=REMINDED)).messages
    assert f"lease-watcher approve {ahead.docket.id}" in message.event.text


def test_of_nothing_announced_nothing_is_told_again() -> None:
    assert told_again((), halted(OPEN), background(by=REMINDED)) == Queued(messages=(), at=NOW)
