"""The last look before a DELETE: what the intent's transaction reads is asked all of it again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, M, S, account, hold, policy, published
from tests.core.world import (
    ACME,
    BETA,
    TICK,
    announced,
    asked_for,
    background,
    gate,
    known,
    memory_of,
    notice,
    orders,
    said,
    target,
)
from watcher.brakes import FleetState, Limits, ProjectState
from watcher.brakes.docket import Docket, Entry, Place
from watcher.decide.gate import GateFacts
from watcher.facts.accounts import Account, ProjectId
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.facts.health import HEALTH_NOT_ASKED, Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.intents import Ending, Intent
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode
from watcher.rules.policy import IfNoticeLate, Match, Protect, ReleaseRule, ReleaseWhen

OPEN = account(renews_in=5 * H)
"""Its window has been open for an hour, and closes in 4 h 50 min."""
CLOSES = OPEN.renews_at - 10 * M
LAST = CLOSES - 10 * S - 60 * S
"""The time-out and the skew that is allowed before it closes: from here on a DELETE may land too late."""


def facts(*words: Override, **fields: Any) -> GateFacts:
    """As the transaction reads them: announced and accepted two days ago, and nothing else has happened."""
    defaults: dict[str, Any] = {
        "overrides": Overrides(said=words),
        "notice": notice(OPEN),
        "unresolved": (),
        "attempts": (),
        "done": (),
    }
    return GateFacts(**(defaults | fields))


def objection(read: GateFacts, *, now: datetime = NOW, one: Account = OPEN, **how: Any) -> Reason | None:
    by = how.pop("by", None) or background()
    return gate(one, by=by, memory=announced(OPEN), **how).objection(read, now)


def attempt(ending: Ending | None, one: Account = OPEN, **fields: Any) -> Intent:
    return Intent(
        account=one, turn="turn-0", policy="standard", reason="", written_at=NOW - H, ending=ending, **fields
    )


def entry(one: Account, place: Place) -> Entry:
    return Entry(
        period=one.period, project=one.project, handle=one.handle, price_cents=one.price_cents, place=place
    )


def test_what_still_holds_may_go() -> None:
    assert objection(facts()) is None


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (OPEN.renews_at - 6 * H - TICK, Reason.WINDOW_NOT_OPEN),
        (OPEN.renews_at - 6 * H, None),
        (LAST - TICK, None),
        (LAST, Reason.TOO_LATE),
        (CLOSES - TICK, Reason.TOO_LATE),
        (CLOSES, Reason.TOO_LATE),
        (OPEN.renews_at, Reason.RENEWAL_PENDING),
    ],
    ids=["before", "opens", "lands in time", "may land too late", "closing", "closed", "renews"],
)
def test_it_goes_only_where_it_is_sure_to_land_inside_its_window(now: datetime, why: Reason | None) -> None:
    by = background(by=orders(limits=Limits(max_data_age=D)))
    assert objection(facts(), now=now, by=by) is why


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (replace(hold(), account=OPEN.id), Reason.HELD),
        (said(OverrideKind.PAUSE), Reason.BRAKED),
        (said(OverrideKind.PAUSE, project=ACME), Reason.BRAKED),
        (said(OverrideKind.PAUSE, project=BETA), None),
        (said(OverrideKind.RESTORED, until=NOW), Reason.NOTICE_LATE),
    ],
    ids=["a hold", "a pause", "a pause of its project", "a pause elsewhere", "a ledger from a copy"],
)
def test_a_word_that_was_said_meanwhile_counts(word: Override, why: Reason | None) -> None:
    assert objection(facts(word)) is why


@pytest.mark.parametrize(
    ("until", "why"),
    [(NOW - TICK, Reason.NOTICE_LATE), (NOW, Reason.NOTICE_LATE), (NOW + TICK, Reason.HELD)],
)
def test_a_hold_counts_until_its_end_and_has_voided_the_notice(until: datetime, why: Reason) -> None:
    assert objection(facts(replace(hold(until=until), account=OPEN.id))) is why


OVER_THE_LIMIT = Docket(entries=(entry(OPEN, Place.DUE), entry(account("other", renews_in=5 * H), Place.DUE)))


@pytest.mark.parametrize(("until", "why"), [(NOW, Reason.BRAKED), (NOW + TICK, None)])
def test_an_approval_counts_until_its_end(until: datetime, why: Reason | None) -> None:
    """Of two that are due one is one too many, and this one was allowed."""
    by = background(by=orders(limits=Limits(max_releases=1)))
    assert objection(facts(), by=by, docket=OVER_THE_LIMIT) is Reason.BRAKED
    approval = said(OverrideKind.APPROVE, periods=(OPEN.period,), until=until)
    assert objection(facts(approval), by=by, docket=OVER_THE_LIMIT) is why


def test_who_only_observes_lets_nothing_go() -> None:
    assert objection(facts(), by=background(by=orders(mode=Mode.OBSERVE))) is Reason.OBSERVING


@pytest.mark.parametrize(
    ("ledger_since", "why"),
    [
        (NOW - 24 * H + TICK, Reason.NOTICE_TOO_YOUNG),
        (NOW - 24 * H, None),
        (None, Reason.NOTICE_LATE),
    ],
)
def test_a_receipt_is_waived_only_by_a_ledger_of_age(
    ledger_since: datetime | None, why: Reason | None
) -> None:
    """`if_notice_late = "release"`: an hour-old receipt is enough where the ledger is older than a notice."""
    late = policy(release=ReleaseRule(when=ReleaseWhen.IDLE, if_notice_late=IfNoticeLate.RELEASE))
    asked = replace(
        gate(OPEN, by=background(), memory=announced(OPEN)),
        target=target(policies=(late,)),
        state=FleetState(now=NOW, ledger_since=ledger_since, skew=timedelta()),
    )
    young = notice(OPEN, ago=H, fingerprint=late.fingerprint)
    assert asked.objection(facts(notice=young), NOW) is why


def test_a_hold_of_the_configuration_counts() -> None:
    held = orders(configured_holds=Overrides(said=(replace(hold(), account=OPEN.id),)))
    assert objection(facts(), by=background(by=held)) is Reason.HELD


PAUSE = PlannedPause(why="holidays", begins=NOW, ends=NOW + H)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (NOW - 10 * S - TICK, None),
        (NOW - 10 * S, Reason.BRAKED),
        (NOW - TICK, Reason.BRAKED),
        (NOW, Reason.BRAKED),
        (NOW + TICK, Reason.BRAKED),
        (NOW + H - TICK, Reason.BRAKED),
        (NOW + H, None),
        (NOW + H + TICK, None),
    ],
)
def test_nothing_goes_that_might_be_under_way_in_a_planned_pause(now: datetime, why: Reason | None) -> None:
    """A request takes ten seconds at most."""
    planned = orders(planned_pauses=PlannedPauses(pauses=(PAUSE,)), limits=Limits(max_data_age=D))
    assert objection(facts(), now=now, by=background(by=planned)) is why


@pytest.mark.parametrize(
    ("begins", "why"),
    [
        (NOW + 10 * S + TICK, None),
        (NOW + 10 * S, Reason.BRAKED),
        (NOW + TICK, Reason.BRAKED),
        (NOW, Reason.BRAKED),
    ],
)
def test_nothing_goes_that_might_be_under_way_when_a_pause_begins_that_somebody_said(
    begins: datetime, why: Reason | None
) -> None:
    word = said(OverrideKind.PAUSE, begins=begins, until=NOW + H)
    assert objection(facts(word)) is why
    assert objection(facts(replace(word, project=BETA))) is None


@pytest.mark.parametrize(("projects", "why"), [((ACME,), Reason.BRAKED), ((BETA,), None)])
def test_a_planned_pause_may_be_of_some_projects(projects: tuple[ProjectId, ...], why: Reason | None) -> None:
    planned = orders(planned_pauses=PlannedPauses(pauses=(replace(PAUSE, projects=projects),)))
    assert objection(facts(), by=background(by=planned)) is why


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (facts(notice=None), Reason.NOTICE_LATE),
        (facts(notice=notice(OPEN, accepted_by=())), Reason.NOTICE_UNANSWERED),
        (facts(notice=notice(OPEN, ago=24 * H)), None),
        (facts(notice=notice(OPEN, ago=24 * H - TICK)), Reason.NOTICE_TOO_YOUNG),
        (facts(notice=notice(OPEN, live=False)), Reason.NOTICE_LATE),
        (facts(notice=notice(OPEN, fingerprint="another policy's")), Reason.NOTICE_LATE),
    ],
    ids=["none", "no receipt", "of age", "too young", "sent as would be", "under another policy"],
)
def test_the_notice_is_the_one_that_the_transaction_reads(read: GateFacts, why: Reason | None) -> None:
    """Whatever the turn remembered of it; one that is given now would be of age after the window."""
    assert objection(read) is why


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (facts(attempts=(attempt(Ending.NOT_DONE),)), None),
        (facts(attempts=(attempt(Ending.NOT_DONE),) * 2), Reason.ATTEMPTS_SPENT),
        (facts(attempts=(attempt(Ending.NOT_SENT),) * 2), None),
        (facts(attempts=(attempt(Ending.RELEASED),)), Reason.ALREADY_RELEASED),
        (facts(attempts=(attempt(Ending.REFUSED, ended_at=NOW - M),)), Reason.REFUSED_BEFORE),
        (facts(attempts=(attempt(Ending.REFUSED),)), Reason.REFUSED_BEFORE),
        (facts(unresolved=(attempt(None),)), Reason.UNRESOLVED),
        (facts(unresolved=(attempt(None, account("other")),)), Reason.BRAKED),
        (facts(unresolved=(attempt(None, account("other", project=BETA)),)), None),
    ],
    ids=[
        "one without effect",
        "two without effect",
        "not sent",
        "released",
        "refused",
        "refused, nobody noted when",
        "without an ending",
        "another in its project without one",
        "one elsewhere without one",
    ],
)
def test_earlier_attempts_count(read: GateFacts, why: Reason | None) -> None:
    assert objection(read) is why


@pytest.mark.parametrize(
    ("later", "why"), [(-TICK, Reason.ATTEMPTS_SPENT), (timedelta(), None), (TICK, None)]
)
def test_what_a_person_allowed_again_after_it_had_no_effect_twice_may_go(
    later: timedelta, why: Reason | None
) -> None:
    spent = (attempt(Ending.NOT_DONE, ended_at=NOW - H), attempt(Ending.NOT_DONE, ended_at=NOW - M))
    again = said(OverrideKind.RESOLVE_NOT_RELEASED, account=OPEN.id, at=NOW - M + later)
    assert objection(facts(again, attempts=spent)) is why


@pytest.mark.parametrize(
    ("until", "why"), [(NOW + TICK, Reason.HELD), (NOW, Reason.NOTICE_LATE), (NOW - TICK, Reason.NOTICE_LATE)]
)
def test_a_hold_keeps_it_until_its_end_and_leaves_a_notice_that_is_void(until: datetime, why: Reason) -> None:
    assert objection(facts(replace(hold(until=until), account=OPEN.id))) is why


@pytest.mark.parametrize(
    ("ago", "why"),
    [
        (2 * D + TICK, None),
        (2 * D, Reason.NOTICE_LATE),
        (2 * D - TICK, Reason.NOTICE_LATE),
        (2 * H, Reason.NOTICE_LATE),
    ],
)
def test_use_that_was_read_seconds_ago_voids_the_notice_also_where_it_is_idle_by_now(
    ago: timedelta, why: Reason | None
) -> None:
    """Idle after an hour, and told so two days ago; whoever used it since was not told of it."""
    brief = policy(release=ReleaseRule(when=ReleaseWhen.IDLE, idle_after=H))
    asked = gate(OPEN, by=background(), memory=announced(OPEN), activity=published(ago))
    under_it = replace(notice(OPEN), fingerprint=brief.fingerprint)
    assert replace(asked, target=target(policies=(brief,))).objection(facts(notice=under_it), NOW) is why


def test_what_a_person_allowed_again_after_a_refusal_may_go() -> None:
    refused = attempt(Ending.REFUSED, ended_at=NOW - M)
    again = said(OverrideKind.RESOLVE_NOT_RELEASED, account=OPEN.id, at=NOW - M)
    assert objection(facts(again, attempts=(refused,))) is None
    before = replace(again, at=NOW - M - TICK)
    assert objection(facts(before, attempts=(refused,))) is Reason.REFUSED_BEFORE


@pytest.mark.parametrize(
    ("activity", "why"),
    [
        (QUIET, None),
        (published(M), Reason.IN_USE),
        (Unknown(why=WhyUnknown.UNREADABLE), Reason.ACTIVITY_UNKNOWN),
    ],
)
def test_its_use_is_as_it_was_read_seconds_ago(activity: Any, why: Reason | None) -> None:
    assert objection(facts(), activity=activity) is why


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (target(policies=()), Reason.NO_POLICY),
        (target(enrolled=False), Reason.NOT_ENROLLED),
        (target(policies=(policy(protect=Protect(accounts=(OPEN.id,))),)), Reason.PROTECTED_ACCOUNT),
    ],
)
def test_the_rules_are_asked_again(rules: Any, why: Reason) -> None:
    asked = replace(gate(OPEN, by=background(), memory=announced(OPEN)), target=rules)
    assert asked.objection(facts(), NOW) is why


# By a person's word


FAR = account("far", renews_in=20 * D)
WORD = asked_for(FAR)


def objection_by_word(read: GateFacts, word: Override = WORD, **how: Any) -> Reason | None:
    """Of what no rule would release for weeks, and nothing was announced of."""
    how = {"by": background(), "memory": memory_of(FAR)} | how
    at = how.pop("now", NOW)
    return replace(gate(FAR, **how), word=word).objection(read, at)


def words(*said: Override, **fields: Any) -> GateFacts:
    return facts(*said, **({"notice": None} | fields))


ANSWERED = replace(WORD, kind=OverrideKind.ANSWER, at=NOW)


def test_a_word_that_stands_lets_go_what_no_rule_would() -> None:
    assert gate(FAR, by=background()).objection(words(WORD), NOW) is Reason.NOTICE_TO_COME
    assert objection_by_word(words(WORD)) is None


@pytest.mark.parametrize(
    "read",
    [
        words(),
        words(WORD, ANSWERED),
        words(replace(WORD, why="another")),
        words(WORD, said(OverrideKind.RESTORED)),
    ],
    ids=["never said", "answered", "another was said", "of a ledger from a copy"],
)
def test_a_word_that_does_not_stand_any_more_releases_nothing(read: GateFacts) -> None:
    assert objection_by_word(read) is Reason.WORD_OVER


@pytest.mark.parametrize(
    ("now", "why"), [(WORD.at + H - TICK, None), (WORD.at + H, Reason.WORD_OVER)], ids=["within", "over"]
)
def test_a_word_counts_within_its_hour(now: datetime, why: Reason | None) -> None:
    by = background(by=orders(limits=Limits(max_data_age=D)))
    assert objection_by_word(words(WORD), by=by, now=now) is why


def test_a_word_of_another_lease_releases_nothing() -> None:
    anew = asked_for(replace(FAR, assigned_at=FAR.assigned_at - D))
    assert objection_by_word(words(anew), anew) is Reason.WORD_OVER


LATER = replace(WORD, at=WORD.at + S)


@pytest.mark.parametrize(
    ("said_of_it", "by_words_of", "why"),
    [
        ((WORD,), WORD.at, Reason.WORD_OVER),
        ((WORD, LATER), LATER.at, Reason.WORD_OVER),
        ((LATER, WORD), LATER.at, None),
        ((WORD,), None, None),
    ],
    ids=["by it", "by a later one", "by an earlier one", "by the rules"],
)
def test_a_word_is_good_for_one_attempt(
    said_of_it: tuple[Override, ...], by_words_of: datetime | None, why: Reason | None
) -> None:
    """Later is what was written later: each is dated by the clock of who said it."""
    tried = attempt(Ending.NOT_DONE, FAR, asked_at=by_words_of)
    assert objection_by_word(words(*said_of_it, attempts=(tried,))) is why


@pytest.mark.parametrize(
    ("activity", "why"),
    [
        (QUIET, None),
        (published(M), Reason.IN_USE),
        (Unknown(why=WhyUnknown.UNREADABLE), Reason.ACTIVITY_UNKNOWN),
    ],
)
def test_use_that_was_not_shown_keeps_it(activity: Any, why: Reason | None) -> None:
    memory = memory_of(known(FAR, used=None))
    assert objection_by_word(words(WORD), activity=activity, memory=memory) is why


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (words(replace(hold(), account=FAR.id), WORD), Reason.HELD),
        (words(WORD, said(OverrideKind.PAUSE)), Reason.BRAKED),
        (words(WORD, attempts=(attempt(Ending.RELEASED, FAR),)), Reason.ALREADY_RELEASED),
        (words(WORD, unresolved=(attempt(None, FAR),)), Reason.UNRESOLVED),
    ],
    ids=["a hold", "a pause", "released", "of unknown end"],
)
def test_no_word_passes_what_stops_every_release(read: GateFacts, why: Reason) -> None:
    assert objection_by_word(read) is why


# The brakes, as of now


def state(**fields: Any) -> FleetState:
    defaults: dict[str, Any] = {
        "now": NOW,
        "projects": {ACME: ProjectState(assigned=40)},
        "skew": timedelta(),
        "ledger_since": NOW - 30 * D,
        "oldest_reading": NOW,
    }
    return FleetState(**(defaults | fields))


DOCKET = Docket(entries=(entry(OPEN, Place.DUE),))


@pytest.mark.parametrize(("most", "why"), [(2, None), (1, Reason.BRAKED)])
def test_what_was_released_since_the_fleet_was_read_counts(most: int, why: Reason | None) -> None:
    read = facts(done=(entry(account("gone"), Place.DONE),))
    by = background(by=orders(limits=Limits(max_releases=most)))
    assert objection(read, docket=DOCKET, state=state(), by=by) is why


@pytest.mark.parametrize(
    ("at", "why"), [(NOW - M, None), (OPEN.assigned_at, None), (OPEN.assigned_at - TICK, Reason.BRAKED)]
)
def test_an_approval_lifts_what_it_names_of_this_lease(at: datetime, why: Reason | None) -> None:
    by = background(by=orders(limits=Limits(max_releases=0)))
    word = said(OverrideKind.APPROVE, periods=(OPEN.period,), at=at)
    assert objection(facts(word), docket=DOCKET, state=state(), by=by) is why


def test_an_approval_that_was_withdrawn_since_the_plan_was_made_allows_nothing() -> None:
    by = background(by=orders(limits=Limits(max_releases=0)))
    word, back = (
        said(kind, periods=(OPEN.period,)) for kind in (OverrideKind.APPROVE, OverrideKind.UNAPPROVE)
    )
    assert objection(facts(word), docket=DOCKET, state=state(), by=by) is None
    assert objection(facts(word, back), docket=DOCKET, state=state(), by=by) is Reason.BRAKED


def test_of_a_lease_that_began_at_a_time_that_cannot_be_any_approval_counts() -> None:
    undated = replace(OPEN, assigned_at=datetime.min.replace(tzinfo=NOW.tzinfo))
    by = background(by=orders(limits=Limits(max_releases=0)))
    word = said(OverrideKind.APPROVE, periods=(OPEN.period,), at=NOW - 300 * D)
    read = facts(word, notice=notice(undated))
    assert objection(read, one=undated, docket=DOCKET, state=state(), by=by) is None


@pytest.mark.parametrize(
    ("age", "why"), [(30 * M, None), (30 * M + TICK, Reason.BRAKED)], ids=["old enough", "too old"]
)
def test_facts_grow_older_within_a_turn(age: timedelta, why: Reason | None) -> None:
    assert objection(facts(), docket=DOCKET, state=state(oldest_reading=NOW - age)) is why


@pytest.mark.parametrize(
    ("slept", "why"), [(24 * H, None), (24 * H + TICK, Reason.NOTICE_LATE)], ids=["a day", "longer"]
)
def test_a_process_that_was_stopped_for_longer_than_a_gap_may_be_counts_no_notice(
    slept: timedelta, why: Reason | None
) -> None:
    by = background(by=orders(limits=Limits(max_data_age=9 * D)))
    assert objection(facts(), state=state(now=NOW - slept), by=by) is why


def test_use_remembered_voids_the_notice() -> None:
    """It is idle again by its policy, and people were told of other idleness."""
    used = known(OPEN, used=published(D))
    by = background()
    asked = gate(OPEN, by=by, memory=memory_of(used), activity=published(40 * D))
    assert asked.objection(facts(), NOW) is Reason.IN_USE


HEALTHY = target(policies=(policy(evidence=("posts", "health")),))


@pytest.mark.parametrize(
    ("health", "why"),
    [
        (HealthTier.COLD, None),
        (HealthTier.HOT, Reason.PROTECTED_HEALTH),
        (HealthUnknown(why=WhyHealthUnknown.UNREADABLE), Reason.HEALTH_UNKNOWN),
        (HealthUnknown(why=WhyHealthUnknown.TOO_OLD), Reason.HEALTH_UNKNOWN),
        (HEALTH_NOT_ASKED, Reason.HEALTH_UNKNOWN),
    ],
)
def test_its_health_is_as_it_was_read_seconds_ago(health: Health, why: Reason | None) -> None:
    """By the rules, and by a person's word weeks before anybody would have asked."""
    by_word = replace(gate(FAR, by=background(), memory=memory_of(FAR), health=health), word=WORD)
    assert replace(by_word, target=HEALTHY).objection(words(WORD), NOW) is why
    by_rules = replace(gate(OPEN, by=background(), memory=announced(OPEN), health=health), target=HEALTHY)
    under_it = replace(notice(OPEN), fingerprint=HEALTHY.policies[0].fingerprint)
    assert by_rules.objection(facts(notice=under_it), NOW) is why


SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))


@pytest.mark.parametrize(
    ("health", "by_both", "by_it_alone"),
    [
        (HealthTier.SHADOWBANNED, None, None),
        (HealthTier.WARM, Reason.NOTICE_LATE, Reason.NO_POLICY),
        (HealthUnknown(why=WhyHealthUnknown.UNREADABLE), Reason.HEALTH_UNKNOWN, Reason.HEALTH_UNKNOWN),
        (HEALTH_NOT_ASKED, Reason.HEALTH_UNKNOWN, Reason.HEALTH_UNKNOWN),
    ],
)
def test_its_policy_is_by_how_healthy_it_was_seconds_ago(
    health: Health, by_both: Reason | None, by_it_alone: Reason | None
) -> None:
    """What was announced under one policy is not released by another."""
    under_it = replace(notice(OPEN), fingerprint=SHADOW.fingerprint)
    for policies, why in (((SHADOW, policy()), by_both), ((SHADOW,), by_it_alone)):
        asked = gate(OPEN, by=background(), memory=announced(OPEN), health=health)
        found = replace(asked, target=target(policies=policies)).objection(facts(notice=under_it), NOW)
        assert found is why, policies
