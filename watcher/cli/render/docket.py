"""Releases that wait for a decision, before anybody approves: what, why, by when, and what halts them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Final

from watcher.brakes.kinds import LIFTED_BY_APPROVAL
from watcher.cli.render.matters import matter_lines
from watcher.cli.render.sheet import BLANK, Line, in_columns, line
from watcher.decide.dockets import WaitingDocket, WaitingRelease
from watcher.decide.overlaps import Overlap, overlaps
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.activity import use_in
from watcher.facts.handles import name_of
from watcher.memory.remembered import Known
from watcher.messages.fates import fate_in_words
from watcher.messages.matters import Matter
from watcher.record.fates import LeaseState
from watcher.record.overrides import OverrideKind, Overrides
from watcher.texts.commands import to_unapprove
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import below, clock_time, distance, iso, iso_or_none


def docket_lines(
    docket: WaitingDocket,
    names: Mapping[ProjectId, str],
    *,
    timezone: tzinfo,
    width: int | None,
    deciding: bool = False,
    others: Sequence[WaitingDocket] = (),
) -> Iterator[Line]:
    """`names`: of the projects, by id. `deciding`: a person has typed already what decides it. `others`: that
    wait, too.
    """
    now, waiting = docket.now, docket.waiting
    title = f"Docket {plain(docket.id)}"
    if docket.matter is None:
        nothing = "nothing of it is halted any more" if waiting else "nothing of it waits for a decision"
        yield line(f"{title}: {nothing}.", "bold")
    else:
        matter = replace(docket.matter, ways=()) if deciding else docket.matter
        yield from matter_lines(matter, names, now, timezone, named=False, indent=0, title=f"{title}: ")
    if (
        docket.matter is not None
        and waiting
        and any(halt.brake in LIFTED_BY_APPROVAL for halt in docket.halts)
    ):
        yield line(
            "Count, share and money are judged over what was released in the last 24 h and what opens in the "
            "next 24 h.",
            "dim",
        )
    if waiting:
        yield BLANK
        marks = {} if docket.matter is None else _marks(docket.matter)
        yield from _table(waiting, marks, names, now, timezone, width)
        yield from _shared(docket, others)
    yield from _decided(docket, timezone)
    yield from _over(docket, timezone)


def _shared(docket: WaitingDocket, others: Sequence[WaitingDocket]) -> Iterator[Line]:
    """Which of its releases stand in another docket, too, and what approving the one does to the other."""
    for one in overlaps(docket, others):
        count, money = len(one.both), dollars(sum(each.cents for each in one.both))
        some = f"{count:,} of these, {money},"
        if count == len(docket.waiting):
            some = f"This one, {money}," if count == 1 else f"All of these, {money},"
        verb, they = ("stands", "it is") if count == 1 else ("stand", "they are")
        left = "nothing of that one waits any more"
        if one.left:
            rest = (
                f"{counted(len(one.left), 'release')} of it ({dollars(sum(each.cents for each in one.left))})"
            )
            left = f"{rest} still {'waits' if len(one.left) == 1 else 'wait'}"
        yield BLANK
        yield line(
            f"{some} {verb} in docket {plain(one.other)}, too: {', '.join(map(_handle, one.both))}. "
            f"Whichever of the two is approved, {they} approved in both; once this one is, {left}.",
            hang=2,
        )


def said_of(docket: WaitingDocket, overrides: Overrides, timezone: tzinfo) -> Iterator[Line]:
    """Who approved any of it, and who withdrew that, for whoever asks when it is all done."""
    periods = {one.period for one in docket.releases}
    standing = {one.approval for one in docket.approved}
    for word in overrides.said:
        count = len(periods.intersection(word.periods))
        approved = word.kind is OverrideKind.APPROVE
        if count and (approved or word.kind is OverrideKind.UNAPPROVE) and word not in standing:
            at = f"{clock_time(word.at, timezone, now=docket.now)} ({distance(word.at, docket.now)})"
            said = "Approved" if approved else "Approval withdrawn"
            why = f"{plain(word.why)}: {counted(count, 'release')}."
            yield line(f"{said} by {plain(word.by)} on {at}: {why}", hang=2)


def _marks(matter: Matter) -> dict[AccountId, str]:
    """What goes on by itself, and whose brake the others are; nothing where all are halted alike."""
    found = {one.account: _GOES_ON if one.goes_on else ", ".join(one.brakes) for one in matter.accounts}
    return found if any(found.values()) else {}


_GOES_ON: Final = "goes on by itself"


def _table(
    releases: Sequence[WaitingRelease],
    marks: Mapping[AccountId, str],
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
    width: int | None,
) -> Iterator[Line]:
    """By project where there are several, each in order of date."""

    def project(one: WaitingRelease) -> str:
        return "" if one.known is None else names.get(one.known.account.project, one.known.account.project)

    ordered = sorted(releases, key=project)
    wide = width is None or width >= _WIDE
    mark = ("halted by",) if marks and wide else ()
    rows = [("account", "a month", "last use", *(("renews", "") if wide else ("renews",)), *mark)]
    rows += [
        (
            _handle(one),
            dollars(one.cents),
            _last_use(one.known, now),
            *((distance(one.period.renews_at, now),) if wide else ()),
            _renews(one, now, timezone),
            *((marks.get(one.period.account, ""),) if mark else ()),
        )
        for one in ordered
    ]
    head, *texts = in_columns(rows, width=width, right=(1,), cut=(0,))
    by_row = dict(zip(map(id, ordered), texts, strict=True))
    yield line(head, "dim", row=True)
    for name, group in groupby(ordered, key=project):
        some = list(group)
        money = dollars(sum(one.cents for one in some))
        yield line(f"{plain(name)}  {counted(len(some), 'account')}, {money}", "bold")
        for one in some:
            yield line(by_row[id(one)], row=True)
    for text in dict.fromkeys(filter(None, marks.values())) if not wide else ():
        those = [_handle(one) for one in ordered if marks.get(one.period.account) == text]
        yield line(f"{text}: {', '.join(those)}", indent=2, hang=4)


def _renews(one: WaitingRelease, now: datetime, timezone: tzinfo) -> str:
    """The days of several rows below each other."""
    return below(clock_time(one.period.renews_at, timezone, now=now))


_WIDE: Final = 100
"""Cells from which on there is room to say how long that is."""


def _handle(one: WaitingRelease) -> str:
    return name_of(None if one.known is None else one.known.account.handle, one.period.account)


def _last_use(known: Known | None, now: datetime) -> str:
    """The latest that was ever evidenced; before a release it is looked for again."""
    if known is None:
        return "this ledger never saw it"
    used = known.used_within(known.account)
    if used is None or used.what.is_absence:
        return f"none in {span(now - (known.account.assigned_at if used is None else used.at))}"
    return "in use" if used.what.ongoing else f"{span(now - used.at)} ago"


def _decided(docket: WaitingDocket, timezone: tzinfo) -> Iterator[Line]:
    """What was approved, by whom: each word once."""
    by_word = {one.approval: one.approval for one in docket.approved}
    for word in by_word.values():
        if word is None:
            continue
        named = [one for one in docket.approved if one.approval == word]
        money = dollars(sum(one.cents for one in named))
        when = f"{clock_time(word.at, timezone, now=docket.now)} ({distance(word.at, docket.now)})"
        yield BLANK
        yield line(
            f"Approved by {plain(word.by)} on {when}: {plain(word.why)}: {counted(len(named), 'release')}, "
            f"{money} a month. `{to_unapprove(plain(docket.id))}` withdraws it."
        )
        yield line(", ".join(map(_handle, named)), indent=2, hang=2)


def _over(docket: WaitingDocket, timezone: tzinfo) -> Iterator[Line]:
    """Why the others are not to be decided about any more."""
    if docket.over:
        yield BLANK
    for one in docket.over:
        became = fate_in_words(one.fate, docket.now, timezone)
        if one.moved:
            became = "renews at another time by now: another docket names it"
        elif one.fate.state is LeaseState.LEASED and one.is_to_come(docket.now) and one.hold is not None:
            until = one.hold.until
            end = "for ever" if until is None else f"until {clock_time(until, timezone, now=docket.now)}"
            became = f"is held {end}, by {plain(one.hold.by)}: {plain(one.hold.why)}"
        elif one.fate.state is LeaseState.LEASED:
            closes = one.closes or one.period.renews_at
            became = f"is too late to release since {clock_time(closes, timezone, now=docket.now)}"
        yield line(f"{_handle(one)} {became}.", indent=2, hang=4)


def dockets_json(dockets: Sequence[WaitingDocket], others: Sequence[WaitingDocket]) -> str:
    """`docket/1`. `others`: all that wait, of which some may name the same releases."""
    document = {"schema": "docket/1", "dockets": [_value(one, others) for one in dockets]}
    return f"{json.dumps(document, indent=2)}\n"


def _value(one: WaitingDocket, others: Sequence[WaitingDocket]) -> dict[str, object]:
    shared = overlaps(one, others)
    return {
        "id": one.id,
        "judged_at": iso(one.at),
        "halts": [{"brake": halt.brake, "words": halt.words, "way": halt.way.text} for halt in one.halts],
        "by": None if one.matter is None else iso_or_none(one.matter.by),
        "cents": sum(each.cents for each in one.waiting),
        "overlaps": [
            {
                "docket": each.other,
                "releases": len(each.both),
                "cents": sum(both.cents for both in each.both),
                "left_waiting": len(each.left),
            }
            for each in shared
        ],
        "releases": [_release(each, one, shared) for each in one.releases],
    }


def _release(one: WaitingRelease, docket: WaitingDocket, shared: Sequence[Overlap]) -> dict[str, object]:
    account = None if one.known is None else one.known.account
    used = use_in(None if one.known is None else one.known.used)
    approval = one.approval
    return {
        "account": one.period.account,
        "handle": None if account is None else account.handle,
        "project": None if account is None else account.project,
        "price_cents": one.cents,
        "renews_at": iso(one.period.renews_at),
        "closes": iso_or_none(one.closes),
        "last_use": iso_or_none(None if used is None else used.at),
        "waits": one.waits(docket.now),
        "approved_by": None if approval is None else approval.by,
        "lease": one.fate.state.value,
        "also_in": [each.other for each in shared if one.period in {both.period for both in each.both}],
    }
