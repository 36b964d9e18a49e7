"""From a file, variables and credentials to settings, or to everything that is wrong with them."""

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from watcher.adapters.notifiers.kinds import AnyOptions
from watcher.domain.secret import Secret
from watcher.settings import store
from watcher.settings.checks import check
from watcher.settings.cron import longest_gap
from watcher.settings.declarations import Path as OptionPath
from watcher.settings.declarations import declared
from watcher.settings.environment import Environment, put, read_environment
from watcher.settings.findings import Complaint, Finding, Severity
from watcher.settings.lines import holds
from watcher.settings.locations import find_file
from watcher.settings.model import Settings
from watcher.settings.places import Places
from watcher.settings.secret_files import UNREAD, Credentials, fill_from_files, find_key, read_credentials
from watcher.settings.third_parties import ThirdParties, third_parties
from watcher.settings.validation import remove, validated


@dataclass(frozen=True, kw_only=True, slots=True)
class Good:
    """A configuration to work with. `key` is None where nobody gave one: some commands need none."""

    settings: Settings
    path: Path
    key: Secret | None
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """All findings, at least one of them an error.

    `rest`: what is left without the mistakes, where none of them can be about the ledger; without a key.
    Enough for what people say to the ledger, and for nothing else.
    """

    findings: tuple[Finding, ...]
    rest: Good | None = None


Loaded = Good | Bad


def load(explicit: Path | None, environ: Mapping[str, str], cwd: Path, now: datetime) -> Loaded:
    """Read and check the configuration. Variables come before credentials, those before the file.

    Reads files and nothing else; raises nothing for what a person wrote.
    """
    path = find_file(explicit, environ, cwd)
    if isinstance(path, Finding):
        return Bad(findings=(path,))
    read = _read(path)
    if isinstance(read, Finding):
        return Bad(findings=(read,))
    text, file = read
    others = third_parties(file, environ)
    environment = read_environment(environ, file, others.whole)
    credentials = read_credentials(environ, file, others.whole)
    places = Places(path=path, text=text, variables=environment.origins, files=credentials.origins)
    settings, complaints = _assembled(file, others, environment, credentials, path.parent, environ)
    key: Secret | None = None
    if settings is not None:
        broken = [each.path for each in complaints if each.path and each.severity is Severity.ERROR]
        key, of_key = find_key(environ, settings.api.key_file, path.parent)
        concluded = (*check(settings, now), *store.on_a_network(settings.store.url), *of_key)
        complaints += [each for each in concluded if not each.doubtful(broken)]
    findings = places.findings(complaints)
    if settings is None:
        return Bad(findings=findings)
    wrong = [each.path for each in complaints if each.severity is Severity.ERROR]
    if any(map(_may_be_about_the_ledger, wrong)):
        return Bad(findings=findings)
    if wrong:
        return Bad(findings=findings, rest=Good(settings=settings, path=path, key=None, warnings=()))
    return Good(settings=settings, path=path, key=key, warnings=findings)


def _may_be_about_the_ledger(wrong: OptionPath) -> bool:
    """What stands nowhere, such as a variable, or in a table that nobody knows, may have been `store`."""
    return not wrong or wrong[0] == "store" or wrong[0] not in declared(Settings)


def _read(path: Path) -> tuple[str, dict[str, Any]] | Finding:
    """The text and the tables of a TOML file."""

    def unusable(message: str, fix: str, line: int | None = None) -> Finding:
        return Finding(severity=Severity.ERROR, file=str(path), line=line, key="", message=message, fix=fix)

    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        return unusable(
            f"cannot be read: {(error.strerror or 'unknown').lower()}", "check the file's owner and mode"
        )
    except UnicodeDecodeError:
        return unusable("is not UTF-8", "save it as UTF-8")
    except RecursionError:
        return unusable("is nested too deeply", "write tables as [table.table]")
    except tomllib.TOMLDecodeError as error:
        return unusable(f"is not TOML: {error}", "mend that line", _syntax_line(str(error), text))


def _syntax_line(said: str, text: str) -> int:
    """The line in the parser's message, whose only machine-readable form is newer than Python 3.11's."""
    found = re.search(r"\(at line (\d+), column \d+\)$", said)
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1


def _assembled(
    file: dict[str, Any],
    others: ThirdParties,
    environment: Environment,
    credentials: Credentials,
    folder: Path,
    environ: Mapping[str, str],
) -> tuple[Settings | None, list[Complaint]]:
    """The settings of all sources together; where some values are wrong, those of the others."""
    own, said = deepcopy(file), environment.table
    complaints = [
        *others.complaints,
        *environment.complaints,
        *credentials.complaints,
        *fill_from_files(said, file, folder, others.whole),
        *fill_from_files(own, file, folder, others.whole),
    ]
    tables = (said, credentials.table, own)

    def given(*path: str) -> bool:
        return any(holds(table, path) for table in tables)

    if given("schedule", "cron") and given("schedule", "poll"):
        complaints.append(
            Complaint(path=("schedule", "cron"), message="is given beside `poll`", fix="keep one of the two")
        )
    if not given("store", "url"):
        complaints += _with_usual_store(own, environ)
    for unusable in others.unusable:
        remove(tables, unusable)
    settings, wrong = validated(tables, others.whole)
    complaints += wrong
    if settings is None:
        return None, complaints
    settings, wrong = _resolved(settings, folder)
    return settings, complaints + wrong


def _with_usual_store(table: dict[str, Any], environ: Mapping[str, str]) -> list[Complaint]:
    """Put the ledger where this machine keeps state; the file's folder may not be writable."""
    url = store.default_url(environ)
    if url is None:
        said = "is not given, and neither STATE_DIRECTORY nor HOME says where this machine keeps state"
        return [Complaint(path=("store", "url"), message=said, fix='add url = "sqlite:////…/watcher.db"')]
    put(table, ("store", "url"), url)
    return []


def _with_whole_paths(options: AnyOptions, folder: Path) -> AnyOptions:
    """A notifier's options with absolute paths; relative ones start at `folder`."""
    values = {each.name: getattr(options, each.name) for each in fields(options)}
    files: dict[str, Any] = {
        name: folder / value for name, value in values.items() if isinstance(value, Path)
    }
    return replace(options, **files)


def _resolved(settings: Settings, folder: Path) -> tuple[Settings, list[Complaint]]:
    """With the absolute places of the ledger and of files, and the poll that a cron line amounts to."""
    wrong: list[Complaint] = []
    notifiers = {name: _with_whole_paths(options, folder) for name, options in settings.notifiers.items()}
    settings = replace(settings, notifiers=notifiers)
    try:
        if settings.store.url.secret is not UNREAD:
            url = store.resolved(settings.store.url, folder)
            settings = replace(settings, store=replace(settings.store, url=url))
    except ValueError as error:
        fix = 'write it as in url = "sqlite:///watcher.db" or "postgresql://USER@HOST/DATABASE"'
        wrong.append(Complaint(path=("store", "url"), message=str(error), fix=fix))
    if settings.schedule.cron is not None:
        try:
            poll = longest_gap(settings.schedule.cron)
            settings = replace(settings, schedule=replace(settings.schedule, poll=poll))
        except ValueError as error:
            fix = 'write it as in cron = "*/15 * * * *"'
            wrong.append(Complaint(path=("schedule", "cron"), message=str(error), fix=fix))
    return settings, wrong
