"""What releases saved and what was paid for nothing: for whoever pays, for programs, for spreadsheets."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any, Final

from watcher.cli.render.sheet import BLANK, Line, cells, fit, line, printed
from watcher.cli.render.spreadsheet import decimal
from watcher.memory.savings import REGRET, PaidLine, Regret, Savings, SavingsBy, SavingsShare
from watcher.messages.words import USE_THEN, WOULD_PREVENT
from watcher.record.amounts import Amount
from watcher.record.outcomes import UseThen
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, cell, plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, distance, iso, iso_or_none, seconds

_USES: Final = (*UseThen, None)
_UNNOTED: Final = "noted by an earlier version, which did not say whether they were unused"
_LACKS: Final = {SavingsBy.PROJECT: "no project", SavingsBy.OWNER: "no owner", SavingsBy.MONTH: ""}


def render_savings(
    savings: Savings,
    names: Mapping[str, str],
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


def _saved(savings: Savings, timezone: tzinfo, now: datetime) -> Iterator[Line]:
    whole = savings.whole
    rows = [
        (
            "Saved",
            dollars(whole.saved.cents),
            f"{counted(whole.saved.renewals, 'renewal')} that our releases avoided, at the price as it was "
            "read",
            "green",
        ),
        ("and after that", dollars(whole.later.cents), _later(savings), ""),
        ("Given up", dollars(whole.given_up_cents), _given_up(whole), ""),
    ]
    if savings.not_yet.renewals:
        rows.insert(
            2, ("Not yet saved", dollars(savings.not_yet.cents), _not_yet(savings, timezone, now), "")
        )
    if savings.undone.renewals:
        text = (
            f"{counted(savings.undone.renewals, 'renewal')}, of releases that the API confirmed and that "
            "did not last"
        )
        rows.append(("Not saved", dollars(savings.undone.cents), text, "red"))
    room = max(len(money) for _, money, _, _ in rows)
    for label, money, text, style in rows:
        yield Line(parts=((f"{label:<{_LABEL}}{money:>{room}}  ", style), (text, "")), hang=_LABEL + room + 2)


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
    each = span(whole.given_up / whole.saved.renewals)
    return f"of paid days, {span(whole.given_up)} in all, {each} before each of those renewals"


def _paid(savings: Savings) -> Iterator[Line]:
    """Only what was unused is called paid for nothing; what is not known, or was used, stands apart."""
    owned = any(one.owner for one in savings.paid)
    for use in _USES:
        amount, rows = savings.amount_of(use), savings.paid_of(use)
        if not rows and use is not UseThen.UNUSED:
            continue
        heading = "Paid for nothing" if use is UseThen.UNUSED else "Paid"
        told = f"{heading}: {counted(amount.renewals, 'renewal')}, {dollars(amount.cents)}"
        yield BLANK
        yield line(f"{told}, {_use(use)}" if rows else told, "bold")
        money = max((len(dollars(one.paid.cents)) for one in rows), default=0)
        number = max((len(f"{one.paid.renewals:,}") for one in rows), default=0)
        for one in rows:
            head = f"  {dollars(one.paid.cents):>{money}}  {one.paid.renewals:>{number},} ×  "
            yield Line(parts=((head, ""), (_reason(one, owned=owned), "")), hang=len(head))
    yield BLANK
    yield line("Renewals of accounts in use that nobody wanted given back are in none of these sums.", "dim")


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
        yield line(
            f"Used again: none of {counted(found.sent, 'release')} so far, none {span(REGRET)} old yet."
        )
        return
    again = "none was" if not found.leased else "1 was" if found.leased == 1 else f"{found.leased:,} were"
    open_ = f"; of {found.open:,} the {span(REGRET)} are not over" if found.open else ""
    used = f", {found.used:,} of them used since" if found.used else ""
    yield line(
        f"Used again: of {counted(found.sent, 'release')} {again} leased again within "
        f"{span(REGRET)}{used}{open_}.",
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
        f"{at_handle(one.account.handle)}  released {clock_time(one.sent_at, timezone, now=now)}, leased "
        f"again{new} {distance(one.since, one.sent_at).removeprefix('in ')} later{used}"
    )


_TITLES: Final = ("saved", "after that", "for nothing", "paid else", "given up")
_SHORTEST: Final = 12


def _broken_down(
    savings: Savings, names: Mapping[str, str], by: SavingsBy, width: int | None
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


def _name(name: str, names: Mapping[str, str], by: SavingsBy) -> str:
    return plain(names.get(name, name) if by is SavingsBy.PROJECT else name) or _LACKS[by]


def _money(share: SavingsShare) -> Sequence[str]:
    each = (share.saved.cents, share.later.cents, share.for_nothing.cents, share.paid_else.cents)
    return tuple(dollars(cents) for cents in (*each, share.given_up_cents))


def savings_json(
    savings: Savings, names: Mapping[str, str], *, by: SavingsBy | None, place: str, now: datetime
) -> str:
    """`savings/1`. `later` is extrapolated, `given_up` apportioned; all else was read."""
    regrets = savings.regrets
    document = {
        "schema": "savings/1",
        "at": iso(now),
        "since": iso(savings.since),
        "until": iso(savings.until),
        "ledger": place,
        "known_since": iso_or_none(savings.known_since),
        "restored_at": iso_or_none(savings.restored),
        **_share_value(savings.whole),
        "later_by_earlier_releases": _amount_value(savings.by_earlier),
        "not_yet_saved": {**_amount_value(savings.not_yet), "last": iso_or_none(savings.last)},
        "undone": _amount_value(savings.undone),
        "paid": [_line_value(one) for one in savings.paid],
        "used_again": {
            "within_seconds": seconds(REGRET),
            "releases": regrets.sent,
            "not_over": regrets.open,
            "leased": regrets.leased,
            "used": regrets.used,
            "last": [_regret_value(one) for one in regrets.last],
        },
        "by": None if by is None else by.value,
        "shares": [
            {"name": name, "project_name": names.get(name) if by is SavingsBy.PROJECT else None}
            | _share_value(share)
            for name, share in savings.shares.items()
        ],
    }
    return f"{json.dumps(document, indent=2)}\n"


def _amount_value(amount: Amount) -> dict[str, int]:
    return {"renewals": amount.renewals, "cents": amount.cents}


def _share_value(share: SavingsShare) -> dict[str, Any]:
    return {
        "saved": _amount_value(share.saved),
        "later": _amount_value(share.later),
        "given_up": {"seconds": seconds(share.given_up), "cents": share.given_up_cents},
        "for_nothing": _amount_value(share.for_nothing),
        "in_doubt": _amount_value(share.in_doubt),
        "too_short": _amount_value(share.too_short),
        "in_use": _amount_value(share.in_use),
        "unnoted": _amount_value(share.unnoted),
    }


def _line_value(one: PaidLine) -> dict[str, Any]:
    return {
        "use": None if one.use is None else one.use.value,
        "cause": one.cause.value,
        "because": one.because,
        "would_prevent": WOULD_PREVENT[one.cause],
        "owner": one.owner or None,
        "held_by": one.holder,
        **_amount_value(one.paid),
    }


def _regret_value(one: Regret) -> dict[str, Any]:
    return {
        "account": one.account.id,
        "handle": one.account.handle,
        "project": one.account.project,
        "released_at": iso(one.sent_at),
        "leased_again_at": iso(one.since),
        "leased_again_as": one.again,
        "used": one.used,
    }


COLUMNS: Final = (
    "what",
    "cause",
    "because",
    "would_prevent",
    "owner",
    "held_by",
    "renewals",
    "cents",
    "dollars",
)
SHARE_COLUMNS: Final = (
    "saved_cents",
    "later_cents",
    "for_nothing_cents",
    "in_doubt_cents",
    "too_short_cents",
    "in_use_cents",
    "unnoted_cents",
    "given_up_cents",
)


def savings_csv(savings: Savings, names: Mapping[str, str], *, by: SavingsBy | None) -> str:
    """A header and one row a sum, harmless in a spreadsheet; broken down, one a project, month or owner."""
    out = StringIO()
    writer = csv.writer(out)
    if by is not None:
        writer.writerow((by.value, "name", *SHARE_COLUMNS))
        for name, share in savings.shares.items():
            called = names.get(name, "") if by is SavingsBy.PROJECT else ""
            writer.writerow((cell(name), cell(called), *_share_cents(share)))
        return out.getvalue()
    writer.writerow(COLUMNS)
    whole = savings.whole
    for what, amount in (
        ("saved", whole.saved),
        ("later", whole.later),
        ("not_yet_saved", savings.not_yet),
        ("undone", savings.undone),
    ):
        writer.writerow((what, "", "", "", "", "", amount.renewals, amount.cents, decimal(amount.cents)))
    given_up = whole.given_up_cents
    writer.writerow(("given_up", "", "", "", "", "", whole.saved.renewals, given_up, decimal(given_up)))
    for one in savings.paid:
        writer.writerow(
            (
                f"paid_{'unnoted' if one.use is None else one.use.value}",
                one.cause.value,
                cell(one.because),
                WOULD_PREVENT[one.cause],
                cell(one.owner),
                cell(one.holder or ""),
                one.paid.renewals,
                one.paid.cents,
                decimal(one.paid.cents),
            )
        )
    return out.getvalue()


def _share_cents(share: SavingsShare) -> tuple[int, ...]:
    amounts = (share.saved, share.later, share.for_nothing, share.in_doubt, share.too_short, share.in_use)
    return (*(each.cents for each in amounts), share.unnoted.cents, share.given_up_cents)
