"""The words for releases, held against a project's reading: which may go, and why the others may not."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.builders import IDLE, NOW, QUIET, D, H, M, account, decision, hold, policy, published
from tests.core.world import ACME, BETA, TICK, asked_for, reading
from watcher.decide.asked import Declined, Heard, Heeded, code_of, hear, refusal
from watcher.facts.accounts import Flaw, Quarantined
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.record.exit_codes import Exit
from watcher.record.notices import NotAnnounced, Received, Void
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.asked_release import decide_asked, is_used_since, last_use
from watcher.rules.judge import Check, Ruling, Verdict
from watcher.rules.plan import Decision, Leave, Mode, PeriodState, Release, Terms
from watcher.rules.policy import Protect, ReleaseWhen
from watcher.rules.window import Window

FAR = account("far", renews_in=20 * D)
"""No rule releases it before its window opens, in nearly twenty days."""
OTHER = account("other", renews_in=20 * D)
TERMS = Terms(now=NOW, mode=Mode.ENFORCE, ledger_since=NOW - 30 * D)


def heard(*words: Override, by_rules: tuple[Decision, ...], terms: Terms = TERMS, **read: Any) -> Heard:
    accounts = tuple(one.account for one in by_rules)
    return hear(words, by_rules, reading(*accounts, **read), terms)


def declined(word: Override, one: Decision, terms: Terms = TERMS) -> tuple[str, Exit]:
    """Why the only word is not heeded, which leaves the decision by the rules as it is."""
    found = heard(word, by_rules=(one,), terms=terms)
    (answer,) = found.declined
    assert found == Heard(decisions=(one,), declined=(answer,))
    assert answer.word == word
    return answer.why, answer.exit


def test_who_is_asked_for_is_released_and_the_others_are_decided_about_by_the_rules() -> None:
    word, one, other = asked_for(FAR), decision(FAR), decision(OTHER)
    found = heard(word, by_rules=(one, other))
    by_word = found.decisions[0]
    assert found == Heard(
        decisions=(by_word, other), heeded={FAR.id: Heeded(word=word, by_rules=one)}, declined=()
    )
    assert (by_word.step, by_word.reason, by_word.account) == (Release(), Reason.PERSON, FAR)
    assert found.by_rules == (one, other)


def test_a_word_of_another_project_is_heard_there() -> None:
    one = decision(FAR)
    assert heard(replace(asked_for(FAR), project=BETA), by_rules=(one,)) == Heard(decisions=(one,))


def test_each_word_is_answered_by_itself() -> None:
    """One that may not be carried out keeps no other from it."""
    one, other = decision(FAR), decision(OTHER)
    good, moved = asked_for(FAR), asked_for(OTHER, handle="latte")
    found = heard(moved, good, by_rules=(one, other))
    assert found.heeded == {FAR.id: Heeded(word=good, by_rules=one)}
    assert [each.word for each in found.declined] == [moved]
    assert found.decisions[1] is other


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"handle": "latte"}, "it is called @far now"),
        (
            {"periods": (account("far", renews_in=19 * D).period,)},
            "it renews in 20 d, Sun 7 Jun 12:00 UTC now",
        ),
        ({"began": FAR.assigned_at - D}, "its lease began at another time"),
        ({"began": None}, "its lease began at another time"),
    ],
    ids=["renamed", "moved", "leased anew", "its begin was not known"],
)
def test_a_word_of_another_lease_than_the_one_listed_releases_nothing(
    fields: dict[str, Any], difference: str
) -> None:
    assert declined(asked_for(FAR, **fields), decision(FAR)) == (
        f"not released: it is not the lease that was shown: {difference}",
        Exit.USAGE,
    )


@pytest.mark.parametrize(
    ("flaw", "why", "code"),
    [
        (Flaw.LISTED_TWICE, "another project lists it too", Exit.USAGE),
        (Flaw.MISSING_FIELD, "a field is missing", Exit.UNREADABLE),
        (Flaw.UNKNOWN_STATUS, "its status is not one we know", Exit.UNREADABLE),
    ],
)
def test_what_is_not_understood_of_the_list_is_left_alone(flaw: Flaw, why: str, code: Exit) -> None:
    flawed = [
        Quarantined(project=ACME, id=one.id, handle=one.handle, flaw=flaw, field="status")
        for one in (OTHER, FAR)
    ]
    word = asked_for(FAR)
    found = heard(word, by_rules=(), quarantined=tuple(flawed))
    assert found == Heard(
        decisions=(), declined=(Declined(word=word, why=f"not released: {why}", exit=code),)
    )


def test_what_its_project_lists_no_more_cannot_be_released() -> None:
    word, other = asked_for(FAR), decision(OTHER)
    flawed = Quarantined(project=ACME, id=None, handle=None, flaw=Flaw.MISSING_FIELD, field="id")
    why = "not released: its project does not list it any more"
    assert heard(word, by_rules=(other,), quarantined=(flawed,)) == Heard(
        decisions=(other,), declined=(Declined(word=word, why=why),)
    )


def test_what_nothing_was_decided_about_is_governed_by_no_policy() -> None:
    word = asked_for(FAR)
    found = hear((word,), (), reading(FAR), TERMS)
    assert found == Heard(
        decisions=(), declined=(Declined(word=word, why="not released: no policy matches"),)
    )


def test_use_that_was_not_shown_is_told_and_nothing_released() -> None:
    one = decision(FAR, activity=published(3 * H))
    assert declined(asked_for(FAR), one) == (
        "not released: it was used since that was asked: a post was published 3 h ago",
        Exit.USAGE,
    )


@pytest.mark.parametrize(
    ("activity", "shown", "used"),
    [
        (QUIET, QUIET.at, False),
        (QUIET, QUIET.at - TICK, True),
        (QUIET, QUIET.at + TICK, False),
        (QUIET, None, True),
        (Seen(at=NOW - D, what=Use.ASSIGNMENT), None, False),
        (Seen(at=NOW - D, what=Use.ASSIGNMENT), NOW - 2 * D, False),
        (NOT_ASKED, None, False),
    ],
    ids=[
        "what was shown",
        "newer than shown",
        "older than shown",
        "none was shown",
        "a lease's begin is no use",
        "nor newer than use",
        "nothing is known",
    ],
)
def test_use_counts_that_who_asked_was_not_shown(
    activity: Activity, shown: datetime | None, used: bool
) -> None:
    assert is_used_since(activity, asked_for(FAR, used_at=shown)) is used


def test_the_last_use_is_what_was_seen_and_not_that_it_was_leased() -> None:
    seen = (QUIET, Seen(at=NOW - D, what=Use.ASSIGNMENT), Unknown(why=WhyUnknown.UNREADABLE))
    assert [last_use(one) for one in seen] == [QUIET.at, None, None]


# What a word stands in for


@pytest.mark.parametrize(
    "one",
    [
        decision(FAR, activity=published(D)),
        decision(FAR, policies=(policy(release=replace(IDLE, when=ReleaseWhen.NEVER)),)),
        decision(FAR, policies=(policy(release=replace(IDLE, notice=3 * D)),)),
        decision(account("far", renews_in=H), standing=PeriodState()),
        decision(
            account("far", renews_in=H),
            standing=PeriodState(notice=Received(at=NOW - M, not_before=NOW + H)),
        ),
    ],
    ids=["in use", "never", "notice", "not announced", "announced too recently"],
)
def test_a_word_stands_in_for_the_verdict_the_notice_and_the_opening(one: Decision) -> None:
    found = decide_asked(one, TERMS)
    before, after = one.judgement, found.judgement
    assert one.step != Release()
    assert (found.step, found.standing, found.reason) == (Release(), one.standing, Reason.PERSON)
    assert (after.subject, after.policy, after.usage) == (before.subject, before.policy, before.usage)
    assert after.verdict is Verdict.RELEASE
    assert after.window is not None
    assert after.window.opens == NOW
    assert before.window is None or after.window.closes == before.window.closes


def test_it_is_judged_and_planned_as_if_its_policy_released_it_at_term_from_now_on() -> None:
    """Quiet hours bring no announcement forward where none is needed; every answer lets it go."""
    early = policy(release=replace(IDLE, when=ReleaseWhen.NEVER, quiet_ahead=8 * H))
    found = decide_asked(decision(FAR, policies=(early,), activity=published(D)), TERMS)
    assert found.judgement.window == Window(
        announce_from=NOW, opens=NOW, closes=FAR.renews_at - 10 * M, renews_at=FAR.renews_at
    )
    assert found.judgement.trace == tuple(Ruling(check=check, passed=True) for check in Check)


def test_a_word_needs_no_turn_that_tells_of_a_void_announcement() -> None:
    """What is released by a word is told with the release."""
    void = PeriodState(notice=NotAnnounced(void=Void.HELD, at_once=True))
    assert decide_asked(decision(account("far", renews_in=H), standing=void), TERMS).step == Release()


@pytest.mark.parametrize("when", ReleaseWhen)
def test_no_word_cancels_posts_that_its_policy_would_cancel(when: ReleaseWhen) -> None:
    at_term = policy(release=replace(IDLE, when=when, cancel_queued=True))
    found = decide_asked(decision(FAR, activity=UNFINISHED, policies=(at_term,)), TERMS)
    assert (found.step, found.reason) == (Leave(why=Reason.IN_USE), Reason.IN_USE)


UNFINISHED = Seen(at=NOW, what=Use.QUEUED_POST)


@pytest.mark.parametrize(
    ("one", "why", "code"),
    [
        (decision(FAR, held=hold()), "held by maria: campaign", Exit.USAGE),
        (
            decision(FAR, held=hold(until=NOW + 2 * D)),
            "held by maria until Wed 20 May 12:00 UTC: campaign",
            Exit.USAGE,
        ),
        (
            decision(FAR, policies=(policy(protect=Protect(accounts=(FAR.id,))),)),
            "protected by its id",
            Exit.USAGE,
        ),
        (decision(FAR, enrolled=False), "not enrolled", Exit.USAGE),
        (decision(FAR, policies=()), "no policy matches", Exit.USAGE),
        (decision(FAR, activity=UNFINISHED), "has a queued post", Exit.USAGE),
        (
            decision(FAR, activity=Unknown(why=WhyUnknown.UNREADABLE)),
            "use unknown (posts could not be read)",
            Exit.UNREADABLE,
        ),
        (
            decision(FAR, activity=NOT_ASKED),
            "use unknown (not asked for yet)",
            Exit.UNREADABLE,
        ),
        (decision(FAR, standing=PeriodState(released=True)), "already released", Exit.USAGE),
        (
            decision(FAR, standing=PeriodState(unresolved=True)),
            "an earlier release has an unknown end",
            Exit.OUTCOME_UNKNOWN,
        ),
        (decision(FAR, standing=PeriodState(refused=True)), "the API refused the release", Exit.USAGE),
        (decision(FAR, standing=PeriodState(not_done=2)), "its releases had no effect", Exit.USAGE),
        (
            decision(FAR, standing=PeriodState(given_back_at=NOW - H)),
            "its confirmed release did not last",
            Exit.USAGE,
        ),
        (decision(account("far", renews_in=5 * M)), "too late to release", Exit.USAGE),
    ],
)
def test_whatever_else_keeps_an_account_keeps_it_from_a_word_too(one: Decision, why: str, code: Exit) -> None:
    word = asked_for(one.account)
    assert declined(word, one) == (f"not released: {why}", code)


def test_until_when_it_is_held_is_told_in_utc_wherever_the_machine_stands(elsewhere: None) -> None:
    held = decision(FAR, held=hold("launch", until=NOW + D))
    assert refusal(held, NOW).endswith(" by maria until Tue 19 May 12:00 UTC: launch")
    assert refusal(decision(FAR, held=hold("launch")), NOW).endswith(" by maria: launch")


def test_a_watcher_that_only_observes_releases_for_nobody() -> None:
    watching = replace(TERMS, mode=Mode.OBSERVE)
    one = decision(FAR, mode=Mode.OBSERVE)
    assert declined(asked_for(FAR), one, watching) == ("not released: observe mode", Exit.USAGE)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (None, Exit.USAGE),
        (Reason.HELD, Exit.USAGE),
        (Reason.NOT_DUE, Exit.UNREADABLE),
        (Reason.ACTIVITY_UNKNOWN, Exit.UNREADABLE),
        (Reason.UNRESOLVED, Exit.OUTCOME_UNKNOWN),
    ],
)
def test_a_command_ends_by_why_it_may_not(reason: Reason | None, code: Exit) -> None:
    assert code_of(reason) is code
