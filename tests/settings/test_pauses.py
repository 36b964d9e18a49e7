"""`[[pauses]]`: how planned pauses are written, and what is wrong with those that could not be meant so."""

from datetime import UTC, datetime

import pytest

from tests.settings.conftest import Desk
from watcher.record.planned_pauses import PlannedPause
from watcher.settings.findings import Gravity
from watcher.texts.times import zone

ACME = '[projects.acme]\nid = "prj_1"\n'
WHY = 'reason = "freeze"\n'


def the_one(desk: Desk, text: str) -> PlannedPause:
    (only,) = desk.settings(text).planned_pauses.pauses
    return only


@pytest.mark.parametrize("written", ["2026-12-24", '"2026-12-24"'], ids=["as a date", "as text"])
def test_a_date_is_one_of_the_configured_time_zone_from_its_beginning_and_through_its_end(
    desk: Desk, written: str
) -> None:
    text = f'timezone = "Europe/Berlin"\n[[pauses]]\nfrom = {written}\nuntil = {written}\n{WHY}'
    one = the_one(desk, text)
    assert (one.begins, one.ends) == (
        datetime(2026, 12, 23, 23, tzinfo=UTC),
        datetime(2026, 12, 24, 23, tzinfo=UTC),
    )
    assert (one.why, one.projects) == ("freeze", ())


def test_an_instant_is_itself_and_projects_are_named_by_their_names(desk: Desk) -> None:
    text = f'{ACME}[[pauses]]\nfrom = 2026-12-24T18:00:00+01:00\nuntil = "2026-12-24T20:00:00Z"\n'
    one = the_one(desk, f'{text}projects = ["acme"]\n{WHY}')
    assert (one.begins, one.ends) == (
        datetime(2026, 12, 24, 17, tzinfo=UTC),
        datetime(2026, 12, 24, 20, tzinfo=UTC),
    )
    assert one.projects == ("prj_1",)


@pytest.mark.parametrize("written", ['"fri 18:00-24:00"', '["fri 18:00-24:00", "sat-sun"]'])
def test_weekly_hours_are_one_or_several_by_the_configured_clock(desk: Desk, written: str) -> None:
    one = the_one(desk, f'timezone = "Europe/Berlin"\n[[pauses]]\nweekly = {written}\n{WHY}')
    assert str(one.weekly[0]) == "fri 18:00-24:00"
    assert one.zone == zone("Europe/Berlin")


def test_pauses_may_overlap(desk: Desk) -> None:
    one = f'[[pauses]]\nweekly = "sat-sun"\n{WHY}'
    assert desk.findings(one + one.replace("sat-sun", "sun-mon")) == ()


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("", 1, "pauses[0]", "does not say when it is on"),
        ("from = 2026-12-24\n", 1, "pauses[0].until", "is missing beside `from`"),
        ("until = 2026-12-24\n", 1, "pauses[0].from", "is missing beside `until`"),
        ("from = 2026-12-25\nuntil = 2026-12-24\n", 4, "pauses[0].until", "is not after `from`"),
        ('from = 2026-12-25\nweekly = "sat"\n', 3, "pauses[0].from", "is given beside `weekly`"),
        ('until = 2026-12-25\nweekly = "sat"\n', 3, "pauses[0].until", "is given beside `weekly`"),
        ('weekly = ["mon-thu", "fri-sun"]\n', 3, "pauses[0].weekly", "is the whole week"),
        ('weekly = "freitag"\n', 3, "pauses[0].weekly[0]", "write hours as `22:00-07:00`"),
        (
            "from = 2026-12-24T10:00:00\nuntil = 2026-12-25\n",
            3,
            "pauses[0].from",
            "needs its offset from UTC",
        ),
        ('from = "xmas"\nuntil = 2026-12-25\n', 3, "pauses[0].from", "must be a date such as"),
        ("from = 2026-12-24\nuntil = 9999-12-31\n", 4, "pauses[0].until", "is beyond the calendar"),
        ('weekly = "sat"\nprojects = ["acne"]\n', 4, "pauses[0].projects[0]", "there is no project `acne`"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(
    desk: Desk, text: str, line: int, key: str, said: str
) -> None:
    found = desk.finding(f"[[pauses]]\n{WHY}{text}{ACME}")
    assert (found.line, found.key, found.severity) == (line, key, Gravity.ERROR)
    assert said in found.message
    assert found.fix or any(how in said for how in ("write", "must be", "needs", "calendar"))


def test_of_a_project_the_nearest_name_is_told(desk: Desk) -> None:
    found = desk.finding(f'[[pauses]]\n{WHY}weekly = "sat"\nprojects = ["acne"]\n{ACME}')
    assert (found.suggestion, found.fix) == ("acme", 'write "acme"')


def test_all_mistakes_are_named_at_once(desk: Desk) -> None:
    text = (
        '[[pauses]]\nform = 2026-12-24\nprojects = ["acne"]\n[[pauses]]\nfrom = 2026-12-24\n'
        f'until = 2026-12-01\nweekly = "sat"\n{WHY}{ACME}'
    )
    found = [(one.line, one.key, one.suggestion) for one in desk.findings(text)]
    assert found == [
        (1, "pauses[0].reason", None),
        (2, "pauses[0].form", "from"),
        (3, "pauses[0].projects[0]", "acme"),
        (5, "pauses[1].from", None),
        (6, "pauses[1].until", None),
    ]


def test_one_that_has_passed_is_warned_of(desk: Desk) -> None:
    found = desk.finding(f"[[pauses]]\nfrom = 2026-01-01\nuntil = 2026-01-02\n{WHY}")
    assert (found.key, found.severity) == ("pauses[0].until", Gravity.WARNING)


def test_a_time_zone_that_is_none_is_one_mistake(desk: Desk) -> None:
    text = f'timezone = "Europe/Berln"\n[[pauses]]\nfrom = 2026-12-24\nuntil = 2026-12-24\n{WHY}'
    assert [one.key for one in desk.findings(text)] == ["timezone"]


def test_a_project_that_is_unknown_does_not_pause_all_of_them(desk: Desk) -> None:
    """What people say to the ledger is heard under a configuration with mistakes in it."""
    bad = desk.load(f'[[pauses]]\n{WHY}weekly = "sat"\nprojects = ["acne"]\n{ACME}')
    rest = getattr(bad, "rest", None)
    assert rest is not None
    assert rest.settings.planned_pauses.pauses[0].projects == ("acne",)
