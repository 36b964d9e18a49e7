"""What releases saved and what was paid for nothing, for whoever pays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from watcher.cli.render.sheet import BLANK, Line, cells, fit, line, printed
from watcher.facts.accounts import ProjectId
from watcher.facts.handles import name_of
from watcher.memory.savings import PaidLine, Regret, Savings, SavingsBy, SavingsShare
from watcher.messages.cause_words import USE_THEN, WOULD_PREVENT
from watcher.record.outcomes import UseThen
from watcher.record.past_releases import REGRETTED_WITHIN
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, distance

_USES: Final = (*UseThen, None)
_UNNOTED: Final = "noted by an earlier version, which did not say whether they were unused"
_LACKS: Final = {SavingsBy.PROJECT: "no project", SavingsBy.OWNER: "no owner", SavingsBy.MONTH: ""}


def render_savings(
    savings: Savings,
    names: Mapping[ProjectId, str],
    *,
    by: SavingsBy | None,
    timezone: tzinfo,
    now: datetime,
    width: int | None,
    color: bool,
) -> str:
    """`names`: of the projects, by id."""
    since, until = (clock_time(moment, timezone) for moment in (savings.since, savings.until))
    lines = [
        line(f"Renewals from {since} to {until} ({span(savings.until - savings.since)})", "bold"),
        *_memory(savings, timezone, now),
        BLANK,
        *_saved(savings, timezone, now),
        *_paid(savings),
        *_regrets(savings, timezone, now),
        *(() if by is None else _broken_down(savings, names, by, width)),
    ]
    return printed(lines, width=width, color=color)


def _memory(savings: Savings, timezone: tzinfo, now: datetime) -> Iterator[Line]:
    """What these sums cannot have, if anything."""
    if (begins := savings.known_since) is not None:
        known = (
            f"The ledger remembers turns since {clock_time(begins, timezone, now=now)}: what was before is "
            "not in these sums."
            if begins < savings.until
            else "The ledger remembers no turn of that time."
        )
        yield line(known, "yellow")
    if (restored := savings.restored) is not None:
        yield line(
            f"It was put back {clock_time(restored, timezone, now=now)}: what it lost then is not in these "
            "sums.",
            "yellow",
        )


_LABEL: Final = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One kind of money, of so many renewals. `always`: it is told also where it is nothing."""

    label: str
    money: str
    renewals: int
    text: str
    style: str = ""
    always: bool = False


def _saved_rows(savings: Savings, timezone: tzinfo, now: datetime) -> Iterator[_Row]:
    whole, not_yet, undone = savings.whole, savings.not_yet, savings.undone
    saved, not_saved = (counted(one.renewals, "renewal") for one in (whole.saved, undone))
    yield _Row(
        label="Saved",
        money=dollars(whole.saved.cents),
        renewals=whole.saved.renewals,
        text=f"{saved} that our releases avoided, at the price as it was read",
        style="green",
        always=True,
    )
    yield _Row(
        label="and after that",
        money=dollars(whole.later.cents),
        renewals=whole.later.renewals,
        text=_later(savings),
        always=True,
    )
    yield _Row(
        label="Not yet saved",
        money=dollars(not_yet.cents),
        renewals=not_yet.renewals,
        text=_not_yet(savings, timezone, now),
    )
    yield _Row(
        label="Given up",
        money=dollars(whole.given_up_cents),
        renewals=whole.saved.renewals,
        text=_given_up(whole),
        always=True,
    )
    yield _Row(
        label="Not saved",
        money=dollars(undone.cents),
        renewals=undone.renewals,
        text=f"{not_saved}, of releases that the API confirmed and that did not last",
        style="red",
    )


def _saved(savings: Savings, timezone: tzinfo, now: datetime) -> Iterator[Line]:
    rows = [one for one in _saved_rows(savings, timezone, now) if one.always or one.renewals]
    room = max(len(one.money) for one in rows)
    for one in rows:
        head = f"{one.label:<{_LABEL}}{one.money:>{room}}  "
        yield Line(parts=((head, one.style), (one.text, "")), hang=len(head))


def sums_in_sentences(savings: Savings, timezone: tzinfo, now: datetime) -> Iterator[str]:
    """The same sums one by one, for whoever has no table; nothing of those that are nothing."""
    rows = [one for one in _saved_rows(savings, timezone, now) if one.renewals]
    paid = [_paid_in_all(savings, use) for use in _USES if savings.paid_of(use)]
    if rows or paid:
        yield from (one.text for one in _memory(savings, timezone, now))
    for one in rows:
        yield f"{one.label[0].upper()}{one.label[1:]}: {one.money}, {one.text}."
    for told in paid:
        yield f"{told}."


def _later(savings: Savings) -> str:
    later = f"{counted(savings.whole.later.renewals, 'later renewal')} of the same accounts, extrapolated"
    if not savings.by_earlier.renewals:
        return later
    return f"{later}; {dollars(savings.by_earlier.cents)} of it by releases before that time"


def _not_yet(savings: Savings, timezone: tzinfo, now: datetime) -> str:
    last = "" if savings.last is None else f", the last {clock_time(savings.last, timezone, now=now)}"
    return f"{counted(savings.not_yet.renewals, 'release')} whose renewal lies after that time{last}"


