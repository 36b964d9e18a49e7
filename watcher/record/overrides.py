"""What people said: holds, pauses, approvals, resolutions. Appended, never changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId, begins_with
from watcher.record.exit_codes import Exit

CONFIGURATION = "configuration"
"""Who says the holds of the configuration file."""


RELEASE_LASTS: Final = timedelta(hours=1)
"""How long a person's word for a release may be carried out."""

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""By how much the clock of who said something may be ahead of ours, as the brake for clocks has it."""


_TICK: Final = timedelta(microseconds=1)

_NONE_BEGUN: Mapping[LeasePeriod, datetime] = {}


class OverrideKind(StrEnum):
    HOLD = "hold"
    UNHOLD = "unhold"
    PAUSE = "pause"
    RESUME = "resume"
    APPROVE = "approve"
    UNAPPROVE = "unapprove"
    RESOLVE_RELEASED = "resolve_released"
    RESOLVE_NOT_RELEASED = "resolve_not_released"
    ACCEPT_BASELINE = "accept_baseline"
    ACKNOWLEDGE = "acknowledge"
    RELEASE = "release"
    ANSWER = "answer"
    """What the watcher made of a person's word for a release, which is used up by it."""
    RESTORED = "restored"
    """The ledger is an older copy: what it remembered of notices until then may have been withdrawn since."""


