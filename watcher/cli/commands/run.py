"""`run`: one turn, or turns for ever."""

from argparse import Namespace
from dataclasses import replace
from threading import Event

from watcher.adapters import logs
from watcher.adapters.render.machine import turn_json
from watcher.adapters.render.times import zone
from watcher.adapters.render.turn_text import render_turn
from watcher.bootstrap import Purpose, Wiring, open_turns
from watcher.cli.configured import Keyed, keyed
from watcher.cli.progress import progress
from watcher.cli.signals import stopping_on_signals
from watcher.cli.stop import Stop
from watcher.cli.summary_file import write_summary
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit, exit_of
from watcher.domain.report import Report


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    if options.summary_file is not None and not options.once:
        raise Stop(Exit.USAGE, "--summary-file is for --once: the daemon logs each of its turns.")
    with_key = keyed(options, surroundings)
    for warning in with_key.good.warnings:
        logs.logger("watcher.settings").warning(
            "configuration", key=warning.key, line=warning.line, problem=warning.message, fix=warning.fix
        )
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
        from watcher.daemon.run import serve

        def show(report: Report) -> None:
            surroundings.out.write(f"{_in_words(report, with_key, surroundings)}\n")
            surroundings.out.flush()

        return serve(wiring, environ=surroundings.environ, show=show if surroundings.out.isatty() else None)


def _once(options: Namespace, with_key: Keyed, wiring: Wiring, surroundings: Surroundings) -> Exit:
    with (
        progress(surroundings) as show,
        open_turns(replace(wiring, progress=show)) as turns,
    ):
        report = turns.run().report
    line = turn_json(report, surroundings.clock.now())
    if options.summary_file is not None:
        write_summary(surroundings.cwd / options.summary_file, line)
    if options.format == "json":
        surroundings.out.write(f"{line}\n")
    else:
        surroundings.out.write(_in_words(report, with_key, surroundings))
    return exit_of(report)


def _in_words(report: Report, with_key: Keyed, surroundings: Surroundings) -> str:
    return render_turn(
        report,
        now=surroundings.clock.now(),
        timezone=zone(with_key.settings.timezone),
        color=surroundings.color,
        width=surroundings.width,
    )
