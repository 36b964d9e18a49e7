"""When the next release can be sent, as the reports of turns tell it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, policy, report
from watcher.brakes import Halt, Halts
from watcher.brakes.kinds.paused import PAUSED
from watcher.decide.agenda import Agenda, Appointment, due_at
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import TurnKind
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.plan import Announce, Decision, Leave, Mode, Release, Step, Wait, Warn

RENEWS_IN = 31 * H
CLOSES = NOW + RENEWS_IN - timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def stepped(step: Step, *, renews_in: timedelta = RENEWS_IN, project: str = "prj_acme") -> Decision:
    one = decision(replace(account(renews_in=renews_in), project=ProjectId(project)))
    return replace(one, step=step)


def waiting(until: timedelta, project: str = "prj_acme") -> Decision:
    return stepped(Wait(until=NOW + until, why=Reason.WINDOW_NOT_OPEN), project=project)


@pytest.mark.parametrize(
    ("step", "moment"),
    [
        (Wait(until=NOW + 3 * H, why=Reason.NOTICE_TOO_YOUNG), NOW + 3 * H),
        (Wait(until=CLOSES - SECOND, why=Reason.NOTICE_TOO_YOUNG), CLOSES - SECOND),
        (Wait(until=CLOSES, why=Reason.NOTICE_UNANSWERED), None),
        (Announce(not_before=NOW + 25 * H), NOW + 25 * H),
        (Warn(rung=D), None),
        (Release(), None),
        (Leave(why=Reason.NOTICE_LATE), None),
    ],
)
def test_an_account_to_be_released_is_due_when_its_step_says(step: Step, moment: object) -> None:
    assert due_at(stepped(step)) == moment


def test_a_warning_beside_it_changes_nothing() -> None:
    waits = Wait(until=NOW + 3 * H, why=Reason.NOTICE_TOO_YOUNG)
    one = replace(stepped(Warn(rung=D)), beside=waits)
    assert due_at(one) == NOW + 3 * H


def test_an_account_that_is_kept_is_never_due() -> None:
    kept = decision(policies=(policy(),), enrolled=False)
    assert due_at(replace(kept, step=Wait(until=NOW + H, why=Reason.WINDOW_NOT_OPEN))) is None


def test_the_next_appointment_is_the_earliest_with_all_that_open_by_then() -> None:
    seen = report(
        waiting(3 * H, "prj_a"), waiting(3 * H + SECOND, "prj_b"), waiting(3 * H + 2 * SECOND, "prj_c")
    )
    agenda = Agenda().noted(seen)

    assert agenda.next(NOW) == Appointment(
        at=NOW + 3 * H, projects=frozenset({ProjectId("prj_a"), ProjectId("prj_b")})
    )
    assert agenda.next(NOW + 3 * H) == Appointment(
        at=NOW + 3 * H + SECOND, projects=frozenset({ProjectId("prj_b"), ProjectId("prj_c")})
    )
    assert agenda.next(NOW + 3 * H + 2 * SECOND) is None


def test_what_a_turn_told_to_wait_until_a_moment_before_its_own_end_has_come_since_it_began() -> None:
    agenda = Agenda().noted(report(waiting(2 * SECOND, "prj_a"), waiting(3 * H, "prj_b")))

    assert agenda.come_since(NOW, NOW + SECOND) == frozenset()
    assert agenda.come_since(NOW, NOW + 2 * SECOND) == {"prj_a"}
    assert agenda.come_since(NOW + 2 * SECOND, NOW + 2 * H) == frozenset()
    assert agenda.come_since(NOW, NOW + 3 * H) == {"prj_a", "prj_b"}


def test_a_full_turn_replaces_everything_a_focused_one_what_it_read() -> None:
    first = Agenda().noted(report(waiting(3 * H, "prj_a"), waiting(5 * H, "prj_b")))
    focused = replace(report(waiting(4 * H, "prj_a")), kind=TurnKind.FOCUSED)

    assert first.noted(focused).moments == {"prj_a": (NOW + 4 * H,), "prj_b": (NOW + 5 * H,)}
    assert first.noted(report(waiting(4 * H, "prj_a"))).moments == {"prj_a": (NOW + 4 * H,)}


def test_a_project_with_nothing_left_to_release_drops_out() -> None:
    first = Agenda().noted(report(waiting(3 * H, "prj_a")))
    done = replace(report(stepped(Leave(why=Reason.NOTICE_LATE), project="prj_a")), kind=TurnKind.FOCUSED)

    assert first.noted(done).moments == {}


def test_observing_makes_no_appointments() -> None:
    assert Agenda().noted(report(waiting(3 * H), mode=Mode.OBSERVE)).next(NOW) is None


def halted(until: timedelta | None, *, renews_in: timedelta = RENEWS_IN) -> Report:
    """A release that is due, and a pause of everything that ends after so long."""
    ends = None if until is None else NOW + until
    halt = Halt(brake=PAUSED, measured="paused by ann", limit="", lifts_at=ends)
    return replace(report(stepped(Release(), renews_in=renews_in)), halts=Halts(halts=(halt,)))


@pytest.mark.parametrize(
    ("until", "moments"),
    [
        (3 * H, (NOW + 3 * H,)),
        (RENEWS_IN - timedelta(minutes=10) - SECOND, (CLOSES - SECOND,)),
        (RENEWS_IN - timedelta(minutes=10), None),
        (None, None),
    ],
)
def test_a_turn_comes_as_the_pause_ends_that_halts_a_due_release(
    until: timedelta | None, moments: tuple[datetime, ...] | None
) -> None:
    """A pause ended at 22:54, the window closed at 05:00, and the next poll was at 09:00: it renewed, and its
    payment was put down to an absence of the watcher.
    """
    assert Agenda().noted(halted(until)).moments.get(ProjectId("prj_acme")) == moments


def test_a_pause_of_another_project_makes_no_appointment() -> None:
    seen = halted(3 * H)
    [halt] = seen.halts.halts
    elsewhere = replace(seen, halts=Halts(halts=(replace(halt, project=ProjectId("prj_b")),)))
    assert Agenda().noted(elsewhere).moments == {}


@pytest.mark.parametrize(
    ("until", "enrolled", "moments"),
    [
        (3 * H, True, (NOW + 3 * H,)),
        (RENEWS_IN - timedelta(minutes=10), True, None),
        (None, True, None),
        (3 * H, False, None),
    ],
)
def test_a_turn_comes_as_the_hold_ends_that_alone_keeps_an_account(
    until: timedelta | None, enrolled: bool, moments: tuple[datetime, ...] | None
) -> None:
    """What is announced only at the next poll after that may come too late to be released at all."""
    hold = Override(
        kind=OverrideKind.HOLD, at=NOW - D, by="ann", why="", until=None if until is None else NOW + until
    )
    kept = decision(account(renews_in=RENEWS_IN), held=hold, enrolled=enrolled)
    assert Agenda().noted(report(kept)).moments.get(ProjectId("prj_acme")) == moments


@pytest.mark.parametrize(
    ("not_before", "moment"),
    [
        (timedelta(), timedelta(minutes=1)),
        (timedelta(minutes=1) + SECOND, timedelta(minutes=1) + SECOND),
        (25 * H, 25 * H),
    ],
)
def test_a_notice_that_counts_at_once_is_looked_for_when_receivers_had_time_to_answer(
    not_before: timedelta, moment: timedelta
) -> None:
    """A turn came in the second in which a late notice was sent and would have counted; it was taken a second
    later, and the next poll came after five hours. A little later still, and the window would have closed.
    """
    announced = report(stepped(Announce(not_before=NOW + not_before)))
    assert Agenda().noted(announced).moments == {ProjectId("prj_acme"): (NOW + moment,)}
