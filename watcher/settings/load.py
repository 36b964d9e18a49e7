"""From a file, variables and credentials to settings, or to everything that is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from watcher.adapters.ledger.places import LedgerUrl
from watcher.rules.policy import Policy
from watcher.settings.check import check
from watcher.settings.check.network import network
from watcher.settings.declare import WHOLE, Table, holds
from watcher.settings.declare import Path as OptionPath
from watcher.settings.files import whole
from watcher.settings.findings import Broken, Complaint, Finding, Gravity, Places
from watcher.settings.hidden import places_of_key, with_clean_reasons
from watcher.settings.ledger_place import default_url, on_a_network, resolved
from watcher.settings.model import STANDARD, Settings
from watcher.settings.notation import longest_gap
from watcher.settings.read.config_file import OPTION, ConfigText, find_file, text_of
from watcher.settings.read.secrets import CREDENTIALS, KEY_CREDENTIAL, Around, find_key, read_credentials
from watcher.settings.read.sources import Source, merged
from watcher.settings.read.toml import TooLong, UnusableToml, ledger_before, parsed
from watcher.settings.read.variables import CONFIG, read_variables
from watcher.texts.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Sources:
    """What was said where: the file's tables and text, and which variables and credentials said more.

    It holds secrets as they were written, so it shows itself to nobody.
    """

    path: Path
    text: str
    file: Mapping[str, Any]
    variables: Mapping[OptionPath, str]
    credentials: Mapping[OptionPath, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Good:
    """A configuration to work with. `key` is None where nobody gave one: some commands need none."""

    settings: Settings
    path: Path
    key: Secret | None
    warnings: tuple[Finding, ...]
    sources: Sources
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
    text that cannot be read it is what stands before the line that is not, if that names the ledger, or
    nothing in the text does.
    Enough for what people say to the ledger, and for nothing else.
    """

    findings: tuple[Finding, ...]
    rest: Good | None = None


Loaded = Good | Bad


def load(
    explicit: Path | None, environ: Mapping[str, str], cwd: Path, now: datetime, *, offline: bool = False
) -> Loaded:
    """Read and check the configuration. Variables come before credentials, those before the file.

    Reads files and nothing else; raises nothing for what a person wrote. `offline`: whoever asks speaks to
    nobody, so that what the environment says about the network is not judged, unless the ledger lies there.
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
    except TooLong as error:
        long = tuple(Complaint(path=path, message=str(error), fix=error.fix) for path in error.paths)
        return _loaded(source.path, text, error.rest, (folder, environ), now, offline=offline, wrong=long)
    except UnusableToml as error:
        rest: Loaded | None = None
        if (before := ledger_before(text.text, error.line)) is not None:
            shorter = replace(text, text=before[0])
            rest = _loaded(source.path, shorter, before[1], (folder, environ), now, offline=offline)
        return Bad(findings=(_unusable(source.path, error),), rest=_without_key(rest))
    return _loaded(source.path, text, tables, (folder, environ), now, offline=offline)


def _without_key(rest: Loaded | None) -> Good | None:
    good = rest.rest if isinstance(rest, Bad) else rest
    return None if good is None else replace(good, key=None, warnings=())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What all sources amount to, before any rule is asked."""

    settings: Settings
    complaints: tuple[Complaint, ...]
    files: tuple[Path, ...]
    whole: Table
    variables: Source
    credentials: Source


def _loaded(
    path: Path,
    text: ConfigText,
    file: dict[str, Any],
    around: Around,
    now: datetime,
    *,
    offline: bool,
    wrong: tuple[Complaint, ...] = (),
) -> Loaded:
    """The tables of a file with all that comes before and after them. `wrong`: what is not in them."""
    folder, environ = around
    read = _read(file, around)
    key, of_key = find_key(environ, read.settings.api.key_file, folder)
    settings = with_clean_reasons(read.settings, key)
    given = (*wrong, *read.complaints)
    found = [*given, *_concluded(settings, given, of_key, now)]
    if not (offline and isinstance(settings.store.place, Path)):
        found += network(environ)
    if key is not None:
        found += places_of_key(file, key, read.whole)
    places = Places(
        path=path, text=text.text, variables=read.variables.origins, files=read.credentials.origins
    )
    findings = (*places.findings(found), *text.findings)
    errors = [each.path for each in found if each.severity is Gravity.ERROR]
    if any(map(_may_be_about_the_ledger, errors)):
        return Bad(findings=findings)
    sources = Sources(
        path=path,
        text=text.text,
        file=file,
        variables=read.variables.origins,
        credentials=read.credentials.origins,
    )
    good = Good(
        settings=settings, path=path, key=key, warnings=findings, sources=sources, files=(path, *read.files)
    )
    return Bad(findings=findings, rest=_without_key(good)) if errors else good


