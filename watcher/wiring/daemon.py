"""What the daemon serves: the pages that its settings ask for, and the servers they are on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from watcher.adapters.pages.options import address_of
from watcher.adapters.pages.server import NotServed as NotServed  # what the daemon catches
from watcher.adapters.pages.server import Pages as Pages  # what it keeps
from watcher.adapters.pages.server import ServedPage
from watcher.decide.measures import Measures
from watcher.decide.orders import Orders
from watcher.decide.readiness import Readiness
from watcher.ports.ledger import LedgerReader
from watcher.settings.model import Settings
from watcher.wiring.turn import Wiring

if TYPE_CHECKING:
    from watcher.ports.pages import WholePage


class HealthView(Protocol):
    """How the daemon is doing; asked from any thread."""

    def alive(self) -> bool: ...

    def readiness(self) -> Readiness: ...

    def measures(self) -> Measures: ...


StatusTold = Callable[[LedgerReader, Orders, Settings, datetime], "WholePage"]
"""How things stand, in the words of the command that says so."""


def pages_from(wiring: Wiring, health: HealthView, told: StatusTold) -> Mapping[str, ServedPage]:
    """Everything that is to be served, by its name, and where. Raises ValueError."""
    settings = wiring.settings
    asked = (settings.keep.listen, settings.calendar.token, settings.health.listen, settings.status.listen)
    if not any(each is not None for each in asked):
        return {}
    # Pages are a quarter of the daemon's own code: one that serves none starts without them.
    from watcher.wiring import served

    pages: dict[str, ServedPage] = {}
    if (keep := served.keep_page(settings, wiring.clock, wiring.key)) is not None:
        pages["keep"] = keep
    if (calendar := served.calendar_page(settings, wiring.clock, wiring.shard)) is not None:
        pages["calendar"] = calendar
    if (listen := settings.health.listen) is not None:
        page = served.health_page(health.alive, health.readiness, health.measures)
        pages["health"] = ServedPage(address=address_of(listen), app=page)
    if (at := settings.status.listen) is not None:
        pages["status"] = ServedPage(address=address_of(at), app=served.status_page(wiring, told))
    return pages
