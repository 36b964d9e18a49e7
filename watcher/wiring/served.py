"""The pages that a daemon serves, each with what it looks into: imported where one is asked for."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from watcher.adapters.metrics.exposition import CONTENT_TYPE, exposition
from watcher.adapters.pages.calendar import CalendarPage
from watcher.adapters.pages.door import require_long_token
from watcher.adapters.pages.keep.links import open_links
from watcher.adapters.pages.keep.page import BY, open_page
from watcher.adapters.pages.keep.sheets import Shown
from watcher.adapters.pages.options import address_of, is_open_to_others
from watcher.adapters.pages.probes import HealthPage
from watcher.adapters.pages.server import ServedPage
from watcher.adapters.pages.status import StatusPage
from watcher.decide.measures import Measures
from watcher.decide.orders import Orders
from watcher.decide.readiness import Readiness
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import Known
from watcher.memory.writes import Said
from watcher.messages.renewal_messages import seen_in_words
from watcher.ports.clock import Clock
from watcher.ports.ledger import LedgerReader, LedgerWords
from watcher.ports.pages import WholePage
from watcher.record.fates import is_released
from watcher.record.notices import Notice
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.rules.shards import WHOLE, Shard
from watcher.settings.hidden import hidden_in_words
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.texts.striking import Strikeout
from watcher.texts.times import zone
from watcher.wiring.calendar import served_calendar
from watcher.wiring.ledger import open_reader, open_words
from watcher.wiring.orders import configured_holds, orders_from
from watcher.wiring.turn import Wiring

_FRESH: Final = timedelta(seconds=5)
"""So long a page is shown again as it is: who reloads often costs the ledger nothing."""


def status_page(
    wiring: Wiring, told: Callable[[LedgerReader, Orders, Settings, datetime], WholePage]
) -> StatusPage:
    """Any thread may ask: each look is with a ledger of its own."""
    settings, orders = wiring.settings, orders_from(wiring.settings, wiring.shard)
    guard = Lock()
    last: list[WholePage] = []

    def look() -> WholePage:
        with guard:
            now = wiring.clock.now()
            if not last or abs(now - last[0].now) >= _FRESH:
                with open_reader(settings) as ledger:
                    last[:] = [told(ledger, orders, settings, now)]
            return last[0]

    if settings.status.token is None and is_open_to_others(settings.status.listen or ""):
        raise ValueError("status.listen: an address that others can reach needs a token")
    return StatusPage(look=look, token=settings.status.token)


def health_page(
    alive: Callable[[], bool], readiness: Callable[[], Readiness], measures: Callable[[], Measures]
) -> HealthPage:
    return HealthPage(
        alive=alive, readiness=readiness, metrics=lambda: (CONTENT_TYPE, exposition(measures()))
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Looks into the ledger and says holds, each time with a ledger of its own: any thread may ask.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """

    open_words: Callable[[], AbstractContextManager[LedgerWords]]
    configured: Overrides
    clock: Clock
    names: Mapping[ProjectId, str] = field(default_factory=dict)
    """What people call the projects."""
    hidden: Strikeout = field(default_factory=Strikeout)
    """Taken out of what is typed: it is kept and told."""

    def look(self, account: AccountId) -> Shown | None:
        now = self.clock.now()
        with self.open_words() as ledger:
            known = next((each for each in ledger.find(account) if each.account.id == account), None)
            fate = ledger.fates([account]).get(account)
            said = self.configured.with_words(ledger.fleet(now).overrides.said)
            announced = ledger.announced(now)
        if known is None or fate is None:
            return None
        return Shown(
            id=known.account.id,
            handle=known.account.handle,
            platform=known.account.platform,
            project=self.names.get(known.account.project, known.account.project),
            renews_at=known.account.renews_at,
            price_cents=known.account.price_cents,
            hold=said.hold_on(account, now),
            fate=fate,
            release_at=_release_at(announced.get(known.account.period)),
            why=_use_of(known, now),
        )

    def hold(self, account: AccountId, until: datetime, why: str) -> None:
        word = Override(
            kind=OverrideKind.HOLD,
            at=self.clock.now(),
            by=BY,
            why=self.hidden.text(why),
            account=account,
            until=until,
            periods=(LeasePeriod(account=account, renews_at=until),),
        )
        with self.open_words() as ledger:
            ledger.say([account], lambda fates: () if is_released(fates, account) else (Said(override=word),))


def _release_at(notice: Notice | None) -> datetime | None:
    return notice.not_before if notice is not None and notice.live else None


def _use_of(known: Known, now: datetime) -> str:
    if known.used is None:
        return "no use of it is known"
    return seen_in_words(known.used, now, unused=True)


def calendar_page(settings: Settings, clock: Clock, shard: Shard = WHOLE) -> ServedPage | None:
    """The calendar and where `[calendar]` wants it served; None without a token. Raises ValueError."""
    options = settings.calendar
    if options.token is None:
        return None
    require_long_token(options.token)
    page = CalendarPage(token=options.token, calendar=served_calendar(settings, clock, shard))
    return ServedPage(address=address_of(options.listen), app=page)


def keep_page(settings: Settings, clock: Clock, key: Secret | None = None) -> ServedPage | None:
    """The page and where `[keep]` wants it served, None where nothing was asked for.

    Raises ValueError for options that can never work.
    """
    links = open_links(settings.keep)
    if links is None or settings.keep.listen is None:
        return None
    desk = Desk(
        open_words=lambda: open_words(settings),
        configured=configured_holds(settings),
        clock=clock,
        names=settings.project_names,
        hidden=hidden_in_words(settings, () if key is None else (key,)),
    )
    page = open_page(links, desk.look, desk.hold, clock=clock, timezone=zone(settings.timezone))
    return ServedPage(address=address_of(settings.keep.listen), app=page)
