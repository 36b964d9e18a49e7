"""What `status` prints, as a page, with a timeline of what the ledger knows to renew."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final

from watcher import __version__
from watcher.cli.render.outline import in_dots, to_decide
from watcher.cli.render.report_page import deciding, timeline_left_out
from watcher.cli.render.status import mode_in_words, standing
from watcher.decide.orders import Orders
from watcher.decide.status import Status
from watcher.ports.ledger import LedgerReader
from watcher.ports.pages import PageFigure, PageRow, Tone, WholePage
from watcher.rules.plan import Mode
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance, glued
from watcher.turn.status import look, look_ahead

_TITLE: Final = "Lease watcher"


def status_page(
    ledger: LedgerReader, orders: Orders, *, place: str, timezone: tzinfo, now: datetime
) -> WholePage:
    """By the ledger alone: no request, and nothing written."""
    status = look(ledger, orders, now)
    timeline, more = look_ahead(ledger, status, orders, timezone)
    left_out = f"{counted(more, 'later renewal')} not read: `lease-watcher audit` shows all. " if more else ""
    return WholePage(
        title=_TITLE,
        subtitle=f"{mode_in_words(status)}, {clock_time(now, timezone)}",
        now=now,
        timezone=timezone,
        figures=tuple(_figures(status, timezone)),
        decide=to_decide(status.matters, orders.names, now, timezone, command="lease-watcher status"),
        standing=tuple(
            PageRow(label=one.label, text=in_dots(one.text))
            for one in standing(status, orders.names, place=place, timezone=timezone)
        ),
        timeline=timeline,
        timeline_left_out=f"{left_out}{timeline_left_out(timeline)}".strip(),
        foot=(
            "As of the last turn, by the ledger alone, which knows no use of today. `lease-watcher report` "
            "asks the API, and has every account with why.",
            f"lease-watcher {__version__}. Nothing can be changed here.",
        ),
    )


def _figures(status: Status, timezone: tzinfo) -> Iterable[PageFigure]:
    openings, now = status.openings, status.now
    cents = sum(one.account.price_cents for one in openings)
    first = min((one.opens for one in openings), default=None)
    when = "" if first is None else f", the first {'now' if first <= now else glued(distance(first, now))}"
    halted = sum(one.halted for one in openings)
    live = status.mode is Mode.ENFORCE and all(one.live for one in openings)
    yield PageFigure(
        label="Announced to be released" if live else "Would be released",
        value=dollars(cents),
        note=f"{counted(len(openings), 'account')}{when}{f'; {halted:,} halted' if halted else ''}",
        tone=Tone.SAVED if openings else Tone.PLAIN,
    )
    yield deciding(status.matters, now, timezone)
