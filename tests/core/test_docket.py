"""The docket: which releases brakes judge together, and the name of exactly these."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, hold, policy, published
from watcher.brakes.docket import (
    HORIZON,
    Docket,
    Entry,
    Place,
    entry_of,
    prospect_of,
)
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.record.notices import NotAccepted, NotAnnounced, NoticeState, Received
from watcher.rules.plan import Decision, Mode, PeriodState
from watcher.rules.policy import ReleaseRule, ReleaseWhen

TICK = timedelta(microseconds=1)
LEAD, MARGIN = 6 * H, timedelta(minutes=10)
IN_TIME = Received(at=NOW - 30 * D, not_before=NOW - 30 * D)
WITHOUT_NOTICE = ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta())


def unused(
    opens_in: timedelta,
    *,
    notice: NoticeState = IN_TIME,
    mode: Mode = Mode.ENFORCE,
    standing: PeriodState | None = None,
    **given: object,
) -> Decision:
    """An unused account whose window opens so much from now."""
    one = account(renews_in=opens_in + LEAD)
    return decision(one, mode=mode, standing=standing or PeriodState(notice=notice), **given)  # type: ignore[arg-type]


def place(one: Decision) -> Place | None:
    entry = entry_of(one, NOW)
    return None if entry is None else entry.place


def test_an_entry_says_what_a_brake_must_know() -> None:
    one = account("latte", id="sa_1", project="prj_acme", renews_in=H, price_cents=19_900)

    assert entry_of(decision(one, standing=PeriodState(notice=IN_TIME)), NOW) == Entry(
        period=LeasePeriod(account=one.id, renews_at=NOW + H),
        project=ProjectId("prj_acme"),
        handle="latte",
        price_cents=19_900,
        place=Place.DUE,
        opens=NOW - 5 * H,
        closes=NOW + H - timedelta(minutes=10),
    )


@pytest.mark.parametrize(
    ("opens_in", "found"),
    [
        (HORIZON + TICK, None),
        (HORIZON, Place.OPENING),
        (HORIZON - TICK, Place.OPENING),
        (TICK, Place.OPENING),
        (timedelta(), Place.DUE),
        (-TICK, Place.DUE),
        (MARGIN - LEAD + TICK, Place.DUE),
        (MARGIN - LEAD, None),
        (MARGIN - LEAD - TICK, None),
        (-LEAD, None),
    ],
)
def test_a_release_is_on_the_docket_from_24_h_before_its_opening_until_its_window_closes(
    opens_in: timedelta, found: Place | None
) -> None:
    assert place(unused(opens_in)) == found


@pytest.mark.parametrize(
    ("one", "found"),
    [
        pytest.param(unused(20 * H, notice=NotAnnounced()), Place.OPENING, id="announced now"),
        pytest.param(
            unused(20 * H, notice=NotAccepted(missing=("ops",))), Place.OPENING, id="not yet accepted"
        ),
        pytest.param(unused(H, notice=NotAccepted(missing=("ops",))), None, id="not accepted in time"),
        pytest.param(
            unused(-H, notice=Received(at=NOW - 23 * H, not_before=NOW)), Place.OPENING, id="too young"
        ),
        pytest.param(unused(H, policies=(policy(warn=(7 * H,)),)), Place.OPENING, id="warned now"),
        pytest.param(
            unused(MARGIN - LEAD, policies=(policy(warn=(MARGIN,)),)), None, id="warned as the window closes"
        ),
        pytest.param(unused(-H, mode=Mode.OBSERVE), Place.DUE, id="would be released"),
        pytest.param(unused(-H, notice=NotAnnounced()), None, id="the notice is late"),
        pytest.param(unused(H, standing=PeriodState(released=True)), None, id="released"),
        pytest.param(unused(H, standing=PeriodState(refused=True)), None, id="refused"),
        pytest.param(unused(H, standing=PeriodState(not_done=2)), None, id="attempts spent"),
        pytest.param(unused(H, held=hold()), None, id="held"),
        pytest.param(unused(H, activity=published(D)), None, id="in use"),
        pytest.param(unused(H, policies=()), None, id="no policy"),
    ],
)
def test_only_what_may_still_come_to_a_release_is_on_the_docket(one: Decision, found: Place | None) -> None:
    assert place(one) == found


@pytest.mark.parametrize(
    ("since", "there"),
    [(timedelta(), True), (LEAD - MARGIN - TICK, True), (LEAD - MARGIN, False), (LEAD, False)],
)
def test_a_window_that_closed_since_the_decision_was_made_has_no_place_any_more(
    since: timedelta, there: bool
) -> None:
    due = unused(timedelta())
    assert (entry_of(due, NOW + since) is not None) is there
    assert (prospect_of(due, NOW + since) is not None) is there


def entry(name: str, where: Place = Place.DUE, *, project: str = "prj_a") -> Entry:
    one = account(name, project=project)
    return Entry(period=one.period, project=one.project, handle=name, price_cents=15_000, place=where)


ALL_PLACES = tuple(
    entry(where.value, where, project=project)
    for where, project in zip(Place, ("prj_b", "prj_a", "prj_b", "prj_a"), strict=True)
)


def test_to_come_is_what_is_not_yet_sent() -> None:
    assert Docket(entries=ALL_PLACES).to_come == ALL_PLACES[2:]


def test_projects_come_in_the_order_of_their_first_entry_with_what_is_theirs() -> None:
    docket = Docket(entries=ALL_PLACES)

    by_project = docket.by_project()
    assert list(by_project) == ["prj_b", "prj_a"]
    assert by_project[ProjectId("prj_a")] == (ALL_PLACES[1], ALL_PLACES[3])


def test_more_entries_come_behind() -> None:
    docket = Docket(entries=ALL_PLACES[:1]).with_entries(iter(ALL_PLACES[1:]))

    assert docket == Docket(entries=ALL_PLACES)


A, B, C = entry("a"), entry("b"), entry("c")
NAME = Docket(entries=(A, B)).id


@pytest.mark.parametrize(
    "entries",
    [
        (B, A),
        (entry("done", Place.DONE), A, B),
        (A, B, entry("unresolved", Place.UNRESOLVED)),
        (replace(A, place=Place.OPENING), B),
        (replace(A, price_cents=1, handle="renamed"), B),
    ],
)
def test_the_name_of_a_docket_stays_while_the_releases_to_come_are_the_same(
    entries: tuple[Entry, ...],
) -> None:
    assert Docket(entries=entries).id == NAME


MOVED = replace(A, period=replace(A.period, renews_at=A.period.renews_at + timedelta(seconds=1)))


@pytest.mark.parametrize(
    "entries", [(), (A,), (A, B, C), (A, C), (MOVED, B), (replace(A, place=Place.DONE), B)]
)
def test_another_set_of_releases_has_another_name(entries: tuple[Entry, ...]) -> None:
    """An approval names a docket: it must never allow a release that the person did not see."""
    assert Docket(entries=entries).id != NAME


def test_the_name_is_short_and_survives_a_restart() -> None:
    assert NAME == "88c6a662"


@pytest.mark.parametrize(
    ("announced_in", "found"),
    [(HORIZON + TICK, None), (HORIZON, Place.OPENING), (TICK, Place.OPENING), (timedelta(), Place.OPENING)],
)
def test_a_prospect_is_a_release_announced_or_to_be_announced_within_24_h(
    announced_in: timedelta, found: Place | None
) -> None:
    one = unused(announced_in + 48 * H, notice=NotAnnounced())
    entry_there = None if found is None else replace(_entry(one), place=found)

    assert prospect_of(one, NOW) == (
        None if entry_there is None else replace(entry_there, opens=NOW + announced_in + 48 * H)
    )


def _entry(one: Decision) -> Entry:
    return Entry(
        period=one.account.period,
        project=one.account.project,
        handle=one.account.handle,
        price_cents=one.account.price_cents,
        place=Place.OPENING,
        closes=one.judgement.window.closes if one.judgement.window else None,
    )


@pytest.mark.parametrize(
    "one",
    [
        unused(MARGIN - LEAD),
        unused(H, held=hold()),
        unused(-H, notice=NotAnnounced()),
        unused(H, standing=PeriodState(refused=True)),
        unused(H, policies=()),
    ],
)
def test_what_comes_to_nothing_is_no_prospect(one: Decision) -> None:
    assert prospect_of(one, NOW) is None


def test_without_notice_a_release_is_a_prospect_24_h_before_it_opens() -> None:
    policies = (policy(release=WITHOUT_NOTICE),)

    assert prospect_of(unused(HORIZON, policies=policies), NOW) is not None
    assert prospect_of(unused(HORIZON + TICK, policies=policies), NOW) is None


@pytest.mark.parametrize(
    ("notice", "ripe_in"),
    [
        (Received(at=NOW - 23 * H, not_before=NOW), H),
        (Received(at=NOW - 30 * H, not_before=NOW), None),
        (NotAccepted(missing=("ops",)), None),
    ],
    ids=["too young", "of age", "not accepted"],
)
def test_a_prospect_says_when_its_notice_is_of_age_where_that_is_after_its_opening(
    notice: NoticeState, ripe_in: timedelta | None
) -> None:
    found = prospect_of(unused(-H, notice=notice), NOW)
    ripe_at = None if ripe_in is None else NOW + ripe_in
    assert (None if found is None else found.ripe_at) == ripe_at
