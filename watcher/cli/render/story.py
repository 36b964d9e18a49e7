"""What became of an account that is not leased any more: its story, from the ledger."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.history import line_value, render_history
from watcher.cli.render.sheet import BLANK, laid_out, line, printed
from watcher.cli.render.steps import in_full
from watcher.facts.accounts import Account
from watcher.memory.remembered import Known
from watcher.messages.fates import fate_in_words
from watcher.ports.ledger import HistoryLine
from watcher.record.fates import Fate, LeaseState
from watcher.texts.commands import to_resolve
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.times import clock_time, iso, iso_or_none

_SHOWN: Final = 40
"""So many lines tell how it ended; all of it is in the history."""


def render_story(
    known: Known,
    fate: Fate,
    remembered: AccountMemory,
    *,
    project: str,
    now: datetime,
    timezone: tzinfo,
    width: int | None = None,
    color: bool = False,
) -> str:
    """How the lease ended, by whom and what that saved or cost; then what led to it, in order."""
    account = known.account
    lines = [
        line(in_full(account, plain(project)), "bold"),
        line(f"It {fate_in_words(fate, now, timezone)}.{_saved(fate, remembered)}"),
        *(line(one) for one in _cost(account, fate, now, timezone)),
        BLANK,
        line("What happened", "bold"),
    ]
    story = _from_the_announcement(remembered.history)
    nameless = [replace(one, account=None, handle=None, project=None) for one in story[-_SHOWN:]]
    told = render_history(nameless, timezone, width=None if width is None else width - 2, summed=False)
    rows = [f"  {row}" for chunk in told for row in chunk.splitlines()]
    rest = len(remembered.history) - len(story[-_SHOWN:])
    if rest:
        more = f"  `lease-watcher history {plain(account.id)}` shows {rest} more, from before."
        rows.append(laid_out(more, width).rstrip())
    return printed(lines, width=width, color=color) + "\n".join(rows) + "\n"


def story_json(known: Known, fate: Fate, remembered: AccountMemory) -> str:
    """The same as one JSON document, `"schema": "explain/1"`, of an account that no turn decides on."""
    account = known.account
    document = {
        "schema": "explain/1",
        "account": {
            "id": account.id,
            "project": account.project,
            "handle": account.handle,
            "platform": account.platform,
            "renews_at": iso(account.renews_at),
            "price_cents": account.price_cents,
        },
        "state": fate.state.value,
        "since": iso_or_none(fate.since),
        "history": [line_value(one) for one in remembered.history],
    }
    return json.dumps(document, indent=2) + "\n"


def _saved(fate: Fate, remembered: AccountMemory) -> str:
    last = remembered.last_renewal
    if fate.state is not LeaseState.RELEASED or last is None or last.cents is None:
        return ""
    by = "" if last.turn is None else f" (turn {plain(last.turn)})"
    return f" That saved {dollars(last.cents)}{by}."


def _cost(account: Account, fate: Fate, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """What it cost, or may cost still; of one whose end is not known, who can say it."""
    renewal = clock_time(account.renews_at, timezone, now=now)
    if fate.state is not LeaseState.RELEASING:
        yield f"It cost {dollars(account.price_cents)} a month; its renewal was to be on {renewal}."
        return
    renews = "renews" if account.renews_at > now else "renewed"
    yield f"Unless it was released, it {renews} on {renewal}, for {dollars(account.price_cents)}."
    resolve = plain(to_resolve(account.id))
    yield f"The next turn reads it back; if you know how it ended: `{resolve}` (or not-released)."


def _from_the_announcement(history: Sequence[HistoryLine]) -> Sequence[HistoryLine]:
    """What led to the end: from the last announcement on, or all of it."""
    places = [place for place, one in enumerate(history) if one.what == "release.announced"]
    return history[places[-1] :] if places else history
