"""What people are told is true: of which account it is, what it costs, when it renews, by when, and why.

Each message is held to what lists had shown when it was written, and to what had happened by then.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.faults.lists import StaleList
from tests.simulation.model.world import Shown
from tests.simulation.oracle.case import ALLOWED_SKEW, Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.oracle.releases import was_gap
from tests.simulation.oracle.told import brought_forward
from tests.simulation.rules import Rules
from tests.simulation.wire import Delivered

_M, _H, _D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_IN_TURN = 20 * _M
"""What a list said so shortly before, another list of the same turn may have said otherwise."""
_BY_ODD_LISTS = ("odd time of a lease", "listed twice", "active late")
_OF_NOW = ("renewal.warning", "release.announced", "lease.new", "price.changed", "renewal.moved")
_OF_A_PERIOD = ("renewal.paid", "release.done", "release.withdrawn", "deadline.missed", "release.too_late")
_DATED = ("renewal.warning", "release.announced", "lease.new", "deadline.missed", "release.too_late")
_PRICED = (*_DATED, "renewal.paid", "release.done", "release.withdrawn", "price.changed", "renewal.moved")
_SPAN = r"(?:\d+ (?:d|h|min|s)(?: \d+ (?:h|min|s))?)"
_AN_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
_UNITS = {"d": _D, "h": _H, "min": _M, "s": timedelta(seconds=1)}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A message of an account, as it was taken. `at`: when it was written, by the watcher's clock."""

    delivered: Delivered
    kind: str
    account: str
    renews_at: datetime
    at: datetime
    text: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, one: Delivered) -> "Told | None":
        event = one.event
        if event["account"] is None or event["renews_at"] is None or "text" not in event:
            return None
        return cls(
            delivered=one,
            kind=event["kind"],
            account=event["account"],
            renews_at=datetime.fromisoformat(event["renews_at"]),
            at=datetime.fromisoformat(event["at"]),
            text=event["text"],
            facts=event["facts"],
        )


def untrue(case: Case, figures: Figures) -> Iterator[Violation]:
    if case.clock_was_set:
        figures.unjudged["whether what was told is true, where the clock was set"] += 1
        return
    for each in case.delivered:
        one = Told.of(each)
        if one is None:
            continue
        figures.told += 1
        if one.account not in case.world.leases:
            yield _found(one, "there is no such account")
        elif case.befell(one.account, *_BY_ODD_LISTS):
            figures.unjudged["whether what was told is true, of what lists showed oddly"] += 1
        elif case.history.shards > 1 and case.befell(one.account, "moved to another project"):
            figures.unjudged["whether what was told is true, of what moved to another shard"] += 1
        elif _of_kept_lists(case, one):
            figures.unjudged[
                "whether what was told is true, where lists were kept by somebody in between"
            ] += 1
        else:
            governing = case.governing(one.account, _project(one), one.at - _H, one.at)
            known = len(governing) == 1 and governing[0].when != "always"
            known = known and one.facts.get("reason") != "health_unknown"
            if not known and one.kind in _ASKED:
                figures.unjudged["what was told of an account at term, or by which policy is not known"] += 1
            for why in _lies(case, one, governing[0] if known else None):
                yield _found(one, why)


def _of_kept_lists(case: Case, one: Told) -> bool:
    """Whether the lists that it rests on may have been old ones: those of its last turns."""
    lasted = case.happening(one.at - 2 * case.rules.poll, one.at)
    return any(isinstance(each, StaleList) for each in lasted)


def _found(one: Told, why: str) -> Violation:
    text = f"{one.kind} of {one.account} renewing {one.renews_at}, written {one.at}: {why}: {one.text}"
    return Violation(rule="untrue message", at=one.delivered.at, text=text)


def _lies(case: Case, one: Told, rules: Rules | None) -> Iterator[str]:
    """`rules`: what holds for the account; None: that is not known."""
    yield from _of_the_account(case, one)
    yield from _in_figures(case, one)
    if rules is not None and (ask := _ASKED.get(one.kind)) is not None:
        yield from ask(case, one, rules)


