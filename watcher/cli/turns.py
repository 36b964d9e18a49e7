"""What `run` does, once it may be asked for another configuration: one turn, or turns for ever."""

from argparse import Namespace
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from watcher.adapters import logs
from watcher.cli.configured import (
    Keyed,
    NotConfigured,
    configure_log,
    loaded,
    log_warnings,
    secrets_in,
    watching,
)
from watcher.cli.files import file_to_write
from watcher.cli.process import Process, Stop
from watcher.cli.progress import progress
from watcher.cli.quiet import LOG, in_the_text_of
from watcher.cli.render.machine import turn_json, turn_value
from watcher.cli.signals import stopping_on_signals
from watcher.cli.written import write_whole
from watcher.daemon.problems import follow_one_turn
from watcher.daemon.reload import Configuration, ReloadRefused
from watcher.daemon.request import Request
from watcher.decide.exits import exit_of, in_one_line
from watcher.decide.orders import Orders
from watcher.decide.report import Report
from watcher.ports.ledger import LedgerReader, LedgerUnavailable, LedgerUnusable
from watcher.record.exit_codes import Exit
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Bad, Good
from watcher.settings.model import Settings
from watcher.settings.needs import missing_key, nobody_told, nothing_watched
from watcher.settings.read.config_file import only_once
from watcher.texts.secret import Secret
from watcher.texts.times import zone
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose, Wiring, open_heartbeat, open_turns
from watcher.wiring.web import open_last_words

if TYPE_CHECKING:
    from watcher.ports.pages import WholePage


def take_turns(options: Namespace, process: Process, request: Request) -> Exit:
    if not options.once:
        _require_readable_again(options, process)
    try:
        with_key = watching(options, process)
    except NotConfigured as refused:
        if refused.rest is not None and not options.dry_run:
            _told_of_no_start(refused.rest, process)
        raise
    if not options.quiet:
        _warn(with_key.good)
    purpose = Purpose.DRY_RUN if options.dry_run else Purpose.RUN
    stop = Event()
    wiring = Wiring(
        settings=with_key.settings,
        key=with_key.key,
        clock=process.clock,
        purpose=purpose,
        stop=stop,
        shard=with_key.shard,
    )
    with stopping_on_signals(stop):
        if options.once:
            # A crontab's mail has both: what the text says is not said again in its log.
            quiet = options.quiet and options.format != "json"
            with logs.holding_back(LOG) if quiet else nullcontext() as held:
                return _once(options, with_key, wiring, process, held)
        return _daemon(options, with_key, wiring, process, request)


def _warn(good: Good) -> None:
    unheard = nobody_told(good)
    log_warnings(each for each in good.warnings if each not in good.exposed)
    log_warnings(() if unheard is None else (unheard,))


def _require_readable_again(options: Namespace, process: Process) -> None:
    place = only_once(options.config, process.environ, process.cwd)
    if place is not None:
        why = (
            f"{place} can be read only once, and the daemon reads its configuration again when it is told to"
        )
        raise Stop(Exit.USAGE, f"{why}: name a file, or take one turn with --once.")


def _told_of_no_start(rest: Good, process: Process) -> None:
    """The dead man's switch hears why it hears nothing: whoever restarts a daemon for ever tells nobody."""
    configure_log(process, secrets_in(rest))
    with open_last_words(rest.settings, process.clock) as heartbeat:
        heartbeat.not_begun(int(Exit.CONFIGURATION), "the configuration has mistakes: lease-watcher check")


def _daemon(options: Namespace, with_key: Keyed, wiring: Wiring, process: Process, request: Request) -> Exit:
    from watcher.daemon.alarm import TimerAlarm
    from watcher.daemon.run import serve

    reading = _Rereading(options=options, process=process, good=with_key.good)

    at_a_terminal = process.out.isatty()

    def show(report: Report) -> None:
        # What holds itself is found by a look through everything, which Python takes by itself when a quarter
        # more waits than is alive: in hundreds of turns. Here nobody waits for the tenth of a second.
        process.collect()
        if not at_a_terminal:
            log = logs.logger("watcher.turn")
            in_fields = turn_value(report, process.clock.now())
            (log.warning if exit_of(report) else log.info)("turn ended", **in_fields)
            return
        with suppress(OSError):  # the terminal is gone, and a daemon goes on
            process.out.write(f"{_in_words(report, reading.good.settings, process)}\n")
            process.out.flush()

    return serve(
        wiring,
        alarm=TimerAlarm(),
        environ=process.environ,
        read=reading.read,
        request=request,
        show=show,
        told=_how_things_stand,
    )


