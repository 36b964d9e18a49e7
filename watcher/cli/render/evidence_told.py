"""What is known of the use of one account: by each source now, and by the ledger from before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, assert_never

from watcher.facts.accounts import LeasePeriod
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown
from watcher.facts.health import HEALTH, HEALTH_NOT_ASKED, Health, HealthUnknown
from watcher.memory.remembered import Known
from watcher.messages.health_words import HEALTH_DOUBT, health_in_words
from watcher.messages.words import DOUBT, USE
from watcher.ports.ledger import HistoryLine
from watcher.record.outcomes import Explanation
from watcher.record.overrides import Override
from watcher.rules.judge import Judgement
from watcher.texts.plain import plain
from watcher.texts.times import clock_time, distance, iso, iso_or_none, when


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountMemory:
    """What the ledger has of one account: as each project that listed it knows it, and what happened.

    `asked`: a person's word for its release that nobody has carried out yet.
    """

    known: tuple[Known, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    asked: Override | None = None

    @property
    def used(self) -> Known | None:
        """Whoever knows of the latest use."""
        found = [one for one in self.known if one.used is not None]
        return max(found, key=lambda one: _at(one.used), default=None)

    @property
    def since(self) -> datetime | None:
        return min((one.first_seen_at for one in self.known), default=None)

    def told_late(self, period: LeasePeriod) -> Explanation | None:
        """What was told when its release became too late."""
        late = (one for one in self.known if one.account.period == period and one.missed_at is not None)
        return next((one.explanation for one in late if one.explanation is not None), None)

    @property
    def last_renewal(self) -> HistoryLine | None:
        """How the last lease period ended of which an ending was noted."""
        return next((one for one in reversed(self.history) if one.what in _ENDINGS), None)


_ENDINGS = frozenset({"renewal.paid", "release.released", "release.gone_not_by_us"})


def _at(used: Seen | None) -> datetime:
    assert used is not None
    return used.at


def evidence_rows(
    judgement: Judgement, remembered: AccountMemory, now: datetime, timezone: tzinfo
) -> Iterator[str]:
    """Every source by its name, unfinished posts, and what is remembered and since when."""
    yield from source_rows(judgement, now, timezone)
    since = remembered.since
    if since is None:
        yield "The ledger does not know it yet."
        return
    known_since = f"the ledger knows it since {_moment(since, now, timezone)}"
    last = remembered.used
    if last is None or last.used is None:
        yield f"No use of it is remembered; {known_since}."
        return
    yield f"Remembered: {_said(last.used, now, timezone)}; {known_since}."
    if last.unshown_since is not None:
        yield (
            f"That use is no longer shown since {_moment(last.unshown_since, now, timezone)}, and counts all "
            "the same: evidence never goes backwards."
        )


def source_rows(judgement: Judgement, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """What every source says, by its name, and whether anything is unfinished."""
    told = sources(judgement)
    for name, activity in told.items():
        yield f"{name}: {_said(activity, now, timezone)}."
    if not told:
        yield "No source was asked: no policy governs it."
    if (health := health_of(judgement)) is not None:
        yield f"{HEALTH}: {_of_health(health, matched=judgement.matched_health is not None)}."
    if told and all(isinstance(one, Seen) and not one.what.ongoing for one in told.values()):
        yield "Nothing unfinished was found: no post that waits, goes out now, or is a draft."


def evidence_value(judgement: Judgement, remembered: AccountMemory) -> dict[str, Any]:
    """The same for machines."""
    last = remembered.used
    return {
        "sources": {name: _value(activity) for name, activity in sources(judgement).items()},
        "health": health_value(judgement),
        "known_since": iso_or_none(remembered.since),
        "remembered": None if last is None or last.used is None else _value(last.used),
        "unshown_since": None if last is None else iso_or_none(last.unshown_since),
    }


def sources(judgement: Judgement) -> Mapping[str, Activity]:
    """What each source of use that the policy names says; one that says nothing has shown nothing."""
    if judgement.policy is None:
        return {}
    said = judgement.subject.by_source
    named = [name for name in judgement.policy.evidence if name != HEALTH]
    alone = judgement.subject.activity if not said and len(named) == 1 else NOT_ASKED
    return {name: said.get(name, alone) for name in named}


def health_of(judgement: Judgement) -> Health | None:
    """How healthy it is; None where no policy asks that may govern it."""
    policy = judgement.policy
    asked = policy is not None and HEALTH in policy.evidence
    return judgement.subject.health if asked else judgement.matched_health


def health_value(judgement: Judgement) -> dict[str, Any] | None:
    """The same for machines."""
    match health_of(judgement):
        case None:
            return None
        case HealthUnknown(why=why):
            return {"tier": None, "why": why.value}
        case tier:
            return {"tier": tier.value, "why": None}


def _of_health(health: Health, *, matched: bool) -> str:
    match health:
        case HealthUnknown() if health == HEALTH_NOT_ASKED and matched:
            return f"{HEALTH_DOUBT[health.why]}: only once a policy that may govern it would do something"
        case HealthUnknown() if health == HEALTH_NOT_ASKED:
            return f"{HEALTH_DOUBT[health.why]}: only once all else would let the account go"
        case HealthUnknown(why=why):
            return f"not known ({HEALTH_DOUBT[why]})"
        case _:
            return health_in_words(health)


def _said(activity: Activity, now: datetime, timezone: tzinfo) -> str:
    match activity:
        case Seen(planned=planned) if activity.what.ongoing:
            words = plain(activity.words or USE[activity.what])
            return words if planned is None else f"{words}, to go out {when(planned, now, timezone)}"
        case Seen():
            return f"{plain(activity.words or USE[activity.what])} {_moment(activity.at, now, timezone)}"
        case Unknown(why=why):
            return f"not known ({DOUBT[why]})"
        case _:
            assert_never(activity)


def _moment(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    return f"{clock_time(moment, timezone, now=now)} ({distance(moment, now)})"


def _value(activity: Activity) -> dict[str, Any]:
    match activity:
        case Seen():
            return {
                "kind": "seen",
                "at": iso(activity.at),
                "what": activity.what.value,
                "unfinished": activity.what.ongoing,
                "planned": iso_or_none(activity.planned),
                "why": None,
            }
        case Unknown(why=why):
            return {
                "kind": "unknown",
                "at": None,
                "what": None,
                "unfinished": None,
                "planned": None,
                "why": why.value,
            }
        case _:
            assert_never(activity)
