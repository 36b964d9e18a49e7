"""Which words of the configuration no account matched, found while the fleet streams by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from watcher.facts.accounts import Account, AccountId, Flaw, Quarantined
from watcher.facts.handles import matching
from watcher.messages.unmatched import Unmatched
from watcher.record.overrides import Overrides
from watcher.rules.policy import Policy
from watcher.texts.letters import letters

_COMPARED: Final = 2_000
"""Typing errors are looked for among so many ids, of so many words: comparing each with each has to end."""
_CORRECTED: Final = 20


class _Ids:
    """Ids in one place of the configuration. `unsure`: an account came whose id cannot be read."""

    def __init__(self, key: str, words: Iterable[str]) -> None:
        self.words = dict.fromkeys(words)
        self.unsure = False
        self._key = key
        self._alike = {letters(word): word for word in self.words}
        self._near: dict[str, str] = {}

    def meet(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self.words.pop(id_, None)
            if (word := self._alike.get(letters(id_))) is not None:
                self._near[word] = id_

    def left(self, ids: Sequence[str]) -> Iterator[Unmatched]:
        if self.unsure:
            return
        for place, word in enumerate(self.words):
            known = word in self._near or place >= _CORRECTED
            close = () if known else get_close_matches(word, ids, n=1, cutoff=0.8)
            nearest = self._near.get(word) or next(iter(close), None)
            yield Unmatched(key=self._key, word=word, nearest=nearest)


@dataclass(kw_only=True, slots=True)
class _Handles:
    key: str
    words: tuple[str, ...]
    unsure: bool = False

    def meet(self, handle: str) -> None:
        while self.words and (word := matching(handle, self.words)) is not None:
            self.words = tuple(one for one in self.words if one != word)


@dataclass(kw_only=True, slots=True)
class _Platforms:
    key: str
    words: tuple[str, ...]
    unsure: bool = False

    def meet(self, platform: str) -> None:
        if self.words:
            name = letters(platform)
            self.words = tuple(word for word in self.words if letters(word) != name)


class _OfAPolicy:
    """What one policy names. An account is looked at once in each policy of its project."""

    def __init__(self, policy: Policy) -> None:
        table = f"policies.{policy.name}"
        self.ids = _Ids(f"{table}.protect.accounts", policy.protect.accounts)
        self.handles = (
            _Handles(key=f"{table}.protect.handles", words=policy.protect.handles),
            _Handles(key=f"{table}.match.handles", words=policy.match.handles),
        )
        self.platforms = _Platforms(key=f"{table}.match.platforms", words=policy.match.platforms)

    def meet(self, accounts: Sequence[Account], quarantined: Sequence[Quarantined]) -> None:
        if self.ids.words:
            self.ids.meet(one.id for one in accounts)
            self.ids.meet(one.id for one in quarantined if one.id is not None)
        for place in self.handles:
            if place.words:
                for account in accounts:
                    place.meet(account.handle)
                for item in quarantined:
                    place.meet(item.handle or "")
        if self.platforms.words:
            for account in accounts:
                self.platforms.meet(account.platform)
        # What is not understood is leased all the same: it may be the one that was meant.
        self.ids.unsure = self.ids.unsure or hide_an_id(quarantined)
        hidden = any(_hides(item, item.handle, "handle") for item in quarantined)
        for place in self.handles:
            place.unsure = place.unsure or hidden
        self.platforms.unsure = self.platforms.unsure or bool(quarantined)

    def left(self, ids: Sequence[str]) -> Iterator[Unmatched]:
        yield from self.ids.left(ids)
        for place in (*self.handles, self.platforms):
            if not place.unsure:
                yield from (Unmatched(key=place.key, word=word) for word in place.words)


def hide_an_id(quarantined: Sequence[Quarantined]) -> bool:
    return any(_hides(item, item.id, "socialAccountId") for item in quarantined)


def _hides(item: Quarantined, value: str | None, field: str) -> bool:
    """Whether what the API calls it cannot be told: it is not there, or is itself what is wrong."""
    wrong = item.flaw in (Flaw.MALFORMED_FIELD, Flaw.UNUSABLE_ID) and item.field == field
    return value is None or wrong


class Words:
    """All that `protect`, `match` and `[[holds]]` name, until an account is met that matches it.

    Holds that have ended keep nothing anyway, and are not looked for.
    """

    def __init__(self, holds: Overrides, now: datetime) -> None:
        named = [one.account for one in holds.said if one.until is None or now < one.until]
        self._holds = _Ids("holds", [account for account in named if account is not None])
        self._policies: dict[str, _OfAPolicy] = {}
        self._ids: list[AccountId] = []

    def meet(
        self, policies: Sequence[Policy], accounts: Sequence[Account], quarantined: Sequence[Quarantined]
    ) -> None:
        """The accounts of one project, and the policies that are tried for them."""
        self._ids += (account.id for account in accounts[: _COMPARED - len(self._ids)])
        for policy in policies:
            if policy.name not in self._policies:
                self._policies[policy.name] = _OfAPolicy(policy)
            self._policies[policy.name].meet(accounts, quarantined)
        if self._holds.words:
            self._holds.meet(one.id for one in accounts)
            self._holds.meet(one.id for one in quarantined if one.id is not None)
        self._holds.unsure = self._holds.unsure or hide_an_id(quarantined)

    def left(self) -> tuple[Unmatched, ...]:
        """Those that nothing matched, once every account has been met."""
        found = [*self._holds.left(self._ids)]
        for policy in self._policies.values():
            found += policy.left(self._ids)
        return tuple(found)
