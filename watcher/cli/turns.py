"""What `run` does, once it may be asked for another configuration: one turn, or turns for ever."""

from argparse import Namespace
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

from watcher.adapters import logs
from watcher.cli.configured import (
    Keyed,
    NotConfigured,
    configure_log,
    log_warnings,
    secrets_in,
    watching,
)
from watcher.cli.last_words import shown
from watcher.cli.named import to_write
from watcher.cli.progress import progress
from watcher.cli.render.machine import turn_json, turn_value
from watcher.cli.render.turn_text import render_turn
from watcher.cli.signals import stopping_on_signals
from watcher.cli.stop import Stop
from watcher.cli.summary_file import write_summary
from watcher.cli.surroundings import Surroundings
from watcher.daemon.request import Request
from watcher.decide.exits import Exit, exit_of, in_one_line
from watcher.decide.report import Report
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.settings.needs import nobody_told
from watcher.settings.read.config_file import only_once
from watcher.texts.times import zone
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose, Wiring, open_heartbeat, open_turns
from watcher.wiring.web import open_last_words


def take_turns(options: Namespace, surroundings: Surroundings, request: Request) -> Exit:
    if not options.once:
        _require_readable_again(options, surroundings)
    try:
        with_key = watching(options, surroundings)
    except NotConfigured as refused:
        if refused.rest is not None and not options.dry_run:
            _told_of_no_start(refused.rest, surroundings)
        raise
    log_warnings(each for each in with_key.good.warnings if each not in with_key.good.exposed)
    unheard = nobody_told(with_key.good)
    if unheard is not None:
        log_warnings((unheard,))
    purpose = Purpose.DRY_RUN if options.dry_run else Purpose.RUN
    stop = Event()
    wiring = Wiring(
        settings=with_key.settings,
        key=with_key.key,
        clock=surroundings.clock,
        purpose=purpose,
        stop=stop,
        shard=with_key.shard,
    )
    with stopping_on_signals(stop):
        if options.once:
            return _once(options, with_key, wiring, surroundings)
        return _daemon(options, with_key, wiring, surroundings, request)


def _require_readable_again(options: Namespace, surroundings: Surroundings) -> None:
    place = only_once(options.config, surroundings.environ, surroundings.cwd)
    if place is not None:
        why = (
            f"{place} can be read only once, and the daemon reads its configuration again when it is told to"
        )
        raise Stop(Exit.USAGE, f"{why}: name a file, or take one turn with --once.")


def _told_of_no_start(rest: Good, surroundings: Surroundings) -> None:
    """The dead man's switch hears why it hears nothing: whoever restarts a daemon for ever tells nobody."""
    configure_log(surroundings, secrets_in(rest))
    with open_last_words(rest.settings, surroundings.clock) as heartbeat:
        heartbeat.not_begun(int(Exit.CONFIGURATION), "the configuration has mistakes: lease-watcher check")


def _daemon(
    options: Namespace, with_key: Keyed, wiring: Wiring, surroundings: Surroundings, request: Request
) -> Exit:
    from watcher.cli.rereading import Rereading
    from watcher.daemon.alarm import TimerAlarm
    from watcher.daemon.run import serve

    reading = Rereading(options=options, surroundings=surroundings, good=with_key.good)

    at_a_terminal = surroundings.out.isatty()

    def show(report: Report) -> None:
        if not at_a_terminal:
            log = logs.logger("watcher.turn")
            in_fields = turn_value(report, surroundings.clock.now())
            (log.warning if exit_of(report) else log.info)("turn ended", **in_fields)
            return
        with suppress(OSError):  # the terminal is gone, and a daemon goes on
            surroundings.out.write(f"{_in_words(report, reading.good.settings, surroundings)}\n")
            surroundings.out.flush()

    return serve(
        wiring,
        alarm=TimerAlarm(),
        environ=surroundings.environ,
        read=reading.read,
        request=request,
        show=show,
    )


def _once(options: Namespace, with_key: Keyed, wiring: Wiring, surroundings: Surroundings) -> Exit:
    summary = to_write("--summary-file", options.summary_file, surroundings, with_key.good)
    metrics = to_write("--metrics-file", options.metrics_file, surroundings, with_key.good)
    with progress(surroundings) as show, open_heartbeat(wiring) as heartbeat:
        beat = heartbeat.began()
        try:
            with open_turns(replace(wiring, progress=show)) as turns:
                report = _one_turn(metrics, turns, wiring)
        except BaseException:
            heartbeat.failed(beat)
            raise
        heartbeat.ended(beat, int(exit_of(report)), in_one_line(report))
    line = turn_json(report, surroundings.clock.now())
    if summary is not None:
        write_summary(summary, line)
    in_words = options.format != "json"
    text = _in_words(report, with_key.settings, surroundings) if in_words else f"{line}\n"
    return shown(text, exit_of(report), surroundings)


def _one_turn(metrics: Path | None, turns: Turns, wiring: Wiring) -> Report:
    report = turns.run().report
    if metrics is not None or wiring.settings.metrics.pushgateway is not None:
        from watcher.wiring.metrics import leave_metrics

        leave_metrics(report, turns, wiring, file=metrics)
    return report


def _in_words(report: Report, settings: Settings, surroundings: Surroundings) -> str:
    return render_turn(
        report,
        now=surroundings.clock.now(),
        timezone=zone(settings.timezone),
        color=surroundings.color,
        width=surroundings.width,
    )
