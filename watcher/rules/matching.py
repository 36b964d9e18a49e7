"""Which policy governs an account: the first whose `match` fits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from watcher.facts.accounts import Account
from watcher.facts.handles import matching, nameless
from watcher.rules.policy import Match, Policy
from watcher.texts.letters import letters


class Fit(Enum):
    YES = auto()
    NO = auto()
    CANNOT_TELL = auto()
    """A condition could not be evaluated: the account is left alone, never handed to the next policy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Governed:
    policy: Policy
    certain: bool


def governing(account: Account, policies: tuple[Policy, ...], now: datetime) -> Governed | None:
    """The policy for an account; `certain` is False where its conditions cannot be evaluated."""
    for policy in policies:
        match fits(policy.match, account, now):
            case Fit.YES:
                return Governed(policy=policy, certain=True)
            case Fit.CANNOT_TELL:
                return Governed(policy=policy, certain=False)
            case Fit.NO:
                continue
    return None


def follower_limits(policies: Iterable[Policy]) -> tuple[int, ...]:
    """The counts from which on a condition of these policies is answered otherwise, ascending."""
    found = set[int]()
    for policy in policies:
        at_least = (policy.match.min_followers, policy.protect.min_followers)
        found.update(limit for limit in at_least if limit is not None)
        if policy.match.max_followers is not None:
            found.add(policy.match.max_followers + 1)
    return tuple(sorted(found))


_ANYTHING = Match()


def fits(match: Match, account: Account, now: datetime) -> Fit:
    if match is _ANYTHING or match == _ANYTHING:
        return Fit.YES
    told = set(_conditions(match, account, now))
    if Fit.NO in told:
        return Fit.NO
    return Fit.CANNOT_TELL if Fit.CANNOT_TELL in told else Fit.YES


def _conditions(match: Match, account: Account, now: datetime) -> Iterator[Fit]:
    if match.platforms:
        yield _one_of(letters(account.platform), match.platforms)
    if match.handles:
        found = matching(account.handle, match.handles) is not None
        yield Fit.CANNOT_TELL if not found and nameless(account.handle) else _fit(found)
    if match.min_followers is not None:
        yield Fit.CANNOT_TELL if account.followers is None else _fit(account.followers >= match.min_followers)
    if match.max_followers is not None:
        yield Fit.CANNOT_TELL if account.followers is None else _fit(account.followers <= match.max_followers)
    if match.min_price_cents is not None:
        yield _fit(account.price_cents >= match.min_price_cents)
    if match.max_price_cents is not None:
        yield _fit(account.price_cents <= match.max_price_cents)
    if match.min_age is not None:
        since = account.leased_since
        known = since is not None and since <= now
        yield _fit(now - account.assigned_at >= match.min_age) if known else Fit.CANNOT_TELL


def _one_of(platform: str, wanted: tuple[str, ...]) -> Fit:
    if not platform:
        return Fit.CANNOT_TELL
    return _fit(any(platform == letters(one) for one in wanted))


def _fit(holds: bool) -> Fit:
    return Fit.YES if holds else Fit.NO
