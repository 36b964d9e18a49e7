"""Which projects list an account: what they know of it, and what they list without our understanding it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from watcher.adapters.ledger.memory.state import Reads, State
from watcher.facts.accounts import Account, AccountId, Listed, ProjectId
from watcher.facts.handles import folded
from watcher.memory.fates import fate_of
from watcher.memory.remembered import Known
from watcher.record.fates import Fate


def of(state: State, some: Iterable[AccountId]) -> dict[AccountId, Sequence[Listed]]:
    """Every project that lists these accounts, or did; those that answered 404 since do not."""
    found: dict[AccountId, Sequence[Listed]] = {}
    for account in sorted(set(some)):
        showing = {project for project, listed in state.strange.items() if account in listed}
        where = sorted(state.where.get(account, set()) | showing)
        if where:
            found[account] = [_listed(state, account, project) for project in where]
    return found


def _listed(state: State, account: AccountId, project: ProjectId) -> Listed:
    missing = state.reads.get(project, Reads()).missing_since is not None
    known = state.known.get(project, {}).get(account)
    present = (known is not None and known.gone_at is None) or _shows(state, account, project)
    return Listed(project=project, present=present and not missing, missing=missing)


def _shows(state: State, account: AccountId, project: ProjectId) -> bool:
    return state.strange.get(project, {}).get(account, False)


def doubles(state: State) -> dict[AccountId, frozenset[ProjectId]]:
    """Accounts that several projects list, known or strange."""
    strange = {account for listed in state.strange.values() for account, there in listed.items() if there}
    present = {
        account: frozenset(one.project for one in listed if one.present)
        for account, listed in of(state, state.moved | strange).items()
    }
    return {account: where for account, where in present.items() if len(where) > 1}


def known(state: State, some: Collection[AccountId]) -> Mapping[AccountId, Sequence[Known]]:
    return {account: found for account in sorted(set(some)) if (found := state.knowing(account))}


def leased(state: State, project: ProjectId | None, *, ever: bool) -> list[Account]:
    found = [
        one.account
        for id_, accounts in state.known.items()
        if project in (None, id_)
        for one in accounts.values()
        if ever or one.gone_at is None
    ]
    return sorted(found, key=lambda one: (one.renews_at, one.id, one.project))


def renewals_since(state: State) -> dict[AccountId, datetime]:
    dated = (one for one in state.observations if "renews_at" in one.facts)
    return {one.account: one.at for one in sorted(dated, key=lambda one: one.at)}


def fates(state: State, some: Collection[AccountId]) -> dict[AccountId, Fate]:
    undone = {period for (period, _), kept in state.outcomes.items() if kept.undone_at is not None}
    return {
        account: fate_of(found[0], state.attempts_on(account), undone)
        for account, found in known(state, some).items()
    }


def inhabited(state: State) -> list[ProjectId]:
    leased = {
        project
        for project, accounts in state.known.items()
        if any(one.gone_at is None for one in accounts.values())
    }
    return sorted(leased | {project for project, listed in state.strange.items() if any(listed.values())})


def find(state: State, reference: str) -> Sequence[Known]:
    """The account of that id; else those of that handle, gone ones only where no leased one has it.

    Where none is called so any more, those that were.
    """
    found = state.knowing(AccountId(reference))
    if not found and (name := folded(reference)):
        called = {id_ for id_, one in _everybody(state) if folded(one.account.handle) == name}
        found = [
            one for id_ in sorted(called) for one in state.knowing(id_) if folded(one.account.handle) == name
        ]
        found = found or [one for id_ in sorted(_once_called(state, name)) for one in state.knowing(id_)]
    return [one for one in found if one.gone_at is None] or found


def _everybody(state: State) -> Iterable[tuple[AccountId, Known]]:
    return (pair for accounts in state.known.values() for pair in accounts.items())


def _once_called(state: State, name: str) -> set[AccountId]:
    """Accounts that had this folded handle, as far back as changed facts are kept."""
    return {
        one.account
        for one in state.observations
        if "handle" in one.facts and (was := one.facts["handle"][0]) is not None and folded(was) == name
    }
