"""A lease of long before that a list shows for the first time counts as used when it came (ADR 91)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, M, account
from tests.core.world import known, memory_of
from watcher.facts.activity import Activity, Seen, Use, remembering, still_shows
from watcher.memory.remembered import ProjectMemory

ONE = account("latte")
READ = NOW - 15 * M
TICK = timedelta(microseconds=1)
CAME = Seen(at=NOW, what=Use.FIRST_LISTED)
POSTED = Seen(at=NOW - 9 * D, what=Use.PUBLISHED_POST)


@pytest.mark.parametrize(
    ("memory", "begun", "use"),
    [
        pytest.param(memory_of(), READ - H - TICK, CAME, id="an hour and a tick before the last reading"),
        pytest.param(memory_of(), READ - H, None, id="an hour before it: lists lag"),
        pytest.param(memory_of(), NOW - M, None, id="a new lease"),
        pytest.param(ProjectMemory(), NOW - 90 * D, None, id="the first reading of its project"),
        pytest.param(memory_of(read_at=NOW - 9 * D), NOW - D - H, None, id="within a day, unread for days"),
        pytest.param(
            memory_of(read_at=NOW - 9 * D),
            NOW - D - H - TICK,
            CAME,
            id="before, unread for days",
        ),
        pytest.param(memory_of(known(ONE, used=None)), NOW - 90 * D, None, id="known, and never used"),
        pytest.param(memory_of(known(ONE, used=POSTED)), NOW - 90 * D, POSTED, id="known, and used"),
        pytest.param(
            memory_of(known_elsewhere={ONE.id: (known(ONE, used=POSTED),)}),
            NOW - 90 * D,
            POSTED,
            id="known from another project",
        ),
        pytest.param(
            memory_of(known_elsewhere={ONE.id: (known(ONE, used=POSTED),)}, out_of_sight=frozenset({ONE.id})),
            NOW - 90 * D,
            CAME,
            id="known from another project that nobody reads any more",
        ),
        pytest.param(
            memory_of(known(ONE, used=POSTED, gone_at=NOW - D)), ONE.assigned_at, CAME, id="gone for a day"
        ),
        pytest.param(
            memory_of(known(ONE, used=POSTED, gone_at=NOW - D + TICK)),
            ONE.assigned_at,
            POSTED,
            id="gone for less than a day",
        ),
        pytest.param(
            memory_of(
                known(ONE, used=POSTED, gone_at=NOW - 9 * D),
                known_elsewhere={ONE.id: (known(ONE, used=None),)},
            ),
            ONE.assigned_at,
            POSTED,
            id="gone to another project that is read",
        ),
    ],
)
def test_only_what_was_leased_before_the_last_reading_and_stood_in_no_list_came_from_elsewhere(
    memory: ProjectMemory, begun: datetime, use: Seen | None
) -> None:
    one = replace(ONE, assigned_at=begun)
    assert memory.standing_use(one, NOW) == use


@pytest.mark.parametrize(
    ("read", "believed"),
    [
        (Seen(at=NOW - 90 * D, what=Use.ASSIGNMENT), CAME),
        (Seen(at=NOW - TICK, what=Use.PUBLISHED_POST), CAME),
        (Seen(at=NOW, what=Use.PUBLISHED_POST), Seen(at=NOW, what=Use.PUBLISHED_POST)),
        (Seen(at=NOW - D, what=Use.QUEUED_POST), Seen(at=NOW - D, what=Use.QUEUED_POST)),
    ],
)
def test_it_counts_from_when_it_came_but_for_what_is_seen_later(read: Activity, believed: Activity) -> None:
    assert remembering(read, CAME) == believed


def test_a_source_that_never_showed_it_forgets_nothing() -> None:
    read = Seen(at=NOW - 90 * D, what=Use.ASSIGNMENT)
    assert still_shows(read, POSTED, recent=21 * D, now=NOW) is False
    assert still_shows(read, CAME, recent=21 * D, now=NOW) is None
