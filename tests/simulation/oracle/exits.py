"""Exit codes are honest: the one that each turn would have ended with for a scheduler, by what is true.

A turn that did not do its job is not well, and none cries of what had no cause.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.simulation.faults.lists import StaleList
from tests.simulation.oracle.case import Case, Turned, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.oracle.limits import ends_of, may_brake
from tests.simulation.oracle.releases import has_notice, shows_posts_of
from tests.simulation.oracle.wanted import may_go
from tests.simulation.wire import SUSPENDED, Sent

DONE, PENDING, UNDELIVERED, UNREADABLE, REFUSED, BRAKED = 0, 10, 23, 75, 20, 22
MISSED, UNKNOWN, KEY = 24, 21, 77
_MILDEST_FIRST = (DONE, PENDING, UNDELIVERED, UNREADABLE, REFUSED, BRAKED, MISSED, UNKNOWN, 1, KEY, 78)
_ALL_WELL = (DONE, PENDING, UNDELIVERED)
"""As far as releases go."""
_SETTLES = timedelta(seconds=30)
_M = timedelta(minutes=1)
_DAY = timedelta(days=1)
_OF_THE_KEY = {"401", "403", SUSPENDED}
_IN_DOUBT = ("active late", "odd time", "listed twice", "duplicate", "missing", "stale list", "page loop")
"""Lists that come as they should, and say what is not to be believed."""


def too_well(case: Case, figures: Figures) -> Iterator[Violation]:
    """No code is milder than what happened in its turn."""
    for turn in case.turned:
        figures.codes[turn.code] += 1
        for least, why in _happened(case, turn):
            if _MILDEST_FIRST.index(turn.code) < _MILDEST_FIRST.index(least):
                yield _found(turn, f"and {least} was due: {why}")
    yield from _left(case, figures)


def too_bad(case: Case, figures: Figures) -> Iterator[Violation]:
    """No code is of what did not happen."""
    for turn in case.turned:
        if (why := _groundless(case, turn)) is not None:
            yield _found(turn, why)


def _found(turn: Turned, text: str) -> Violation:
    kind = turn.report.kind.value
    return Violation(rule="dishonest exit code", at=turn.at, text=f"{turn.code} of a {kind} turn, {text}")


def _happened(case: Case, turn: Turned) -> Iterator[tuple[int, str]]:
    """How bad it was at least, and why: of the requests that it made."""
    for asked, end in turn.failed.items():
        if "leased-accounts?status=assigned" in asked:
            yield UNREADABLE, f"{asked}: {end}"
    for receiver, vain in turn.down.items():
        # A daemon hears later of what was first told in this turn; one that was away may have nothing left to
        # tell, as it is untrue by now.
        away = any(vain[0] < begin <= turn.began for begin, _ in case.runs)
        if vain[0] < turn.began and not away:
            yield UNDELIVERED, f"{receiver} took nothing since {vain[0]}"
    for one in _sent_in(case, turn):
        if one.is_uncertain and not _is_known(case, turn, one):
            yield UNKNOWN, f"nobody knows what became of the DELETE of {one.account}"


def _sent_in(case: Case, turn: Turned) -> list[Sent]:
    return [one for one in case.sent if turn.began <= one.begun_at <= turn.at and one.process == turn.process]


def _is_known(case: Case, turn: Turned, one: Sent) -> bool:
    """Whether lists that were handed out since say what became of it."""
    if case.befallen_by("no connection", one.begun_at):
        return True  # it never left
    if case.befallen_by("gzip", one.begun_at):
        return True  # what is packed whole can be read
    done = any(
        each.account == one.account and each.done and each.begun_at == one.begun_at
        for each in case.truth.deletions
    )
    what, since = ("disconnected", timedelta()) if done else ("assigned", _SETTLES)
    project = case.lease(one.account).project
    return any(
        look.what == what and look.project == project and one.begun_at + since <= look.at <= turn.at
        for look in case.truth.looks
    )


def _left(case: Case, figures: Figures) -> Iterator[Violation]:
    """What a turn was to release and did not, for whatever reason, is no success."""
    rules, released = case.rules, {one.account: one.at for one in case.truth.deletions if one.done}
    if not rules.enforce:
        return
    for account, end, _ in ends_of(case):
        opens, closes = end - rules.lead, end - rules.margin
        shard = case.history.shard(case.lease(account).project)
        for turn in case.turned:
            if not (opens + _M < turn.began and turn.at < closes - 2 * _M) or turn.code not in _ALL_WELL:
                continue
            if case.befallen_by("clock skew", turn.at) or case.befallen_by("clock step in mid-turn", turn.at):
                continue  # nobody knows what time it is
            if case.befallen_by("missing items", turn.at):
                continue  # what no list shows is gone, for all that the turn can know
            if case.history.shards > 1 and turn.process != shard:
                continue
            if account in released and released[account] <= turn.at:
                continue
            if _is_to_be_released(case, account, end, turn):
                yield _found(turn, f"and {account}, which renews {end}, was to be released and was not")


def _is_to_be_released(case: Case, account: str, end: datetime, turn: Turned) -> bool:
    """By what the turn could read: whatever has befallen the watcher before."""
    rules, lease, at = case.rules, case.lease(account), turn.began
    project = lease.project
    since = at - 2 * rules.notice - 2 * rules.poll
    (governing, *others) = case.governing(account, project, since, turn.at)
    if others:
        return False
    return (
        lease.project in rules.enrolled
        and not case.protects(lease, turn.at + _M)
        and may_go(case, account, governing, at, turn.at)
        and at > case.history.start + _DAY + timedelta(hours=1)
        and not case.held(account, at, turn.at)
        and _was_read(case, project, turn)
        and (
            governing.when == "always"
            or rules.evidence_complete
            or shows_posts_of(case, account, project, at - 2 * rules.poll)
        )
        and has_notice(case, account, end, at)
        and not _was_withdrawn(case, account, turn)
        and (rules.wide or not may_brake(case, project, at))
    )


def _was_read(case: Case, project: str, turn: Turned) -> bool:
    return any(
        turn.began <= look.at <= turn.at and look.project == project and look.what == "assigned"
        for look in case.truth.looks
    )


def _groundless(case: Case, turn: Turned) -> str | None:
    """Why what a code says cannot be; None where it can."""
    sent = [one for one in case.sent if one.begun_at <= turn.at]
    killed = len([end for _, end in case.runs if end < turn.at]) > 0
    match turn.code:
        case 0 | 10 | 1:
            return None
        case 77 if not turn.met & _OF_THE_KEY:
            return "and the key was never refused"
        case 21 if case.befallen_by("clock step in mid-turn", turn.at):
            return None  # a list that is read back too soon by a clock that jumps says nothing
        case 21 if not any(one.is_uncertain for one in sent) and not killed:
            return "and each DELETE was answered"
        case 20 if not any(one.status != 200 or not one.said for one in sent) and not _is_stale(case):
            return "and each DELETE succeeded"
        case 75 if case.is_shared(turn.at):
            return None
        case 75 if not turn.met and not _in_doubt(case, turn) and case.is_calm(turn.at, 2 * _DAY):
            return "and everything was read"
        case 23 if not any(at <= turn.at for at in case.untaken) and not killed:
            return "and each message was taken"
        case 22 if turn.at < case.history.start + _DAY + timedelta(hours=1):
            return None  # a ledger younger than that releases nothing
        case 22 | 24 if case.rules.wide and _is_free(case, turn.at - 12 * _DAY, turn.at):
            return "and nothing was in the way for long"
        case _:
            return None


def _is_free(case: Case, since: datetime, until: datetime) -> bool:
    """Whether nothing happened in that span, and nobody paused anything."""
    paused = any(case.paused(project, since, until) for project in case.history.projects)
    return case.is_calm(until, until - since) and not paused


def _was_withdrawn(case: Case, account: str, turn: Turned) -> bool:
    """Whether that turn found that its announcement does not count any more."""
    return any(
        turn.began <= one.at <= turn.at + _M
        for one in case.delivered
        if one.event["account"] == account and one.event["kind"] == "release.withdrawn"
    )


def _is_stale(case: Case) -> bool:
    return any(isinstance(one, StaleList) for one in case.history.happens.values())


def _in_doubt(case: Case, turn: Turned) -> bool:
    return any(one.kind.startswith(_IN_DOUBT) and one.at <= turn.at for one in case.history.happens.values())
