"""Holds: what is held and for how long, and what that costs when it renews."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher.cli.render.sheet import Line, cells, in_columns, line, printed
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.handles import name_of
from watcher.messages.fates import fate_in_words
from watcher.record.fates import LEASED, Fate, Fates, LeaseState, holds_in_force
from watcher.record.outcomes import anchor_day, renewals
from watcher.record.overrides import Override, Overrides
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import aligned, iso, iso_or_none, when


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldAccount:
    """One account that is held. `account` None: this ledger never saw it."""

    id: AccountId
    account: Account | None
    project: str
    hold: Override
    fate: Fate = LEASED

    @property
    def renews(self) -> Account | None:
        """The account, if it is held when it renews next, and surely there to renew."""
        if self.account is None or self.fate.state is not LeaseState.LEASED:
            return None
        return self.account if covers(self.hold.until, self.account) else None


def covers(until: datetime | None, account: Account) -> bool:
    """Whether a hold that ends then keeps the account until its next renewal."""
    return until is None or until >= account.renews_at


def held_now(
    overrides: Overrides,
    now: datetime,
    accounts: Mapping[AccountId, Account],
    fates: Fates,
    names: Mapping[ProjectId, str],
) -> list[HeldAccount]:
    return [
        HeldAccount(
            id=id_,
            account=(one := accounts.get(id_)),
            project="" if one is None else names.get(one.project, one.project),
            hold=hold,
            fate=fates.get(id_, LEASED),
        )
        for id_, hold in holds_in_force(overrides, fates, now)
    ]


def render_holds(held: Sequence[HeldAccount], now: datetime, timezone: tzinfo, width: int | None) -> str:
    """The holds in force, the one that ends first at the top."""
    if not held:
        return "No account is held.\n"
    rows = [("account", "project", "a month", "held until")]
    rows += [(*_named(one), _end(one.hold.until, now, timezone)) for one in held]
    reasons = [_reason(one, now, timezone) for one in held]
    (head, *texts), narrow = _columns(rows, width)
    if narrow:
        reasons = [
            ", ".join(filter(None, each)) for each in zip((row[1] for row in rows[1:]), reasons, strict=True)
        ]
    beside = max(map(cells, texts))
    together = width is None or beside + 2 + max(map(cells, reasons)) <= width
    lines = [line(head, "dim", row=True)]
    for text, reason in zip(texts, reasons, strict=True):
        if together:
            lines.append(line(f"{text}{' ' * (beside - cells(text))}  {reason}", row=True))
        else:
            lines += [line(text, row=True), line(reason, "dim", indent=4)]
    lines.append(line(_sum(held, now, timezone)))
    return printed(lines, width=width, color=False)


def _columns(rows: Sequence[Sequence[str]], width: int | None) -> tuple[list[str], bool]:
    """The rows in columns; without the projects where there is no room for a handle beside one."""
    whole = in_columns(rows, width=None, right=(2,))
    if width is None or max(map(cells, whole)) <= width:
        return whole, False
    without = [(row[0], *row[2:]) for row in rows]
    return in_columns(without, width=width, right=(1,), cut=(0,)), True


def _named(one: HeldAccount) -> tuple[str, str, str]:
    if one.account is None:
        return plain(one.id), "", ""
    return name_of(one.account.handle, one.account.id), plain(one.project), dollars(one.account.price_cents)


def _end(until: datetime | None, now: datetime, timezone: tzinfo) -> str:
    return "for ever" if until is None else aligned(until, now, timezone)


def _reason(one: HeldAccount, now: datetime, timezone: tzinfo) -> str:
    said = f"by {plain(one.hold.by)}: {plain(one.hold.why)}"
    if one.account is None:
        return f"{said}; this ledger never saw it"
    became = fate_in_words(one.fate, now, timezone)
    return f"{plain(one.id)} {said}" + (f"; it {became}" if became else "")


def _sum(held: Sequence[HeldAccount], now: datetime, timezone: tzinfo) -> str:
    text = f"{counted(len(held), 'account')} {'is' if len(held) == 1 else 'are'} held"
    renewing = [one.renews for one in held if one.renews is not None]
    if not renewing:
        return f"{text}."
    verb = "renews" if len(renewing) == 1 else "renew"
    later = _later([(one.renews, one.hold.until) for one in held if one.renews is not None], now)
    return f"{text}; {len(renewing):,} {verb} while held, {_renewals(renewing, now, timezone)}.{later}"


def debits(account: Account, until: datetime) -> Iterator[tuple[datetime, int]]:
    """The renewals until the end of a hold, and their cents: the next as read, later ones extrapolated."""
    first = account.renews_at
    for at in renewals(first, until + timedelta.resolution, anchor_day(first, account)):
        yield at, account.price_cents


IN_SIGHT: Final = timedelta(days=1_000)
"""Of holds that end later the renewals are not summed up."""


def _later(ends: Sequence[tuple[Account, datetime | None]], now: datetime) -> str:
    """What comes after the next renewals while these holds last: a sum, where their ends are in sight."""
    each = []
    for one, until in ends:
        if until is None or until - now > IN_SIGHT:
            return " Each later renewal while held costs as much again."
        each.append([*debits(one, until)])
    more = sum(len(those) - 1 for those in each if those)
    if not more:
        return ""
    money = dollars(sum(cents for those in each for _, cents in those))
    follow = "follows" if more == 1 else "follow"
    return f" {counted(more, 'later renewal')} {follow} while held, extrapolated: about {money} in all."


def _renewals(accounts: Sequence[Account], now: datetime, timezone: tzinfo) -> str:
    """`for $300.00 together: the first in 1 d 6 h, Tue 19 May 19:00 UTC, the last in …`."""
    first, last = min(one.renews_at for one in accounts), max(one.renews_at for one in accounts)
    money = dollars(sum(one.price_cents for one in accounts))
    if first == last:
        together = "" if len(accounts) == 1 else " together"
        return f"for {money}{together}: {when(first, now, timezone)}"
    return (
        f"for {money} together: the first {when(first, now, timezone)}, the last {when(last, now, timezone)}"
    )


def holds_json(held: Sequence[HeldAccount]) -> str:
    """The holds in force, one JSON object a line; `until` null: for ever."""
    return "".join(f"{json.dumps(_row(one))}\n" for one in held)


def _row(one: HeldAccount) -> dict[str, object]:
    account = one.account
    return {
        "account": one.id,
        "until": iso_or_none(one.hold.until),
        "by": one.hold.by,
        "why": one.hold.why,
        "at": iso(one.hold.at),
        "handle": None if account is None else account.handle,
        "project": None if account is None else account.project,
        "price_cents": None if account is None else account.price_cents,
        "renews_at": None if account is None else iso(account.renews_at),
        "lease": one.fate.state.value,
    }


def chosen_rows(
    accounts: Sequence[Account],
    projects: Mapping[ProjectId, str],
    *,
    now: datetime,
    timezone: tzinfo,
    width: int | None,
) -> Iterator[Line]:
    """Accounts that are meant, with the renewals that a hold is about."""
    rows = [("account", "project", "a month", "renews")]
    rows += [
        (
            name_of(one.handle, one.id),
            plain(projects.get(one.project, one.project)),
            dollars(one.price_cents),
            aligned(one.renews_at, now, timezone),
        )
        for one in accounts
    ]
    (head, *texts), _ = _columns(rows, width)
    yield line(head, "dim", row=True)
    yield from (line(text, row=True) for text in texts)


def hold_costs(
    ends: Sequence[tuple[Account, datetime | None]], now: datetime, timezone: tzinfo
) -> Iterator[str]:
    """What holds with these ends cost, in sentences: what is debited when, and what they do not reach."""
    if not ends:
        return
    if len(ends) == 1:
        yield _cost(*ends[0], now, timezone)
        return
    renewing = [one for one, until in ends if covers(until, one)]
    short = [one for one, until in ends if not covers(until, one)]
    if renewing:
        more = _later([(one, until) for one, until in ends if covers(until, one)], now)
        who = _some(len(renewing), len(ends))
        renewals = _renewals(renewing, now, timezone)
        yield f"{who} while held, {renewals}; what is in use would all the same.{more}"
    if short:
        who = _some(len(short), len(ends))
        yield f"{who} only after the hold has ended, {_renewals(short, now, timezone)}. {_UNTIL_THEN}"


def _cost(one: Account, until: datetime | None, now: datetime, timezone: tzinfo) -> str:
    renewal = _renewals([one], now, timezone)
    if not covers(until, one):
        return f"It renews only after the hold has ended, {renewal}. {_UNTIL_THEN}"
    if until == one.renews_at:
        return f"It renews then, for {dollars(one.price_cents)}."
    return f"It renews while it is held, {renewal}.{_later([(one, until)], now)}"


_UNTIL_THEN: Final = "Before that nothing is released, from then on it may be."


def _some(number: int, of: int) -> str:
    return f"{'All' if number == of else f'{number:,}'} of them {'renew' if number > 1 else 'renews'}"