_ON_APPROVAL: Final = frozenset({OverrideKind.APPROVE, OverrideKind.UNAPPROVE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One thing a person said, with who, why and until when.

    `account` for holds and resolutions; `project` narrows a pause (None: the fleet); `periods` for approvals
    and their withdrawal, and of a hold the lease period to the end of which it lasts; an acknowledgement is
    of an `account` or of a standing `problem`. A release names the lease that was shown, by `account`,
    `handle`, `project` and `periods`, and what was shown of it: when it `began` and when it was last used
    (None: no use was known). Its answer names the same, and how the command that waits is to `exit`.
    A pause counts from `begins` on (None: from when it was said); a `resume` that has one takes back what is
    to come, too, as far as it begins by then. `until` None means for ever; that of a restored ledger: notices
    given before then are void. Instants are aware UTC.
    """

    kind: OverrideKind
    at: datetime
    by: str
    why: str
    account: AccountId | None = None
    project: ProjectId | None = None
    until: datetime | None = None
    periods: tuple[LeasePeriod, ...] = ()
    problem: str | None = None
    handle: str | None = None
    began: datetime | None = None
    used_at: datetime | None = None
    exit: Exit | None = None
    begins: datetime | None = None

    def names(self, account: Account) -> bool:
        """Whether an account is, in everything, the lease that a word for a release was said of."""
        return (
            self.account == account.id
            and self.handle == account.handle
            and self.project == account.project
            and self.periods == (account.period,)
            and _same(self.began, account.leased_since)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """All that was said, oldest first, asked as questions."""

    said: tuple[Override, ...] = ()
    _by_account: dict[AccountId | None, list[Override]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Sorted at the first question: words stay for ever, and a turn asks about every account."""
    _on_approval: dict[LeasePeriod, list[Override]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def about(self, account: AccountId | None) -> Sequence[Override]:
        """What was said about one account by its id, or (None) about none, oldest first."""
        self._sort_out()
        return self._by_account.get(account, ())

    def on_approval(self, period: LeasePeriod) -> Sequence[Override]:
        """What allowed its release past the limits, or withdrew that, oldest first."""
        self._sort_out()
        return self._on_approval.get(period, ())

    def _sort_out(self) -> None:
        if self._by_account or not self.said:
            return
        by_account = defaultdict[AccountId | None, list[Override]](list)
        on_approval = defaultdict[LeasePeriod, list[Override]](list)
        for word in self.said:
            by_account[word.account].append(word)
            if word.kind in _ON_APPROVAL:
                for period in word.periods:
                    on_approval[period].append(word)
        self._on_approval.update(on_approval)
        self._by_account.update(by_account)

    def hold_on(self, account: AccountId, now: datetime) -> Override | None:
        """The hold in force on an account, the longest if there are several.

        An unhold ends the holds that were said before it; a later, shorter hold shortens none.
        """
        return _longest(_holds(self.about(account)), now)

    def hold_ended_at(self, account: AccountId, now: datetime) -> datetime | None:
        """When the last hold on an account ended that is over by now: by an unhold, or by itself."""
        ended: list[datetime] = []
        lasting: list[Override] = []
        for word in self.about(account):
            if word.kind is OverrideKind.HOLD:
                lasting.append(word)
            elif word.kind is OverrideKind.UNHOLD:
                over = [one for one in lasting if one.at <= word.at]
                ended += (word.at if one.until is None else min(one.until, word.at) for one in over)
                lasting = [one for one in lasting if one.at > word.at]
        ended += (one.until for one in lasting if one.until is not None)
        return max((end for end in ended if end <= now), default=None)

    def held_between(self, account: AccountId, since: datetime | None, until: datetime) -> bool:
        """Whether somebody said between these moments that it is to be held."""
        return any(
            word.kind is OverrideKind.HOLD and (since is None or word.at >= since) and word.at < until
            for word in self.about(account)
        )

    @property
    def held_through(self) -> frozenset[AccountId]:
        """Accounts that were held to the end of a lease period, whenever that was."""
        return frozenset(
            word.account
            for word in self.said
            if word.kind is OverrideKind.HOLD and word.periods and word.account
        )

    def holds_through(self, period: LeasePeriod) -> tuple[Override, ...]:
        """The holds to the end of this lease period that no unhold ended."""
        return tuple(word for word in _holds(self.about(period.account)) if word.periods == (period,))

    def held_since(self, account: AccountId, instant: datetime) -> bool:
        """Whether a hold was in force at any moment from `instant` on: it voids a notice of then."""
        words = self.about(account)
        before = _holds(word for word in words if word.at < instant)
        return _longest(before, instant) is not None or any(
            word.kind is OverrideKind.HOLD and word.at >= instant for word in words
        )

    def held_at(self, account: AccountId, instant: datetime) -> Override | None:
        """The hold that was in force right before a moment, whatever was said from then on."""
        before = _holds(word for word in self.about(account) if word.at < instant)
        return _longest(before, instant - _TICK)

    def last_on_approval(self, period: LeasePeriod, before: datetime) -> Override | None:
        """The last word before a moment that allowed its release past the limits, or withdrew that."""
        said = (word for word in self.on_approval(period) if word.at < before)
        return max(said, key=lambda word: word.at, default=None)

    def approval_at(self, period: LeasePeriod, instant: datetime) -> Override | None:
        """What allowed its release past the limits at a moment, whatever was said after it."""
        word = self.last_on_approval(period, instant + _TICK)
        stood = word is not None and word.kind is OverrideKind.APPROVE and _lasts(word, instant)
        return word if stood else None

    def allows_again(self, account: AccountId, since: datetime) -> bool:
        """Whether a person said after a refusal, or a release without effect, that the account was not
        released: it may be tried again.
        """
        return any(
            word.kind is OverrideKind.RESOLVE_NOT_RELEASED and word.at >= since
            for word in self.about(account)
        )

    def pauses(self, now: datetime) -> tuple[Override, ...]:
        """The pauses in force, all of them: of the fleet (project None) or of projects.

        A resume of the fleet lifts every pause; one of a project lifts that project's only. What was to come
        as it was said stays, unless it says so. A later, shorter pause shortens none.
        """
        return tuple(word for word in self._paused() if _has_begun(word, now) and _lasts(word, now))

    def paused_at(self, project: ProjectId, instant: datetime) -> bool:
        """Whether a pause of the project was in force right before a moment, whatever was said later."""
        before = Overrides(said=tuple(word for word in self.said if word.at < instant))
        return any(word.project in (None, project) for word in before.pauses(instant - _TICK))

    def pauses_to_come(self, now: datetime) -> tuple[Override, ...]:
        """The pauses that somebody said, and nobody took back, and that are not on yet."""
        return tuple(word for word in self._paused() if not _has_begun(word, now))

    def _paused(self) -> list[Override]:
        """The pauses that no later resume lifted, whenever they are on."""
        standing: list[Override] = []
        for word in self.said:
            if word.kind is OverrideKind.PAUSE:
                standing.append(word)
            elif word.kind is OverrideKind.RESUME:
                standing = [one for one in standing if not _is_lifted(one, word)]
        return standing

    def approved(
        self, now: datetime, begun: Mapping[LeasePeriod, datetime] = _NONE_BEGUN
    ) -> frozenset[LeasePeriod]:
        """Lease periods whose release a person allowed past count, share and money limits.

        `begun`: when their leases began, as far as known; what was allowed before is of another one.
        """
        return frozenset(
            period for period, word in self.approvals(now).items() if word.at >= begun.get(period, word.at)
        )

    def approvals(self, now: datetime) -> dict[LeasePeriod, Override]:
        """By what each lease period is approved: the last word said of it, unless that withdrew it."""
        standing: dict[LeasePeriod, Override] = {}
        for word in self.said:
            if word.kind is OverrideKind.APPROVE and _lasts(word, now):
                standing |= dict.fromkeys(word.periods, word)
            elif word.kind is OverrideKind.UNAPPROVE:
                for period in word.periods:
                    standing.pop(period, None)
        return standing

    def approvals_of(self, period: LeasePeriod, now: datetime) -> tuple[Override, ...]:
        """Every word that allows its release and was not withdrawn, the last one last."""
        standing: list[Override] = []
        for word in self.on_approval(period):
            if word.kind is OverrideKind.UNAPPROVE:
                standing.clear()
            elif _lasts(word, now):
                standing.append(word)
        return tuple(standing)

    def asked_releases(self, now: datetime) -> tuple[Override, ...]:
        """The words for releases that may still be carried out, oldest first.

        Each lasts an hour and is used up by its answer, whatever that says. One of a ledger that was restored
        since may have been used in what was lost.
        """
        standing: list[Override] = []
        for word in self.said:
            if word.kind is OverrideKind.RELEASE:
                standing.append(word)
            elif word.kind is OverrideKind.ANSWER:
                standing = [one for one in standing if _shown(one) != _shown(word)]
            elif word.kind is OverrideKind.RESTORED:
                standing.clear()
        return tuple(word for word in standing if _is_of_this_hour(word, now))

    def answer_to(self, asked: Override) -> Override | None:
        """What the watcher made of a word for a release; None while it made nothing of it."""
        heard = False
        for word in self.said:
            if heard and word.kind is OverrideKind.ANSWER and _shown(word) == _shown(asked):
                return word
            heard = heard or word == asked
        return None

    def acknowledged(self, what: AccountId | str, since: datetime) -> bool:
        """Whether a person has taken note of an account or a problem (its id) since then."""
        return any(
            word.kind is OverrideKind.ACKNOWLEDGE
            and what in (word.account, word.problem)
            and word.at >= since
            for word in self.said
        )

    def restored_since(self, instant: datetime) -> bool:
        """Whether the ledger was restored from a copy after `instant`: it voids a notice of then."""
        return any(
            word.kind is OverrideKind.RESTORED and (word.until or word.at) > instant for word in self.said
        )

    def restored_at(self) -> datetime | None:
        return max((word.at for word in self.said if word.kind is OverrideKind.RESTORED), default=None)

    def baseline_accepted_at(self) -> datetime | None:
        return max((word.at for word in self.said if word.kind is OverrideKind.ACCEPT_BASELINE), default=None)

    def with_words(self, more: Iterable[Override]) -> "Overrides":
        words = tuple(more)
        return Overrides(said=(*self.said, *words)) if words else self


NOTHING_SAID: Final = Overrides()


def _same(began: datetime | None, other: datetime | None) -> bool:
    """Of a lease's beginning, as it was shown and as it is; one that is not known is like no known one."""
    if began is None or other is None:
        return began is other
    return begins_with(began, other)


def _holds(words: Iterable[Override]) -> list[Override]:
    """The holds that no unhold ended: it ends none that was said while it was typed."""
    found: list[Override] = []
    for word in words:
        if word.kind is OverrideKind.HOLD:
            found.append(word)
        elif word.kind is OverrideKind.UNHOLD:
            found = [one for one in found if one.at > word.at]
    return found


def _longest(holds: Iterable[Override], now: datetime) -> Override | None:
    lasting = [word for word in holds if _lasts(word, now)]
    return max(lasting, key=lambda word: (word.until is None, word.until or now), default=None)


def _shown(word: Override) -> tuple[object, ...]:
    """The lease that who asked for its release was shown."""
    return word.account, word.handle, word.project, word.periods


def _is_of_this_hour(word: Override, now: datetime) -> bool:
    if word.until is None:
        return False
    return word.at - CLOCKS_DIFFER <= now < min(word.until, word.at + RELEASE_LASTS)


def _is_lifted(pause: Override, resume: Override) -> bool:
    """A pause that was said while a resume was typed is not ended by it: nobody was shown it."""
    of_it = resume.project in (None, pause.project) and pause.at <= resume.at
    return of_it and _has_begun(pause, resume.at if resume.begins is None else resume.begins)


def _has_begun(pause: Override, now: datetime) -> bool:
    return pause.begins is None or pause.begins <= now


def _lasts(word: Override, now: datetime) -> bool:
    return word.until is None or now < word.until
