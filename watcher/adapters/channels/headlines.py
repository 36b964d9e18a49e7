"""What a message with several events is headed with, by kind and money."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from watcher.adapters.channels.told import WORST_FIRST, Told
from watcher.facts.accounts import LeasePeriod
from watcher.facts.handles import at
from watcher.messages.coming_halts import ComingHalt, unsaved_together
from watcher.messages.events import EventKind, Severity
from watcher.messages.words import TOLD
from watcher.texts.money import dollars

_JUST_SAID: Final = timedelta(minutes=10)
"""What is to be decided at once, still is."""


def headlines(told: Sequence[Told], now: datetime) -> Iterator[str]:
    """What is most important of several events: what is lost unless somebody acts, then each kind.

    What one approval decides is said whole, with the part of it that is told there.
    """
    halts = [each for each in told if each.kind is EventKind.BRAKE_HALTED]
    yield from dict.fromkeys(each.clauses[0] for each in halts)
    coming = [each for each in told if each.will_be_lost]
    named = {each.facts.get("docket") for each in halts}
    # Of what is halted already and what will be by the same brakes one sum is said.
    if others := [each for each in coming if each.facts.get("docket") not in named]:
        yield _unsaved(others, now)
    paid = {each.period for each in told if each.kind is EventKind.RENEWAL_PAID}
    missed = {each.period for each in told if each.kind is EventKind.DEADLINE_MISSED}
    weighty = any(each.severity is not Severity.INFO for each in told)
    for severity in WORST_FIRST:
        for kind in EventKind:
            if weighty and severity is Severity.INFO and kind is not EventKind.RELEASE_DONE:
                continue
            those = [each for each in told if each.kind is kind and each.severity is severity]
            if kind is EventKind.RENEWAL_PAID:
                those = [each for each in those if each.period not in missed]
            if those and kind is not EventKind.BRAKE_HALTED and not all(each in coming for each in those):
                yield counted_kind(kind, those, now, paid)


def _unsaved(coming: Sequence[Told], now: datetime) -> str:
    """What must be decided about these, and all of what one approval names with any of them.

    Its first window may close long before those of the part that is told here.
    """
    each_once = {each.period: each for each in coming}.values()
    named = [each for each in coming if "docket" in each.facts and "first_by" in each.facts]
    if named:
        # What was said last knew of all before it.
        latest = max(named, key=lambda each: each.at)
        last = latest.facts
        if datetime.fromisoformat(str(last["first_by"])) > now or now - latest.at <= _JUST_SAID:
            whole, count = str(last["coming_halt"]), len(each_once)
            if last.get("halted_together") == count:
                return whole
            money = dollars(sum(each.cents or 0 for each in each_once))
            return f"{whole} ({count:,} of them {'is' if count == 1 else 'are'} told here, {money})"
    if any("brakes" not in each.facts for each in coming):
        # An older version knew the sum of all alone. The last one knew of all before it.
        return str(max(coming, key=lambda each: each.at).facts["coming_halt"])
    return unsaved_together([_coming_halt(each) for each in each_once], now)


def _coming_halt(each: Told) -> ComingHalt:
    by = each.facts.get("by")
    return ComingHalt(
        name=at(each.handle, each.account),
        cents=each.cents or 0,
        by=datetime.fromisoformat(by) if isinstance(by, str) else None,
        brakes=tuple(str(each.facts["brakes"]).split(",")),
        planned=each.facts.get("planned") is True,
        unsure=each.facts.get("unsure") is True,
    )


def counted_kind(
    kind: EventKind,
    those: Sequence[Told],
    now: datetime,
    paid: Collection[LeasePeriod | None] = (),
) -> str:
    """`2 planned releases missed, $300.00 paid`. `paid`: lease periods of which that is told too."""
    one, several = TOLD[kind]
    many = f"{len(those):,} {one if len(those) == 1 else several}"
    cents = _cents(those)
    if not cents:
        return many
    match kind:
        case EventKind.DEADLINE_MISSED:
            past = _cents(
                each for each in those if each.period in paid or (each.renews_at and each.renews_at <= now)
            )
            told = {"paid": past, "will be paid": cents - past}
            return ", ".join((many, *(f"{dollars(money)} {verb}" for verb, money in told.items() if money)))
        case EventKind.RELEASE_DONE:
            return f"{many}, {dollars(cents)} a month saved"
        case EventKind.PRICE_CHANGED:
            return f"{many}, now {dollars(cents)} a month"
        case EventKind.LEASE_NEW | EventKind.ACCOUNT_GONE:
            return f"{many}, {dollars(cents)} a month"
        case _:
            return f"{many}, {dollars(cents)}"


def _cents(those: Iterable[Told]) -> int:
    """Each lease period once."""
    return sum({(each.period or each.key): each.cents or 0 for each in those}.values())
