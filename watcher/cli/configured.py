"""The configuration, for the commands that need one; and a log that keeps its secrets."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from watcher.adapters import logs
from watcher.cli.process import Process, Stop
from watcher.cli.render.findings import render_findings
from watcher.record.exit_codes import Exit
from watcher.rules.shards import WHOLE, Shard
from watcher.settings.findings import Finding
from watcher.settings.hidden import secrets_of
from watcher.settings.ledger_place import of_shard
from watcher.settings.load import Bad, Good, Loaded, load
from watcher.settings.model import Settings
from watcher.settings.needs import missing_key, nothing_watched
from watcher.settings.read.config_file import only_once
from watcher.texts.secret import Secret
from watcher.texts.spans import span
from watcher.texts.times import clock_time, iso, zone


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyed:
    """A configuration and the key that every request needs."""

    good: Good
    key: Secret
    shard: Shard = WHOLE

    @property
    def settings(self) -> Settings:
        return self.good.settings


def loaded(options: Namespace, process: Process, *, offline: bool = False) -> Loaded:
    """The configuration of the shard that was named, or of the whole. `offline`: as `load` says."""
    found = load(options.config, process.environ, process.cwd, process.clock.now(), offline=offline)
    good, findings = (found, found.warnings) if isinstance(found, Good) else (found.rest, found.findings)
    if good is None:
        return found
    settings = of_shard(good.settings, options.shard, good.path)
    if isinstance(settings, Finding):
        return Bad(findings=(settings, *findings))
    good = replace(good, settings=settings)
    return good if isinstance(found, Good) else replace(found, rest=good)


def configured(options: Namespace, process: Process, *, offline: bool = False) -> Good:
    """The configuration, with the log ready. Raises `Stop` with all its mistakes."""
    return _ready(loaded(options, process, offline=offline), process)


def for_the_ledger(options: Namespace, process: Process) -> tuple[Good, bool]:
    """The configuration for what is said to the ledger, and whether it has mistakes. Raises `Stop`.

    Those elsewhere keep nobody from holding an account: a file that is just being edited, or a secret of a
    notifier that only the service is handed.
    """
    good, mistakes = with_mistakes(options, process)
    if mistakes:
        process.remark(MISTAKEN)
    return good, bool(mistakes)


MISTAKEN = "The configuration has mistakes, which `lease-watcher check` lists; none is about the ledger."


def with_mistakes(options: Namespace, process: Process) -> tuple[Good, tuple[Finding, ...]]:
    """What of the configuration is enough for the ledger, and all that is wrong with the rest.

    Raises `Stop` where it is not enough.
    """
    found = loaded(options, process, offline=True)
    if isinstance(found, Bad) and found.rest is not None:
        return _ready(found.rest, process), found.findings
    return _ready(found, process), ()


class NotConfigured(Stop):
    """What is configured cannot be worked with. `rest` is what of it can be used all the same."""

    def __init__(self, findings: Sequence[Finding], rest: Good | None) -> None:
        super().__init__(Exit.CONFIGURATION, render_findings(findings))
        self.findings = findings
        self.rest = rest

    def told(self, width: int | None) -> str:
        return render_findings(self.findings, width)


def _ready(found: Loaded, process: Process) -> Good:
    if isinstance(found, Bad):
        raise NotConfigured(found.findings, found.rest)
    configure_log(process, secrets_in(found))
    rehearse(found, process)
    return found


def rehearse(good: Good, process: Process) -> None:
    """In a rehearsal people's words and turns go by one clock, the sandbox's, and say so."""
    from watcher.wiring.rehearsal import go_by_the_sandbox

    if ahead := go_by_the_sandbox(process.clock, good.settings):
        which = "ahead of" if ahead > timedelta() else "behind"
        clock = f"a rehearsal: the clock is the sandbox's, {span(abs(ahead))} {which} this machine's"
        now = process.clock.now()
        if process.err.isatty():
            there = clock_time(now, zone(good.settings.timezone))
            process.remark(f"{clock[0].upper()}{clock[1:]}: {there}.")
        else:
            logs.logger("watcher").warning(clock, sandbox=good.settings.api.base_url, now=iso(now))


def configure_log(process: Process, secrets: Iterable[Secret]) -> None:
    logs.configure(
        clock=process.clock,
        human=process.err.isatty(),
        color=process.err_color,
        stream=process.err,
        secrets=secrets,
    )


def log_warnings(warnings: Iterable[Finding]) -> None:
    for warning in warnings:
        logs.logger("watcher.settings").warning(
            "configuration", key=warning.key, line=warning.line, problem=warning.message, fix=warning.fix
        )


def keyed(options: Namespace, process: Process) -> Keyed:
    """The same for commands that speak to the API. Raises `Stop` where there is no key."""
    good = configured(options, process)
    if good.key is None:
        raise NotConfigured((missing_key(),), good)
    # Whoever could write this file says where the key is sent: every command that sends it says so.
    log_warnings(good.exposed)
    return Keyed(good=good, key=good.key, shard=options.shard or WHOLE)


def watching(options: Namespace, process: Process) -> Keyed:
    """The same for commands that take a turn. Raises `Stop` where it would look at nothing."""
    with_key = keyed(options, process)
    nothing = nothing_watched(with_key.good)
    if nothing is not None:
        raise NotConfigured((nothing,), with_key.good)
    return with_key


def secrets_in(good: Good) -> tuple[Secret, ...]:
    found = secrets_of(good.settings)
    return found if good.key is None else (good.key, *found)


def read_again(with_key: Keyed, options: Namespace, process: Process) -> Keyed:
    """The configuration as it is by now; as it was, where it can be read only once. Raises `Stop`."""
    once = only_once(options.config, process.environ, process.cwd)
    return with_key if once is not None else watching(options, process)


def changing(file: Path) -> Callable[[], bool]:
    """Whether a configuration is another one than it was when this was asked for."""
    before = _content(file)
    return lambda: _content(file) != before


def _content(file: Path) -> bytes | None:
    """None where it cannot be read, be it that it is read only once."""
    try:
        return file.read_bytes() if file.is_file() else None
    except OSError:
        return None
