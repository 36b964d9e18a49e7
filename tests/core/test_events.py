"""The closed list of what people can be told."""

import pytest

from tests.builders import NOW, D
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.messages.events import SEVERITY, Event, EventKind, Severity


def test_every_event_has_a_severity() -> None:
    assert set(SEVERITY) == set(EventKind)


def test_what_a_person_must_look_at_today_is_critical() -> None:
    assert {kind for kind, severity in SEVERITY.items() if severity is Severity.CRITICAL} == {
        EventKind.RELEASE_FAILED,
        EventKind.RELEASE_UNDONE,
        EventKind.RELEASE_UNKNOWN,
        EventKind.DEADLINE_MISSED,
        EventKind.BRAKE_HALTED,
        EventKind.ACCOUNT_GONE,
        EventKind.KEY_REFUSED,
        EventKind.CLOCK_OFF,
        EventKind.DELIVERY_FAILED,
        EventKind.CONFIG_REFUSED,
        EventKind.DEADLINE_NEAR,
    }


def test_severities_are_ranked_from_the_mildest() -> None:
    assert [severity.rank for severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL)] == [0, 1, 2]


PERIOD = LeasePeriod(account=AccountId("sa_latte"), renews_at=NOW + D)


@pytest.mark.parametrize(
    ("event", "topic"),
    [
        (Event(kind=EventKind.CLOCK_OFF, key="k", at=NOW, what="", problem="clock.off"), "clock.off"),
        (
            Event(kind=EventKind.RENEWAL_WARNING, key="k", at=NOW, what="", period=PERIOD),
            "lease:sa_latte:2026-05-19T12:00:00+00:00",
        ),
        (Event(kind=EventKind.NOTIFIER_TEST, key="k", at=NOW, what=""), "k"),
    ],
    ids=["a standing problem", "a lease period", "neither"],
)
def test_a_topic_is_what_an_event_is_about_from_the_first_word_to_the_last(event: Event, topic: str) -> None:
    assert event.topic == topic


def test_some_kinds_are_the_last_word_on_their_topic() -> None:
    last = {kind for kind in EventKind if Event(kind=kind, key="k", at=NOW, what="").ends_topic}
    assert last == {
        EventKind.RELEASE_DONE,
        EventKind.RELEASE_WITHDRAWN,
        EventKind.RENEWAL_PAID,
        EventKind.PROJECT_RECOVERED,
        EventKind.PROBLEM_RESOLVED,
    }


@pytest.mark.parametrize("kind", list(EventKind))
def test_an_event_is_as_severe_as_its_kind(kind: EventKind) -> None:
    assert Event(kind=kind, key="k", at=NOW, what="").severity is SEVERITY[kind]
