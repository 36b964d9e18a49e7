"""What a turn says of what is to come, and which standing problems it finds again."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, M, S, account, decision, halted, stopped
from tests.core.world import ACME, BETA, STANDARD, TURN, background, fleet_memory, orders, target
from watcher.brakes import FleetState, Halt, Halts, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.announce import Outlook, announce
from watcher.decide.background import Background
from watcher.decide.fleet_problems import pause_event
from watcher.decide.halts_ahead import HaltsAhead
from watcher.memory.writes import Announced, DocketKept, Queued
from watcher.messages.clauses import to_type
from watcher.messages.events import Event, EventKind, OverFacts
from watcher.messages.halt_messages import doubt_event
from watcher.messages.money_facts import BudgetFacts
from watcher.messages.problem_facts import ClockFacts, UnmatchedFacts
from watcher.messages.problems import Problem
from watcher.messages.unmatched import Unmatched
from watcher.record.notices import Notice
from watcher.record.overrides import Override, OverrideKind
from watcher.rules.plan import Mode

LATTE = account("latte", renews_in=5 * H)
DUE = Docket(
    entries=(
        Entry(
            period=LATTE.period,
            project=ACME,
            handle=LATTE.handle,
            price_cents=LATTE.price_cents,
            place=Place.DUE,
            closes=LATTE.renews_at - 10 * M,
        ),
    )
)
MANY = Halt(brake=kinds.TOO_MANY, measured="1 release", limit="0")
FLEET_DROP = Halt(brake=kinds.FLEET_DROP, measured="40 of 100 missing", limit="20 %")


def outlook(*halts: Halt, docket: Docket = DUE, skew: timedelta | None = None, **fields: object) -> Outlook:
    """Of one release that is due, in a turn that did not see enough to say that anything is over."""
    defaults: dict[str, object] = {
        "docket": docket,
        "state": FleetState(now=NOW, skew=skew),
        "halts": Halts(halts=halts),
        "ahead": HaltsAhead(releases=stopped(*halts, docket=docket)),
        "whole": False,
        "unmatched": None,
        "fleet_cents": None,
        "unwatched": frozenset(),
    }
    return Outlook(**(defaults | fields))


def told(seen: Outlook, by: Background | None = None) -> list[Event]:
    events, _ = announce((), seen, by or background())
    return events


def key_of(event: Event) -> str:
    return f"{event.problem}:{NOW.isoformat()}"


def remembering(*kinds: EventKind) -> Background:
    """People were told an hour ago of one problem of each kind."""
    problems = {
        kind.value: Problem(
            id=kind.value, kind=kind, content="c", text="as it was told", since=NOW - D, told_at=NOW - H
        )
        for kind in kinds
    }
    return background(memory=fleet_memory(problems=problems))


def test_a_clock_that_is_off_is_told_and_one_within_the_limit_is_not() -> None:
    (event,) = told(outlook(skew=90 * S))
    assert event == Event(
        kind=EventKind.CLOCK_OFF,
        key=key_of(event),
        problem="clock.off",
        at=NOW,
        what="this machine's clock is 1 min 30 s off the API's: no release until it is right",
        clauses=(
            to_type(
                "lease-watcher check --online",
                before="set it right, by NTP at best; ",
                after=" says how far off it is",
            ),
        ),
        facts=ClockFacts(skew_seconds=90),
    )
    assert told(outlook(skew=orders().limits.max_clock_skew)) == []


def test_of_a_clock_that_is_off_it_is_told_what_it_costs_where_that_is_its_doing() -> None:
    by = Halt(brake=kinds.CLOCK_OFF, measured="90 s off", limit="60 s")
    for halt, names in ((by, True), (MANY, False)):
        (off, *_) = told(outlook(halt, skew=90 * S))
        assert off.kind is EventKind.CLOCK_OFF
        assert isinstance(off.facts, ClockFacts)
        assert ("$150.00" in off.text, off.facts.by is not None) == (names, names)
    (off,) = told(outlook(by, skew=90 * S), background(by=orders(mode=Mode.OBSERVE)))
    assert "$" not in off.text, "observing, nothing is lost by it"


@pytest.mark.parametrize(("mode", "live"), [(Mode.ENFORCE, True), (Mode.OBSERVE, False)])
def test_of_a_problem_is_told_without_force_where_nothing_is_released(mode: Mode, live: bool) -> None:
    _, writes = announce((), outlook(skew=90 * S), background(by=orders(mode=mode)))
    (queued,) = (one for one in writes if isinstance(one, Queued))
    assert [one.live for one in queued.messages] == [live] * len(orders().routes.routes)


def test_words_that_match_nothing_are_told() -> None:
    found = Unmatched(key="policies.standard.protect.handles", word="late", nearest="latte")
    (event,) = told(outlook(unmatched=(found,)))
    assert event.text == (
        "1 configured word matches no leased account, so nothing is kept by it; "
        "policies.standard.protect.handles late (did you mean latte?); "
        "correct or remove it: `lease-watcher check --online` shows all"
    )
    assert event.facts == UnmatchedFacts(words=1)


@pytest.mark.parametrize(("cents", "is_told"), [(100_000, False), (100_001, True)])
def test_a_fleet_above_its_budget_is_told(cents: int, is_told: bool) -> None:
    events = told(outlook(fleet_cents=cents), background(by=orders(budget_cents=100_000)))
    assert [(one.what, one.facts) for one in events] == [
        (
            "the fleet costs $1,000.01 a month, $0.01 over its budget of $1,000.00",
            BudgetFacts(monthly_cents=100_001, budget_cents=100_000),
        )
    ] * is_told


def test_a_halt_of_what_is_due_is_told_in_the_words_of_its_matter() -> None:
    (event,) = told(outlook(MANY))
    expected = halted(MANY, docket=DUE)
    assert (event.text, event.facts, event.cents) == (expected.text, expected.facts, 15_000)
    assert event.what == (
        "$150.00 will not be saved unless the release of @latte is approved by Mon 18 May 16:35 UTC"
    )


def test_observing_no_halt_is_told_and_no_doubt() -> None:
    watching = background(by=orders(mode=Mode.OBSERVE))
    assert told(outlook(MANY, FLEET_DROP), watching) == []


def test_lists_that_are_not_believed_are_told_also_where_nothing_is_due() -> None:
    (event,) = told(outlook(FLEET_DROP, docket=Docket()))
    assert event.text == (
        f"the lists of accounts are not believed, so no release is done: {FLEET_DROP.in_words()}; "
        "ends when the accounts are back; if they are gone for good: "
        "`lease-watcher resume --accept-baseline --reason WHY`"
    )
    assert event.problem == "lists:doubt"


def test_of_projects_whose_lists_are_not_believed_each_is_named_once_in_order() -> None:
    empty = [
        Halt(brake=kinds.PROJECT_EMPTY, measured="none of 9", limit="1", project=project)
        for project in (BETA, ACME, BETA)
    ]
    event = doubt_event(empty, orders(target(), target(BETA)).names, NOW)
    assert event.what.startswith(
        "the lists of accounts are not believed, so no release of acme, beta is done: "
    )
    assert event.key == ("lists:doubt:project_empty prj_acme,project_empty prj_beta,project_empty prj_beta")
    of_all = doubt_event([FLEET_DROP], {}, NOW)
    assert of_all.key == "lists:doubt:fleet_drop"
    assert of_all.what == (
        "the lists of accounts are not believed, so no release is done: "
        "accounts vanished from the fleet (40 of 100 missing, limit 20 %)"
    )


ALL = (
    EventKind.BRAKE_HALTED,
    EventKind.CLOCK_OFF,
    EventKind.BUDGET_EXCEEDED,
    EventKind.PROTECTION_UNMATCHED,
)


def test_a_turn_that_did_not_look_says_of_no_problem_that_it_is_over() -> None:
    assert told(outlook(docket=Docket()), remembering(*ALL)) == []


@pytest.mark.parametrize(
    ("looked", "over"),
    [
        ({"whole": True}, EventKind.BRAKE_HALTED),
        ({"skew": timedelta()}, EventKind.CLOCK_OFF),
        ({"fleet_cents": 0}, EventKind.BUDGET_EXCEEDED),
        ({"unmatched": ()}, EventKind.PROTECTION_UNMATCHED),
    ],
)
def test_only_what_a_turn_looked_at_and_did_not_find_is_over(
    looked: dict[str, object], over: EventKind
) -> None:
    events = told(outlook(docket=Docket(), **looked), remembering(*ALL))
    assert [(one.kind, one.facts) for one in events] == [
        (EventKind.PROBLEM_RESOLVED, OverFacts(was=over, since=NOW - D))
    ]


def test_the_problems_of_a_project_that_nobody_watches_any_more_are_over_and_nothing_recovered() -> None:
    problems = {
        f"project.unreadable:{project}": Problem(
            id=f"project.unreadable:{project}",
            kind=EventKind.PROJECT_UNREADABLE,
            content="c",
            text=f"project {project} cannot be read",
            since=NOW - D,
            told_at=NOW - H,
            project=project,
        )
        for project in (ACME, BETA)
    }
    events = told(
        outlook(docket=Docket(), unwatched=frozenset({BETA})),
        background(memory=fleet_memory(problems=problems)),
    )
    assert [(one.kind, one.what) for one in events] == [
        (
            EventKind.PROBLEM_RESOLVED,
            "no longer looked at, after 1 d: project prj_beta could not be read",
        )
    ]


@pytest.mark.parametrize(
    ("project", "key", "whose", "command"),
    [
        (None, "fleet", "every project", "lease-watcher resume --reason WHY"),
        (BETA, "prj_beta", "project beta", "lease-watcher resume --project prj_beta --reason WHY"),
    ],
)
def test_the_watchers_own_pause_says_whose_releases_and_what_ends_it(
    project: str | None, key: str, whose: str, command: str
) -> None:
    pause = Override(
        kind=OverrideKind.PAUSE, at=NOW - M, by="watcher", why="a release did not last", project=project
    )
    assert pause_event(pause, {BETA: "beta"}) == Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"brake.halted:paused:{key}:2026-05-18T11:59:00+00:00",
        at=NOW - M,
        what=f"releases of {whose} are paused: a release did not last",
        clauses=(to_type(command, before="once that is understood: "),),
        project=project,
    )


SOON = decision(account("soon", renews_in=50 * H))
"""Its policy wants a day's notice before its window, which opens six hours before it renews."""


