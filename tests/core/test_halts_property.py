"""Whatever the docket and the fleet, a release passes the brakes exactly where design §5 names none.

The brakes below are read from the design, not from the code, and count with fractions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests.builders import NOW, D, account
from watcher.brakes import FleetState, Limits, ProjectState, brake
from watcher.brakes.docket import Docket, Entry, Place
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.record.overrides import Override, OverrideKind

TICK = timedelta(microseconds=1)
PROJECTS = (ProjectId("prj_a"), ProjectId("prj_b"))
TO_COME = (Place.DUE, Place.OPENING)


@dataclass(frozen=True, kw_only=True)
class Case:
    docket: Docket
    state: FleetState
    limits: Limits
    approved: frozenset[LeasePeriod]


# The design, read by somebody else


def reasons(case: Case, one: Entry) -> set[str]:
    """The names of the brakes that stop this release."""
    found = set(doubts(case, one))
    if one.period not in case.approved:
        found |= set(sizes(case, one))
    return found


def above(part: int, whole: int, share: float) -> bool:
    """Shares count from three on; a limit of 0 allows none."""
    if share == 0:
        return part > 0
    return part >= 3 and part > Fraction(str(share)) * whole


def sizes(case: Case, one: Entry) -> Iterator[str]:
    everything, limits, state = case.docket.entries, case.limits, case.state
    here = [entry for entry in everything if entry.project == one.project]
    if len(everything) > limits.max_releases:
        yield "too_many"
    if above(len(everything), fleet(case), limits.max_share):
        yield "fleet_share"
    if above(len(here), size(case, one.project), limits.max_project_share):
        yield "project_share"
    if sum(entry.price_cents for entry in everything) > limits.max_value_cents:
        yield "value"
    own = state.projects[one.project].keep_at_least if one.project in state.projects else None
    keep = limits.keep_at_least if own is None else own
    if max(size(case, one.project) - len(here), 0) < keep:
        yield "keep_at_least"


def size(case: Case, project: ProjectId) -> int:
    """A project before the releases of the docket: those done have left it already."""
    known = case.state.projects.get(project)
    gone = [e for e in case.docket.entries if e.project == project and e.place is Place.DONE]
    return (0 if known is None else known.assigned) + len(gone)


def fleet(case: Case) -> int:
    assigned = sum(project.assigned for project in case.state.projects.values())
    return assigned + sum(entry.place is Place.DONE for entry in case.docket.entries)


def doubts(case: Case, one: Entry) -> Iterator[str]:
    state, limits = case.state, case.limits
    vanished = sum(project.vanished for project in state.projects.values())
    assigned = sum(project.assigned for project in state.projects.values())
    if vanished >= 3 and vanished > Fraction(str(limits.max_fleet_drop)) * (assigned + vanished):
        yield "fleet_drop"
    here = state.projects.get(one.project)
    if here is not None and here.vanished and not here.assigned:
        yield "project_empty"
    known = max(assigned, state.asked)
    jump = Fraction(str(limits.max_idle_jump))
    unshown = sum(project.unshown for project in state.projects.values())
    remembered = sum(project.remembered for project in state.projects.values())
    hidden = [(unshown, remembered)] + ([(here.unshown, here.remembered)] if here is not None else [])
    if (
        (state.turned_idle >= 3 and state.turned_idle > jump * known)
        or any(part >= 3 and part > jump * whole for part, whole in hidden)
        or (here and here.blank)
    ):
        yield "idle_jump"
    doubt = Fraction(str(limits.max_unknown_share))
    most = state.unknown >= 3 and state.unknown > max(doubt, Fraction(1, 2)) * state.asked
    if state.unknown > doubt * known or state.unreadable > doubt * state.asked or most:
        yield "unknown_share"
    if state.oldest_reading is not None and state.now > state.oldest_reading + limits.max_data_age:
        yield "data_age"
    if state.skew is None:
        yield "clock_unproved"
    elif state.skew > limits.max_clock_skew:
        yield "clock_off"
    if limits.min_history and (
        state.ledger_since is None or state.now < state.ledger_since + limits.min_history
    ):
        yield "history"
    if len(state.unresolved) > 1 or one.project in state.unresolved:
        yield "unresolved"
    if any(pause.project in (None, one.project) for pause in state.pauses):
        yield "paused"
    if state.key_suspended:
        yield "key_suspended"
    if state.refused is not None:
        yield "configuration_refused"


# Cases: a calm fleet and a docket at about its limits, but for one fact that may be anything


FACTS = (
    "calm",
    "limits",
    "fleet",
    "activity",
    "reading",
    "skew",
    "history",
    "unresolved",
    "pauses",
    "key",
    "refused",
)
shares = st.sampled_from([0.0, 0.1, 0.29, 0.5, 0.57, 1.0])
near = st.sampled_from([-TICK, timedelta(), TICK])
sizes_of_dockets, projects = st.integers(1, 8), st.sampled_from(PROJECTS)
prices, places = st.sampled_from([0, 15_000, 19_900]), st.sampled_from([*TO_COME, *Place])


@st.composite
def dockets(draw: st.DrawFn) -> tuple[Entry, ...]:
    found = []
    for number in range(draw(sizes_of_dockets)):
        one = account(f"a{number}", project=draw(projects))
        found.append(
            Entry(
                period=one.period,
                project=one.project,
                handle=one.handle,
                price_cents=draw(prices),
                place=draw(places),
            )
        )
    return tuple(found)


@st.composite
def limits_about(draw: st.DrawFn, entries: tuple[Entry, ...]) -> Limits:
    """Each limit at what there is, one below or above it, or nothing at all."""
    beside = st.sampled_from([-1, 0, 1])
    return Limits(
        max_releases=draw(st.just(0) | st.builds(lambda by: len(entries) + by, beside)),
        max_value_cents=max(0, sum(entry.price_cents for entry in entries) + draw(beside)),
        max_share=draw(shares),
        max_project_share=draw(shares),
        keep_at_least=draw(st.integers(0, 4)),
        max_fleet_drop=draw(shares),
        max_idle_jump=draw(shares),
        max_unknown_share=draw(shares),
        min_history=draw(st.sampled_from([D, timedelta()])),
    )


project = st.builds(
    ProjectState,
    assigned=st.integers(0, 12),
    vanished=st.integers(0, 4),
    keep_at_least=st.none() | st.integers(0, 4),
    remembered=st.integers(0, 8),
    unshown=st.integers(0, 5),
    blank=st.booleans(),
)
small = st.dictionaries(projects, project)
pause = st.builds(
    lambda where: Override(kind=OverrideKind.PAUSE, at=NOW, by="maria", why="audit", project=where),
    st.none() | projects,
)


@st.composite
def cases(draw: st.DrawFn, odd: str = "calm") -> Case:
    def fact(name: str, calm: Any, wild: Callable[[], st.SearchStrategy[Any]]) -> Any:
        # What may be anything is made where it is asked for: making it all costs more than the rest.
        return draw(wild()) if name == odd else calm

    entries = draw(dockets())
    generous = Limits(max_releases=8, max_share=1.0, max_project_share=1.0, max_value_cents=10**6)
    limits = fact("limits", generous, lambda: limits_about(entries))
    calm = {id_: ProjectState(assigned=draw(st.integers(8, 40))) for id_ in PROJECTS}
    unknown = fact("activity", 0, lambda: st.integers(0, 12))
    periods = [entry.period for entry in entries]
    return Case(
        docket=Docket(entries=entries),
        state=FleetState(
            now=NOW,
            projects=fact("fleet", calm, lambda: small),
            asked=unknown + fact("activity", 10, lambda: st.integers(0, 12)),
            unknown=unknown,
            unreadable=fact("activity", 0, lambda: st.integers(0, unknown)),
            turned_idle=fact("activity", 0, lambda: st.integers(0, 12)),
            oldest_reading=fact(
                "reading", NOW, lambda: st.none() | st.builds(lambda by: NOW - limits.max_data_age + by, near)
            ),
            skew=fact(
                "skew",
                timedelta(),
                lambda: st.none() | st.builds(lambda by: limits.max_clock_skew + by, near),
            ),
            ledger_since=fact(
                "history",
                NOW - 30 * D,
                lambda: st.none() | st.builds(lambda by: NOW - limits.min_history + by, near),
            ),
            unresolved=fact(
                "unresolved", (), lambda: st.lists(st.sampled_from(PROJECTS), max_size=3).map(tuple)
            ),
            pauses=fact("pauses", (), lambda: st.lists(pause, max_size=2).map(tuple)),
            key_suspended=fact("key", False, st.booleans),
            refused=fact("refused", None, lambda: st.none() | st.just("a mistake")),
        ),
        limits=limits,
        approved=draw(st.frozensets(st.sampled_from(periods), max_size=len(periods))),
    )


@pytest.mark.parametrize("odd", FACTS)
@given(data=st.data())
def test_a_release_passes_exactly_where_no_brake_is_on_and_every_one_is_named(
    odd: str, data: st.DataObject
) -> None:
    case = data.draw(cases(odd))
    halts = brake(case.docket, case.state, case.limits, case.approved)

    for one in case.docket.to_come:
        found = {halt.brake.word for halt in halts.on(one.period, one.project)}
        assert found == reasons(case, one)


@settings(max_examples=2 * settings.default.max_examples)
@given(data=st.data())
def test_what_is_not_approved_goes_whole_or_not_at_all_in_one_project(data: st.DataObject) -> None:
    """No plan is trimmed to fit: whatever stops one release of a project stops all its like."""
    case = data.draw(cases("limits"))
    halts = brake(case.docket, case.state, case.limits, case.approved)

    for project, entries in case.docket.by_project().items():
        answers = {
            halts.on(one.period, project)
            for one in entries
            if one.place in TO_COME and one.period not in case.approved
        }
        assert len(answers) <= 1


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("stopped", [False, True])
def test_cases_do_come_to_both_answers(approved: bool, stopped: bool) -> None:
    """`find` raises where it finds none."""

    def comes_to_it(case: Case) -> bool:
        return any(
            (one.period in case.approved) is approved and bool(reasons(case, one)) is stopped
            for one in case.docket.to_come
        )

    find(
        cases("limits") | cases("pauses"),
        comes_to_it,
        settings=settings(max_examples=2_000, phases=[Phase.generate]),
    )
