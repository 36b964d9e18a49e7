"""What judge and plan decide of the account of a policy test, held against what is expected of them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, combined, remembering
from watcher.facts.health import HEALTH, HEALTH_NOT_ASKED, Health
from watcher.record.notices import NotAnnounced, Received
from watcher.record.overrides import CONFIGURATION, Overrides
from watcher.rules.judge import Subject, judge
from watcher.rules.matching import governing, rests_on_health
from watcher.rules.plan import Announce, Decision, Leave, Mode, Release, Terms, Wait, Warn, plan
from watcher.rules.policy_cases import (
    NOT_KNOWN,
    CaseAccount,
    CaseEvidence,
    CaseHold,
    CaseMemory,
    Expectation,
    PolicyCase,
    StepKind,
    instant,
)
from watcher.rules.targets import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """One thing that is decided otherwise than expected: the key, and both values as a file has them."""

    key: str
    expected: str
    decided: str


def decide_case(case: PolicyCase, target: Target, *, configured: Overrides, mode: Mode) -> Decision:
    """What a turn would decide of it in that project. `mode`: the configuration's; so are the holds.

    Of the evidence only what the governing policy asks for counts: a turn asks nobody else. Of health what is
    said counts where policies match by that, however far its renewal is.
    """
    now, account = case.at, case.leased(target.id)
    said_of_health = [row.health for row in case.evidence if row.source == HEALTH]
    health: Health = said_of_health[-1] if said_of_health else HEALTH_NOT_ASKED
    if not rests_on_health(account, target.policies, now):
        governed = governing(account, target.policies, now)
        health = health if governed and HEALTH in governed.policy.evidence else HEALTH_NOT_ASKED
    governed = governing(account, target.policies, now, health)
    asked = governed.policy.evidence if governed else ()
    by_source: dict[str, Activity] = {}
    for row in case.evidence:
        if row.source != HEALTH and row.source in asked:
            said = row.activity(now)
            by_source[row.source] = (
                combined([by_source[row.source], said]) if row.source in by_source else said
            )
    read = combined(by_source.values()) if by_source else NOT_ASKED
    words = configured.with_words([hold.word(account.id, now) for hold in case.holds])
    judgement = judge(
        Subject(
            account=account,
            policies=target.policies,
            enrolled=target.enrolled,
            hold=words.hold_on(account.id, now),
            activity=remembering(read, case.memory.last_use),
            health=health,
            by_source=by_source,
        ),
        now,
    )
    since = case.memory.ledger_since
    terms = Terms(now=now, mode=case.mode or mode, ledger_since=None if since is None else instant(since))
    return plan(judgement, case.memory.standing, terms)


def decided(decision: Decision) -> Expectation:
    """All that an expectation can say, as it is decided."""
    judgement = decision.judgement
    return Expectation(
        step=_kind(decision),
        reason=decision.reason,
        moment=_moment(decision),
        verdict=judgement.verdict,
        policy=judgement.policy.name if judgement.policy else None,
    )


def mismatches(expected: Expectation, decision: Decision) -> tuple[Mismatch, ...]:
    """Everything that is expected and decided otherwise, in the order of a file."""
    found = decided(decision)
    pairs = (
        (each.name, getattr(expected, each.name), getattr(found, each.name)) for each in fields(expected)
    )
    return tuple(
        Mismatch(key=key, expected=in_a_file(wanted), decided=in_a_file(got))
        for key, wanted, got in pairs
        if wanted is not None and in_a_file(wanted) != in_a_file(got)
    )


def in_a_file(value: date | str | None) -> str:
    """A word as a file has it, an instant in UTC; `none` where there is none."""
    match value:
        case None:
            return "none"
        case StrEnum():
            return value.value
        case date():
            return instant(value).isoformat().replace("+00:00", "Z")
        case _:
            return value


def case_of(
    decision: Decision, *, name: str, project: str | None, now: datetime, mode: Mode, used: Seen | None
) -> PolicyCase:
    """The case that a real decision makes: its facts, and what they are decided to at `now`.

    `used`: the latest use that the ledger remembers of this lease. The holds of the configuration are left
    to it, and who said another. What it is expected to come to is for `decide_case` to say.
    """
    subject, account, standing = decision.judgement.subject, decision.account, decision.standing
    hold, notice = subject.hold, standing.notice
    return PolicyCase(
        name=name,
        now=now,
        project=project,
        mode=mode,
        account=CaseAccount(
            id=account.id,
            handle=account.handle,
            platform=account.platform,
            followers=account.followers,
            assigned_at=account.assigned_at if account.leased_since is not None else NOT_KNOWN,
            renews_at=account.renews_at,
            price_cents=account.price_cents,
        ),
        evidence=(*_evidence(_said(decision)), *_health(subject.health)),
        holds=()
        if hold is None or hold.by == CONFIGURATION
        else (CaseHold(until=hold.until, reason=hold.why),),
        memory=CaseMemory(
            told=tuple(sorted(standing.told, reverse=True)),
            announced=not isinstance(notice, NotAnnounced),
            accepted_at=notice.at if isinstance(notice, Received) else None,
            not_before=notice.not_before if isinstance(notice, Received) else None,
            used_at=None if used is None else used.at,
            used=CaseMemory().used if used is None else used.what,
            not_done=standing.not_done,
            allowed_again=standing.allowed_again,
            unresolved=standing.unresolved,
            refused=standing.refused,
            released=standing.released,
            given_back_at=standing.given_back_at,
        ),
        expect=decided(decision),
    )


def _said(decision: Decision) -> Iterable[tuple[str, Activity]]:
    """By source; by the only one that was asked, where no more is known."""
    judgement = decision.judgement
    if judgement.subject.by_source:
        return judgement.subject.by_source.items()
    asked = [name for name in judgement.policy.evidence if name != HEALTH] if judgement.policy else []
    return [(name, judgement.subject.activity) for name in asked[:1]]


def _evidence(said: Iterable[tuple[str, Activity]]) -> Iterable[CaseEvidence]:
    for source, activity in said:
        match activity:
            case Unknown(why=why):
                yield CaseEvidence(source=source, unknown=why)
            case Seen() if activity.what.ongoing:
                yield CaseEvidence(source=source, use=activity.what)
            case Seen():
                yield CaseEvidence(source=source, use=activity.what, at=activity.at)
            case _:
                assert_never(activity)


def _health(health: Health) -> Iterable[CaseEvidence]:
    if health != HEALTH_NOT_ASKED:
        yield CaseEvidence.of_health(health)


def _kind(decision: Decision) -> StepKind:
    match decision.step:
        case Warn():
            return StepKind.WARN
        case Announce():
            return StepKind.ANNOUNCE
        case Release():
            return StepKind.RELEASE
        case Wait():
            return StepKind.WAIT
        case Leave():
            return StepKind.LEAVE
        case _:
            assert_never(decision.step)


def _moment(decision: Decision) -> datetime | None:
    match decision.step:
        case Wait(until=until):
            return until
        case Announce(not_before=not_before):
            return not_before
        case Warn(rung=rung):
            return decision.judgement.warned_from[rung]
        case Release() | Leave():
            return None
        case _:
            assert_never(decision.step)
