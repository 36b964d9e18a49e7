"""Which notifier gets which event, and whose acceptance a release needs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, UNUSED, account, policy
from watcher.facts.accounts import ProjectId
from watcher.messages.events import Event, EventKind, Severity
from watcher.messages.outbox import Message
from watcher.messages.routes import Route, Routes, spellings
from watcher.rules.judge import Usage
from watcher.rules.policy import ReleaseRule, ReleaseWhen
from watcher.texts.hours import hours_of

PROBLEMS = {
    EventKind.RELEASE_FAILED,
    EventKind.RELEASE_UNDONE,
    EventKind.RELEASE_UNKNOWN,
    EventKind.DEADLINE_MISSED,
    EventKind.BRAKE_HALTED,
    EventKind.BRAKE_AHEAD,
    EventKind.ACCOUNT_GONE,
    EventKind.ACCOUNT_QUARANTINED,
    EventKind.ACTIVITY_UNKNOWN,
    EventKind.PROJECT_UNREADABLE,
    EventKind.PROJECT_RECOVERED,
    EventKind.KEY_REFUSED,
    EventKind.CLOCK_OFF,
    EventKind.BUDGET_EXCEEDED,
    EventKind.DELIVERY_FAILED,
    EventKind.CONFIG_REFUSED,
    EventKind.DEADLINE_NEAR,
    EventKind.PROTECTION_UNMATCHED,
}


def route(name: str, *events: str, counts: bool = True) -> Route:
    return Route(notifier=name, events=events, counts=counts)


def event(kind: EventKind) -> Event:
    return Event(kind=kind, key=kind.value, at=NOW, what="")


@pytest.mark.parametrize("kind", list(EventKind))
def test_an_event_is_spelled_by_its_own_name_and_as_a_problem_if_something_is_wrong(kind: EventKind) -> None:
    problem = (f"problem.{kind.value}",) if kind in PROBLEMS else ()

    assert spellings(kind) == (kind.value, *problem)


def wanted(*globs: str) -> set[EventKind]:
    return {kind for kind in EventKind if route("ops", *globs).wants(event(kind))}


@pytest.mark.parametrize(
    ("globs", "kinds"),
    [
        ((), set()),
        (("*",), set(EventKind)),
        (("problem.*",), PROBLEMS | {EventKind.PROBLEM_RESOLVED}),
        (("release.done",), {EventKind.RELEASE_DONE}),
        (
            ("renewal.*",),
            {EventKind.RENEWAL_WARNING, EventKind.RENEWAL_PAID, EventKind.RENEWAL_MOVED},
        ),
        (
            ("release.*",),
            {
                EventKind.RELEASE_ANNOUNCED,
                EventKind.RELEASE_WITHDRAWN,
                EventKind.RELEASE_DONE,
                EventKind.RELEASE_FAILED,
                EventKind.RELEASE_TOO_LATE,
                EventKind.RELEASE_UNDONE,
                EventKind.RELEASE_UNKNOWN,
            },
        ),
        (
            ("problem.release.*",),
            {EventKind.RELEASE_FAILED, EventKind.RELEASE_UNDONE, EventKind.RELEASE_UNKNOWN},
        ),
        (("clock.off", "*.new"), {EventKind.CLOCK_OFF, EventKind.LEASE_NEW}),
        (("Release.Done",), set()),
        (("release",), set()),
    ],
)
def test_a_route_wants_what_its_globs_fit(globs: tuple[str, ...], kinds: set[EventKind]) -> None:
    assert wanted(*globs) == kinds


def test_every_notifier_gets_what_it_wants_once_even_if_two_globs_fit() -> None:
    routes = Routes(
        routes=(route("ops", "release.*", "problem.*"), route("log", "*"), route("pager", "problem.*"))
    )
    failed, done = event(EventKind.RELEASE_FAILED), event(EventKind.RELEASE_DONE)

    assert routes.messages(iter([failed, done]), live=False) == (
        Message(notifier="ops", event=failed, live=False),
        Message(notifier="log", event=failed, live=False),
        Message(notifier="pager", event=failed, live=False),
        Message(notifier="ops", event=done, live=False),
        Message(notifier="log", event=done, live=False),
        Message(notifier="pager", event=done, live=False, closing=True),
    )


def test_messages_say_whether_they_are_live() -> None:
    one = event(EventKind.LEASE_NEW)

    assert Routes(routes=(route("ops", "*"),)).messages([one], live=True) == (
        Message(notifier="ops", event=one, live=True),
    )


ACME, OTHER = ProjectId("prj_acme"), ProjectId("prj_other")
LEFT_OPEN = replace(
    event(EventKind.RENEWAL_WARNING),
    project=ACME,
    cents=15_000,
    facts=UNUSED,
)


def left_open(**facts: object) -> Event:
    return replace(LEFT_OPEN, facts=replace(UNUSED, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "told", "silent"),
    [
        ({"min_severity": Severity.WARNING}, event(EventKind.PRICE_CHANGED), event(EventKind.LEASE_NEW)),
        ({"min_cents": 15_000}, LEFT_OPEN, replace(LEFT_OPEN, cents=14_999)),
        ({"min_cents": 1}, event(EventKind.CLOCK_OFF), replace(LEFT_OPEN, cents=0)),
        ({"projects": frozenset({ACME})}, LEFT_OPEN, replace(LEFT_OPEN, project=OTHER)),
        ({"projects": frozenset({ACME})}, LEFT_OPEN, event(EventKind.CLOCK_OFF)),
        ({"owned": frozenset({ACME})}, LEFT_OPEN, replace(LEFT_OPEN, project=OTHER)),
        ({"owned": frozenset({ACME})}, LEFT_OPEN, event(EventKind.CLOCK_OFF)),
        (
            {"owned": frozenset({ACME}), "projects": frozenset({ACME, OTHER})},
            LEFT_OPEN,
            replace(LEFT_OPEN, project=OTHER),
        ),
        ({"policies": frozenset({"standard"})}, LEFT_OPEN, left_open(policy="careful")),
        ({"policies": frozenset({"standard"})}, event(EventKind.CLOCK_OFF), left_open(policy="")),
        ({"escalation": True}, LEFT_OPEN, left_open(last_warning=False)),
        ({"escalation": True}, LEFT_OPEN, left_open(held=True)),
        ({"escalation": True}, LEFT_OPEN, left_open(usage=Usage.IN_USE, usage_at_opening=Usage.IN_USE)),
        ({"escalation": True}, left_open(usage=Usage.UNKNOWN), event(EventKind.CLOCK_OFF)),
    ],
)
def test_a_route_is_told_what_its_wishes_let_through(
    wish: dict[str, object], told: Event, silent: Event
) -> None:
    one = replace(route("ops", "*"), **wish)  # type: ignore[arg-type]
    assert (one.wants(told), one.wants(silent)) == (True, False)


@pytest.mark.parametrize(
    ("wish", "required"),
    [
        ({"min_severity": Severity.CRITICAL}, ()),
        ({"min_cents": 15_001}, ()),
        ({"min_cents": 15_000}, ("ops",)),
        ({"projects": frozenset({OTHER})}, ()),
        ({"projects": frozenset({ACME})}, ("ops",)),
        ({"owned": frozenset({OTHER})}, ()),
        ({"owned": frozenset({ACME})}, ("ops",)),
        ({"policies": frozenset({"careful"})}, ()),
        ({"policies": frozenset({"standard"})}, ("ops",)),
        ({"escalation": True}, ()),
    ],
)
def test_a_release_needs_no_receipt_of_who_is_not_told(
    wish: dict[str, object], required: tuple[str, ...]
) -> None:
    routes = Routes(routes=(replace(route("ops", "*"), **wish),))  # type: ignore[arg-type]
    leased = replace(account(), project=ACME, price_cents=15_000)
    assert routes.receipts_for(policy(), leased) == required


ROUTES = Routes(
    routes=(
        route("ops", "release.*"),
        route("log", "*", counts=False),
        route("mail", "release.announced"),
        route("pager", "problem.*"),
    )
)


@pytest.mark.parametrize(
    ("routes", "notice_to", "required"),
    [
        (ROUTES, (), ("ops", "mail")),
        (ROUTES, ("mail",), ("mail",)),
        (Routes(), (), ()),
        (Routes(routes=(route("log", "*", counts=False),)), (), ()),
        (Routes(routes=(route("pager", "problem.*"),)), (), ()),
    ],
)
def test_a_release_needs_the_channels_it_names_or_every_counting_one_that_gets_announcements(
    routes: Routes, notice_to: tuple[str, ...], required: tuple[str, ...]
) -> None:
    rule = ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta(hours=24), notice_to=notice_to)

    assert routes.receipts_for(policy(release=rule), account()) == required


def test_an_escalation_is_about_what_will_be_unused_although_it_is_in_use_today() -> None:
    """Its last warning was told to the second line before labels were today's, and is told to it still."""
    second_line = replace(route("boss", "*"), escalation=True)

    assert second_line.wants(left_open(usage=Usage.IN_USE, usage_at_opening=Usage.UNUSED))
    assert not second_line.wants(left_open(usage=Usage.UNUSED, usage_at_opening=Usage.IN_USE))


