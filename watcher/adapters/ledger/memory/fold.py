"""What each write makes of the memory. Nothing here fails: what could is asked beforehand, by `refusal`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from watcher.adapters.ledger.memory import forgetting, outbox
from watcher.adapters.ledger.memory.state import NOBODY, Announcement, Kept, Observation, Reads, State
from watcher.adapters.ledger.rules import changes, keepable, known_facts, voids_all
from watcher.facts.accounts import AccountId, ProjectId
from watcher.memory import writes
from watcher.memory.belonging import not_ours
from watcher.messages.problems import Problem
from watcher.ports.ledger import LedgerUnusable
from watcher.record.intents import Ending, Intent
from watcher.record.outcomes import Outcome, OutcomeKind


def refusal(state: State, wanted: Sequence[writes.Write]) -> Exception | None:
    """Why none of these may be written: a ledger of another, or a turn that never was (a mistake of ours)."""
    begun = set[str]()
    for one in wanted:
        match one:
            case writes.Bound():
                if why := not_ours(state.place, state.bound, state.part, one):
                    return LedgerUnusable(why)
            case writes.TurnBegun():
                if one.turn.id in begun or one.turn.id in state.turns:
                    return ValueError(f"turn {one.turn.id} began already")
                begun.add(one.turn.id)
            case writes.TurnEnded():
                begun.add(one.turn.id)
            case writes.ReadRecord() | writes.GoneRecord() | writes.Note() | writes.Announced():
                needs_it = one.notices if isinstance(one, writes.Announced) else one.known
                if needs_it and one.turn not in begun and one.turn not in state.turns:
                    return ValueError(f"turn {one.turn} never began")
            case _:
                pass
    return None


def apply(state: State, one: writes.Write) -> None:
    match one:
        case writes.ReadRecord():
            _read(state, one)
        case writes.UnreadRecord():
            _unread(state, one)
        case writes.GoneRecord():
            _observe(state, one)
            _note_strange(state, one.project, ())
            outbox.queue(state, one.messages, at=one.at)
        case writes.Note():
            _observe(state, one)
            outbox.queue(state, one.messages, at=one.at)
        case writes.Queued():
            outbox.queue(state, one.messages, at=one.at)
            _note_problems(state, one.problems, one.over)
        case writes.Announced():
            _announce(state, one)
        case writes.PutAside():
            outbox.put_aside(state, one.stale, at=one.at)
        case writes.DocketKept():
            state.dockets[one.docket] = one
        case writes.TurnBegun():
            state.keep_turn(one.turn)
        case writes.TurnEnded():
            state.keep_turn(one.turn)
            state.watermark = one.watermark or state.watermark
        case writes.Forgotten():
            forgetting.forget(state, one.before)
        case writes.Bound():
            state.bound, state.part = (one.organization, one.base_url), str(one.shard)
        case writes.Said():
            state.overrides.append(one.override)
            outbox.queue(state, one.messages, at=one.override.at)
        case writes.BegunAnew():
            latest = max((each.notice.created_at for each in state.notices.values()), default=None)
            state.overrides += [voids_all(one.restored, latest), one.pause]
            outbox.queue(state, one.messages, at=one.pause.at)
        case _:
            assert_never(one)


def _read(state: State, one: writes.ReadRecord) -> None:
    before = state.reads.get(one.project, Reads())
    blank_since = None if one.blank is False else before.blank_since
    if one.blank:
        blank_since = blank_since or one.noted_at or one.at
    state.reads[one.project] = Reads(
        shown=before.shown or one.shown,
        read_at=one.at,
        blank_since=blank_since,
        rules=one.rules or before.rules,
    )
    _observe(state, one)
    _note_strange(state, one.project, one.strange)
    for key, why in one.voided:
        known = state.notices.get(key)
        if known is not None and known.voided is None:
            state.keep_notice(replace(known, voided=why, voided_at=one.at))
    for outcome in one.outcomes:
        if outcome.kind is OutcomeKind.RELEASED:
            _land(state, outcome)
        else:
            _keep_outcome(state, outcome)
    for period in one.undone:
        kept = state.outcomes.get((period, OutcomeKind.RELEASED))
        if kept is not None and kept.undone_at is None:
            state.keep_outcome(replace(kept, undone_at=one.at))
    outbox.queue(state, one.messages, at=one.at)
    _note_problems(state, one.problems, one.over)


def _unread(state: State, one: writes.UnreadRecord) -> None:
    before = state.reads.get(one.project, Reads())
    since = before.missing_since or one.noted_at or one.at
    state.reads[one.project] = replace(
        before, unreadable_since=one.unreadable_since, missing_since=since if one.missing else None
    )
    for id_ in keepable(one.partly):
        state.strange[one.project][AccountId(id_)] = True


def _observe(state: State, one: writes.ReadRecord | writes.GoneRecord | writes.Note) -> None:
    before = state.known.get(one.project, NOBODY)
    for known in one.known:
        was = before.get(known.account.id)
        changed = changes(None if was is None else known_facts(was), known_facts(known))
        if changed:
            state.observe(
                Observation(
                    account=known.account.id,
                    project=known.account.project,
                    turn=one.turn,
                    at=one.at,
                    facts=changed,
                )
            )
    if one.known:
        state.know(one.project, {known.account.id: known for known in one.known})


def _note_strange(state: State, project: ProjectId, listed: Collection[str]) -> None:
    """These ids take the place of those noted at the reading before; that those were listed is kept."""
    wanted = {AccountId(id_) for id_ in keepable(listed)}
    if not wanted and project not in state.strange:
        return
    noted = state.strange[project]
    noted.update(dict.fromkeys(noted, False))
    noted.update(dict.fromkeys(wanted, True))


def _note_problems(state: State, stands: Iterable[Problem], over: Iterable[str]) -> None:
    state.problems.update({problem.id: problem for problem in stands})
    for id_ in over:
        state.problems.pop(id_, None)


def _announce(state: State, one: writes.Announced) -> None:
    """A notice whose key is known stays as it is, void or not: its receipts are those of the first."""
    for notice in one.notices:
        if notice.key not in state.notices:
            state.keep_notice(Announcement(notice=notice, turn=one.turn, voided=notice.voided))
    outbox.queue(state, one.messages)


# Releases


def conclude(state: State, end: writes.Concluded) -> None:
    """End it if nobody has. Written again, whole, where it is gone."""
    if end.intent.id is None:
        raise ValueError("an intent that was never written cannot be concluded")
    same = [one for one in state.attempts_on(end.intent.account.id) if _is_same(one, end.intent)]
    if same and all(one.ending is not None for one in same):
        return
    for one in same or [state.new_intent(end.intent)]:
        ended = replace(
            one,
            ending=end.ending,
            ended_at=end.at,
            detail=end.detail,
            request_id=end.request_id,
            said_by=end.said_by,
        )
        state.keep_intent(ended)
    if end.outcome is not None:
        keep_release(state, end.outcome)
    outbox.queue(state, end.messages, at=end.at)


def _is_same(one: Intent, other: Intent) -> bool:
    return (one.turn, one.written_at) == (other.turn, other.written_at)


def keep_release(state: State, released: Outcome) -> None:
    """The outcome of a release; of one after another that did not last, from then on and for that price."""
    _keep_outcome(state, released)
    kept = state.outcomes[released.period, OutcomeKind.RELEASED]
    if kept.undone_at is not None:
        again = replace(kept.outcome, at=released.at, price_cents=released.price_cents)
        state.keep_outcome(Kept(outcome=again))


def _keep_outcome(state: State, outcome: Outcome) -> None:
    """A lease period has one outcome of a kind: the first one written stays."""
    if (outcome.period, outcome.kind) not in state.outcomes:
        state.keep_outcome(Kept(outcome=outcome))


def _land(state: State, released: Outcome) -> None:
    """A release that seemed to have had no effect had it: its last attempt ends so, and it may be undone."""
    tried = [
        one
        for one in state.attempts_on(released.period.account)
        if one.account.period == released.period and one.ending is Ending.NOT_DONE
    ]
    if tried:
        landed = replace(
            tried[-1],
            ending=Ending.RELEASED,
            ended_at=released.at,
            detail="seemed to have had no effect; then listed as disconnected",
            said_by=None,
        )
        state.keep_intent(landed)
    keep_release(state, released)
