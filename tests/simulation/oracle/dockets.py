"""Brakes are exact on their docket: at a limit nothing is halted, one above it all that is left is.

What a turn planned is taken from it, what limits make of that is worked out here, and what came of it is read
off the DELETEs that left. The size of the fleet is that of the lists as they were handed out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from tests.simulation.oracle.case import ALLOWED_SKEW, Case, Turned, Violation
from tests.simulation.oracle.figures import Figures
from watcher.brakes.docket import Entry, Place
from watcher.record.overrides import OverrideKind

_DAY = timedelta(days=1)
_M = timedelta(minutes=1)
_FROM = 3
_LIMITS = ("too_many", "fleet_share", "project_share", "value")
_DOUBTFUL = (
    "missing",
    "duplicate",
    "listed twice",
    "active late",
    "odd time",
    "stale",
    "page loop",
    "id reused",
)
"""Where lists say other than what is, how large the fleet was taken for cannot be known."""
_TO_COME = (Place.DUE, Place.OPENING)


def inexact(case: Case, figures: Figures) -> Iterator[Violation]:
    """Each full turn of a history whose limits are narrow."""
    if case.rules.wide or not case.rules.enforce:
        return
    if case.clock_was_set:
        figures.unjudged["brakes on their docket, where the clock was set"] += 1
        return
    for turn in case.turned:
        report = turn.report
        if report.kind.value != "full" or report.trouble is not None or report.stopped or turn.failed:
            continue
        if _is_doubtful(case, turn):
            figures.unjudged["brakes on a docket, while lists were not to be believed"] += 1
            continue
        figures.dockets += 1
        for why in (*_incomplete(case, turn), *_wrongly_braked(case, turn), *_not_obeyed(case, turn)):
            yield Violation(rule="inexact brake", at=turn.at, text=why)


def _is_doubtful(case: Case, turn: Turned) -> bool:
    return any(
        one.kind.startswith(_DOUBTFUL) and one.at <= turn.at and turn.began <= one.until + _DAY
        for one in case.history.happens.values()
    )


def _incomplete(case: Case, turn: Turned) -> Iterator[str]:
    """What was released within a day counts, and what is announced and opens within a day."""
    entries = {str(one.period.account): one for one in turn.report.docket.entries}
    for one in case.truth.deletions:
        within = turn.began - _DAY + ALLOWED_SKEW < one.at < turn.began - ALLOWED_SKEW
        if one.done and within and one.account not in entries and not case.is_restored:
            yield f"{one.account} was released {one.at}, and does not count"
    for account, one in entries.items():
        lease = case.lease(account)
        if one.place in _TO_COME and str(one.project) not in case.rules.enrolled:
            yield f"{account} counts, and is not enrolled"
        if one.place in _TO_COME and case.protects(lease, turn.began - _M) and case.protects(lease, turn.at):
            yield f"{account} counts, and is protected"
        if one.place in _TO_COME and one.opens is not None and one.opens > turn.at + _DAY + _M:
            yield f"{account} counts, and its window opens {one.opens}"


def _wrongly_braked(case: Case, turn: Turned) -> Iterator[str]:
    """Which limits are passed, by what is counted here."""
    entries = turn.report.docket.entries
    said = {(one.brake.word, one.project) for one in turn.report.halts.halts if one.brake.word in _LIMITS}
    passed = set(_passed(case, turn, entries)) if any(one.place in _TO_COME for one in entries) else set()
    for word, project in sorted(said - passed, key=str):
        yield f"{word} {project or ''} is on: {_counted(case, turn, entries, project)}"
    for word, project in sorted(passed - said, key=str):
        yield f"{word} {project or ''} is not on: {_counted(case, turn, entries, project)}"


def _passed(case: Case, turn: Turned, entries: Sequence[Entry]) -> Iterator[tuple[str, str | None]]:
    rules = case.rules
    if len(entries) > rules.most_releases:
        yield "too_many", None
    if sum(one.price_cents for one in entries) > rules.most_cents:
        yield "value", None
    if _is_above(len(entries), _size(case, turn, entries, None), rules.most_of_fleet):
        yield "fleet_share", None
    for project in {str(one.project) for one in entries}:
        here = [one for one in entries if one.project == project]
        if _is_above(len(here), _size(case, turn, here, project), rules.most_of_project):
            yield "project_share", project


def _is_above(count: int, size: int, share: float) -> bool:
    """In whole figures: three of thirty are not above a tenth."""
    return count >= _FROM and count * 1000 > round(share * 1000) * size


def _size(case: Case, turn: Turned, entries: Sequence[Entry], project: str | None) -> int:
    """The accounts on the lists as this turn read them, and those of these entries that had left them."""
    read = _read_at(case, turn)
    listed = sum(
        one.listed_from <= read[one.project]
        and (one.released_at is None or one.released_at + case.history.settles > read[one.project])
        for one in case.world.leases.values()
        if one.project in read and project in (None, one.project)
    )
    return listed + sum(one.place is Place.DONE for one in entries)


def _read_at(case: Case, turn: Turned) -> Mapping[str, datetime]:
    """When each project's list was first read in it."""
    read: dict[str, datetime] = {}
    for look in case.truth.looks:
        if look.what == "assigned" and turn.began <= look.at <= turn.at:
            read.setdefault(look.project, look.at)
    return read


def _counted(case: Case, turn: Turned, entries: Sequence[Entry], project: str | None) -> str:
    here = [one for one in entries if project in (None, one.project)]
    cents = sum(one.price_cents for one in here)
    return f"{len(here)} of {_size(case, turn, here, project)} accounts, {cents} cents"


def _not_obeyed(case: Case, turn: Turned) -> Iterator[str]:
    """Above a limit nothing leaves but what is approved; at it, where nothing else is on, all that is due."""
    report, entries = turn.report, turn.report.docket.entries
    sent = {one.account for one in case.sent if turn.began <= one.begun_at <= turn.at}
    passed = set(_passed(case, turn, entries))
    others = [one for one in report.halts.halts if one.brake.word not in _LIMITS]
    tried = {str(one.period.account) for one in report.attempts}
    for one in entries:
        account = str(one.period.account)
        if one.place is not Place.DUE:
            continue
        above = [word for word, project in passed if project in (None, str(one.project))]
        approved = _is_approved(case, one, turn.at)
        if above and not approved and account in sent:
            yield f"{account} was released, and {', '.join(above)} is passed"
        if not (above and not approved) and not others and account not in sent | tried:
            yield f"{account} was due, nothing is passed, and it was not released"


def _is_approved(case: Case, one: Entry, at: datetime) -> bool:
    return any(
        word.kind is OverrideKind.APPROVE and said <= at and one.period in word.periods
        for said, word in case.said
    )