def _how_things_stand(ledger: LedgerReader, orders: Orders, settings: Settings, now: datetime) -> "WholePage":
    from watcher.cli.render.status_page import status_page

    place, timezone = str(settings.store.place), zone(settings.timezone)
    return status_page(ledger, orders, place=place, timezone=timezone, now=now)


def _once(
    options: Namespace, with_key: Keyed, wiring: Wiring, process: Process, held: logs.HeldBack | None
) -> Exit:
    summary = file_to_write("--summary-file", options.summary_file, process, with_key.good)
    metrics = file_to_write("--metrics-file", options.metrics_file, process, with_key.good)
    with progress(process) as show, open_heartbeat(wiring) as heartbeat:
        beat = heartbeat.began()
        try:
            with open_turns(replace(wiring, progress=show)) as turns:
                report = _one_turn(metrics, turns, wiring)
        except BaseException:
            heartbeat.failed(beat)
            raise
        heartbeat.ended(beat, int(exit_of(report)), in_one_line(report))
    line = turn_json(report, process.clock.now())
    if summary is not None:
        _write_summary(summary, line)
    if options.quiet:
        if not report.eventful and exit_of(report) is Exit.DONE:
            return Exit.DONE
        _warn(with_key.good)
    in_words = options.format != "json"
    if held is not None:
        held.leave_out(in_the_text_of(report))
    text = _in_words(report, with_key.settings, process) if in_words else f"{line}\n"
    return process.show(text, exit_of(report))


def _one_turn(metrics: Path | None, turns: Turns, wiring: Wiring) -> Report:
    report = turns.run().report
    try:
        follow_one_turn(turns, report, within=wiring.settings.heartbeat.alarm_before)
    except (LedgerUnavailable, LedgerUnusable) as error:
        # The turn ended as it ended; the next one tells.
        logs.logger("watcher.turn").warning("problems wait to be told", why=str(error))
    if metrics is not None or wiring.settings.metrics.pushgateway is not None:
        from watcher.wiring.metrics import leave_metrics

        leave_metrics(report, turns, wiring, file=metrics)
    return report


def _in_words(report: Report, settings: Settings, process: Process) -> str:
    from watcher.cli.render.turn_text import render_turn  # a daemon without a terminal has no use for it

    return render_turn(
        report,
        now=process.clock.now(),
        timezone=zone(settings.timezone),
        color=process.color,
        width=process.width,
    )


def _write_summary(place: Path, line: str) -> None:
    """Write the line whole or not at all. A failure is logged: the turn is over, and ends as it ended.

    A file that is mounted by itself, as a container's termination log is, cannot be replaced: it is
    overwritten. One line of this length reaches it in one piece.
    """
    try:
        write_whole(place, (f"{line}\n".encode(),))
    except OSError as error:
        logs.logger("watcher.summary").error("summary not written", file=str(place), why=error.strerror)


@dataclass(kw_only=True, slots=True)
class _Rereading:
    """From the same words and variables as at start; `good` is what was last read without a mistake."""

    options: Namespace
    process: Process
    good: Good
    _hidden: tuple[Secret, ...] = field(default=(), repr=False)

    def read(self) -> Configuration:
        """Everything anew: file, secrets, credentials, key. Raises `ReloadRefused` with all mistakes."""
        around = self.process
        found = loaded(self.options, around)
        if isinstance(found, Bad):
            raise _refused(found.findings)
        if found.key is None:
            raise _refused((missing_key(),))
        nothing = nothing_watched(found)
        if nothing is not None:
            raise _refused((nothing,))
        # The former secrets stay hidden too: what was made with them is still under way.
        self._hidden = tuple({*self._hidden, *secrets_in(self.good), *secrets_in(found)})
        configure_log(around, self._hidden)
        log_warnings(found.warnings)
        self.good = found
        return Configuration(settings=found.settings, key=found.key)


def _refused(findings: tuple[Finding, ...]) -> ReloadRefused:
    wrong = [_line(each) for each in findings if each.severity is Gravity.ERROR]
    return ReloadRefused(wrong[0], findings=tuple(wrong))


def _line(finding: Finding) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    return " ".join(" ".join(part for part in (place, finding.key, finding.message) if part).split())
