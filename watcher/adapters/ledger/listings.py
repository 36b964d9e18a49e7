"""Which projects list an account: what they know of it, and what they list without our understanding it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, or_, select, union

from watcher.adapters.ledger.rows import KNOWN, known_of, surest
from watcher.adapters.ledger.rules import keepable
from watcher.adapters.ledger.schema import accounts, observations, projects, strange
from watcher.adapters.ledger.store import batches, stored
from watcher.adapters.ledger.upserts import replacing
from watcher.facts.accounts import Account, AccountId, Listed, ProjectId
from watcher.memory.remembered import Known

_present = accounts.c.gone_at.is_(None)
_TWICE = select(accounts.c.account).where(_present).group_by(accounts.c.account).having(func.count() > 1)
_shown = strange.c.present.is_(True)
_other = strange.alias()
_STRANGE_TWICE = (
    select(strange.c.account)
    .outerjoin(
        accounts,
        and_(accounts.c.account == strange.c.account, accounts.c.project != strange.c.project, _present),
    )
    .outerjoin(
        _other,
        and_(
            _other.c.account == strange.c.account,
            _other.c.project != strange.c.project,
            _other.c.present.is_(True),
        ),
    )
    .where(_shown, or_(accounts.c.account.is_not(None), _other.c.account.is_not(None)))
)
_SOME: BindParameter[Any] = bindparam("accounts", expanding=True)
_KNOWING = (
    select(accounts.c.account, accounts.c.project, _present.label("present"), projects.c.missing_since)
    .outerjoin(projects, projects.c.project == accounts.c.project)
    .where(accounts.c.account.in_(_SOME))
)
_SHOWING = (
    select(strange.c.account, strange.c.project, _shown.label("present"), projects.c.missing_since)
    .outerjoin(projects, projects.c.project == strange.c.project)
    .where(strange.c.account.in_(_SOME))
)
_KNOWN = select(*KNOWN).where(accounts.c.account.in_(_SOME)).order_by(accounts.c.account, *surest())
_MOVED = select(accounts.c.account).group_by(accounts.c.account).having(func.count() > 1)
_STRANGE = select(strange.c.account).where(strange.c.project == bindparam("project"), _shown)
_INHABITED = union(select(accounts.c.project).where(_present), select(strange.c.project).where(_shown))


def doubles(connection: Connection) -> dict[AccountId, frozenset[ProjectId]]:
    twice = {row[0] for query in (_TWICE, _STRANGE_TWICE) for row in stored(connection, query)}
    present = {
        account: frozenset(one.project for one in listed if one.present)
        for account, listed in of(connection, twice).items()
    }
    return {account: where for account, where in present.items() if len(where) > 1}


def of(connection: Connection, some: Collection[AccountId]) -> dict[AccountId, Sequence[Listed]]:
    """Every project that lists these accounts, or did; those that answered 404 since do not."""
    found: dict[AccountId, dict[ProjectId, Listed]] = {}
    for part in batches(sorted(some)):
        for query in (_KNOWING, _SHOWING):
            for account, project, present, missing_since in connection.execute(query, {"accounts": part}):
                where = found.setdefault(AccountId(account), {})
                missing = missing_since is not None
                before = where.get(ProjectId(project))
                there = (bool(present) and not missing) or (before is not None and before.present)
                where[ProjectId(project)] = Listed(project=ProjectId(project), present=there, missing=missing)
    return {account: [where[project] for project in sorted(where)] for account, where in found.items()}


def known(connection: Connection, some: Collection[AccountId]) -> dict[AccountId, list[Known]]:
    """What each project that lists these accounts, or did, knows of them."""
    found: dict[AccountId, list[Known]] = {}
    for part in batches(sorted(some)):
        for row in connection.execute(_KNOWN, {"accounts": part}):
            found.setdefault(AccountId(row[0]), []).append(known_of(row))
    return found


def leased(connection: Connection, project: ProjectId | None, *, ever: bool) -> Iterator[Account]:
    query = select(*KNOWN) if ever else select(*KNOWN).where(_present)
    query = query.order_by(accounts.c.renews_at, accounts.c.account, accounts.c.project)
    if project is not None:
        query = query.where(accounts.c.project == project)
    for row in connection.execute(query, execution_options={"yield_per": 500}):
        yield known_of(row).account


_DATED = (
    select(observations.c.account, func.max(observations.c.at))
    .where(observations.c.facts["renews_at"].as_string().is_not(None))
    .group_by(observations.c.account)
)


def renewals_since(connection: Connection) -> dict[AccountId, datetime]:
    return {AccountId(account): at for account, at in connection.execute(_DATED)}


def moved(connection: Connection) -> frozenset[AccountId]:
    """Accounts that more than one project knows."""
    return frozenset(AccountId(row[0]) for row in stored(connection, _MOVED))


def inhabited(connection: Connection) -> list[ProjectId]:
    return sorted(ProjectId(project) for project in connection.execute(_INHABITED).scalars())


def note_strange(connection: Connection, project: ProjectId, listed: Collection[str]) -> None:
    """These ids take the place of those noted at the reading before; that those were listed is kept."""
    wanted = keepable(listed)
    noted = {row[0] for row in stored(connection, _STRANGE, project=project)}
    _note(connection, project, dict.fromkeys(wanted - noted, True) | dict.fromkeys(noted - wanted, False))


def note_more(connection: Connection, project: ProjectId, listed: Collection[str]) -> None:
    """These ids are listed too: of a list that broke off, so those noted before stay."""
    _note(connection, project, dict.fromkeys(keepable(listed), True))


def _note(connection: Connection, project: ProjectId, present: Mapping[str, bool]) -> None:
    if present:
        rows = [
            {"project": project, "account": id_, "present": there} for id_, there in sorted(present.items())
        ]
        connection.execute(replacing(connection, strange), rows)
