"""Which account a person fits."""

from collections.abc import Iterable

from watcher.cli.process import Stop
from watcher.facts.accounts import Account
from watcher.facts.handles import folded
from watcher.record.exit_codes import Exit
from watcher.texts.plain import plain


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
            f"  {plain(one.id)}  @{plain(one.handle)} on {plain(one.platform)}, {plain(one.project)}\n"
            for one in candidates
        )
        raise Stop(Exit.USAGE, f"{reference} fits several accounts; name one by its id:\n{rows}")
    return candidates[0]
