"""Which policy governs an account: the first whose `match` fits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from watcher.facts.accounts import Account
from watcher.facts.handles import matching, nameless
from watcher.facts.health import HEALTH_NOT_ASKED, Health, HealthTier
from watcher.rules.policy import Match, Policy
from watcher.texts.letters import letters


class Fit(Enum):
    YES = auto()
    NO = auto()
    CANNOT_TELL = auto()
    """A condition could not be evaluated: the account is left alone, never handed to the next policy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Governed:
    """`contenders`: where it turns on a health that nobody knows, all policies that may govern the account,
    in their order, with `policy` the first; else none.
    """

    policy: Policy
    certain: bool
    contenders: tuple[Policy, ...] = ()


def governing(
    account: Account, policies: tuple[Policy, ...], now: datetime, health: Health = HEALTH_NOT_ASKED
) -> Governed | None:
    """The policy for an account; `certain` is False where its conditions cannot be evaluated."""
    for place, policy in enumerate(policies):
        match fits(policy.match, account, now, health):
            case Fit.YES:
                return Governed(policy=policy, certain=True)
            case Fit.CANNOT_TELL:
                known = not policy.match.health or isinstance(health, HealthTier)
                others = () if known else tuple(may_govern(account, policies[place:], now))
                return Governed(policy=policy, certain=False, contenders=others)
            case Fit.NO:
                continue
    return None


def may_govern(account: Account, policies: tuple[Policy, ...], now: datetime) -> Iterator[Policy]:
    """The policies of which one governs it, or none, whatever its health is: the first that no health keeps
    from it is the last.
    """
    for policy in policies:
        if _but_for_its_health(policy.match, account, now) is Fit.NO:
            continue
        yield policy
        if not policy.match.health:
            return


def rests_on_health(account: Account, policies: tuple[Policy, ...], now: datetime) -> bool:
    """Whether which policy governs it cannot be told without its health."""
    return any(policy.match.health for policy in may_govern(account, policies, now))


def as_remembered(
    account: Account, policies: tuple[Policy, ...], now: datetime, fingerprint: str | None
) -> Policy | None:
    """The policy by what a ledger knows, which has nobody's health: of those that may govern it that under
    which its release was announced, or else the first.
    """
    found = tuple(may_govern(account, policies, now))
    return next((one for one in found if one.fingerprint == fingerprint), next(iter(found), None))


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


def fits(match: Match, account: Account, now: datetime, health: Health = HEALTH_NOT_ASKED) -> Fit:
    if match is _ANYTHING or match == _ANYTHING:
        return Fit.YES
    return _all_of((*_conditions(match, account, now), *_by_health(match, health)))


def _but_for_its_health(match: Match, account: Account, now: datetime) -> Fit:
    return _all_of(_conditions(match, account, now))


def _all_of(told: Iterable[Fit]) -> Fit:
    found = set(told)
    if Fit.NO in found:
        return Fit.NO
    return Fit.CANNOT_TELL if Fit.CANNOT_TELL in found else Fit.YES


def _by_health(match: Match, health: Health) -> Iterator[Fit]:
    """An error is no word of the provider's: of what nobody knows nothing can be told."""
    if match.health:
        yield _fit(health in match.health) if isinstance(health, HealthTier) else Fit.CANNOT_TELL


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
