"""What a policy test says: an account at a moment, and what is to be decided of it. The keys of its file."""

from dataclasses import MISSING, dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HEALTH, Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.notices import NotAccepted, NotAnnounced, NoticeState, Received
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Verdict
from watcher.rules.option import option
from watcher.rules.plan import Mode, PeriodState

NOT_KNOWN: Final = date(1970, 1, 1)
"""How a time is written that is not known: the provider's way too (ADR 20)."""
_LEASED_FOR: Final = timedelta(days=180)
_MOMENT: Final = "An instant with its offset, or a date, which is its beginning in UTC."


class StepKind(StrEnum):
    """The steps, as a case calls them."""

    WARN = "warn"
    ANNOUNCE = "announce"
    RELEASE = "release"
    WAIT = "wait"
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseAccount:
    """`[cases.account]`: the account, as the API would give it."""

    renews_at: date = option(MISSING, f"When it renews. {_MOMENT}")
    id: str = option("sa_1", "Its id.")
    handle: str = option("somebody", "Its handle; empty: not known, so that conditions on it protect.")
    platform: str = option("tiktok", "Its platform; empty: not known.")
    followers: int | None = option(
        None, "How many it has; not given: not known, so that conditions on it protect.", minimum=0
    )
    assigned_at: date | None = option(
        None, f"Since when it is leased; not given: 180 days, `{NOT_KNOWN}`: not known."
    )
    price_cents: int = option(15_000, "What a month of it costs, in cents.", minimum=0)