def _of_the_account(case: Case, one: Told) -> Iterator[str]:
    """Its name, project, platform, price and renewal, as the lists had shown them last."""
    event, shown = (
        one.delivered.event,
        [each for each in case.truth.shown[one.account] if each.at <= one.at + _IN_TURN],
    )
    if not shown:
        yield "no list had shown it"
        return
    known = _lately(case, one, shown)
    for name, value in (("handle", event["handle"]), ("project", event["project"])):
        if value not in {getattr(each, name) for each in known}:
            yield f"its {name} was {getattr(known[-1], name)}"
    if event["platform"] != known[-1].platform:
        yield f"it is on {known[-1].platform}"
    of_it = [each for each in shown if each.renews_at.replace(microsecond=0) == one.renews_at]
    if one.kind in _OF_NOW and one.renews_at not in {each.renews_at.replace(microsecond=0) for each in known}:
        yield f"it renews {known[-1].renews_at}"
    elif not of_it:
        yield "no list had shown that renewal"
    elif event["cents"] is not None:
        prices = {each.price_cents for each in (known if one.kind in _OF_NOW else [*of_it[-2:], *known])}
        if event["cents"] not in prices:
            yield f"it costs {sorted(prices)} cents"


def _lately(case: Case, one: Told, shown: list[Shown]) -> list[Shown]:
    """What lists said of it last; and before that, where not every list may have been read."""
    spoilt = case.spoilt(one.account, shown[-1].project, shown[-1].at - _IN_TURN, one.at) is not None
    if spoilt or one.at - shown[-1].at < _IN_TURN or one.kind not in _OF_NOW:
        return shown[-3:]
    return shown[-1:]


def _in_figures(case: Case, one: Told) -> Iterator[str]:
    """Its text says the same money and the same day as its figures, and how long that is from then."""
    event, renews_at = one.delivered.event, one.renews_at
    if one.kind in _PRICED and f"${event['cents'] / 100:,.2f}" not in one.text:
        yield f"its text does not say ${event['cents'] / 100:,.2f}"
    if one.kind not in _DATED:
        return
    year = "" if renews_at.year == one.at.year else f" {renews_at.year}"
    day = f"{renews_at:%a} {renews_at.day} {renews_at:%b}{year} {renews_at:%H:%M} UTC"
    if day not in one.text:
        yield f"its text does not say {day}"
    for coming, past in re.findall(rf"(?:in ({_SPAN})|({_SPAN}) ago), {day}", one.text):
        told = length_of(coming) if coming else -length_of(past)
        if not any(abs(renews_at - at - told) < _unit(coming or past) for at in (one.at, one.delivered.at)):
            yield f"it is {renews_at - one.at} until then"


def length_of(words: str) -> timedelta:
    """`2 d 4 h`."""
    parts = words.split()
    return sum((int(n) * _UNITS[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True)), timedelta())


def _unit(words: str) -> timedelta:
    """The next smaller one is left out: so much more it may be, and a little for the writing."""
    unit = words.split()[-1]
    whole = {"d": "d", "h": "h", "min": "min", "s": "s"}[unit] if len(words.split()) > 2 else unit
    return _UNITS[whole] + 2 * timedelta(seconds=1)