NIGHTS, WEEKENDS = (hours_of("22:00-07:00"),), (hours_of("sat-sun"),)


@pytest.mark.parametrize(
    ("of", "waits"),
    [
        ({}, True),
        ({"quiet": ()}, False),
        ({"events": ("renewal.*",)}, True),
        ({"events": ("release.*",)}, False),
        ({"min_severity": Severity.WARNING}, False),
        ({"projects": frozenset({ProjectId("prj_acme")})}, True),
        ({"projects": frozenset({ProjectId("prj_beta")})}, False),
        ({"owned": frozenset({ProjectId("prj_beta")})}, False),
        ({"policies": frozenset({"standard"})}, True),
        ({"policies": frozenset({"other"})}, False),
        ({"wake_for": Severity.WARNING}, True),
        ({"wake_for": Severity.INFO}, False),
    ],
)
def test_warnings_of_renewals_wait_for_the_quiet_hours_of_who_is_told_of_them_and_not_woken(
    of: dict[str, Any], waits: bool
) -> None:
    routes = Routes(routes=(replace(route("ops", "*"), **{"quiet": NIGHTS, **of}),))
    assert routes.quiet_for_warnings(policy(), ProjectId("prj_acme")) == ((NIGHTS,) if waits else ())


def test_hours_that_several_keep_are_named_once_and_in_their_order() -> None:
    quiet = [replace(route("ops", "*"), quiet=hours) for hours in (WEEKENDS, NIGHTS)]
    routes = Routes(routes=(*quiet, *quiet))
    assert routes.quiet_for_warnings(policy(), ProjectId("prj_acme")) == (WEEKENDS, NIGHTS)
