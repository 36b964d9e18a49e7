"""Many events of one kind in one project: a table says them better than a list of sentences."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Final, TypeVar

from watcher.adapters.channels.headlines import counted_kind
from watcher.adapters.channels.told import Told
from watcher.messages.cause_words import CAUSE
from watcher.messages.events import EventKind
from watcher.messages.words import ENDING, VOID
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.outcomes import Cause
from watcher.texts.commands import WayOut, to_hold, to_release
from watcher.texts.times import clock_time

_Word = TypeVar("_Word", bound=StrEnum)

MANY: Final = 3
"""From so many of a kind on those of each project are a table."""

_TABLES: Final = {
    EventKind.RELEASE_ANNOUNCED: "not_before",
    EventKind.RENEWAL_WARNING: "usage",
    EventKind.RELEASE_WITHDRAWN: "void",
    EventKind.RELEASE_DONE: "verified",
    EventKind.RELEASE_FAILED: "ended",
    EventKind.RELEASE_UNKNOWN: "verified",
    EventKind.RELEASE_UNDONE: "renews",
    EventKind.RENEWAL_PAID: "cause",
    EventKind.DEADLINE_MISSED: "cause",
    EventKind.RELEASE_TOO_LATE: "change",
    EventKind.PRICE_CHANGED: None,
    EventKind.RENEWAL_MOVED: None,
    EventKind.LEASE_NEW: None,
    EventKind.ACCOUNT_GONE: None,
    EventKind.ACCOUNT_QUARANTINED: "because",
}
"""What is told of many at once, and the fact without which there is only its sentence to show."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One account of a group. `moment`: from when it may be released, or when it renews; as text, empty where
    that is not known.
    """

    moment: str
    who: str
    platform: str
    money: str
    remarks: tuple[str, ...]
    told: Told

    @property
    def remark(self) -> str:
        return "; ".join(self.remarks)

    @property
    def name(self) -> str:
        return f"{self.who} on {self.platform}" if self.platform else self.who

    @property
    def line(self) -> str:
        """All but the moment: `@latte on tiktok, $150.00; no post for 40 d`."""
        return "; ".join(filter(None, (self.shortest, self.remark)))

    @property
    def shortest(self) -> str:
        """The same without its remarks."""
        link = f"to keep it: {self.told.keep_url}" if self.told.keep_url else ""
        priced = ", ".join(filter(None, (self.name, self.money)))
        return "; ".join(filter(None, (priced, link)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Events of one kind about accounts of one project, in order of date.

    `head`: `12 releases announced, $1,800.00`; `notes`: what is said of every one of them, beside what its
    row says; `moment`: what the dates are; `to_do`: each thing once.
    """

    kind: EventKind
    head: str
    notes: tuple[str, ...]
    moment: str
    rows: tuple[Row, ...]
    to_do: tuple[WayOut, ...]

    @property
    def told(self) -> tuple[Told, ...]:
        return tuple(row.told for row in self.rows)


_MOMENTS: Final = {EventKind.RELEASE_ANNOUNCED: "from", EventKind.ACCOUNT_QUARANTINED: ""}
"""What a row's moment is, where it is no renewal."""


def by_project(
    told: Iterable[Told], now: datetime, *, tables: bool = True
) -> list[tuple[str, list[Told | Group]]]:
    """Events of no project first; the order within a project is kept.

    Where there are many of a kind, those of one project are one group, in the place of its first, be it one.
    """
    listed = list(told)
    kinds = _many(listed) if tables else frozenset[EventKind]()
    return [
        (name, list(_grouped(list(those), kinds, now)))
        for name, those in groupby(sorted(listed, key=_project), key=_project)
    ]


def grouped(told: Sequence[Told], now: datetime, *, of: Iterable[Told]) -> list[Told | Group]:
    """Some of all that is told (`of`), as `by_project` would group them."""
    return list(_grouped(told, _many(of), now))


