"""What a person must decide, the same wherever a terminal or a machine is shown it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from watcher.cli.render.sheet import BLANK, Line, aligned, heading, line
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.handles import name_of
from watcher.messages.matters import Matter, MatterAccount, MatterKind, together
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.times import iso_or_none

_MOST: Final = 5
"""So many accounts are named below a matter."""


def matters_told(
    matters: Iterable[Matter],
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
    *,
    named: bool = True,
) -> Iterator[Line]:
    """What is to be decided, and apart from it what asks nobody for a word."""
    for title, some in matter_groups(matters):
        yield BLANK
        yield heading(title, "bold red" if any(one.unless for one in some) else "bold")
        for one in some:
            yield from matter_lines(one, names, now, timezone, named=named)


def matter_groups(matters: Iterable[Matter]) -> Iterator[tuple[str, list[Matter]]]:
    """The same below their headings, none of which is empty."""
    found = together(matters)
    groups = (
        ("To decide", [one for one in found if one.asks]),
        (
            "Halted, with nothing to decide for now",
            [one for one in found if not one.asks and one.kind is not MatterKind.LET_GO],
        ),
        ("Approved", [one for one in found if one.kind is MatterKind.LET_GO]),
    )
    return (group for group in groups if group[1])


def matter_lines(
    matter: Matter,
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
    *,
    named: bool = True,
    indent: int = 2,
    title: str = "",
) -> Iterator[Line]:
    """By when, what, why, and what to type. `names`: of the projects, by id; `named`: with the accounts."""
    headline = plain(matter.headline(now, timezone))
    left = f" ({matter.left(now)})" if matter.left(now) and matter.unless else ""
    style = "bold" if matter.unless else ""
    at_once = headline == plain(matter.what) and matter.why
    if at_once:
        headline = plain(f"{headline}: {'; '.join(matter.why)}")
    begins = title or headline[:1].upper()
    yield line(f"{begins}{headline if title else headline[1:]}{left}", style, indent=indent, hang=indent + 4)
    said = [f"{matter.what}: {'; '.join(matter.why)}"] if matter.why and not at_once else []
    said += [matter.what] if not matter.why and headline != plain(matter.what) else []
    said += [matter.decided] if matter.decided else []
    for one in (*said, *(way.text for way in matter.ways)):
        yield line(plain(one), indent=indent + 2, hang=indent + 4)
    if named and len(matter.accounts) > 1 and (matter.unless or matter.kind is MatterKind.UNKNOWN_ENDING):
        for row in aligned([_named(account, names) for account in matter.accounts[:_MOST]]):
            yield line(row, "dim", indent=indent + 2, hang=indent + 4)
        if len(matter.accounts) > _MOST:
            yield line(f"and {len(matter.accounts) - _MOST:,} more", "dim", indent=indent + 2)


def _named(account: MatterAccount, names: Mapping[ProjectId, str]) -> str:
    project = plain(names.get(account.project, account.project))
    goes_on = "  goes on by itself" if account.goes_on else "".join(f"  {one}" for one in account.brakes[:1])
    goes_on += "".join(f", {one}" for one in account.brakes[1:])
    return f"{name_of(account.handle, account.account)}  {project}  {dollars(account.price_cents)}{goes_on}"


def matter_values(matters: Iterable[Matter], now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Those that people must decide, and apart from them those that ask nobody for a word."""
    found = list(matters)
    return {
        "matters": [matter_value(one, now) for one in found if one.asks],
        "nothing_to_decide": [matter_value(one, now) for one in found if not one.asks],
    }


def matter_value(matter: Matter, now: datetime) -> dict[str, Any]:
    """What a person must decide; `by` null: there is no hurry, or the moment is not known."""
    return {
        "kind": matter.kind.value,
        "headline": matter.headline(now),
        "what": matter.what,
        "why": list(matter.why),
        "accounts": [
            {
                "account": one.account,
                "handle": one.handle,
                "project": one.project,
                "price_cents": one.price_cents,
                "by": iso_or_none(one.by),
                "goes_on": one.goes_on,
            }
            for one in matter.accounts
        ],
        "project": matter.project,
        "since": iso_or_none(matter.since),
        "by": iso_or_none(matter.by),
        "otherwise": matter.otherwise,
        "cents": matter.cents,
        "commands": list(matter.commands),
        "decided": matter.decided,
        "docket": matter.docket,
    }


def goes_on(account: AccountId, matters: Iterable[Matter]) -> bool:
    """Whether a halt that loses others lets this one go in time."""
    named = (each for one in matters if one.asks for each in one.accounts)
    return any(each.account == account and each.goes_on for each in named)


def is_halted(account: AccountId, matters: Sequence[Matter]) -> bool:
    """Whether what is to come of it will be halted until it is too late."""
    coming = any(one.kind is MatterKind.COMING_HALT for one in matters)
    return coming and not goes_on(account, matters)
