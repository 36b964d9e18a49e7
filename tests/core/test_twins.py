"""Accounts that more than one project lists: trusted in none of its copies, in whatever order they come."""

from typing import Any

import pytest

from tests.builders import account
from tests.core.world import ACME, BETA, failed, no_twins, reading, target
from watcher.decide.readings import Reading
from watcher.decide.twins import Index, Twins, listed_twice
from watcher.facts.accounts import Account, Flaw, Listed, ProjectId, Quarantined

GAMMA = ProjectId("prj_gamma")
LATTE, OTHER = account(), account("other")
COPY = account(project=BETA)
BOTH = frozenset({ACME, BETA})


def told(twins: Twins, *accounts: Account, project: ProjectId = ACME, **fields: Any) -> Reading:
    read = twins.told(reading(*accounts, of=target(project), **fields))
    assert isinstance(read, Reading)
    return read


def twice(project: ProjectId, *others: ProjectId) -> Quarantined:
    return Quarantined(
        project=project,
        id=LATTE.id,
        handle=LATTE.handle,
        flaw=Flaw.LISTED_TWICE,
        field="socialAccountId",
        also_in=others,
    )


def test_what_one_project_lists_is_let_through_as_it_is() -> None:
    twins = no_twins()
    read = reading(LATTE, OTHER)
    assert twins.told(read) is read
    assert told(twins, account("third", project=BETA), project=BETA).listing.quarantined == ()
    assert twins.late == {}


def test_the_second_copy_is_quarantined_and_the_first_taken_back() -> None:
    twins = no_twins()
    told(twins, LATTE, OTHER)
    second = told(twins, COPY, project=BETA)
    assert (second.listing.accounts, second.listing.quarantined) == ((), (twice(BETA, ACME),))
    assert twins.late == {(ACME, LATTE.id): twice(ACME, BETA)}


def test_of_three_copies_the_first_is_taken_back_once() -> None:
    twins = no_twins()
    told(twins, LATTE)
    told(twins, COPY, project=BETA)
    third = told(twins, account(project=GAMMA), project=GAMMA)
    assert third.listing.quarantined == (twice(GAMMA, ACME),)
    assert set(twins.late) == {(ACME, LATTE.id)}


def test_a_project_that_lists_it_twice_itself_is_another_matter() -> None:
    """That is told where its list is read: an id that comes twice in one list."""
    twins = no_twins()
    assert told(twins, LATTE, LATTE).listing.quarantined == ()


def test_what_is_not_understood_counts_as_listed() -> None:
    odd = Quarantined(project=BETA, id=LATTE.id, handle=None, flaw=Flaw.UNKNOWN_STATUS, field="status")
    nameless = Quarantined(
        project=BETA, id=None, handle=None, flaw=Flaw.MISSING_FIELD, field="socialAccountId"
    )
    twins = no_twins()
    told(twins, LATTE)
    second = told(twins, project=BETA, quarantined=(odd, nameless))
    # It is left alone already, for a reason of its own.
    assert second.listing.quarantined == (odd, nameless)
    assert set(twins.late) == {(ACME, LATTE.id)}


# What the last good readings said


@pytest.mark.parametrize(
    ("watched", "others"),
    [({ACME, BETA}, (BETA,)), ({ACME}, ())],
    ids=["both are ours", "the other is ours no more"],
)
def test_a_project_that_was_not_read_lists_what_it_did(
    watched: set[ProjectId], others: tuple[ProjectId, ...]
) -> None:
    twins = no_twins(before={LATTE.id: BOTH}, watches=watched.__contains__)
    listing = told(twins, LATTE, OTHER).listing
    assert listing.quarantined == ((twice(ACME, *others),) if others else ())
    assert listing.accounts == ((OTHER,) if others else (LATTE, OTHER))


def test_a_project_that_answered_without_it_lists_it_no_more() -> None:
    twins = no_twins(before={LATTE.id: BOTH})
    told(twins, project=BETA)
    assert told(twins, LATTE).listing.quarantined == ()


@pytest.mark.parametrize(("missing", "others"), [(True, ()), (False, (BETA,))])
def test_a_project_that_is_not_there_lists_nothing(missing: bool, others: tuple[ProjectId, ...]) -> None:
    twins = no_twins(before={LATTE.id: BOTH})
    twins.told(failed(target(BETA), missing=missing))
    assert told(twins, LATTE).listing.quarantined == ((twice(ACME, *others),) if others else ())


def test_what_a_list_began_with_before_it_failed_is_listed() -> None:
    broken = failed(target(BETA), **{LATTE.id: LATTE.handle})
    after, before = no_twins(), no_twins()

    told(after, LATTE)
    after.told(broken)
    assert after.late == {(ACME, LATTE.id): twice(ACME, BETA)}

    before.told(broken)
    assert told(before, LATTE).listing.quarantined == (twice(ACME, BETA),)
    assert before.late == {}  # nothing of a project that failed was let through


# Right before something is to come of it


@pytest.mark.parametrize(
    ("listed", "answered", "elsewhere"),
    [
        pytest.param(Listed(project=BETA, present=True), False, (BETA,), id="it does"),
        pytest.param(Listed(project=BETA, present=False), False, (), id="it did once"),
        pytest.param(Listed(project=ACME, present=True), False, (), id="its own"),
        pytest.param(Listed(project=BETA, present=True), True, (), id="it answered in this turn"),
    ],
)
def test_who_else_lists_it_by_the_last_good_readings(
    listed: Listed, answered: bool, elsewhere: tuple[ProjectId, ...]
) -> None:
    twins = no_twins()
    if answered:
        twins.has_answered(BETA)
    assert twins.elsewhere(LATTE, [listed]) == elsewhere


def test_several_others_are_named_in_their_order() -> None:
    listed = [Listed(project=one, present=True) for one in (GAMMA, BETA)]
    assert no_twins().elsewhere(LATTE, listed) == (BETA, GAMMA)
    assert listed_twice(LATTE, (BETA, GAMMA)) == twice(ACME, BETA, GAMMA)


# The index


def test_every_id_of_a_large_fleet_is_found_again() -> None:
    index, ids = Index(), [f"sa_{number}" for number in range(3_000)]
    assert [index.first(id_, owner % 7) for owner, id_ in enumerate(ids)] == [None] * len(ids)
    assert [index.first(id_, 99) for id_ in ids] == [owner % 7 for owner in range(len(ids))]
