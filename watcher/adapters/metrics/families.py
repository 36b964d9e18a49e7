"""Every metric: its name, what it means, and its values, read out of what was measured.

No label names an account or a project: the number of series does not grow with the fleet. Money is integer
cents, the one departure from base units: a dollar as a binary fraction is not an amount of money.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from watcher import __version__
from watcher.brakes import BRAKES
from watcher.decide.measures import LedgerCounts, Measures, Tally, Traffic
from watcher.decide.report import Report
from watcher.memory.remembered import TurnKind
from watcher.messages.events import EventKind
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause
from watcher.rules.judge import Verdict
from watcher.rules.plan import Mode

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

_PREFIX: Final = "lease_watcher_"
_Labels = tuple[tuple[str, str], ...]
_Samples = Mapping[_Labels, float]


def families(measures: Measures) -> "Iterator[Metric]":
    """All of them. What was not measured yet has no sample: absence is told apart from zero."""
    yield _gauge("build_info", "The version that runs; always 1.", {(("version", __version__),): 1})
    yield from _of_turns(measures.tally)
    if measures.tally.fleet is not None:
        yield from _of_fleet(measures.tally.fleet)
    if measures.tally.last is not None:
        yield from _of_last(measures.tally.last)
    yield from _of_ledger(measures.counts)
    yield from _of_api(measures.traffic)
    yield _gauge(
        "next_opening_timestamp_seconds",
        "When the next release can be sent, or what stands in its way ends; no sample where none is planned.",
        _moment(measures.next_opening),
    )
    if measures.ready is not None:
        yield _gauge("ready", "1 if the daemon does its job, as /readyz says.", {(): int(measures.ready)})


def _of_turns(tally: Tally) -> "Iterator[Metric]":
    turns = {(kind, code): 0 for kind in TurnKind for code in (Exit.DONE, Exit.UNEXPECTED)} | dict(
        tally.turns
    )
    yield _counter(
        "turns",
        "Turns of this process, by the exit code a one-shot run of each would have.",
        {
            (("kind", kind.value), ("exit_code", str(int(code)))): number
            for (kind, code), number in turns.items()
        },
    )
    yield _counter(
        "release_attempts",
        "Due releases of this process, by how each ended.",
        {(("ended", ended.value),): tally.attempts.get(ended, 0) for ended in Ending},
    )
    code: _Samples = {} if tally.code is None else {(): int(tally.code)}
    yield _gauge("last_turn_exit_code", "Exit code of the last turn; 0 is all done.", code)
    took: _Samples = {} if tally.took is None else {(): tally.took.total_seconds()}
    yield _gauge("last_turn_duration_seconds", "How long the last turn took.", took)


def _of_fleet(fleet: Report) -> "Iterator[Metric]":
    totals = fleet.totals
    wanted = [one.judgement.verdict for one in fleet.decisions]
    by_verdict = {each: wanted.count(each) for each in (Verdict.WARN, Verdict.RELEASE)}
    by_verdict[Verdict.KEEP] = totals.accounts - sum(by_verdict.values())
    releasing = [
        one.account.price_cents for one in fleet.decisions if one.judgement.verdict is Verdict.RELEASE
    ]
    usage = {
        "in_use": totals.in_use,
        "unused": totals.unused,
        "unknown": totals.unknown,
        "not_asked": totals.not_asked,
    }
    yield _gauge("projects", "Projects that the last good full turn read.", {(): totals.projects})
    yield _gauge("unread_projects", "Projects that it could not read.", {(): len(fleet.unread)})
    yield _gauge(
        "accounts",
        "Leased accounts by use as it is today; not_asked: too far from their renewal for it to matter.",
        {(("usage", name),): number for name, number in usage.items()},
    )
    yield _gauge(
        "accounts_by_verdict",
        "Leased accounts by what is wanted for them.",
        {(("verdict", verdict.value),): number for verdict, number in by_verdict.items()},
    )
    yield _gauge("committed_cents", "What all leased accounts cost a month, in cents.", {(): totals.cents})
    yield _gauge(
        "avoidable_cents",
        "The part for accounts that are unused today and could be released.",
        {(): totals.avoidable_cents},
    )
    yield _gauge("releasing_cents", "The part that releases are to avoid.", {(): sum(releasing)})


def _of_last(report: Report) -> "Iterator[Metric]":
    yield _gauge(
        "enforcing", "1 if releases are sent, 0 if only told.", {(): int(report.mode is Mode.ENFORCE)}
    )
    skew: _Samples = {} if report.skew is None else {(): report.skew.total_seconds()}
    yield _gauge(
        "clock_skew_seconds",
        "By how much this clock and the API's differ, at least; no sample where nothing proves it.",
        skew,
    )
    halts = [halt.brake for halt in report.halts.halts]
    yield _gauge(
        "brakes_on",
        "Brakes that are on, each counted once a scope.",
        {(("brake", brake.word),): halts.count(brake) for brake in BRAKES},
    )
    yield _gauge("undelivered_messages", "Messages overdue at its end.", {(): report.undelivered})


def _of_ledger(counts: LedgerCounts) -> "Iterator[Metric]":
    yield _gauge(
        "last_good_turn_timestamp_seconds",
        "End of the last full turn that read the fleet to its end, by whatever process.",
        _moment(counts.last_good_at),
    )
    yield _gauge("unresolved_intents", "Releases whose outcome is not known.", {(): counts.unresolved})
    yield _counter("releases", "Accounts given back since the ledger began.", {(): counts.released})
    yield _counter(
        "saved_cents", "A month's price of each account given back, in cents.", {(): counts.released_cents}
    )
    paid = {cause: counts.paid.get(cause, (0, 0)) for cause in Cause}
    yield _counter(
        "missed_renewals",
        "Renewals paid without evidence of use since the ledger began, by cause.",
        {(("cause", cause.value),): number for cause, (number, _) in paid.items()},
    )
    yield _counter(
        "missed_cents",
        "What those cost, in cents.",
        {(("cause", cause.value),): cents for cause, (_, cents) in paid.items()},
    )
    notifiers = sorted({*counts.waiting, *counts.dead})
    yield _gauge(
        "outbox_messages",
        "Messages that wait for delivery, and those given up (dead) that nobody has dropped.",
        {
            (("notifier", name), ("state", state)): numbers.get(name, 0)
            for state, numbers in (("waiting", counts.waiting), ("dead", counts.dead))
            for name in notifiers
        },
    )
    yield _gauge(
        "standing_problems",
        "Problems that stand, by the event that told them.",
        {(("kind", kind.value),): number for kind in EventKind if (number := counts.problems.get(kind, 0))},
    )


def _of_api(traffic: Traffic) -> "Iterator[Metric]":
    yield _counter(
        "api_requests",
        "Requests to the API of this process, by class and by status, or by why there was no answer.",
        {
            (("class", what), ("status", status)): number
            for (what, status), number in traffic.requests.items()
        },
    )
    yield _gauge(
        "api_budget_left",
        "Requests of the class that could be sent at once.",
        {(("class", what),): number for what, number in traffic.left.items()},
    )
    yield _gauge(
        "api_budget_limit",
        "Requests of the class that the tier allows a minute.",
        {(("class", what),): number for what, number in traffic.limits.items()},
    )


def _moment(at: datetime | None) -> _Samples:
    return {} if at is None else {(): at.timestamp()}


def _gauge(name: str, says: str, samples: _Samples) -> "GaugeMetricFamily":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"{_PREFIX}{name}", says, labels=_names(samples))
    for labels, value in samples.items():
        family.add_metric([each for _, each in labels], value)
    return family


def _counter(name: str, says: str, samples: _Samples) -> "CounterMetricFamily":
    """Its samples end in `_total`."""
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"{_PREFIX}{name}", says, labels=_names(samples))
    for labels, value in samples.items():
        family.add_metric([each for _, each in labels], value)
    return family


def _names(samples: _Samples) -> list[str]:
    return [name for name, _ in next(iter(samples), ())]