def _warned(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    left = one.renews_at - one.at
    rung = timedelta(seconds=int(one.delivered.event["key"].rsplit(":", 1)[1]))
    at_most = rung + ALLOWED_SKEW + _longest(case, one.at) + brought_forward(case, rung)
    if not timedelta() < left <= at_most:
        yield f"{left} before its renewal"
    if one.facts["last_warning"] is not (rung == min(rules.warn)):
        yield "whether it is the last warning"
    # A hold moves with a renewal that moved, to its new end.
    moved = one.facts["held"] and case.befell(one.account, "renewal moved")
    if (
        one.facts["held"] is not case.held(one.account, one.at, one.at)
        and _is_settled(case, one)
        and not moved
    ):
        yield f"held is {one.facts['held']}"
    yield from _reasoned(case, one, rules)
    yield from _used(case, one, rules)


def _longest(case: Case, at: datetime) -> timedelta:
    """How long the turn took that began then: its last list may have been read so much later."""
    took = (turn.at - turn.began for turn in case.turned if turn.began - _M <= at <= turn.at)
    return max(took, default=timedelta())


def _is_settled(case: Case, one: Told) -> bool:
    """Whether nobody said anything about it in the turn in which it was written."""
    return not any(
        abs(at - one.at) < _IN_TURN or (word.until is not None and abs(word.until - one.at) < _IN_TURN)
        for at, word in case.said
        if word.account == one.account
    )


def _reasoned(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    """Why it is kept, or is not."""
    lease = case.lease(one.account)
    enrolled, reason = one.delivered.event["project"] in rules.enrolled, one.facts["reason"]
    protected = {case.protects(lease, one.at - _IN_TURN), case.protects(lease, one.at + ALLOWED_SKEW)}
    if reason.startswith("protected") and protected == {False}:
        yield f"{reason}, and nothing protects it"
    if reason == "not_enrolled" and enrolled:
        yield "not enrolled, and it is"
    moved = case.befell(one.account, "renewal moved")
    if reason == "held" and not moved and not case.held(one.account, one.at - _IN_TURN, one.at):
        yield "held, and nobody did"
    if reason == "unused":
        if not enrolled:
            yield "to be released, and not enrolled"
        if protected == {True}:
            yield "to be released, and protected"
        if case.held(one.account, one.at, one.at) and _is_settled(case, one) and not one.facts.get("held"):
            yield "to be released, and held"
        opens = one.renews_at - rules.lead
        # What was to go out an hour ago may have been called off since.
        used = min(_last_use(case, one.account, at) for at in (one.at - _H, one.at))
        if used > max(opens, one.at) - rules.idle_after + _M and not _is_of_then(one):
            yield f"to be released, and used {used}"
    if reason == "in_use":
        used = _last_use(case, one.account, one.at)
        if used < min(one.renews_at - rules.lead, one.at) - rules.idle_after - _M and not _is_of_then(one):
            yield f"in use, and last used {used}"


def _used(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    """Its use as it is today, in the facts and in words."""
    usage, now, since = one.facts["usage"], one.at, rules.idle_after
    if _is_of_then(one):
        return
    last = _last_use(case, one.account, now)
    if last != _last_use(case, one.account, now - _H) or abs(now - last - since) < _H:
        return  # what waited for less than an hour is told as of now, but for this
    is_used = now - last < since
    if (usage == "in_use" and not is_used) or (usage == "unused" and is_used):
        yield f"{usage}, and it was last used {last}"
    if last == case.assigned_at(one.account, now):
        return
    slack = _H if one.delivered.at - one.at < _M else timedelta()
    found = re.findall(rf"no post published through Layers for ({_SPAN})", one.text)
    for words in (*found, *re.findall(rf"a post was published ({_SPAN}) ago", one.text)):
        if abs(now - last - length_of(words)) > _unit(words) + slack:
            yield f"its last post was {last}"


def _is_of_then(one: Told) -> bool:
    """Whether it says itself that its use is as of another time, as it had to wait, or that it was out of
    sight until some time, from when on it counts as used.
    """
    return "(as of " in one.text or "was first seen here" in one.text


def _last_use(case: Case, account: str, at: datetime) -> datetime:
    """The last post that went out or was tried, or now if one is to; else since when it is leased."""
    if any(post.is_open(at) for post in case.history.posts if post.account == account):
        return at
    assigned_at = case.assigned_at(account, at)
    return max(case.world.last_use(account, at) or assigned_at, assigned_at)


def _announced(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    opens, closes = one.renews_at - rules.lead, one.renews_at - rules.margin
    not_before = datetime.fromisoformat(one.facts["not_before"])
    if not_before < opens - timedelta(seconds=1) or not_before >= closes:
        yield f"not before {not_before}, and its window is from {opens} until {closes}"
    ripe = one.at + rules.notice - ALLOWED_SKEW
    waived = rules.late and ripe + 2 * ALLOWED_SKEW >= closes  # it cannot be old enough any more
    # What waited says when it was to be by the turn that announced it, and since when that is known.
    if "notice" not in one.facts and not waived and not_before < ripe and not _is_of_then(one):
        yield f"not before {not_before}, and notice is {rules.notice}"
    if one.at < opens - 2 * rules.notice - ALLOWED_SKEW - rules.quiet_for - _longest(case, one.at):
        yield f"{opens - one.at} before its window opens"
    if one.delivered.live is not rules.enforce:
        yield "live" if one.delivered.live else "not live"
    yield from _reasoned(case, one, rules)


def _done(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    done = [each for each in case.truth.deletions if each.done and each.account == one.account]
    if not any(each.renews_at == one.renews_at and each.at <= one.at + ALLOWED_SKEW for each in done):
        yield f"it was released {[str(each.at) for each in done] or 'never'}"
    elif (
        "asked for by" in one.text
        and not case.asked(one.account, done[0].begun_at)
        and not case.asked(one.account, one.at)
    ):
        yield "nobody asked for it"


def _paid(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    paid = [each for each in case.truth.charges if (each.account, each.at) == (one.account, one.renews_at)]
    if not paid and not case.befell(one.account, "renewal moved", "id reused"):
        yield "it was not debited"
    if paid and one.at < paid[0].at - ALLOWED_SKEW:
        yield f"told {paid[0].at - one.at} before"
    to_go_out = [post for post in case.world.posts_of(one.account) if post.is_open(one.renews_at)]
    used = case.world.last_use(one.account, one.renews_at - _M)
    own = used is not None and used >= case.assigned_at(one.account, one.renews_at)
    lately = own and used is not None and used > one.renews_at - min(rules.idle_after, 31 * _D) + _M
    if (to_go_out or lately) and "not evidenced in use" in one.text and not _in_doubt(one):
        yield f"it was in use to the last, and used {used}"


def _missed(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    closes = one.renews_at - rules.margin
    past = one.renews_at <= one.at
    if ("was paid" if past else "will be paid") not in one.text:
        yield f"it renews {one.renews_at}"
    by = one.facts.get("by")
    if by is not None and not one.at < datetime.fromisoformat(by) <= closes + ALLOWED_SKEW:
        yield f"by {by}, and its window closes {closes}"
    if by is None and one.at < closes - ALLOWED_SKEW:
        yield f"it can be released until {closes}"
    if one.at < closes - max(rules.notice, _H) - ALLOWED_SKEW - rules.quiet_for:
        yield f"told {closes - one.at} before its window closes"
    released = [each for each in case.truth.deletions if each.done and each.account == one.account]
    if any(each.renews_at == one.renews_at and each.at < one.at - _H for each in released):
        yield f"it was released {released[0].at}"
    if not rules.enforce:
        yield "in observe mode"
    elif case.lease(one.account).project not in rules.enrolled:
        yield "it is not enrolled"
    elif case.protects(case.lease(one.account), one.at - _H) and not case.is_restored:
        yield "it is protected"
    else:
        used = _last_use(case, one.account, min(closes, one.at) - _M)
        if used > closes - rules.idle_after + _M and not _in_doubt(one):
            yield f"it was used {used}"
    if (
        one.facts.get("cause") == "watcher_down"
        and _came(case, _project(one), one.renews_at - rules.lead, min(closes, one.at))
        and not case.is_restored
        and not any(at < closes and until > one.renews_at - rules.lead for at, until in case.acted_elsewhere)
        and not _stood_still(case, one.renews_at - rules.lead, closes)
    ):
        yield "the watcher was running in its window"


def _stood_still(case: Case, since: datetime, until: datetime) -> bool:
    """Whether a machine may have stood still for hours in that span: then nobody looked, whoever ran."""
    return any(one.stands_still > _H for one in case.happening(since, until))


def _in_doubt(one: Told) -> bool:
    """Whether it says itself that its use is not known."""
    return "not known" in one.text or "use unknown" in one.text


def _project(one: Told) -> str:
    return str(one.delivered.event["project"])


def _came(case: Case, project: str, since: datetime, until: datetime) -> bool:
    """Whether a turn that read what it wanted came, and ended, in that span: of the project's own shard."""
    own = case.history.shard(project)
    turns = (turn for turn in case.turned if case.history.shards == 1 or turn.process == own)
    return any(
        since + _M < turn.began and turn.at < until - _M and not turn.met and turn.report.trouble is None
        for turn in turns
    )


def _withdrawn(case: Case, one: Told, rules: Rules) -> Iterator[str]:
    # The key ends with that of what was announced, and that with when.
    since = datetime.fromisoformat(_AN_INSTANT.findall(one.delivered.event["key"])[-1]) - _IN_TURN
    match one.facts["void"]:
        case "held" if not case.held(one.account, since, one.at + _IN_TURN):
            yield "nobody held it"
        case "used" if (used := _last_use(case, one.account, one.at)) < since - rules.poll:
            yield f"it was last used {used}"
        case "renamed" if not case.befell(one.account, "renamed", "id reused"):
            yield "its handle is what it was"
        case "restored" if not case.is_restored:
            yield "its ledger is what it was"
        case "not_live":
            yield "no mode was changed"
        case "interrupted" if case.read_on(_project(one), since, one.at) and not (
            case.is_restored or was_gap(case, since, one.at)
        ):
            yield "no turn was left out"
        case "listed_twice":
            yield "one project lists it"
        case _:
            return


_ASKED: dict[str, Callable[[Case, Told, Rules], Iterator[str]]] = {
    "renewal.warning": _warned,
    "release.announced": _announced,
    "release.done": _done,
    "renewal.paid": _paid,
    "deadline.missed": _missed,
    "release.withdrawn": _withdrawn,
}
"""What else is asked of messages of a kind."""
