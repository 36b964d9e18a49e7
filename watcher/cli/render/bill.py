"""What was paid for although nothing used it, summed up by why: for whoever reads a bill."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from watcher.cli.render.evidence_told import AccountMemory
from watcher.facts.accounts import ProjectId
from watcher.messages.explained import in_short
from watcher.ports.ledger import HistoryLine
from watcher.record.outcomes import Cause, Outcome
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidFor:
    """The renewals that were paid for one reason, `because` as people read it; `brakes`: what halted them."""

    cause: Cause
    because: str
    brakes: tuple[str, ...]
    renewals: int
    cents: int


def noting(lines: Iterable[HistoryLine], paid: list[Outcome]) -> Iterator[HistoryLine]:
    """The same lines; what they say was paid is in `paid` once all were read."""
    for line in lines:
        if line.paid is not None:
            paid.append(line.paid)
        yield line


def by_cause(paid: Iterable[Outcome]) -> tuple[PaidFor, ...]:
    """The dearest reason first."""
    sums: dict[tuple[Cause, str], PaidFor] = {}
    for one in paid:
        cause, because = one.cause or Cause.UNEXPLAINED, in_short(one.cause, one.explanation)
        before = sums.get((cause, because))
        sums[cause, because] = PaidFor(
            cause=cause,
            because=because,
            brakes=() if one.explanation is None else one.explanation.brakes,
            renewals=1 + (0 if before is None else before.renewals),
            cents=one.price_cents + (0 if before is None else before.cents),
        )
    return tuple(sorted(sums.values(), key=lambda one: (-one.cents, one.because)))


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidIn:
    """The renewals that were paid in one project."""

    project: ProjectId
    renewals: int
    cents: int


def by_project(paid: Iterable[Outcome]) -> tuple[PaidIn, ...]:
    """The dearest project first."""
    cents, renewals = Counter[ProjectId](), Counter[ProjectId]()
    for one in paid:
        cents[one.project] += one.price_cents
        renewals[one.project] += 1
    found = (PaidIn(project=each, renewals=renewals[each], cents=cents[each]) for each in renewals)
    return tuple(sorted(found, key=lambda one: (-one.cents, one.project)))


def total(paid: Iterable[Outcome]) -> str:
    """`Paid without evidence of use: 3 renewals, $450.00`."""
    found = list(paid)
    money = dollars(sum(one.price_cents for one in found))
    return f"Paid without evidence of use: {counted(len(found), 'renewal')}, {money}"


def sum_rows(paid: Sequence[Outcome], names: Mapping[ProjectId, str]) -> Iterator[tuple[str, str]]:
    """A row for each reason: the money and how many renewals, below those of the others; then why.

    Where there are several projects, the same of each follows below a heading.
    """
    causes, projects = by_cause(paid), by_project(paid)
    yield from _columns([(one.cents, one.renewals, plain(one.because)) for one in causes])
    if len(projects) > 1:
        yield "By project", ""
        named = [(one.cents, one.renewals, plain(names.get(one.project, one.project))) for one in projects]
        yield from _columns(named)


def _columns(rows: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    money = max(len(dollars(cents)) for cents, _, _ in rows)
    number = max(len(f"{renewals:,}") for _, renewals, _ in rows)
    for cents, renewals, what in rows:
        yield f"  {dollars(cents):>{money}}  {renewals:>{number},} ×", what


def sums_value(paid: Iterable[Outcome], names: Mapping[ProjectId, str]) -> dict[str, Any]:
    found = list(paid)
    return {
        "renewals": len(found),
        "paid_cents": sum(one.price_cents for one in found),
        "by_cause": [
            {
                "cause": one.cause.value,
                "because": one.because,
                "brakes": list(one.brakes),
                "renewals": one.renewals,
                "cents": one.cents,
            }
            for one in by_cause(found)
        ],
        "by_project": [
            {
                "project": one.project,
                "name": names.get(one.project),
                "renewals": one.renewals,
                "cents": one.cents,
            }
            for one in by_project(found)
        ],
    }


def last_renewal_rows(remembered: AccountMemory, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """How the last lease period of one account ended, and what several of them were paid for."""
    last, since = remembered.last_renewal, remembered.since
    if last is not None:
        at = f"{clock_time(last.at, timezone, now=now)} ({distance(last.at, now)})"
        yield f"{at}: {plain(last.text)}"
    elif since is None:
        yield "Not known: the ledger does not know the account yet."
    else:
        at = f"{clock_time(since, timezone, now=now)} ({distance(since, now)})"
        yield f"Nothing was paid for it without use since the ledger knows it, {at}."
    paid = [one.paid for one in remembered.history if one.paid is not None]
    if len(paid) > 1:
        why = ", ".join(f"{dollars(one.cents)} {plain(one.because)}" for one in by_cause(paid))
        yield f"In all: {total(paid)[0].lower()}{total(paid)[1:]} ({why})."
