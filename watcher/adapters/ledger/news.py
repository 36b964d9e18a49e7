"""What an observation's changed facts amount to."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from watcher.adapters.ledger.wording import instant
from watcher.facts.handles import at
from watcher.texts.money import dollars

Facts = Mapping[str, tuple[Any, Any]]
"""Each changed fact as (was, is), instants as ISO text."""


def news(facts: Facts, at: datetime) -> Iterator[tuple[str, str]]:
    """(what, sentence) for each change that a person follows; the others stay facts in the ledger."""
    if "first_seen_at" in facts and facts["first_seen_at"][0] is None:
        price, renewal = dollars(facts["price_cents"][1]), _instant(facts["renews_at"][1], at)
        who = f"{_named(facts['handle'][1])} on {facts['platform'][1]}"
        yield "lease.new", f"First seen: {who}, {price} a month, renews {renewal}."
        return
    if "handle" in facts:
        yield "handle.changed", "The handle changed from {} to {}.".format(*map(_named, facts["handle"]))
    if "project" in facts:
        yield "project.changed", "It moved from project {} to {}.".format(*facts["project"])
    if "price_cents" in facts:
        before, after = facts["price_cents"]
        yield "price.changed", f"The monthly price changed from {dollars(before)} to {dollars(after)}."
    if "renews_at" in facts:
        yield _renewal(*facts["renews_at"], at)
    if "gone_at" in facts:
        _, gone = facts["gone_at"]
        if gone is None:
            yield "account.returned", "It is among the leased accounts again."
        else:
            yield "account.gone", "It is no longer among the leased accounts."


def _named(handle: str | None) -> str:
    """None: nobody had noted it, in a ledger of a former version."""
    return at(handle or "", "none")


def _renewal(before: str, after: str, at: datetime) -> tuple[str, str]:
    if datetime.fromisoformat(before) <= at:
        return (
            "lease.renewed",
            f"It renewed on {_instant(before, at)}; the next renewal is {_instant(after, at)}.",
        )
    return "renewal.moved", f"The renewal moved from {_instant(before, at)} to {_instant(after, at)}."


def _instant(text: str, at: datetime) -> str:
    return instant(datetime.fromisoformat(text), at)
