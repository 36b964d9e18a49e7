"""What a person asked to release and a brake stops: the word is used up, what the rules want stays."""

from dataclasses import replace

from tests.builders import NOW, QUIET, D, H, M, account
from tests.core.world import (
    NOTHING_ELSE,
    announced,
    background,
    gather,
    known,
    no_twins,
    orders,
    reading,
    said,
    target,
)
from watcher.brakes import kinds
from watcher.decide.fleet import FleetPlan, decide_fleet
from watcher.decide.gathered import Gathered
from watcher.facts.accounts import Account
from watcher.record.overrides import Override, OverrideKind

DUE, LATER = account("due", renews_in=5 * H), account("later", renews_in=54 * H)
FAR = [account(f"far{number}", renews_in=60 * D) for number in range(19)]
"""Enough others that two releases are a small share."""

PAUSED = said(OverrideKind.PAUSE)


def asked(one: Account) -> Override:
    return said(
        OverrideKind.RELEASE,
        account=one.id,
        handle=one.handle,
        project=one.project,
        periods=(one.period,),
        began=one.assigned_at,
        used_at=QUIET.at,
        until=NOW + 30 * M,
    )


def decided(*words: Override) -> tuple[FleetPlan, Gathered]:
    """The fleet of one project in which one release is due, and one is to be announced."""
    accounts = (DUE, LATER, *FAR)
    by = background(by=orders(target()), said=words)
    memory = replace(announced(DUE), known={one.id: known(one) for one in accounts})
    gathered = gather((reading(*accounts, activity={one.id: QUIET for one in accounts}), memory), by=by)
    return decide_fleet(gathered, no_twins(), NOTHING_ELSE, by), gathered


def test_what_was_asked_goes_where_no_brake_stops_it() -> None:
    word = asked(LATER)
    plan, gathered = decided(word)
    assert {due.decision.account: due.word for due in plan.go} == {DUE: None, LATER: word}
    assert (gathered.halted_words, gathered.announcing) == ({}, [])


def test_what_was_asked_and_is_halted_is_decided_about_as_if_nobody_had_spoken() -> None:
    plan, gathered = decided(PAUSED, asked(LATER))
    silent, by_rules = decided(PAUSED)
    assert (plan.go, silent.go) == ((), ())
    assert [one.brake for one in gathered.halted_words.pop(LATER.period)] == [kinds.PAUSED]
    assert (gathered.halted_words, by_rules.halted_words) == ({}, {})
    assert [one.account for one in gathered.announcing] == [LATER]
    assert gathered.totals == by_rules.totals
    assert plan.docket == silent.docket
    assert {one.period for one in gathered.prospects} == {one.period for one in by_rules.prospects}


def test_what_the_rules_alone_release_stays_due_without_the_word() -> None:
    plan, gathered = decided(PAUSED, asked(DUE))
    assert (plan.go, list(gathered.halted_words)) == ((), [DUE.period])
    assert [(due.decision.account, due.word) for due in gathered.due] == [(DUE, None)]
    assert [one.period for one in plan.docket.entries] == [DUE.period]
