"""The closed list of what people can be told."""

import pytest

from tests.builders import NOW
from watcher.domain.events import SEVERITY, Event, EventKind, Severity


def test_every_event_has_a_severity() -> None:
    assert set(SEVERITY) == set(EventKind)


def test_what_a_person_must_look_at_today_is_critical() -> None:
    assert {kind for kind, severity in SEVERITY.items() if severity is Severity.CRITICAL} == {
        EventKind.RELEASE_FAILED,
        EventKind.RELEASE_UNKNOWN,
        EventKind.DEADLINE_MISSED,
        EventKind.BRAKE_HALTED,
        EventKind.ACCOUNT_GONE,
        EventKind.KEY_REFUSED,
        EventKind.CLOCK_OFF,
    }


@pytest.mark.parametrize("kind", list(EventKind))
def test_an_event_is_as_severe_as_its_kind(kind: EventKind) -> None:
    assert Event(kind=kind, key="k", at=NOW, text="").severity is SEVERITY[kind]