def _read(file: dict[str, Any], around: Around) -> _Read:
    _, environ = around
    # What judges values is a library: words about words need none of it.
    from watcher.settings.third_parties import third_parties
    from watcher.settings.validate import Validation

    others = third_parties(file, environ)
    variables = read_variables(environ, file, others.whole)
    credentials = read_credentials(environ, file, others.whole)
    said = merged((variables, credentials, Source(tables=file)))
    validation = Validation(said, around, others.whole, others.unusable)
    settings = _settings(validation.values())
    settings, about_place = _with_place(settings, said.tables, around)
    settings, about_poll = _with_poll(settings, said.tables)
    of_sources = (*others.complaints, *variables.complaints, *credentials.complaints)
    return _Read(
        settings=settings,
        complaints=(*of_sources, *validation.complaints, *about_place, *about_poll),
        files=(*validation.files, *_files_of_key(settings, around), *map(Path, credentials.origins.values())),
        whole=others.whole,
        variables=variables,
        credentials=credentials,
    )


def _files_of_key(settings: Settings, around: Around) -> Iterator[Path]:
    """Where the key may stand, also in a file that is not read because a credential comes before it."""
    folder, environ = around
    if environ.get(CREDENTIALS):
        yield Path(environ[CREDENTIALS]) / KEY_CREDENTIAL
    if settings.api.key_file is not None:
        with suppress(ValueError):
            yield whole(settings.api.key_file, folder, environ)


def _concluded(
    settings: Settings, read: Iterable[Complaint], of_key: Iterable[Complaint], now: datetime
) -> Iterator[Complaint]:
    """What the rules say, but for what they conclude from a key that is itself wrong."""
    broken = Broken(each.path for each in read if each.path and each.severity is Gravity.ERROR)
    found = (*check(settings, now), *on_a_network(settings.store.url), *of_key)
    yield from (each for each in found if not each.doubtful(broken))


def _settings(values: dict[str, Any]) -> Settings:
    policies = {STANDARD: Policy(name=STANDARD), **values.pop("policies", {})}
    return Settings(**values, policies=policies)


Derived = tuple[Settings, tuple[Complaint, ...]]
"""With a value that follows from others, and what is to be said about it."""


def _with_place(settings: Settings, given: Mapping[str, Any], around: Around) -> Derived:
    """Where this machine keeps state, if nobody names a place: the file's folder may not be writable."""
    if holds(given, ("store", "url")) or holds(given, ("store", "url_file")):
        return settings, ()
    _, environ = around
    url = default_url(environ)
    wrong = "is not given, and neither STATE_DIRECTORY nor HOME says where this machine keeps state"
    try:
        if url is not None:
            place = resolved(LedgerUrl(Secret(url)), *around)
            return replace(settings, store=replace(settings.store, url=place)), ()
    except ValueError as error:
        wrong = f"is not given, and where this machine keeps state {error}"
    fix = 'add url = "sqlite:////…/watcher.db"'
    return settings, (Complaint(path=("store", "url"), message=wrong, fix=fix),)


def _with_poll(settings: Settings, given: Mapping[str, Any]) -> Derived:
    """The poll that a cron line amounts to."""
    path: OptionPath = ("schedule", "cron")
    wrong: list[Complaint] = []
    if holds(given, path) and holds(given, ("schedule", "poll")):
        wrong.append(Complaint(path=path, message="is given beside `poll`", fix="keep one of the two"))
    if settings.schedule.cron is not None:
        try:
            poll = longest_gap(settings.schedule.cron)
            settings = replace(settings, schedule=replace(settings.schedule, poll=poll))
        except ValueError as error:
            fix = 'write it as in cron = "*/15 * * * *"'
            wrong.append(Complaint(path=path, message=str(error), fix=fix))
    return settings, tuple(wrong)


def _may_be_about_the_ledger(wrong: OptionPath) -> bool:
    """What stands nowhere, such as a variable, or in a table that nobody knows, may have been `store`."""
    return not wrong or wrong[0] == "store" or wrong[0] not in WHOLE.keys


def _unusable(path: Path, error: UnusableToml) -> Finding:
    return Finding(
        file=str(path),
        line=error.line,
        key=error.key,
        message=str(error),
        fix=error.fix,
    )
