"""Two futures of the same fleet side by side: which accounts change fate, and what that saves."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from watcher.ahead.future import AccountFuture, Future


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedFate:
    """An account of which something else becomes. `saves_cents`: so much less is paid for it; or more."""

    before: AccountFuture
    after: AccountFuture

    @property
    def saves_cents(self) -> int:
        return self.before.charged_cents - self.after.charged_cents


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """By the configuration in force, and by another one: of one fleet, and on the same assumptions."""

    before: Future
    after: Future

    @cached_property
    def changed(self) -> tuple[ChangedFate, ...]:
        """What saves or costs the most first."""
        found = list(self._changed())
        return tuple(sorted(found, key=lambda one: (-abs(one.saves_cents), one.before.account.handle)))

    @property
    def saves_cents(self) -> int:
        """So much less is paid in these days; or more."""
        return self.before.charged.cents - self.after.charged.cents

    def _changed(self) -> Iterator[ChangedFate]:
        after = {one.account.id: one for one in self.after.accounts}
        for before in self.before.accounts:
            then = after[before.account.id]
            if _told(before) != _told(then):
                yield ChangedFate(before=before, after=then)


def _told(one: AccountFuture) -> tuple[object, ...]:
    """What counts as its fate: a release an hour later is the same one."""
    return one.fate, one.cause, one.charged_cents
