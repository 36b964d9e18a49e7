"""From a file, variables and credentials to settings, or to everything that is wrong with them."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from watcher.adapters.channels.catalog import AnyOptions
from watcher.settings import store
from watcher.settings.check import check
from watcher.settings.check.addresses import network
from watcher.settings.declare import Path as OptionPath
from watcher.settings.declare import declared
from watcher.settings.files import flaw_of
from watcher.settings.files import whole as whole_path
from watcher.settings.findings import Broken, Complaint, Finding, Places, Severity
from watcher.settings.hidden import places_of_key, with_clean_reasons
from watcher.settings.lines import holds
from watcher.settings.model import Settings
from watcher.settings.read.file import OPTION, Text, find_file, text_of
from watcher.settings.read.secrets import (
    CREDENTIALS,
    KEY_CREDENTIAL,
    UNREAD,
    Credentials,
    fill_from_files,
    find_key,
    named_files,
    read_credentials,
)
from watcher.settings.read.toml import NotToml, Unusable, ledger_before, parsed
from watcher.settings.read.variables import CONFIG, Environment, put, read_environment
from watcher.settings.third_parties import ThirdParties, third_parties
from watcher.settings.validate import remove, validated
from watcher.settings.values import longest_gap
from watcher.texts.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Good:
    """A configuration to work with. `key` is None where nobody gave one: some commands need none."""

    settings: Settings
    path: Path
    key: Secret | None
    warnings: tuple[Finding, ...]
    files: tuple[Path, ...] = ()
    """Every file that was read for it: itself, and those that its options and the credentials name."""

    @property
    def exposed(self) -> tuple[Finding, ...]:
        """Of the warnings those that say who else may write the configuration."""
        return tuple(each for each in self.warnings if each.key in (OPTION, CONFIG))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """All findings, at least one of them an error.

    `rest`: what is left without the mistakes, where none of them can be about the ledger; without a key. Of a
    text that is no TOML it is what stands before the line that is not, if that names the ledger.
    Enough for what people say to the ledger, and for nothing else.
    """

    findings: tuple[Finding, ...]
    rest: Good | None = None


Loaded = Good | Bad


def load(explicit: Path | None, environ: Mapping[str, str], cwd: Path, now: datetime) -> Loaded:
    """Read and check the configuration. Variables come before credentials, those before the file.

    Reads files and nothing else; raises nothing for what a person wrote.
    """
    source = find_file(explicit, environ, cwd)
    if isinstance(source, Finding):
        return Bad(findings=(source,))
    text = text_of(source)
    if isinstance(text, Finding):
        return Bad(findings=(text,))
    folder = source.path.parent if source.descriptor is None else cwd
    try:
        tables = parsed(text.text)
    except Unusable as error:
        rest: Loaded | None = None
        if isinstance(error, NotToml) and (before := ledger_before(text.text, error.line)) is not None:
            rest = _loaded(source.path, replace(text, text=before[0]), before[1], folder, environ, now)
        return Bad(findings=(_unusable(source.path, error),), rest=_without_key(rest))
    return _loaded(source.path, text, tables, folder, environ, now)


def _without_key(rest: Loaded | None) -> Good | None:
    good = rest.rest if isinstance(rest, Bad) else rest
    return None if good is None else replace(good, key=None, warnings=())


def _loaded(
    path: Path, text: Text, file: dict[str, Any], folder: Path, environ: Mapping[str, str], now: datetime
) -> Loaded:
    """The tables of a file with everything that comes before and after them."""
    others = third_parties(file, environ)
    environment = read_environment(environ, file, others.whole)
    credentials = read_credentials(environ, file, others.whole)
    places = Places(path=path, text=text.text, variables=environment.origins, files=credentials.origins)
    around = (folder, environ)
    named = [*named_files(file, around, others.whole), *named_files(environment.table, around, others.whole)]
    settings, complaints = _assembled(file, others, environment, credentials, folder, environ)
    key: Secret | None = None
    if settings is not None:
        broken = Broken(each.path for each in complaints if each.path and each.severity is Severity.ERROR)
        key, of_key = find_key(environ, settings.api.key_file, folder)
        if key is not None:
            complaints += places_of_key(file, key, others.whole)
        settings = with_clean_reasons(settings, key)
        concluded = (*check(settings, now), *store.on_a_network(settings.store.url), *of_key)
        complaints += [each for each in concluded if not each.doubtful(broken)]
        named += [one for options in settings.notifiers.values() for one in _files_of(options)]
    complaints += network(environ)
    findings = (*places.findings(complaints), *text.findings)
    if settings is None:
        return Bad(findings=findings)
    wrong = [each.path for each in complaints if each.severity is Severity.ERROR]
    if any(map(_may_be_about_the_ledger, wrong)):
        return Bad(findings=findings)
    if wrong:
        return Bad(findings=findings, rest=Good(settings=settings, path=path, key=None, warnings=()))
    if environ.get(CREDENTIALS):
        named += [Path(environ[CREDENTIALS]) / KEY_CREDENTIAL, *map(Path, credentials.origins.values())]
    return Good(settings=settings, path=path, key=key, warnings=findings, files=(path, *named))


def _may_be_about_the_ledger(wrong: OptionPath) -> bool:
    """What stands nowhere, such as a variable, or in a table that nobody knows, may have been `store`."""
    return not wrong or wrong[0] == "store" or wrong[0] not in declared(Settings)


def _unusable(path: Path, error: Unusable) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        file=str(path),
        line=error.line,
        key=error.key,
        message=str(error),
        fix=error.fix,
    )


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
        *fill_from_files(said, file, (folder, environ), others.whole),
        *fill_from_files(own, file, (folder, environ), others.whole),
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
    settings, wrong = _resolved(settings, folder, environ)
    return settings, complaints + wrong


def _with_usual_store(table: dict[str, Any], environ: Mapping[str, str]) -> list[Complaint]:
    """Put the ledger where this machine keeps state; the file's folder may not be writable."""
    url = store.default_url(environ)
    if url is None:
        said = "is not given, and neither STATE_DIRECTORY nor HOME says where this machine keeps state"
        return [Complaint(path=("store", "url"), message=said, fix='add url = "sqlite:////…/watcher.db"')]
    put(table, ("store", "url"), url)
    return []