def test_only_what_is_to_be_announced_now_is_announced_and_noted_with_what_people_read() -> None:
    waits = decision(account("waits", renews_in=10 * D))
    events, writes = announce((waits, SOON), outlook(docket=Docket()), background())
    assert [(one.kind, one.handle) for one in events] == [(EventKind.RELEASE_ANNOUNCED, "soon")]
    assert [one.notices for one in writes if isinstance(one, Announced)] == [
        (
            Notice(
                key=events[0].key,
                period=SOON.account.period,
                not_before=SOON.account.renews_at - 6 * H,
                fingerprint=STANDARD.fingerprint,
                live=True,
                created_at=NOW,
                handle="soon",
                platform="tiktok",
                assigned_at=SOON.account.assigned_at,
            ),
        )
    ]


def test_nothing_is_announced_by_a_clock_that_is_not_proved() -> None:
    unproved = Halt(brake=kinds.CLOCK_UNPROVED, measured="not proved", limit="a minute")
    events, writes = announce((SOON,), outlook(unproved, docket=Docket()), background())
    assert events == []
    assert writes[-1] == Announced(notices=(), messages=(), turn=TURN)


def test_what_is_halted_is_kept_as_a_docket_that_can_be_approved() -> None:
    _, writes = announce((), outlook(MANY), background())
    assert [one for one in writes if isinstance(one, DocketKept)] == [
        DocketKept(
            docket=DUE.id,
            periods=(LATTE.period,),
            at=NOW,
            halts=(KeptHalt.of(MANY, DUE.id, orders().names, (LATTE.period,)),),
        )
    ]
