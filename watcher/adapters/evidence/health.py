"""Evidence from the provider's opinion of an account: one request for each, so few are asked about.

It is no evidence of use. What it tells is whether an account is hot, which its policy then keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.activity import Findings, Inquiry
from watcher.facts.health import HEALTH, LOOKED_AT_EVERY, Health, HealthUnknown, WhyHealthUnknown
from watcher.ports.evidence import SourceNeeds
from watcher.ports.leases import ApiError, LeaseReader, Temporary, is_about_the_key

KEPT_AT_MOST: Final = LOOKED_AT_EVERY
"""So often the provider looks itself. What somebody in between kept for longer says nothing of now."""
_GIVES_UP_AFTER: Final = 3
"""So many accounts in a row that get no answer: each was tried several times; the next turn asks again."""

_UNKNOWN_TIER: Final = HealthUnknown(why=WhyHealthUnknown.UNKNOWN_TIER)
_TOO_OLD: Final = HealthUnknown(why=WhyHealthUnknown.TOO_OLD)
_UNREADABLE: Final = HealthUnknown(why=WhyHealthUnknown.UNREADABLE)
_MISSING_SCOPE: Final = HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE)


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthSource:
    """`EvidenceSource` over the health of accounts. Shared by threads. It has no opinion on their use.

    Where the key lacks the scope, or nothing answers any more, nobody else of the project is asked about.
    """

    reader: LeaseReader

    @property
    def name(self) -> str:
        return HEALTH

    @property
    def needs(self) -> SourceNeeds:
        return SourceNeeds(
            scope="social:read",
            without="no health can be seen, so nothing is released by a policy that names it as evidence, "
            "nor where a match that names it may fit",
            last=True,
        )

    def read(
        self, _project: ProjectId, inquiries: Sequence[Inquiry], *, shown_before: bool, now: datetime
    ) -> Findings:
        found: dict[AccountId, Health] = {}
        age, in_vain = timedelta(), 0
        the_rest: HealthUnknown | None = None
        for inquiry in inquiries:
            id_ = inquiry.account.id
            if the_rest is not None:
                found[id_] = the_rest
                continue
            try:
                answer = self.reader.health(id_)
            except ApiError as error:
                if is_about_the_key(error):
                    raise
                found[id_] = _doubt_of(error)
                in_vain = in_vain + 1 if isinstance(error, Temporary) else 0
                if found[id_] is _MISSING_SCOPE or in_vain == _GIVES_UP_AFTER:
                    the_rest = _doubt_of(error)
                continue
            in_vain = 0
            if answer.age > KEPT_AT_MOST:
                found[id_] = _TOO_OLD
                continue
            age = max(age, answer.age)
            found[id_] = answer.tier or _UNKNOWN_TIER
        return Findings(activity={}, health=found, shown=shown_before, age=age)


def _doubt_of(error: ApiError) -> HealthUnknown:
    forbidden = error.status == 403 and error.code == "FORBIDDEN_SCOPE"
    return _MISSING_SCOPE if forbidden else _UNREADABLE
