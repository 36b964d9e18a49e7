"""A name that there is not: which one was meant, of all that there are. Every command asks here."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import chain, islice
from typing import Final

from watcher.facts.accounts import Account
from watcher.facts.handles import folded, name_of
from watcher.ports.ledger import LedgerReader
from watcher.settings.findings import nearest
from watcher.texts.plain import plain

_ALIKE: Final = 3
"""So many are named where none is meant surely."""
_COMPARED: Final = 20_000
"""Of so many accounts the nearest is looked for; of more, among those that renew next."""
_MOST_NAMED: Final = 12


def instead(written: str, known: Collection[str]) -> str:
    """`did you mean acme-coffee?`, or where none is near, which there are: `known: …`."""
    close = nearest(written, known)
    if close is not None:
        return f"did you mean {plain(close)}?"
    listed = [plain(each) for each in known]
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"known: {', '.join(listed[:_MOST_NAMED]) or 'none'}{more}"


def account_meant(reference: str, ledger: LedgerReader, listed: Iterable[Account] = ()) -> str:
    """` Did you mean @latte.art.lab?`, or nothing. `listed`: just now, before all the ledger ever saw."""
    return account_among(reference, chain(listed, ledger.leased(), ledger.leased(ever=True)))


def account_among(reference: str, known: Iterable[Account]) -> str:
    """The most alike; else what it is a part of; else what begins like it, as a pattern does."""
    some = islice(known, _COMPARED)
    by_word = {word: one for one in some for word in (one.id.casefold(), folded(one.handle)) if word}
    name = folded(reference.strip("*?")) or reference.casefold()
    begins = {word[: len(name)]: word for word in reversed(by_word)}
    close = (
        get_close_matches(name, by_word, n=_ALIKE, cutoff=0.7)
        or ([word for word in by_word if name in word][:_ALIKE] if len(name) >= _ALIKE else [])
        or [begins[word] for word in get_close_matches(name, begins, n=1, cutoff=0.6)]
    )
    alike = dict.fromkeys(
        name_of(by_word[word].handle if word == folded(by_word[word].handle) else None, by_word[word].id)
        for word in close
    )
    return f" Did you mean {' or '.join(alike)}?" if alike else ""
