"""The configuration, for the commands that need one; and a log that keeps its secrets."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from watcher.adapters import logs
from watcher.adapters.render.findings import render_findings
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit
from watcher.domain.secret import Secret
from watcher.settings.load import Bad, Good, load
from watcher.settings.model import Settings
from watcher.settings.secret_files import missing_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyed:
    """A configuration and the key that every request needs."""

    good: Good
    key: Secret

    @property
    def settings(self) -> Settings:
        return self.good.settings


def configured(options: Namespace, surroundings: Surroundings) -> Good:
    """The configuration, with the log ready. Raises `Stop` with all its mistakes."""
    loaded = load(options.config, surroundings.environ, surroundings.cwd, surroundings.clock.now())
    if isinstance(loaded, Bad):
        raise Stop(Exit.CONFIGURATION, render_findings(loaded.findings))
    configure_log(surroundings, secrets_in(loaded))
    return loaded


def configure_log(surroundings: Surroundings, secrets: Iterable[Secret]) -> None:
    logs.configure(
        clock=surroundings.clock,
        human=surroundings.err.isatty(),
        color=surroundings.err_color,
        stream=surroundings.err,
        secrets=secrets,
    )


def log_warnings(good: Good) -> None:
    for warning in good.warnings:
        logs.logger("watcher.settings").warning(
            "configuration", key=warning.key, line=warning.line, problem=warning.message, fix=warning.fix
        )


def keyed(options: Namespace, surroundings: Surroundings) -> Keyed:
    """The same for commands that speak to the API. Raises `Stop` where there is no key."""
    good = configured(options, surroundings)
    if good.key is None:
        raise Stop(Exit.CONFIGURATION, render_findings((missing_key(),)))
    return Keyed(good=good, key=good.key)


def secrets_in(good: Good) -> tuple[Secret, ...]:
    those = good.settings
    found = tuple(_secrets((those.keep, those.metrics, those.heartbeat, *those.notifiers.values())))
    return found if good.key is None else (good.key, *found)


def _secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _secrets(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _secrets(getattr(value, field.name))
