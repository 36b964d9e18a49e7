"""Announced releases that still stand, by what the ledger remembers: as no turn reads them just now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes.docket import Entry, Place, entry_for
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, AccountId, LeasePeriod
from watcher.facts.activity import NOT_ASKED
from watcher.facts.health import HealthTier
from watcher.memory.remembered import Known, known_of
from watcher.record.fates import LEASED, Fates, LeaseState
from watcher.record.notices import Notice
from watcher.record.overrides import Overrides
from watcher.record.planned_pauses import FOREVER, PlannedPause, PlannedPauses
from watcher.rules.judge import Check, Subject, judge
from watcher.rules.matching import may_govern
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy
from watcher.rules.window import Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """An announced release, and when it may be done. `live` False: it was announced without force.

    `halted`: not unless somebody decides a matter that names it.
    """

    account: Account
    opens: datetime
    closes: datetime
    live: bool
    halted: bool = False

    def entry(self, now: datetime) -> Entry:
        """As brakes judge it."""
        place = Place.DUE if self.opens <= now else Place.OPENING
        return entry_for(self.account, place, opens=self.opens, closes=self.closes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Openings:
    """What stands of the announced releases, the first to open at the top.

    `given_up`: what no turn tries again by itself, each with what is remembered of it; it is not `to_come`.
    """

    to_come: tuple[Opening, ...] = ()
    given_up: tuple[tuple[Opening, Known], ...] = ()


def openings(
    announced: Mapping[LeasePeriod, Notice],
    known: Mapping[AccountId, Sequence[Known]],
    fates: Fates,
    overrides: Overrides,
    orders: Orders,
    now: datetime,
) -> Openings:
    """Leased, and kept by nothing that a ledger knows.

    `known` and `fates`: of at least the accounts announced.
    """
    found = []
    for period, notice in announced.items():
        old = known_of(period, known)
        fate = fates.get(period.account, LEASED)
        if old is None or fate.state is not LeaseState.LEASED:
            continue
        account = old.account
        window = window_as_known(account, overrides, orders, now, announced_under=notice.fingerprint)
        if window is not None:
            opens = max(window.opens, notice.not_before)
            opening = Opening(account=account, opens=opens, closes=window.closes, live=notice.live)
            found.append((opening, old))
    found.sort(key=lambda pair: (pair[0].opens, pair[0].account.handle))
    return Openings(
        to_come=tuple(opening for opening, old in found if not old.is_given_up(overrides)),
        given_up=tuple((opening, old) for opening, old in found if old.is_given_up(overrides)),
    )


def window_as_known(
    account: Account,
    overrides: Overrides,
    orders: Orders,
    now: datetime,
    *,
    announced_under: str | None = None,
) -> Window | None:
    """When the account may be released by what a ledger alone knows: it is not too late, and nothing keeps it
    but perhaps its use or its health. None: not at all.

    `announced_under`: the fingerprint of the policy, where that is known. Where several may govern it whose
    match names a health, it is the window of that one, or else of the first by which it may be released.
    """
    policies = orders.policies_of(account.project)
    found = sorted(
        may_govern(account, policies, now), key=lambda policy: policy.fingerprint != announced_under
    )
    for policy in found:
        window = _window_under(policy, account, overrides, orders, now)
        if window is not None or policy.fingerprint == announced_under:
            return window
    return None


def _window_under(
    policy: Policy, account: Account, overrides: Overrides, orders: Orders, now: datetime
) -> Window | None:
    target = orders.target(account.project)
    judgement = judge(
        Subject(
            account=account,
            policies=(replace(policy, match=replace(policy.match, health=())),),
            enrolled=target is not None and target.enrolled,
            hold=overrides.hold_on(account.id, now),
            activity=NOT_ASKED,
            health=HealthTier.COLD,
        ),
        now,
    )
    kept = any(one.check is not Check.UNUSED for one in judgement.obstacles)
    if kept or judgement.window is None or judgement.window.closes <= now:
        return None
    return judgement.window


def at_stake(announced: Iterable[Opening], mode: Mode) -> tuple[Opening, ...]:
    """Those that a trouble may cost: announced with force, where the watcher may release."""
    return tuple(one for one in announced if one.live) if mode is Mode.ENFORCE else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseAhead:
    """A pause that is not on yet, and the announced releases in whose way it will stand. `ends` None: not
    before `resume`.
    """

    pause: PlannedPause
    begins: datetime
    ends: datetime | None
    openings: tuple[Opening, ...]


def pauses_ahead(
    announced: Sequence[Opening], planned: PlannedPauses, now: datetime
) -> tuple[PauseAhead, ...]:
    """The next to begin first. What ends before a window opens, or begins after it, stands in no way."""
    last = max((one.closes for one in announced), default=now)
    found = []
    for pause in planned.pauses:
        concerned = [one for one in announced if pause.covers(one.account.project)]
        for begins, ends in pause.later_spans(now, last):
            met = tuple(one for one in concerned if begins < one.closes and one.opens < ends)
            if met:
                last_of_it = None if ends == FOREVER else ends
                found.append(PauseAhead(pause=pause, begins=begins, ends=last_of_it, openings=met))
    return tuple(sorted(found, key=lambda one: (one.begins, one.ends or FOREVER)))