def _with_whole_paths(
    options: AnyOptions, above: OptionPath, folder: Path, environ: Mapping[str, str]
) -> tuple[AnyOptions, list[Complaint]]:
    """A notifier's options with absolute paths of files; relative ones start at `folder`."""
    wrong: list[Complaint] = []
    files: dict[str, Any] = {}
    for each in fields(options):
        value = getattr(options, each.name)
        if not isinstance(value, Path):
            continue
        try:
            files[each.name] = place = whole_path(str(value), folder, environ)
            flaw = flaw_of(place)
        except ValueError as error:
            flaw = str(error)
        if flaw is not None:
            files[each.name] = None
            wrong.append(Complaint(path=(*above, each.name), message=flaw, fix="correct the path"))
    return replace(options, **files), wrong


def _files_of(options: AnyOptions) -> Iterator[Path]:
    values = (getattr(options, each.name) for each in fields(options))
    return (value for value in values if isinstance(value, Path))


def _resolved(
    settings: Settings, folder: Path, environ: Mapping[str, str]
) -> tuple[Settings, list[Complaint]]:
    """With the absolute places of the ledger and of files, and the poll that a cron line amounts to."""
    wrong: list[Complaint] = []
    notifiers: dict[str, AnyOptions] = {}
    for name, options in settings.notifiers.items():
        notifiers[name], flaws = _with_whole_paths(options, ("notifiers", name), folder, environ)
        wrong += flaws
    settings = replace(settings, notifiers=notifiers)
    try:
        if settings.store.url.secret is not UNREAD:
            url = store.resolved(settings.store.url, folder, environ)
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
