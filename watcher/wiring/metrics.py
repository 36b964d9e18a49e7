"""What a one-shot run leaves for Prometheus: a file, a push. Neither changes how the run ends."""

from pathlib import Path

from watcher.adapters import logs
from watcher.adapters.metrics.exposition import exposition, push, write_file
from watcher.adapters.metrics.options import MetricsOptions
from watcher.decide.agenda import Agenda
from watcher.decide.exits import exit_of
from watcher.decide.measures import Measures, Tally
from watcher.decide.report import Report
from watcher.ports.environment import UnusableVariable
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.turn.turns import Turns
from watcher.wiring.turn import Wiring
from watcher.wiring.web import open_web


def measures_of(report: Report, turns: Turns, wiring: Wiring) -> Measures:
    """Everything about this one turn, and what the ledger holds after it."""
    now = turns.clock.now()
    coming = Agenda().noted(report).next(now)
    return Measures(
        tally=Tally().noted(report, exit_of(report), now - report.started_at),
        counts=turns.ledger.counts(),
        traffic=wiring.meter.traffic(),
        next_opening=None if coming is None else coming.at,
    )


def leave_metrics(report: Report, turns: Turns, wiring: Wiring, *, file: Path | None) -> None:
    """Write and push the metrics, where that was asked for; a dry run pushes none. Failures are logged."""
    options, log = wiring.settings.metrics, logs.logger("watcher.metrics")
    pushes = turns.acting and options.pushgateway is not None
    if file is None and not pushes:
        return
    try:
        text = exposition(measures_of(report, turns, wiring))
    except (LedgerUnavailable, LedgerUnusable) as error:
        log.error("metrics not made", why=str(error))
        return
    if file is not None:
        try:
            write_file(file, text)
        except OSError as error:
            log.error("metrics not written", file=str(file), why=error.strerror)
    if pushes:
        why = _pushed(options, text, wiring)
        if why is not None:
            log.error("metrics not pushed", why=why)


def _pushed(options: MetricsOptions, text: bytes, wiring: Wiring) -> str | None:
    """Why it was not, None where it was."""
    try:
        with open_web(wiring.settings, wiring.clock) as http:
            return push(options, text, http)
    except UnusableVariable as error:
        # What it names was there when the turn began.
        return str(error)