def to_do_once(groups: Iterable[Told | Group]) -> tuple[WayOut, ...]:
    """What is to be done about all of these groups, each thing once."""
    return tuple(dict.fromkeys(one for each in groups if isinstance(each, Group) for one in each.to_do))


def _many(told: Iterable[Told]) -> frozenset[EventKind]:
    counts = Counter(each.kind for each in told)
    return frozenset(kind for kind in _TABLES if counts[kind] >= MANY)


def _grouped(told: Sequence[Told], kinds: Collection[EventKind], now: datetime) -> Iterator[Told | Group]:
    many = {kind: those for kind in kinds if (those := _of(kind, told))}
    begun: set[EventKind] = set()
    for each in told:
        if each.kind not in many or each not in many[each.kind]:
            yield each
        elif each.kind not in begun:
            begun.add(each.kind)
            yield _group(each.kind, many[each.kind], now)


def _project(told: Told) -> str:
    return told.heading


def _of(kind: EventKind, told: Iterable[Told]) -> list[Told]:
    return [each for each in told if each.kind is kind and each.who and _fits_a_row(each)]


def _fits_a_row(each: Told) -> bool:
    """Whether a row says as much as the sentence: one of an older version has fewer parts."""
    match each.kind:
        case EventKind.RELEASE_UNDONE | EventKind.ACCOUNT_QUARANTINED:
            return _TABLES[each.kind] in each.facts
        case _ if each.period is None:
            return False
        case EventKind.PRICE_CHANGED | EventKind.RENEWAL_MOVED:
            return each.why != ""
        case EventKind.ACCOUNT_GONE:
            # One that was gone at its release says more.
            return "verified" not in each.facts
        case _:
            fact = _TABLES[each.kind]
            return fact is None or fact in each.facts


def _group(kind: EventKind, told: list[Told], now: datetime) -> Group:
    inorder = sorted(told, key=lambda each: (_moment(each), each.handle))
    each_its_own = kind in (EventKind.RELEASE_FAILED, EventKind.RELEASE_UNKNOWN, EventKind.RELEASE_UNDONE)
    ways = ((way, each) for each in inorder for way in each.to_do)
    to_do = list(dict.fromkeys(way.of_any(each.account) if each_its_own else way for way, each in ways))
    if to_do and kind in (EventKind.DEADLINE_MISSED, EventKind.RELEASE_TOO_LATE):
        before = "to give one back all the same, before its window closes: "
        to_do = [WayOut.by_typing(to_release("ACCOUNT"), before=before)]
    if any(each.hold for each in inorder):
        to_do.append(WayOut.by_typing(to_hold("ACCOUNT"), before="to keep one: "))
    rows = tuple(_row(each, now) for each in inorder)
    return Group(
        kind=kind,
        head=counted_kind(kind, inorder, now),
        notes=tuple(_of_all(rows)),
        moment=_MOMENTS.get(kind, "renewal"),
        rows=rows,
        to_do=tuple(to_do),
    )


def _of_all(rows: Sequence[Row]) -> Iterator[str]:
    """Such as the brake that will halt all of them. What each release saves the head sums up, and when a new
    lease renews its row says.
    """
    first, *others = rows
    if first.told.kind in (EventKind.RELEASE_DONE, EventKind.LEASE_NEW):
        return
    # Of a warning of what will be halted the row has that in fewer words.
    kind_says_it = first.told.kind is EventKind.RENEWAL_WARNING
    common = [
        clause
        for clause in first.told.grounds
        # What a row says of its own price it says in its column.
        if clause not in first.remarks
        and not (first.money and first.money in clause)
        and not (kind_says_it and clause == first.told.follows)
        and all(clause in row.told.grounds for row in others)
    ]
    yield from common
    halted = [row.told for row in rows if row.told.will_be_lost]
    if 0 < len(halted) < len(rows):
        some = f"{len(halted)} of them{':' if first.told.kind is EventKind.RENEWAL_WARNING else ''}"
        for clause in halted[0].grounds:
            # What names one of them, or is why it is unused, is said by its row.
            told = halted[0]
            by_its_row = clause == told.why or told.who in clause or (kind_says_it and clause == told.follows)
            if clause not in common and not by_its_row and all(clause in each.grounds for each in halted):
                yield f"{some} {clause}"