def _given_up(whole: SavingsShare) -> str:
    if not whole.saved.renewals:
        return "of paid days: nothing was given back"
    if whole.saved.renewals == 1:
        return f"of paid days, {span(whole.given_up)} before that renewal"
    each = span(whole.given_up / whole.saved.renewals)
    return f"of paid days, {span(whole.given_up)} in all, {each} before each of those renewals"


def _paid(savings: Savings) -> Iterator[Line]:
    """Only what was unused is called paid for nothing; what is not known, or was used, stands apart."""
    owned = any(one.owner for one in savings.paid)
    for use in _USES:
        rows = savings.paid_of(use)
        if not rows and use is not UseThen.UNUSED:
            continue
        yield BLANK
        yield line(_paid_in_all(savings, use), "bold")
        money = max((len(dollars(one.paid.cents)) for one in rows), default=0)
        number = max((len(f"{one.paid.renewals:,}") for one in rows), default=0)
        for one in rows:
            head = f"  {dollars(one.paid.cents):>{money}}  {one.paid.renewals:>{number},} ×  "
            yield Line(parts=((head, ""), (_reason(one, owned=owned), "")), hang=len(head))
    yield BLANK
    yield line("Renewals of accounts in use that nobody wanted given back are in none of these sums.", "dim")


def _paid_in_all(savings: Savings, use: UseThen | None) -> str:
    amount = savings.amount_of(use)
    heading = "Paid for nothing" if use is UseThen.UNUSED else "Paid"
    told = f"{heading}: {counted(amount.renewals, 'renewal')}, {dollars(amount.cents)}"
    return f"{told}, {_use(use)}" if savings.paid_of(use) else told


def _use(use: UseThen | None) -> str:
    return _UNNOTED if use is None else f"each {USE_THEN[use]}"


def _reason(one: PaidLine, *, owned: bool) -> str:
    owner = f", {plain(one.owner)}" if one.owner else ", no owner" if owned else ""
    return f"{plain(one.because)}{owner} → {WOULD_PREVENT[one.cause]}"


def _regrets(savings: Savings, timezone: tzinfo, now: datetime) -> Iterator[Line]:
    found = savings.regrets
    yield BLANK
    if not found.sent:
        yield line("Used again: no release was sent in that time.")
        return
    if found.open == found.sent and not found.leased:
        many = counted(found.sent, "release")
        yield line(f"Used again: none of {many} so far, none {span(REGRETTED_WITHIN)} old yet.")
        return
    again = "none was" if not found.leased else "1 was" if found.leased == 1 else f"{found.leased:,} were"
    open_ = f"; of {found.open:,} the {span(REGRETTED_WITHIN)} are not over" if found.open else ""
    used = f", {found.used:,} of them used since" if found.used else ""
    yield line(
        f"Used again: of {counted(found.sent, 'release')} {again} leased again within "
        f"{span(REGRETTED_WITHIN)}{used}{open_}.",
        "yellow" if found.leased else "",
    )
    for one in found.last:
        yield line(_regret(one, timezone, now), indent=2)
    if found.leased > len(found.last):
        yield line(f"and {found.leased - len(found.last):,} before those", indent=2)
    yield line(
        "Leases of others, and what is posted on an account that is not leased here, no ledger can know.",
        "dim",
    )


def _regret(one: Regret, timezone: tzinfo, now: datetime) -> str:
    new = "" if one.again == one.account.id else f" as {plain(one.again)}"
    used = ", used since" if one.used else ", no use seen since"
    return (
        f"{name_of(one.account.handle, one.account.id)}  released "
        f"{clock_time(one.sent_at, timezone, now=now)}, leased again{new} "
        f"{distance(one.since, one.sent_at).removeprefix('in ')} later{used}"
    )


_TITLES: Final = ("saved", "after that", "for nothing", "paid else", "given up")
_SHORTEST: Final = 12


def _broken_down(
    savings: Savings, names: Mapping[ProjectId, str], by: SavingsBy, width: int | None
) -> Iterator[Line]:
    shares = [(_name(name, names, by), share) for name, share in savings.shares.items()]
    rows = [_money(share) for _, share in shares]
    total = _money(savings.whole)
    widths = [max(map(len, column)) for column in zip(_TITLES, total, *rows, strict=True)]
    room = max(len(by.value), len("total"), *(cells(name) for name, _ in shares), 0)
    if width is not None:
        room = min(room, max(width - sum(widths) - 2 * (len(widths) + 1), _SHORTEST))
    yield BLANK
    for name, row, style in (
        (by.value, _TITLES, "dim"),
        *((name, row, "") for (name, _), row in zip(shares, rows, strict=True)),
        ("total", total, "bold"),
    ):
        columns = (fit(each, room_, right=True) for each, room_ in zip(row, widths, strict=True))
        yield line("  " + "  ".join((fit(name, room), *columns)), style, row=True)


def _name(name: str, names: Mapping[ProjectId, str], by: SavingsBy) -> str:
    return plain(names.get(ProjectId(name), name) if by is SavingsBy.PROJECT else name) or _LACKS[by]


def _money(share: SavingsShare) -> Sequence[str]:
    each = (share.saved.cents, share.later.cents, share.for_nothing.cents, share.paid_else.cents)
    return tuple(dollars(cents) for cents in (*each, share.given_up_cents))