_HEALTH_DOUBTS: Final = {
    WhyUnknown.MISSING_SCOPE: WhyHealthUnknown.MISSING_SCOPE,
    WhyUnknown.UNKNOWN_STATUS: WhyHealthUnknown.UNKNOWN_TIER,
}
"""Any other doubt about health is that it could not be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseEvidence:
    """`[[cases.evidence]]`: what one source says of its use, and `health` of how healthy it is.

    Without any, nobody was asked.
    """

    source: str = option("posts", "Who says so, as in the policy's `evidence`; others are not asked.")
    use: Use = option(Use.PUBLISHED_POST, "What was seen.")
    at: date | None = option(
        None, f"When that was; what is unfinished needs none, and is in use whenever it is. {_MOMENT}"
    )
    unknown: WhyUnknown | None = option(None, "Instead: why nothing is known of its use, or its health.")
    tier: HealthTier | None = option(
        None, "Of the source `health`, instead: how healthy the provider says it is."
    )

    @property
    def health(self) -> Health:
        """What a row of that source says."""
        if self.tier is not None:
            return self.tier
        unreadable = WhyHealthUnknown.UNREADABLE
        why = unreadable if self.unknown is None else _HEALTH_DOUBTS.get(self.unknown, unreadable)
        return HealthUnknown(why=why)

    @classmethod
    def of_health(cls, health: Health) -> "CaseEvidence":
        """The row that says this."""
        if isinstance(health, HealthTier):
            return cls(source=HEALTH, tier=health)
        doubts = (why for why, of_health in _HEALTH_DOUBTS.items() if of_health is health.why)
        return cls(source=HEALTH, unknown=next(doubts, WhyUnknown.UNREADABLE))

    def activity(self, now: datetime) -> Activity:
        if self.unknown is not None:
            return Unknown(why=self.unknown)
        return Seen(at=now if self.at is None else instant(self.at), what=self.use)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHold:
    """`[[cases.holds]]`: a hold beside those of the configuration, which are in force too."""

    until: datetime | None = option(
        MISSING, "A date (through its end, UTC), an instant with its offset, or `forever`."
    )
    reason: str = option("", "Why.")
    by: str = option("somebody", "Who says so.")

    def word(self, account: AccountId, now: datetime) -> Override:
        return Override(
            kind=OverrideKind.HOLD, at=now, by=self.by, why=self.reason, account=account, until=self.until
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseMemory:
    """`[cases.memory]`: what the ledger remembers of this lease period. Without it: nothing."""

    told: tuple[timedelta, ...] = option((), "Warnings that were told, by how long before the renewal.")
    announced: bool = option(
        False, "Its release is announced; `accepted_at` says that every channel that counts accepted that."
    )
    accepted_at: date | None = option(None, f"When the last of those channels accepted it. {_MOMENT}")
    not_before: date | None = option(None, "The earliest release that the announcement named; if it did.")
    used_at: date | None = option(None, "The latest use that is remembered, whatever is shown now.")
    used: Use = option(Use.PUBLISHED_POST, "What that was.")
    ledger_since: date | None = option(
        None, 'Since when turns are taken; `if_notice_late = "release"` waits until that is `notice` ago.'
    )
    not_done: int = option(0, "DELETEs that were proved to have had no effect.", minimum=0)
    allowed_again: bool = option(False, "After these a person said that it was not released.")
    unresolved: bool = option(False, "How a DELETE ended is not known.")
    refused: bool = option(False, "The API refused its release.")
    released: bool = option(False, "It was released, and is still listed.")
    given_back_at: date | None = option(None, "When the API confirmed its release.")

    @property
    def last_use(self) -> Seen | None:
        return None if self.used_at is None else Seen(at=instant(self.used_at), what=self.used)

    @property
    def standing(self) -> PeriodState:
        return PeriodState(
            told=frozenset(self.told),
            notice=self._notice,
            not_done=self.not_done,
            allowed_again=self.allowed_again,
            unresolved=self.unresolved,
            refused=self.refused,
            released=self.released,
            given_back_at=None if self.given_back_at is None else instant(self.given_back_at),
        )

    @property
    def _notice(self) -> NoticeState:
        if self.accepted_at is not None:
            at = instant(self.accepted_at)
            return Received(at=at, not_before=at if self.not_before is None else instant(self.not_before))
        return NotAccepted(missing=()) if self.announced else NotAnnounced()


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """`[cases.expect]`: what is to be decided. What is not given may be anything.

    `moment`: of a wait its end, of an announcement the earliest release that it names, of a warning when it
    became due; a release and a leave have none.
    """

    step: StepKind = option(MISSING, "What is to be done with it.")
    reason: Reason | None = option(None, "Why; of a warning, why what becomes of the account beside it.")
    moment: date | None = option(
        None,
        "Until when it waits, the earliest release that is announced, or when the warning became due. "
        f"{_MOMENT}",
    )
    verdict: Verdict | None = option(None, "Its policy's opinion.")
    policy: str | None = option(None, "The policy that governs it.")


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyCase:
    """`[[cases]]`: one account at one moment, and what is to be decided of it."""

    name: str = option(MISSING, "What it shows, in words.")
    now: date = option(MISSING, f"When it is decided. {_MOMENT}")
    project: str | None = option(
        None, "Its project, by the name in the configuration; not given: one that discovery found."
    )
    mode: Mode | None = option(None, "Instead of the configuration's.")
    account: CaseAccount
    evidence: tuple[CaseEvidence, ...] = ()
    holds: tuple[CaseHold, ...] = ()
    memory: CaseMemory = CaseMemory()
    expect: Expectation

    @property
    def at(self) -> datetime:
        return instant(self.now)

    def leased(self, project: ProjectId) -> Account:
        """The account, in that project."""
        said = self.account
        renews_at = instant(said.renews_at).replace(microsecond=0)
        began = said.assigned_at
        return Account(
            id=AccountId(said.id),
            project=project,
            handle=said.handle,
            platform=said.platform,
            followers=said.followers,
            assigned_at=renews_at - _LEASED_FOR if began is None else instant(began),
            renews_at=renews_at,
            price_cents=said.price_cents,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyCases:
    """A file of policy tests."""

    cases: tuple[PolicyCase, ...] = ()


def instant(moment: date) -> datetime:
    """An instant as it is, a date as its beginning in UTC."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)