def _row(each: Told, now: datetime) -> Row:
    id_ = each.facts.get("id") if each.kind is EventKind.ACCOUNT_QUARANTINED else None
    moment = _MOMENTS.get(each.kind, "renewal") and clock_time(_moment(each), UTC, now=now)
    return Row(
        moment=moment,
        # Of what is not understood no platform tells one handle from another.
        who=f"{each.who} ({id_})" if id_ else each.who,
        platform=each.platform,
        money=each.money,
        remarks=tuple(filter(None, _remarks(each, now))),
        told=each,
    )


def _moment(each: Told) -> datetime:
    match each.facts.get("not_before"):
        case str() as stored if each.kind is EventKind.RELEASE_ANNOUNCED:
            return datetime.fromisoformat(stored)
        case _:
            renews = each.facts.get("renews")
            known = datetime.fromisoformat(renews) if isinstance(renews, str) else each.renews_at
            return known or each.at


_CLOSES: Final = "its window closes"
"""Until then a word of a person gives it back all the same."""


def _remarks(each: Told, now: datetime) -> Iterator[str]:
    match each.kind:
        case EventKind.RELEASE_ANNOUNCED if each.renews_at is not None:
            yield each.why
            yield f"renews {clock_time(each.renews_at, UTC, now=now)}"
            # Else it stands there for when it is announced, which its row begins with.
            yield _unless(each, now) if each.will_be_lost else each.follows
        case EventKind.RENEWAL_WARNING:
            yield each.why
            halted = "coming_halt" in each.facts and "by" in each.facts
            yield (
                _by("will renew unless what halts its release ends by", each, now) if halted else each.follows
            )
        case EventKind.RELEASE_TOO_LATE:
            yield each.why
            yield _by(_CLOSES, each, now)
        case EventKind.PRICE_CHANGED | EventKind.RENEWAL_MOVED | EventKind.RELEASE_UNDONE:
            yield each.why
        case EventKind.ACCOUNT_QUARANTINED:
            yield str(each.facts["because"])
        case EventKind.RELEASE_WITHDRAWN:
            yield _worded(VOID, Void, each.facts.get("void"))
            # Its price and its renewal stand in its row.
            yield from each.grounds[1:]
        case EventKind.RELEASE_FAILED:
            yield _worded(ENDING, Ending, each.facts.get("ended"))
            yield each.why
            yield _by("paid unless given back by", each, now)
        case EventKind.RELEASE_UNKNOWN:
            yield each.why
        case EventKind.RENEWAL_PAID | EventKind.DEADLINE_MISSED:
            because, cause = each.facts.get("because"), each.facts.get("cause")
            if isinstance(because, str):
                yield because
            else:
                yield _worded(CAUSE, Cause, cause)
            yield _by(_CLOSES, each, now)
        case _:
            return


def _worded(words: Mapping[_Word, str], of: type[_Word], stored: object) -> str:
    """A closed word as people read it; nothing of one that only a newer version knows."""
    return words[of(stored)] if stored in {one.value for one in of} else ""


def _unless(each: Told, now: datetime) -> str:
    return _by("halted unless what halts it ends by", each, now) if "coming_halt" in each.facts else ""


def _by(words: str, each: Told, now: datetime) -> str:
    """The words with the last moment for it; nothing where none is known."""
    match each.facts.get("by"):
        case str() as by:
            return f"{words} {clock_time(datetime.fromisoformat(by), UTC, now=now)}"
        case _:
            return ""
