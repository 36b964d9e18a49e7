"""Which accounts a person means: by id, by handle, by a pattern, by project."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watcher.cli.alike import account_among
from watcher.cli.process import Stop
from watcher.facts import handles
from watcher.facts.accounts import Account, ProjectId
from watcher.facts.handles import folded, matching
from watcher.ports.ledger import LedgerReader
from watcher.record.exit_codes import Exit
from watcher.texts.plain import plain
from watcher.texts.spans import counted


def with_id(account: Account) -> str:
    """`@latte (sa_1)`: exactly which account a word is about."""
    return handles.with_id(account.handle, account.id)


def fits(reference: str, account: Account) -> bool:
    """Whether an id or a handle, with or without its @, names this account."""
    name = folded(reference)
    return account.id == reference or (name != "" and folded(account.handle) == name)


def the_one(reference: str, found: Iterable[Account], *, nobody: str) -> Account:
    """The account meant; an id before a handle. Raises `Stop` with the candidates, or with `nobody`."""
    candidates = list(found)
    exact = [account for account in candidates if account.id == reference]
    if exact:
        return exact[0]
    if not candidates:
        raise Stop(Exit.USAGE, nobody)
    if len(candidates) > 1:
        rows = "".join(
            f"  {plain(one.id)}  {handles.name_of(one.handle, one.id)} on {plain(one.platform)}, "
            f"{plain(one.project)}\n"
            for one in candidates
        )
        raise Stop(Exit.USAGE, f"{reference} fits several accounts; name one by its id:\n{rows}")
    return candidates[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The accounts that a person means, the next renewal first.

    `by`: what they fit, in words, such as `--handle brand.*`; empty where each was named.
    """

    accounts: Sequence[Account]
    by: str = ""


def require_a_choice(options: Namespace) -> None:
    """Raises `Stop` unless accounts are named, or a pattern or a project is, and not both."""
    chosen = options.handle or options.project is not None
    if options.account and chosen:
        raise Stop(
            Exit.USAGE, "Name accounts, or choose them by --handle and --project: both at once is not clear."
        )
    if not options.account and not chosen:
        raise Stop(Exit.USAGE, "Which account? Name one or several (an id or @handle), or say --handle GLOB.")


def chosen_by(ledger: LedgerReader, handles: Sequence[str], project: ProjectId | None, name: str) -> Chosen:
    """The leased accounts that fit any of the patterns, of the project if one is given. Raises `Stop`."""
    there = {one.id: one for one in ledger.leased(project)}
    fitting = [one for one in there.values() if not handles or matching(one.handle, handles)]
    patterns = " ".join(f"--handle {plain(one)}" for one in handles)
    where = "" if project is None else f"--project {plain(name)}"
    by = " ".join(filter(None, (patterns, where)))
    if not fitting:
        near = account_among(handles[0], there.values()) if handles else ""
        of = f"the {counted(len(there), 'leased account')} that the ledger knows"
        none = f"none of {of}{' in it' if project else ''} fits" if there else "the ledger knows none leased"
        raise Stop(Exit.USAGE, f"{by}: {none}.{near} Nothing was recorded.")
    return Chosen(accounts=fitting, by=by)
