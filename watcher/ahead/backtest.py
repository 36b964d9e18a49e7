"""What a policy would have done: the periods that the ledger recorded, judged again, and what came after.

Judge and plan are those of a turn; the facts are those that the ledger noted by the opening of each window.
What it does not know is counted as that and nothing else. Brakes are not asked: what they would have stopped
depends on all releases of a day.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watcher.facts.accounts import Account, LeasePeriod, ProjectId
from watcher.facts.activity import Activity, Seen, Unknown, WhyUnknown, use_in
from watcher.record.amounts import Amount
from watcher.record.notices import Received
from watcher.record.outcomes import next_renewal, was_moved
from watcher.record.overrides import Override, Overrides
from watcher.record.past_releases import REGRETTED_WITHIN
from watcher.record.reasons import Reason
from watcher.rules.judge import Subject, Usage, judge, window_of
from watcher.rules.matching import governing
from watcher.rules.plan import Decision, Mode, PeriodState, Release, Terms, plan
from watcher.rules.policy import Policy

_WATCHED_WITHIN: Final = timedelta(hours=24)
"""A turn so long before a window opens knows what is so then."""


class Untold(StrEnum):
    """Why the ledger does not say what would have become of a renewal."""

    SEEN_LATE = "seen_late"
    """The account was first seen after its window had opened."""
    NOT_WATCHED = "not_watched"
    """No turn looked within a day before its window opened."""
    USE_UNKNOWN = "use_unknown"
    """What of its use could be seen proved nothing."""
    HEALTH_UNKNOWN = "health_unknown"
    """Its policy names health as evidence, or policies match by it: the ledger keeps no record of that."""


UNTOLD: Final = {
    Untold.SEEN_LATE: "first seen after the window had opened",
    Untold.NOT_WATCHED: "no turn within a day before the window opened",
    Untold.USE_UNKNOWN: "use unknown",
    Untold.HEALTH_UNKNOWN: "how healthy it was is not on record",
}
"""Each as people read it."""


class Again(StrEnum):
    """Whether an account was used within 7 days after it would have been released."""

    USED = "used"
    NOT_USED = "not_used"
    UNKNOWN = "unknown"
    """It was given back in fact, or was not asked about before it was used later, or at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """What was known of an account from `at` on, until the next one. `used`: the latest use ever noted."""

    at: datetime
    account: Account
    used: Seen | None
    usage: Usage
    gone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """All that is asked of a ledger: when full turns began that were completed, what people ever said, and
    of each account in each project what was known, oldest first. To be read once.
    """

    turns: tuple[datetime, ...] = ()
    words: Overrides = Overrides()
    accounts: Iterable[tuple[Sighting, ...]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldRelease:
    """A renewal that would have been saved, by a release at `at`. `used_at`: of `Again.USED`, when first."""

    account: Account
    at: datetime
    policy: str
    again: Again
    used_at: datetime | None = None

    @property
    def period(self) -> LeasePeriod:
        return self.account.period


@dataclass(frozen=True, kw_only=True, slots=True)
class PastRules:
    """By which rules a project's accounts are judged again, as if in enforce mode."""

    policies: tuple[Policy, ...]
    enrolled: bool


@dataclass(kw_only=True)
class Backtest:
    """Fed account by account, in whatever order.

    `turns`: when full turns began that were completed, oldest first. `words`: all that people ever said.
    """

    rules: Callable[[ProjectId], PastRules]
    turns: Sequence[datetime]
    words: Overrides
    now: datetime
    all: Amount = Amount()
    kept: dict[Reason, Amount] = field(default_factory=dict)
    untold: dict[Untold, Amount] = field(default_factory=dict)
    releases: list[WouldRelease] = field(default_factory=list)

    def take(self, sightings: Sequence[Sighting]) -> None:
        """One account in one project, oldest first."""
        for renewal, gone_at in _renewals(sightings, self.now):
            account = renewal[-1].account
            found = self._judged(renewal, gone_at, sightings)
            if found is None:
                continue
            self.all = self.all.plus(account.price_cents)
            match found:
                case WouldRelease():
                    self.releases.append(found)
                case Untold():
                    self.untold[found] = self.untold.get(found, Amount()).plus(account.price_cents)
                case Reason():
                    self.kept[found] = self.kept.get(found, Amount()).plus(account.price_cents)

    @property
    def saved(self) -> Amount:
        return _summed(self.releases)

    def again(self, again: Again) -> Amount:
        """Of what would have been released, at the price of a month."""
        return _summed(one for one in self.releases if one.again is again)

    @property
    def regrets(self) -> tuple[WouldRelease, ...]:
        """Those used again, the dearest first."""
        used = (one for one in self.releases if one.again is Again.USED)
        return tuple(sorted(used, key=lambda one: (-one.account.price_cents, one.at, one.account.id)))

    def _judged(
        self, renewal: Sequence[Sighting], gone_at: datetime | None, sightings: Sequence[Sighting]
    ) -> WouldRelease | Untold | Reason | None:
        """`renewal`: what was seen of it while it was the next one; None: the account was gone before it."""
        rules = self.rules(renewal[-1].account.project)
        governed = governing(renewal[-1].account, rules.policies, renewal[-1].at)
        if governed is None:
            return Reason.NO_POLICY
        opens = window_of(renewal[-1].account, governed.policy).opens
        if gone_at is not None and gone_at < opens - _WATCHED_WITHIN:
            return None
        by_then = [one for one in renewal if one.at <= opens]
        if not by_then:
            return Untold.SEEN_LATE
        before = bisect_right(self.turns, opens)
        if not before or opens - self.turns[before - 1] > _WATCHED_WITHIN:
            return Untold.NOT_WATCHED
        decision = self._decided(by_then[-1], opens, rules, sightings)
        if isinstance(decision.course, Release):
            again, used_at = self._again(by_then[-1].account, opens, sightings)
            return WouldRelease(
                account=by_then[-1].account,
                at=opens,
                policy=governed.policy.name,
                again=again,
                used_at=used_at,
            )
        if decision.judgement.reason is Reason.ACTIVITY_UNKNOWN:
            return Untold.USE_UNKNOWN
        if decision.judgement.reason is Reason.HEALTH_UNKNOWN:
            return Untold.HEALTH_UNKNOWN
        return decision.reason

    def _decided(
        self, known: Sighting, opens: datetime, rules: PastRules, sightings: Sequence[Sighting]
    ) -> Decision:
        """By judge and plan, as a turn at the opening would have, its announcement being of age."""
        said = Overrides(said=tuple(_by(opens, self.words.about(known.account.id))))
        judgement = judge(
            Subject(
                account=known.account,
                policies=rules.policies,
                enrolled=rules.enrolled,
                hold=said.hold_on(known.account.id, opens),
                activity=_activity(known, opens, sightings),
            ),
            opens,
        )
        notice = Received(at=datetime.min.replace(tzinfo=opens.tzinfo), not_before=opens)
        return plan(
            judgement,
            PeriodState(notice=notice),
            Terms(now=opens, mode=Mode.ENFORCE, ledger_since=self.turns[0]),
        )

    def _again(
        self, account: Account, opens: datetime, sightings: Sequence[Sighting]
    ) -> tuple[Again, datetime | None]:
        """What was noted of its use afterwards. Only the latest use is: an earlier one may hide behind it."""
        after = [one for one in sightings if one.at > opens and one.account.is_same_lease(account)]
        uses = [use.at for one in after if (use := use_in(one.used)) is not None and use.at > opens]
        soon = [at for at in uses if at <= opens + REGRETTED_WITHIN]
        if soon:
            return Again.USED, min(soon)
        asked_again = next_renewal(account) - (account.renews_at - opens)
        # Of one that was gone, or whose use could not be told, nothing is proved: an error is not emptiness.
        seen = not any(one.gone or one.usage is Usage.UNKNOWN for one in after)
        watched = bool(self.turns) and self.turns[-1] >= asked_again
        return (Again.NOT_USED if seen and watched and not uses else Again.UNKNOWN), None


def _renewals(
    sightings: Sequence[Sighting], now: datetime
) -> Iterator[tuple[list[Sighting], datetime | None]]:
    """For each renewal that was due: what was seen before it, and since when the account was gone instead."""
    together: list[list[Sighting]] = []
    for one in sightings:
        if one.gone:
            if together:
                together.append([one])
            continue
        if not together or together[-1][0].gone or together[-1][0].account.period != one.account.period:
            together.append([])
        together[-1].append(one)
    for place, these in enumerate(together):
        due = these[0].account.renews_at
        following = together[place + 1][0] if place + 1 < len(together) else None
        if these[0].gone or following is None or due > now:
            continue
        if following.gone or not was_moved(due, following.account.renews_at):
            yield these, following.at if following.gone else None


def _activity(known: Sighting, opens: datetime, sightings: Iterable[Sighting]) -> Activity:
    """The latest use by then, also where it was noted later: a turn would have asked once more."""
    if known.usage is Usage.UNKNOWN or known.used is None:
        return Unknown(why=WhyUnknown.UNREADABLE)
    if known.used.what.ongoing:
        return known.used
    uses = (
        one.used
        for one in sightings
        if one.used is not None and one.used.at <= opens and one.account.is_same_lease(known.account)
    )
    return max((one for one in uses if not one.what.ongoing), key=lambda one: one.at, default=known.used)


def _by(moment: datetime, words: Iterable[Override]) -> Iterator[Override]:
    return (word for word in words if word.at <= moment)


def _summed(releases: Iterable[WouldRelease]) -> Amount:
    return Amount.of(one.account.price_cents for one in releases)
